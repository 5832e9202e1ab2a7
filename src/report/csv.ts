/** CSV for people who open it in a spreadsheet: a cell that begins like a formula is made a text. */
export function csv(rows: Iterable<readonly (string | number)[]>): string {
  let text = '';
  for (const row of rows) text += line(row);
  return text;
}

const line = (row: readonly (string | number)[]): string => `${row.map(cell).join(',')}\r\n`;

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
