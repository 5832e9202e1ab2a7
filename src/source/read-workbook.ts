/** The sheets of an Excel workbook as tables. Hidden sheets and columns are read too: an export keeps its ids there. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { readXlsx, streamXlsxRows, type StreamRow } from 'hucre/xlsx';
import { WaybillError } from '../core/errors.ts';
import type { CsvRow } from '../lib/csv.ts';
import type { BundleFile } from './bundle.ts';
import { formulasOf, type Formulas } from './read-formulas.ts';
import type { Table } from './table.ts';

/** The packed file is held in memory while its rows stream; no export of tables is larger than this. */
const MAX_BYTES = 512 * 1024 ** 2;
const CHUNK = 500;
/** Hidden columns are said before the rows. */
const LOOKED_AT = 1;
const SHOWN = 5;

export async function workbookTables(file: BundleFile): Promise<Table[]> {
  if (file.bytes > MAX_BYTES)
    throw damaged(file, `it has ${file.bytes} bytes, more than a workbook of records can have`);
  const bytes = await buffer(await file.open());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const names = await sheetNames(file, bytes);
  return Promise.all(
    names.map(async (name) => ({
      path: names.length === 1 ? file.path : `${file.path}#${name}`,
      encoding: 'xlsx',
      delimiter: '',
      sha256,
      bytes: file.bytes,
      ...(await lookedAt(file, bytes, name)),
    })),
  );
}

async function sheetNames(file: BundleFile, bytes: Buffer): Promise<string[]> {
  const names: string[] = [];
  try {
    await readXlsx(bytes, { sheets: ({ name }) => names.push(name) === 0 });
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
  return names;
}

const damaged = (file: BundleFile, why: string): WaybillError =>
  new WaybillError('WB_SOURCE_MISSING', `${file.path} cannot be read as a workbook: ${why}.`, {
    place: file.path,
    next: 'Save it again as .xlsx without a password, or as CSV.',
  });

async function lookedAt(
  file: BundleFile,
  bytes: Buffer,
  name: string,
): Promise<Pick<Table, 'notices' | 'rows'>> {
  const formulas = await formulasOf(bytes, name).catch((error: unknown) => {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  });
  return {
    notices: await oddities(bytes, name, formulas),
    rows: () => sheetRows(file, name, formulas),
  };
}

/** What a person who looks at the sheet in Excel does not see. */
async function oddities(bytes: Buffer, name: string, formulas: Formulas): Promise<string[]> {
  const { sheets } = await readXlsx(bytes, { sheets: [name], maxRows: LOOKED_AT });
  const [sheet] = sheets;
  if (!sheet) return [];
  const hidden = (sheet.columns ?? []).flatMap((column, index) =>
    column.hidden ? [letters(index)] : [],
  );
  const empty = [...formulas.uncomputed];
  return [
    ...(sheet.hidden ? [`sheet "${name}" is hidden; it is read all the same`] : []),
    ...(hidden.length > 0
      ? [`hidden column(s) ${hidden.join(', ')} of sheet "${name}" are read too`]
      : []),
    ...(formulas.any
      ? [`sheet "${name}" has formulas; what counts is the value that Excel last computed`]
      : []),
    ...(empty.length > 0
      ? [
          `${empty.length} row(s) of sheet "${name}" have formulas that were never computed, and so no value, like ${empty
            .slice(0, SHOWN)
            .map(([line, column]) => letters(column) + String(line))
            .join(', ')}; they wait. Open it in Excel, save it, and read it again`,
        ]
      : []),
  ];
}

const letters = (index: number): string =>
  index < 26
    ? String.fromCharCode(65 + index)
    : letters(Math.floor(index / 26) - 1) + String.fromCharCode(65 + (index % 26));

async function* sheetRows(
  file: BundleFile,
  name: string,
  { uncomputed }: Formulas,
): AsyncGenerator<CsvRow[]> {
  const bytes = await buffer(await file.open());
  let rows: CsvRow[] = [];
  let width = 0;
  for await (const { index, values } of streamXlsxRows(bytes, { sheet: name })) {
    const cells = values.map(cellText);
    // Excel leaves empty cells at the end of a row out; the header's width is every row's.
    if (cells.length > width && cells.some((cell) => cell !== ''))
      width = Math.max(width, cells.length);
    while (cells.length < width) cells.push('');
    const brokenAt = uncomputed.get(index + 1);
    rows.push({
      line: index + 1,
      cells,
      ...(brokenAt !== undefined && { broken: 'formula', brokenAt }),
    });
    if (rows.length < CHUNK) continue;
    yield rows;
    rows = [];
  }
  yield rows;
}

const DAY_MS = 86_400_000;

/** A date without a time of day is written as one, so that it is not taken for a moment on some clock. */
function cellText(value: StreamRow['values'][number]): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    const text = value.toISOString();
    return value.getTime() % DAY_MS === 0 ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
  }
  return typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? numberText(value)
      : String(value);
}

/** Excel computes in binary: 0.1 + 0.2 shows as 0.3 there, and is 0.3 here. */
const numberText = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
