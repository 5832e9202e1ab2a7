/** One table's records in chunks, each with its key; rows that are none are given back as rejected. */
import { hash as digestOf } from 'node:crypto';
import type { StagedRecord } from '../core/record.ts';
import { numberSet } from '../lib/number-set.ts';
import { dataRows, judgeRow, rowText, widthOf } from './read-file.ts';
import type { Extracted, SourceFile } from './source.ts';
import type { Table } from './table.ts';

const CHUNK = 250;

export interface Extraction {
  readonly file: SourceFile;
  readonly table: Pick<Table, 'rows'>;
  /** Cells of the row itself; a file may have more columns, which `complete` fills. */
  readonly width: number;
  readonly key: KeySlots;
  /** Records that arrived so far, by object. */
  readonly arrived: Map<string, number>;
  readonly complete?: (
    cells: readonly string[],
    key: string,
    line: number,
  ) => readonly string[] | Promise<readonly string[]>;
}

export interface KeySlots {
  /** The slots that hold the source's own record id. */
  readonly id?: readonly string[] | undefined;
  /** What makes the record itself where it has no id; without them, all its cells do. */
  readonly natural?: readonly string[];
}

export async function* extractTable(
  { file, table, width, key: keySlots, arrived, complete }: Extraction,
  signal: AbortSignal,
): AsyncGenerator<Extracted> {
  const makeKey = keyMaker(file, keySlots);
  const range = widthOf(file.columns.slice(0, width).map((column) => column.header));
  let records: StagedRecord[] = [];
  for await (const chunk of dataRows(table, file.headerLine, range)) {
    if (signal.aborted) break;
    for (const row of chunk) {
      const verdict = judgeRow(row, range);
      if (verdict.kind === 'rejected')
        yield {
          kind: 'rejected',
          row: {
            code: verdict.code,
            message: verdict.message,
            column: file.columns[verdict.cell ?? -1]?.id ?? '',
            file: file.path,
            line: row.line,
            text: rowText(row, file.delimiter).slice(0, 2_000),
          },
        };
      if (verdict.kind !== 'record') continue;
      const position = (arrived.get(file.object) ?? 0) + 1;
      arrived.set(file.object, position);
      const key = makeKey(verdict.cells);
      const cells = complete ? await complete(verdict.cells, key, row.line) : verdict.cells;
      records.push({ object: file.object, position, key, file: file.path, line: row.line, cells });
      if (records.length < CHUNK) continue;
      yield { kind: 'records', records };
      records = [];
    }
  }
  if (records.length > 0) yield { kind: 'records', records };
}

/** The source's id where there is one; else a hash of the content, so that a later export of the same row has the same key. */
export function keyMaker(
  file: Pick<SourceFile, 'object' | 'columns'>,
  { id, natural = [] }: KeySlots,
): (cells: readonly string[]) => string {
  const columns = (id ?? []).map((slot) => file.columns.find((column) => column.slot === slot));
  const indexes = columns.flatMap((column) => column?.index ?? []);
  const hasId = indexes.length > 0 && indexes.length === columns.length;
  const own = file.columns.filter((column) => natural.includes(column.slot ?? ''));
  const prefix = file.object.slice(0, 1);
  // By number, since 600,000 texts would fill 70 MB; two of a number by chance (1 : 25,000) only get a suffix.
  const met = numberSet();
  const repeats = new Map<number, number>();
  return (cells) => {
    const given = hasId ? indexes.map((index) => cells[index]?.trim() ?? '') : [''];
    if (given.every((part) => part !== '')) return given.join('/');
    const parts = own.length > 0 ? own.map((column) => cells[column.index] ?? '') : cells;
    const digest = digestOf('sha1', parts.join('\u001f'));
    const hash = `${prefix}${digest.slice(0, 16)}`;
    const number = Number.parseInt(digest.slice(0, 13), 16);
    if (met.add(number)) return hash;
    const n = (repeats.get(number) ?? 1) + 1;
    repeats.set(number, n);
    return `${hash}-${n}`;
  };
}
