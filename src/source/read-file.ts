/** A delimited file as a table; and the shape of any table: where its header stands and whose words it speaks. */
import { WaybillError } from '../core/errors.ts';
import { csvRows, fits, guessDelimiter, type CsvRow } from '../lib/csv.ts';
import { decodeText, detectEncoding, type Encoding } from '../lib/text-encoding.ts';
import type { BundleFile } from './bundle.ts';
import type { SourceObject } from './source.ts';
import { headerScore } from './recognise.ts';
import type { Table } from './table.ts';

export interface Shape {
  readonly headerLine: number;
  readonly headers: readonly string[];
  /** How well the header fits each object. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Titles stand above the header; nobody writes more of them than this. */
const HEADER_WITHIN = 20;
const SAMPLE_CHARS = 64_000;
const MIN_SCORE = 2;

const ENCODINGS: readonly Encoding[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'];

export async function delimitedTable(file: BundleFile, asked: string | undefined): Promise<Table> {
  const found = await detectEncoding(await file.open());
  const encoding =
    asked === undefined ? found.encoding : ENCODINGS.find((one) => one === asked.toLowerCase());
  if (!encoding)
    throw new WaybillError('WB_CONFIG_INVALID', `"${asked}" is no encoding that Waybill reads.`, {
      next: `Choose one of ${ENCODINGS.join(', ')} in waybill.yaml, source.encodings.`,
    });
  const sample = await firstText(file, encoding);
  const delimiter = guessDelimiter(sample.split('\n').slice(0, HEADER_WITHIN));
  return {
    path: file.path,
    encoding,
    delimiter,
    sha256: found.sha256,
    bytes: found.bytes,
    notices: [],
    rows: (columns) => delimitedRows(file, encoding, delimiter, columns),
  };
}

async function* delimitedRows(
  file: BundleFile,
  encoding: Encoding,
  delimiter: string,
  columns = 0,
): AsyncGenerator<CsvRow[]> {
  yield* csvRows(decodeText(await file.open(), encoding), delimiter, columns);
}

async function firstText(file: BundleFile, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const chunk of decodeText(await file.open(), encoding)) {
    text += chunk;
    if (text.length >= SAMPLE_CHARS) break;
  }
  return text;
}

/** Null when the table is empty or has no row that could be a header. */
export async function readShape(
  table: Table,
  objects: readonly SourceObject[],
): Promise<Shape | null> {
  const rows: CsvRow[] = [];
  for await (const chunk of table.rows()) {
    rows.push(...chunk.slice(0, HEADER_WITHIN - rows.length));
    if (rows.length >= HEADER_WITHIN) break;
  }
  return bestHeader(rows, objects);
}

function bestHeader(rows: readonly CsvRow[], objects: readonly SourceObject[]): Shape | null {
  const scored = rows.map((row) => {
    const scores = Object.fromEntries(
      objects.map((object) => [object.name, headerScore(row.cells, object, objects)]),
    );
    return { row, scores, best: Math.max(...Object.values(scores)) };
  });
  const top = Math.max(0, ...scored.map((one) => one.best));
  const named = top >= MIN_SCORE ? scored.find((one) => one.best === top) : undefined;
  // No row speaks our words: the first row as wide as the rest is taken for the header, and a person will be asked.
  const widest = Math.max(0, ...rows.map((row) => row.cells.length));
  const chosen = named ?? scored.find((one) => one.row.cells.length === widest);
  return chosen
    ? { headerLine: chosen.row.line, headers: chosen.row.cells, scores: chosen.scores }
    : null;
}

/** Rows below the header, in chunks. */
export async function* dataRows(
  table: Pick<Table, 'rows'>,
  headerLine: number,
  columns: number,
): AsyncGenerator<CsvRow[]> {
  for await (const rows of table.rows(columns)) yield rows.filter((row) => row.line > headerLine);
}

export type RowVerdict =
  | { readonly kind: 'record'; readonly cells: readonly string[] }
  | {
      readonly kind: 'rejected';
      readonly code: 'WB_ROW_SHAPE' | 'WB_ROW_QUOTES' | 'WB_ROW_NUL' | 'WB_CELL_TOO_LARGE';
      readonly message: string;
    }
  | { readonly kind: 'blank' };

const TOTAL = /^\s*(grand\s+)?total(s)?\b|^\s*[\d,]+\s+(records?|contacts?|notes?|rows?)\b/i;

/** A row is a record when it has as many cells as the header; blank cells too many are forgiven. */
export function judgeRow(row: CsvRow, columns: number): RowVerdict {
  if (row.broken === 'quotes')
    return {
      kind: 'rejected',
      code: 'WB_ROW_QUOTES',
      message: `Line ${row.line}: a quote opens and does not close, or text follows a closing quote.`,
    };
  if (row.broken === 'nul')
    return {
      kind: 'rejected',
      code: 'WB_ROW_NUL',
      message: `Line ${row.line}: a cell holds NUL bytes, which no database takes.`,
    };
  if (row.broken === 'too-large')
    return {
      kind: 'rejected',
      code: 'WB_CELL_TOO_LARGE',
      message: `Line ${row.line}: a cell is longer than a million characters.`,
    };
  if (row.cells.every((cell) => cell.trim() === '')) return { kind: 'blank' };
  const filled = row.cells.filter((cell) => cell.trim() !== '');
  if (filled.length <= 2 && columns > 2 && TOTAL.test(filled[0] ?? ''))
    return {
      kind: 'rejected',
      code: 'WB_ROW_SHAPE',
      message: `Line ${row.line} is a total below the records, not a record.`,
    };
  if (row.cells.length === columns) return { kind: 'record', cells: row.cells };
  if (fits(row.cells, columns)) return { kind: 'record', cells: row.cells.slice(0, columns) };
  return {
    kind: 'rejected',
    code: 'WB_ROW_SHAPE',
    message: `Line ${row.line} has ${row.cells.length} cells where the header has ${columns}.`,
  };
}
