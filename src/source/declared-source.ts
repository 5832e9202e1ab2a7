/** A source by connector file: its extraction begins with reading the API into a folder, an export from then on. */
import type { Emit } from '../core/events.ts';
import type { ConnectorFile } from './declared-api.ts';
import { checkConnector } from './declared-check.ts';
import { fetchAll, type Fetched } from './declared-fetch.ts';
import { apiReader } from './declared-http.ts';
import type { Secrets } from './declared-secrets.ts';
import type { Source } from './source.ts';

/** `exported` reads the folder once it is there; it is told of nothing before `inspect`. */
export function openDeclared(
  file: ConnectorFile,
  folder: string,
  secrets: Secrets,
  exported: Source,
): Source {
  return {
    declaration: exported.declaration,
    async probe(signal) {
      const reader = apiReader(file, secrets, signal);
      try {
        return (await checkConnector(file, reader)).map(
          ({ object, url, status, records }) =>
            `${object}: ${url} answers ${status} with ${records} record(s) on its first page.`,
        );
      } finally {
        await reader.close();
      }
    },
    async inspect(signal, emit, loaded) {
      const fetched = await readDeclared(file, folder, secrets, signal, emit);
      const inspection = await exported.inspect(signal, emit, loaded);
      const notices = [...fetched.flatMap((one) => one.notices), ...inspection.notices];
      return { ...inspection, notices };
    },
    extract: (one, signal) => exported.extract(one, signal),
    openFile: (path) => exported.openFile(path),
  };
}

export async function readDeclared(
  file: ConnectorFile,
  folder: string,
  secrets: Secrets,
  signal: AbortSignal,
  emit: Emit = () => {},
): Promise<Fetched[]> {
  const reader = apiReader(file, secrets, signal);
  const step = `read ${file.connector}`;
  emit({ type: 'step-started', step, total: null });
  const done = new Map<string, number>();
  const total = (): number => [...done.values()].reduce((sum, records) => sum + records, 0);
  try {
    const fetched = await fetchAll(file, folder, reader, (object, records) => {
      done.set(object, records);
      emit({ type: 'step-progress', step, done: total() });
    });
    emit({ type: 'step-ended', step, done: total() });
    return fetched;
  } finally {
    await reader.close();
  }
}
