/** The firm as CSV, as JSON and as a workbook. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeXlsx } from 'hucre/xlsx';
import type { Day, FirmCell, FirmTable } from './types.ts';

const isDay = (cell: FirmCell | undefined): cell is Day =>
  typeof cell === 'object' && cell !== null;
export const ukText = ({ day, time }: Day): string =>
  `${day.split('-').toReversed().join('/')}${time === undefined ? '' : ` ${time}`}`;
const isoText = ({ day, time }: Day): string => (time === undefined ? day : `${day}T${time}:00`);

export const jsonRows = ({
  headers,
  rows,
}: FirmTable): Record<string, string | number | boolean | null>[] =>
  rows.map((row) =>
    Object.fromEntries(headers.map((header, index) => [header, plainCell(row[index] ?? null)])),
  );

const plainCell = (cell: FirmCell): string | number | boolean | null =>
  isDay(cell) ? isoText(cell) : cell;

export const jsonText = (table: FirmTable): string => JSON.stringify(jsonRows(table), null, 1);

const csvCell = (cell: FirmCell): string => {
  const text = cell === null ? '' : isDay(cell) ? ukText(cell) : String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvText = ({ headers, rows }: FirmTable): string =>
  [headers, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';

/** As Excel has it: dates are dates, the id column is hidden. */
export const workbook = (tables: readonly FirmTable[]): Promise<Uint8Array> =>
  writeXlsx({
    sheets: tables.map(({ name, headers, rows }) => ({
      name,
      columns: headers.map((header, index) => ({
        key: header,
        ...(header === 'id' && { hidden: true }),
        ...dateFormat(rows, index),
      })),
      rows: [
        [...headers],
        ...rows.map((row) =>
          row.map((cell) =>
            isDay(cell) ? new Date(`${cell.day}T${cell.time ?? '00:00'}:00Z`) : cell,
          ),
        ),
      ],
    })),
  });

function dateFormat(rows: readonly (readonly FirmCell[])[], index: number): { numFmt?: string } {
  const day = rows.map((row) => row[index]).find(isDay);
  return day ? { numFmt: day.time === undefined ? 'dd/mm/yyyy' : 'dd/mm/yyyy hh:mm' } : {};
}

export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
