/** Exports that cannot be read, or not be trusted: said before anything is taken from them. No Odoo is asked. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestOdoo } from '../support/odoo.ts';
import { asUnprivileged, makeProject, type TestProject } from '../support/project.ts';
import { expectFailure, expectNoTraceback } from '../support/outcomes.ts';
import { CONTACT_HEADER, plainAccount, rows, smallExport } from '../support/small-export.ts';
import { makeZip, type ZipEntry } from '../support/zip.ts';

/** Port 9 is `discard`: nothing listens there. */
const NOWHERE: TestOdoo = {
  url: 'http://127.0.0.1:9',
  db: 'none',
  login: 'admin',
  password: '',
  apiKey: 'not-a-key-of-anything',
  version: '',
  databaseUrl: '',
  keyOf: async () => undefined,
  drop: async () => {},
};
const GOOD = plainAccount(3, 1);

let cleanUp: (() => void)[] = [];
let project: TestProject;

beforeEach(() => {
  cleanUp = [];
});
afterEach(() => {
  for (const clean of cleanUp) clean();
});

async function on(files: Readonly<Record<string, string | Buffer>>, name = ''): Promise<string> {
  const made = smallExport(files);
  const path = join(made.folder, name);
  project = await makeProject(NOWHERE, path);
  cleanUp.push(
    () => project.remove(),
    () => made.remove(),
  );
  return path;
}

const onZip = (entries: readonly ZipEntry[]): Promise<string> =>
  on({ 'export.zip': makeZip(entries) }, 'export.zip');

const expectRefused = async (code: number, ...said: readonly (string | RegExp)[]): Promise<void> =>
  expectFailure(await project.run('scope'), code, ...said);

/** What scope refuses, doctor names beforehand; and nothing of it is kept. */
async function expectNamedBeforehand(code: number, said: string | RegExp): Promise<void> {
  expectFailure(await project.run('doctor'), code, /FAIL {2}Source: /, said);
  const status = (await project.run('status', '--json')).json();
  expect(status).toMatchObject({ extracted: false, balance: [], next: 'waybill scope' });
}

it('says where the export should be when it is missing', async () => {
  const path = await on({}, 'gone');
  await expectRefused(
    5,
    'gone cannot be read: ENOENT: no such file or directory.',
    'source.export',
  );
  await expectNamedBeforehand(5, path);
});

it('names the file that may not be read', async () => {
  const folder = await on(GOOD);
  chmodSync(join(folder, 'Notes.csv'), 0o000);
  const ran = await asUnprivileged(['scope', project.folder], project.env);
  expectFailure(ran, 5, /Notes\.csv cannot be read: EACCES: permission denied\./, 'rights');
  expectFailure(
    await asUnprivileged(['doctor', project.folder], project.env),
    5,
    /FAIL {2}Source: .*Notes\.csv/,
  );
});

it('says that a folder holds no file', async () => {
  await on({});
  await expectRefused(2, 'no file at all', 'source.files');
  await expectNamedBeforehand(2, 'no file at all');
});

it('says that the file is empty', async () => {
  await on({ 'Contacts.csv': '' });
  await expectRefused(2, 'Contacts.csv: the file is empty');
});

it('says that there is a header and nothing below it', async () => {
  await on({ 'Contacts.csv': `${CONTACT_HEADER}\n` });
  await expectRefused(
    2,
    'Contacts.csv has a header and no record below it',
    'Export the contacts again',
  );
});

it('shows the header that it does not recognise, and takes what waybill.yaml says of the file', async () => {
  await on({ 'dump.csv': 'alpha,beta,gamma\n1,2,3\n' });
  await expectRefused(
    2,
    'its header is not recognised (alpha, beta, gamma)',
    '"People.csv": contact',
  );
  project.edit('waybill.yaml', (text) =>
    text.replace('  type: allclients\n', '  type: allclients\n  files:\n    dump.csv: contact\n'),
  );
  expect((await project.run('scope')).code).toBe(0);
});

it('does not choose between two contact exports', async () => {
  await on({
    'Contacts.csv': GOOD['Contacts.csv'] ?? '',
    'Clients.csv': rows('Contact ID,First Name,Last Name,Email,Fax', '7,Ann,Other,a@example.com,1'),
  });
  await expectRefused(
    2,
    /Both .*(Contacts|Clients)\.csv and .*\.csv look like contact exports/,
    '"skip"',
  );
});

it('follows no link out of the export folder', async () => {
  const folder = await on(GOOD);
  const secret = smallExport({ 'Notes.csv': 'outside' });
  cleanUp.push(() => secret.remove());
  mkdirSync(join(folder, 'more'));
  symlinkSync(join(secret.folder, 'Notes.csv'), join(folder, 'more', 'Notes.csv'));
  const ran = await project.run('scope', '--json');
  expect(ran.code, ran.stderr).toBe(0);
  const shown = ran.json<{ inspection: { files: { path: string }[]; skipped: unknown[] } }>();
  expect(shown.inspection.files.map((one) => one.path)).toEqual(['Contacts.csv', 'Notes.csv']);
  expect(shown.inspection.skipped).toEqual([
    { path: 'more/Notes.csv', reason: 'a link; put the file itself into the folder' },
  ]);
});

const good = Object.entries(GOOD).map(([name, content]): ZipEntry => ({ name, content }));

it('reads a zip as it reads a folder', async () => {
  await onZip(good);
  const ran = await project.run('scope', '--json');
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.json()).toMatchObject({
    objects: [
      { object: 'contact', records: 3 },
      { object: 'note', records: 3 },
    ],
  });
});

it.each<[string, ZipEntry, RegExp]>([
  [
    'a name that climbs out',
    { name: '../../evil.csv', content: 'x' },
    /cannot be trusted: .*relative path: \.\.\/\.\.\/evil\.csv/,
  ],
  [
    'an absolute name',
    { name: '/etc/evil.csv', content: 'x' },
    /cannot be trusted: absolute path: \/etc\/evil\.csv/,
  ],
  ['a link', { name: 'link.csv', content: '/etc/passwd', mode: 0o120777 }, /"link\.csv" is a link/],
  [
    'an encrypted entry',
    { name: 'locked.csv', content: 'x', encrypted: true },
    /"locked\.csv" is encrypted/,
  ],
  [
    'a bomb',
    { name: 'bomb.csv', content: Buffer.alloc(64 * 1024 ** 2) },
    /"bomb\.csv" would unpack to 67108864 bytes from \d+/,
  ],
  [
    'a bomb that lies about its size',
    { name: 'Notes.csv', content: Buffer.alloc(9 * 1024 ** 2, 'a,b\n'), claimed: 1_000 },
    /"Notes\.csv" cannot be unpacked/,
  ],
])('refuses a zip with %s', async (_what, entry, said) => {
  await onZip([...good.filter(({ name }) => name !== entry.name), entry]);
  await expectRefused(2, said, 'Unpack the archive yourself');
});

it('refuses a zip that was cut off', async () => {
  await on({ 'export.zip': makeZip(good).subarray(0, 200) }, 'export.zip');
  await expectRefused(2, /export\.zip cannot be read as a zip/);
  await expectNamedBeforehand(2, 'cannot be read as a zip');
});

it('refuses a zip whose bytes were damaged', async () => {
  const bytes = makeZip(good);
  bytes.fill(0xff, 60, 90);
  await on({ 'export.zip': bytes }, 'export.zip');
  await expectRefused(2, /export\.zip: the entry "Contacts\.csv" cannot be unpacked/);
});

it('rejects broken rows with file, line and reason, and keeps the rest', async () => {
  const folder = await on({
    'Contacts.csv': rows(
      CONTACT_HEADER,
      '1001,Ann,Good,ann@example.com,Austin',
      '1002,Bob,Wide,bob@example.com,Austin,one,more',
      '1003,Cyd,Short',
      '1004,"Dan,Quote,dan@example.com,Austin',
      '1005,Eve,Good,eve@example.com,Austin',
      '1006,Fay,Nul\u0000,fay@example.com,Austin',
      `1007,Gus,${'x'.repeat(10 * 1024 ** 2)},gus@example.com,Austin`,
      `1008,Hal,"${'y\n'.repeat(300)}",hal@example.com,Austin`,
      '1009,"Ida"x,Quote,ida@example.com,Austin',
      '1010,Joe,Stray 5",joe@example.com,Austin',
      'Total,3',
    ),
  });
  const ran = await project.run('scope', '--json');
  expect(ran.code, ran.stderr).toBe(0);
  expectNoTraceback(ran);
  const { items } = (await project.run('review', '--json')).json<{
    items: { code: string; place: string; message: string; raw: string }[];
  }>();
  expect(items.map(({ code, place }) => [code, place])).toEqual([
    ['WB_ROW_SHAPE', 'Contacts.csv, line 3'],
    ['WB_ROW_SHAPE', 'Contacts.csv, line 4'],
    ['WB_ROW_QUOTES', 'Contacts.csv, line 5'],
    ['WB_ROW_NUL', 'Contacts.csv, line 7'],
    ['WB_CELL_TOO_LARGE', 'Contacts.csv, line 8'],
    ['WB_ROW_QUOTES', 'Contacts.csv, line 310'],
    ['WB_ROW_SHAPE', 'Contacts.csv, line 312'],
  ]);
  expect(items[0]?.message).toBe('Line 3 has 7 cells where the header has 5.');
  expect(items[2]?.raw).toBe('1004,"Dan,Quote,dan@example.com,Austin');
  const status = (await project.run('status', '--json')).json();
  expect(status).toMatchObject({
    balance: [{ object: 'contact', extracted: 11, counts: { rejected: 7, pending: 4 } }],
  });
  writeFileSync(join(folder, 'Contacts.csv'), GOOD['Contacts.csv'] ?? '');
  expect((await project.run('scope')).code).toBe(0);
  expect((await project.run('review')).stdout).toContain('Nothing waits for you.');
});

it('tears no good rows along when a stray quote opens in one row and closes in another', async () => {
  await on({
    'Contacts.csv': rows(
      CONTACT_HEADER,
      '1001,"Ann,Open,ann@example.com,Austin',
      '1002,Bob,Good,bob@example.com,Austin',
      '1003,Cyd,"",cyd@example.com,Austin',
      '1004,Dan,Closes",dan@example.com,Austin',
      '1005,Eve,Good,eve@example.com,Austin',
    ),
  });
  const { objects } = (await project.run('scope', '--json')).json<{ objects: unknown }>();
  expect(objects).toEqual([{ object: 'contact', records: 4, rejectedRows: 1 }]);
});
