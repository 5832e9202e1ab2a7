/** One file of the export as rows, with its encoding, delimiter and header found. */
import { WaybillError } from '../../core/errors.ts';
import { csvRows, rankDelimiters, type CsvRow } from '../../lib/csv.ts';
import { decodeText, detectEncoding, type Encoding } from '../../lib/text-encoding.ts';
import type { BundleFile } from '../bundle.ts';
import type { SourceObject } from '../source.ts';
import { headerScore } from './recognise.ts';

export interface FileShape {
  readonly encoding: Encoding;
  readonly mixedEncoding: boolean;
  readonly sha256: string;
  readonly bytes: number;
  readonly delimiter: string;
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

/** Null when the file is empty or has no row that could be a header. */
export async function readShape(
  file: BundleFile,
  objects: readonly SourceObject[],
  asked: string | undefined,
): Promise<FileShape | null> {
  const found = await detectEncoding(await file.open());
  const encoding =
    asked === undefined ? found.encoding : ENCODINGS.find((one) => one === asked.toLowerCase());
  if (!encoding)
    throw new WaybillError('WB_CONFIG_INVALID', `"${asked}" is no encoding that Waybill reads.`, {
      next: `Choose one of ${ENCODINGS.join(', ')} in waybill.yaml, source.encodings.`,
    });
  const sample = await firstText(file, encoding);
  const tried = await Promise.all(
    rankDelimiters(sample, HEADER_WITHIN).map(async (delimiter) => ({
      delimiter,
      best: bestHeader(await firstRows(sample, delimiter), objects),
    })),
  );
  // The shape of the rows ranks the delimiters; a header that speaks our words beats the ranking.
  const scoreOf = (one: (typeof tried)[number]): number =>
    (one.best?.score ?? 0) >= MIN_SCORE ? (one.best?.score ?? 0) : 0;
  const [first] = tried.sort((a, b) => scoreOf(b) - scoreOf(a));
  const { delimiter, best } = first ?? { delimiter: ',', best: null };
  return (
    best && {
      encoding,
      mixedEncoding: found.mixed && asked === undefined,
      sha256: found.sha256,
      bytes: found.bytes,
      delimiter,
      ...best,
    }
  );
}

async function firstText(file: BundleFile, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const chunk of decodeText(await file.open(), encoding)) {
    text += chunk;
    if (text.length >= SAMPLE_CHARS) break;
  }
  return text;
}

async function firstRows(text: string, delimiter: string): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const chunk of csvRows(once(text), delimiter)) rows.push(...chunk);
  return rows.slice(0, HEADER_WITHIN);
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

function bestHeader(
  rows: readonly CsvRow[],
  objects: readonly SourceObject[],
): (Pick<FileShape, 'headerLine' | 'headers' | 'scores'> & { readonly score: number }) | null {
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
  file: BundleFile,
  shape: Pick<FileShape, 'encoding' | 'delimiter' | 'headerLine'>,
  headers: readonly string[],
): AsyncGenerator<CsvRow[]> {
  const text = decodeText(await file.open(), shape.encoding);
  for await (const rows of csvRows(text, shape.delimiter, (cells) => fits(cells, headers))) {
    yield rows.filter((row) => row.line > shape.headerLine);
  }
}

export type RowVerdict =
  | { readonly kind: 'record'; readonly cells: readonly string[] }
  | {
      readonly kind: 'rejected';
      readonly code: 'WB_ROW_SHAPE' | 'WB_ROW_QUOTES' | 'WB_ROW_NUL' | 'WB_CELL_TOO_LARGE';
      readonly message: string;
    }
  | { readonly kind: 'blank' };

const COUNTED = String.raw`(?:records?|contacts?|notes?|rows?|entries)`;
const TOTAL = new RegExp(
  String.raw`^(?:(?:grand )?totals?(?: ${COUNTED})?(?: ?[:=])?(?: ?[\d,]+)?(?: ${COUNTED})?|[\d,]+ ${COUNTED}(?: (?:exported|found|selected|in total))?)\.?$`,
  'i',
);

/** "Total: 1,200", "1,200 contacts"; not the contact whose company is Total Wine. */
function isTotal(cells: readonly string[], columns: number): boolean {
  const [first = '', ...more] = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  return (
    columns > 2 &&
    TOTAL.test(first.replace(/\s+/g, ' ')) &&
    more.length < 2 &&
    more.every((cell) => /^[\d,]+$/.test(cell))
  );
}

/**
 * As many cells as the header. Blank cells too many are forgiven, and cells missing where the header names nothing:
 * some exports end the header, but not the rows, with a delimiter.
 */
const fits = (cells: readonly string[], headers: readonly string[]): boolean =>
  cells.slice(headers.length).every((cell) => cell.trim() === '') &&
  headers.slice(cells.length).every((header) => header.trim() === '');

export function judgeRow(row: CsvRow, headers: readonly string[]): RowVerdict {
  const columns = headers.length;
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
  if (isTotal(row.cells, columns))
    return {
      kind: 'rejected',
      code: 'WB_ROW_SHAPE',
      message: `Line ${row.line} is a total below the records, not a record.`,
    };
  if (row.cells.length === columns) return { kind: 'record', cells: row.cells };
  if (fits(row.cells, headers))
    return { kind: 'record', cells: headers.map((_, index) => row.cells[index] ?? '') };
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
