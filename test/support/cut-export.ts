/** An export that lacks files and columns, as one does that somebody made without thinking of a migration. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Leaves only these files of the sample export, and of the contacts only these columns and the rows with a record id. */
export function cutExport(
  folder: string,
  files: readonly string[],
  columns: (header: string) => boolean,
): void {
  for (const name of readdirSync(folder))
    if (!files.includes(name)) rmSync(join(folder, name), { recursive: true });
  const path = join(folder, 'Contacts.csv');
  const [, header = '', ...rows] = readFileSync(path, 'utf8').split('\r\n');
  const kept = header.split(',').map(columns);
  const cut = (line: string): string =>
    cellsOf(line)
      .filter((_cell, index) => kept[index])
      .join(',');
  writeFileSync(
    path,
    [cut(header), ...rows.filter((row) => row.startsWith('7')).map(cut)].join('\r\n'),
  );
}

/** As they are written, quotes and all. */
export const cellsOf = (line: string): string[] =>
  line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.map((cell) => cell.replace(/,$/, '')) ?? [];
