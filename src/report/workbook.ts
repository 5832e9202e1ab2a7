/** XLSX through one small door, so that the library behind it can be changed in one place. */
import { writeXlsx } from 'hucre/xlsx';

export interface Sheet {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const LONGEST_CELL = 32_767;
const LONGEST_NAME = 31;
const MOST_ROWS = 1_000_000;
const [NARROWEST, WIDEST] = [8, 60];

export async function workbook(sheets: readonly Sheet[]): Promise<Uint8Array> {
  return writeXlsx({
    sheets: sheets.map((sheet) => ({
      name: sheet.name.replace(/[[\]:*?/\\]/g, ' ').slice(0, LONGEST_NAME),
      rows: [sheet.head, ...sheet.rows.slice(0, MOST_ROWS)].map((row) => row.map(fitting)),
      columns: sheet.head.map((head, at) => ({ width: widthOf(head, sheet.rows, at) })),
      freezePane: { rows: 1 },
      autoFilter: { range: `A1:${columnName(sheet.head.length)}${sheet.rows.length + 1}` },
    })),
  });
}

/** A cell is a text or a number, never a formula; what XML cannot hold is left out. */
const fitting = (cell: string | number): string | number =>
  typeof cell === 'number' ? cell : withoutControls(cell).slice(0, LONGEST_CELL);

const withoutControls = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- XML 1.0 forbids exactly these
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');

const widthOf = (head: string, rows: Sheet['rows'], at: number): number =>
  Math.min(
    WIDEST,
    Math.max(
      NARROWEST,
      head.length + 2,
      ...rows.slice(0, 200).map((row) => String(row[at] ?? '').length),
    ),
  );

/** 1 -> A, 27 -> AA. */
const columnName = (n: number): string =>
  n > 26
    ? columnName(Math.floor((n - 1) / 26)) + columnName(((n - 1) % 26) + 1)
    : String.fromCharCode(64 + n);
