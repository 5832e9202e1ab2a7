/** A delimited file as a table; and the shape of any table: where its header stands and whose words it speaks. */
import { WaybillError } from '../core/errors.ts';
import { csvRows, rankDelimiters, type CsvRow } from '../lib/csv.ts';
import { decodeText, detectEncoding, type Encoding } from '../lib/text-encoding.ts';
import type { BundleFile } from './bundle.ts';
import type { SourceObject } from './source.ts';
import { headerScore } from './recognise.ts';
import type { Table, Width } from './table.ts';

export interface Shape {
  readonly headerLine: number;
  readonly headers: readonly string[];
  /** How well the header fits each object. */
  readonly scores: Readonly<Record<string, number>>;
  /** The best of them. */
  readonly score: number;
}

/** Titles stand above the header; nobody writes more of them than this. */
const HEADER_WITHIN = 20;
const SAMPLE_CHARS = 64_000;
const MIN_SCORE = 2;

const ENCODINGS: readonly Encoding[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'];

export async function delimitedTable(
  file: BundleFile,
  asked: string | undefined,
  objects: readonly SourceObject[],
): Promise<Table> {
  const found = await detectEncoding(file.pieces());
  const encoding =
    asked === undefined ? found.encoding : ENCODINGS.find((one) => one === asked.toLowerCase());
  if (!encoding)
    throw new WaybillError('WB_CONFIG_INVALID', `"${asked}" is no encoding that Waybill reads.`, {
      next: `Choose one of ${ENCODINGS.join(', ')} in waybill.yaml, source.encodings.`,
    });
  const sample = await firstText(file, encoding);
  const delimiter = await bestDelimiter(sample, objects);
  const mixed = found.mixed && asked === undefined;
  return {
    path: file.path,
    encoding,
    delimiter,
    sha256: found.sha256,
    bytes: found.bytes,
    notices: mixed
      ? [
          `${file.path} mixes UTF-8 with another encoding; it was read as ${encoding}, so some accents may look wrong. Export it again, or set source.encodings in waybill.yaml.`,
        ]
      : [],
    rows: (width) => delimitedRows(file, encoding, delimiter, width),
  };
}

/** The shape of the rows ranks the delimiters; a header that speaks our words beats the ranking. */
async function bestDelimiter(sample: string, objects: readonly SourceObject[]): Promise<string> {
  const tried = await Promise.all(
    rankDelimiters(sample, HEADER_WITHIN).map(async (delimiter) => {
      const rows: CsvRow[] = [];
      for await (const chunk of csvRows(once(sample), delimiter)) rows.push(...chunk);
      return { delimiter, score: bestHeader(rows.slice(0, HEADER_WITHIN), objects)?.score ?? 0 };
    }),
  );
  const named = tried.filter((one) => one.score >= MIN_SCORE).sort((a, b) => b.score - a.score);
  return (named[0] ?? tried[0])?.delimiter ?? ',';
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

/** Rows of a delimited file of which everything else is known. */
export async function* delimitedRows(
  file: BundleFile,
  encoding: string,
  delimiter: string,
  width?: Width,
): AsyncGenerator<CsvRow[]> {
  const text = decodeText(file.pieces(), encoding);
  yield* csvRows(text, delimiter, width === undefined ? undefined : (cells) => fits(cells, width));
}

async function firstText(file: BundleFile, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const chunk of decodeText(file.pieces(), encoding)) {
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
    ? {
        headerLine: chosen.row.line,
        headers: chosen.row.cells,
        scores: chosen.scores,
        score: chosen.best,
      }
    : null;
}

/** Rows below the header, in chunks. */
export async function* dataRows(
  table: Pick<Table, 'rows'>,
  headerLine: number,
  width: Width,
): AsyncGenerator<CsvRow[]> {
  for await (const rows of table.rows(width)) yield rows.filter((row) => row.line > headerLine);
}

export type RowVerdict =
  | { readonly kind: 'record'; readonly cells: readonly string[] }
  | {
      readonly kind: 'rejected';
      readonly code:
        'WB_ROW_SHAPE' | 'WB_ROW_QUOTES' | 'WB_ROW_NUL' | 'WB_CELL_TOO_LARGE' | 'WB_ROW_FORMULA';
      readonly message: string;
      /** Index of the cell that is meant, where it is one. */
      readonly cell?: number | undefined;
    }
  | { readonly kind: 'blank' };

const COUNTED = String.raw`(?:records?|contacts?|notes?|rows?|entries)`;
const TOTAL = new RegExp(
  String.raw`^(?:(?:grand )?totals?(?: ${COUNTED})?(?: ?[:=])?(?: ?[\d,]+)?(?: ${COUNTED})?|[\d,]+ ${COUNTED}(?: (?:exported|found|selected|in total))?)\.?$`,
  'i',
);

const isBlank = (cell: string): boolean => cell === '' || cell.trim() === '';

/** "Total: 1,200", "1,200 contacts"; not the contact whose company is Total Wine. */
function isTotal(cells: readonly string[], columns: number): boolean {
  const first = cells.find((cell) => !isBlank(cell))?.trim() ?? '';
  // Asked of every row: nearly none begins so, and then the others need no look.
  if (columns <= 2 || !TOTAL.test(first.replace(/\s+/g, ' '))) return false;
  const [, ...more] = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  return more.length < 2 && more.every((cell) => /^[\d,]+$/.test(cell));
}

/** As many cells as the header; blank cells too many are forgiven, and those missing where the header names nothing. */
const fits = (cells: readonly string[], width: Width): boolean =>
  cells.length >= leastOf(width) && cells.slice(mostOf(width)).every((cell) => cell.trim() === '');

const leastOf = (width: Width): number => (typeof width === 'number' ? width : width.least);
const mostOf = (width: Width): number => (typeof width === 'number' ? width : width.most);

/** Some exports end the header, but not the rows, with a delimiter. */
export const widthOf = (headers: readonly string[]): Width => ({
  least: headers.findLastIndex((header) => header.trim() !== '') + 1,
  most: headers.length,
});

export function judgeRow(row: CsvRow, width: Width): RowVerdict {
  const columns = mostOf(width);
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
  if (row.broken === 'formula')
    return {
      kind: 'rejected',
      code: 'WB_ROW_FORMULA',
      message: `Line ${row.line}: a formula was never computed, and so the cell has no value. Open the workbook in Excel, save it, and read it again.`,
      cell: row.brokenAt,
    };
  if (row.cells.every(isBlank)) return { kind: 'blank' };
  if (isTotal(row.cells, columns))
    return {
      kind: 'rejected',
      code: 'WB_ROW_SHAPE',
      message: `Line ${row.line} is a total below the records, not a record.`,
    };
  if (row.cells.length === columns) return { kind: 'record', cells: row.cells };
  if (fits(row.cells, width))
    return {
      kind: 'record',
      cells: Array.from({ length: columns }, (_, index) => row.cells[index] ?? ''),
    };
  return {
    kind: 'rejected',
    code: 'WB_ROW_SHAPE',
    message: `Line ${row.line} has ${row.cells.length} cells where the header has ${columns}.`,
  };
}

/** The row as text again, for a person to look at: quoted where a cell needs it. */
export const rowText = (row: CsvRow, delimiter: string): string =>
  row.text ??
  row.cells
    .map((cell) =>
      cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    )
    .join(delimiter);
