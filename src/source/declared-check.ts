/** Tries a connector file without changing or keeping anything: one page per list. */
import type { ConnectorFile } from './declared-api.ts';
import { type Reader } from './declared-http.ts';
import { shown } from './declared-secrets.ts';
import { pages } from './declared-pages.ts';
import { fill, shapeRecord, type Parents } from './declared-shape.ts';

export interface StreamCheck {
  readonly object: string;
  readonly url: string;
  readonly status: number;
  readonly records: number;
  /** Where in the answer they stood. */
  readonly path: string;
  /** Fields that no record of the page fills: their path may be wrong. */
  readonly emptyFields: readonly string[];
  /** Keys of the answer that no field takes. */
  readonly unused: readonly string[];
}

export async function checkConnector(file: ConnectorFile, reader: Reader): Promise<StreamCheck[]> {
  const firsts: Record<string, Record<string, unknown>> = {};
  const checks: StreamCheck[] = [];
  for (const stream of file.streams) {
    const parents: Parents = firsts;
    const path = fill(stream.path, {}, parents);
    const url = new URL(`${file.base_url.replace(/\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(stream.query ?? {}))
      url.searchParams.set(name, value);
    for await (const page of pages(file, stream, url, reader, { get: () => undefined })) {
      const rows = page.records.map((record) => shapeRecord(stream, record, parents));
      const [first] = rows;
      if (first) firsts[stream.object] = first;
      const fields = Object.keys(stream.fields);
      checks.push({
        object: stream.object,
        url: shown(page.url),
        status: page.answer.status,
        records: page.records.length,
        path: page.path,
        emptyFields: fields.filter((name) =>
          rows.every((row) => row[name] === null || row[name] === undefined),
        ),
        unused: unusedKeys(page.records, Object.values(stream.fields)),
      });
      break;
    }
  }
  return checks;
}

function unusedKeys(records: readonly Record<string, unknown>[], fields: unknown): string[] {
  const used = JSON.stringify(fields);
  const keys = new Set(records.flatMap((record) => Object.keys(record)));
  return [...keys].filter((key) => !used.includes(`$.${key}`));
}
