import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-large-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const READER = fileURLToPath(new URL('../support/read-large-export.ts', import.meta.url));
const MB = 1024 ** 2;
/** What Node and the program take by themselves, and a chunk in every place; nothing that grows with the file. */
const LIMIT_MB = 400;

function written(name: string, head: string, piece: (n: number) => string, until: number): number {
  const file = openSync(join(folder, name), 'w');
  let [bytes, n] = [writeSync(file, head), 0];
  while (bytes < until) {
    let text = '';
    for (let i = 0; i < 1_000; i++) text += piece(n++);
    bytes += writeSync(file, text);
  }
  closeSync(file);
  return n;
}

test('an export of 200 MB is read in bounded memory, also with a line in it that never ends', () => {
  writeFileSync(
    join(folder, 'Contacts.csv'),
    'Contact ID,First Name,Last Name,Email\n1,Ann,Lee,a@x.co\n',
  );
  const body = 'called, "again"; '.replaceAll('"', '""').repeat(15);
  const notes = written(
    'Notes.csv',
    'Note ID,Contact ID,Date,Note,Team Member\n',
    (n) => `${n},1,3/25/2020 2:00 PM,"${n} ${body}\n${body}",Tom\n`,
    150 * MB,
  );
  // One line of 50 MB, as a damaged file has them, and a good row below it.
  written(
    'Notes-2.csv',
    'Note ID,Contact ID,Date,Note,Team Member\n',
    () => 'x'.repeat(50),
    50 * MB,
  );
  writeFileSync(join(folder, 'Notes-2.csv'), '\nlast,1,3/25/2020,Good,Tom\n', { flag: 'a' });
  const answer = JSON.parse(
    execFileSync(process.execPath, [READER, folder], { encoding: 'utf8' }),
  ) as { records: number; rejected: number; peakMb: number };
  expect(answer).toMatchObject({ records: 1 + notes + 1, rejected: 1 });
  expect(answer.peakMb).toBeLessThan(LIMIT_MB);
});
