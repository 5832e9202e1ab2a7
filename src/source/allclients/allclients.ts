/** An AllClients export, folder or zip, as a source. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../../core/errors.ts';
import type { StagedRecord } from '../../core/record.ts';
import { openBundle } from '../bundle.ts';
import type { Extracted, Source, SourceDecisions, SourceFile } from '../source.ts';
import { ALLCLIENTS } from './declaration.ts';
import { inspectExport } from './inspect.ts';
import { dataRows, judgeRow, rowText } from './read-file.ts';

/** `path`: the folder, one file, or the .zip. Nothing is read before `inspect`. */
export function openAllClientsExport(path: string, decisions: SourceDecisions): Source {
  const arrived = new Map<string, number>();
  return {
    declaration: ALLCLIENTS,
    async inspect(signal) {
      arrived.clear();
      return inspectExport(path, await openBundle(path), ALLCLIENTS, decisions, signal);
    },
    async *extract(file, signal) {
      const found = (await openBundle(path)).find((one) => one.path === file.path);
      if (!found)
        throw new WaybillError('WB_SOURCE_MISSING', `${file.path} is no longer in the export.`, {
          place: file.path,
          next: 'Put it back, or run: waybill scope',
        });
      yield* extractFile(
        file,
        () => dataRows(found, { ...file, encoding: file.encoding as 'utf-8' }),
        arrived,
        signal,
      );
    },
  };
}

const CHUNK = 1_000;

async function* extractFile(
  file: SourceFile,
  rows: () => ReturnType<typeof dataRows>,
  arrived: Map<string, number>,
  signal: AbortSignal,
): AsyncGenerator<Extracted> {
  const makeKey = keyMaker(file);
  const headers = file.columns.map((column) => column.header);
  let records: StagedRecord[] = [];
  for await (const chunk of rows()) {
    if (signal.aborted) break;
    for (const row of chunk) {
      const verdict = judgeRow(row, headers);
      if (verdict.kind === 'rejected')
        yield {
          kind: 'rejected',
          row: {
            code: verdict.code,
            message: verdict.message,
            file: file.path,
            line: row.line,
            text: rowText(row, file.delimiter).slice(0, 2_000),
          },
        };
      if (verdict.kind !== 'record') continue;
      const position = (arrived.get(file.object) ?? 0) + 1;
      arrived.set(file.object, position);
      records.push({
        object: file.object,
        position,
        key: makeKey(verdict.cells),
        file: file.path,
        line: row.line,
        cells: verdict.cells,
      });
      if (records.length < CHUNK) continue;
      yield { kind: 'records', records };
      records = [];
    }
  }
  if (records.length > 0) yield { kind: 'records', records };
}

const KEY_SLOTS: Readonly<Record<string, string>> = {
  contact: 'record_id',
  note: 'note_id',
  user: 'user_id',
};

/** The source's id where there is one; else a hash of the content, so that a later export of the same row has the same key. */
function keyMaker(file: SourceFile): (cells: readonly string[]) => string {
  const slot = KEY_SLOTS[file.object];
  const index = file.columns.findIndex((column) => column.slot === slot && slot !== undefined);
  const prefix = file.object.slice(0, 1);
  const repeats = new Map<string, number>();
  return (cells) => {
    const own = index === -1 ? '' : (cells[index]?.trim() ?? '');
    if (own !== '') return own;
    const hash = `${prefix}${createHash('sha1').update(cells.join('\u001f')).digest('hex').slice(0, 16)}`;
    const n = (repeats.get(hash) ?? 0) + 1;
    repeats.set(hash, n);
    return n === 1 ? hash : `${hash}-${n}`;
  };
}
