/** Everything a source gives, in memory: what a test looks at. */
import type { StagedRecord } from '../../src/core/record.ts';
import type { Inspection, RejectedRow, Source } from '../../src/source/source.ts';

export interface ReadSource {
  readonly inspection: Inspection;
  readonly records: readonly StagedRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Records of an object as column -> text, blank cells and spare columns left out. */
  readonly rows: (object: string) => Record<string, string>[];
}

export async function readSource(
  source: Source,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReadSource> {
  const inspection = await source.inspect(signal);
  const records: StagedRecord[] = [];
  const rejected: RejectedRow[] = [];
  for (const file of inspection.files)
    for await (const one of source.extract(file, signal)) {
      if (one.kind === 'records') records.push(...one.records);
      else rejected.push(one.row);
    }
  source.done?.();
  const columns = new Map(inspection.files.map((file) => [file.path, file.columns]));
  return {
    inspection,
    records,
    rejected,
    rows: (object) =>
      records
        .filter((record) => record.object === object)
        .map((record) =>
          Object.fromEntries(
            (columns.get(record.file) ?? [])
              .filter((column) => column.spare === undefined)
              .map((column): [string, string] => [column.id, record.cells[column.index] ?? ''])
              .filter(([, text]) => text !== ''),
          ),
        ),
  };
}
