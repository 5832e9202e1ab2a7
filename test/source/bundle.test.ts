import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { openAgileCaseExport } from '../../src/source/agilecase/agilecase.ts';
import {
  bundleOpener,
  changedFiles,
  openBundle,
  type BundleFile,
} from '../../src/source/bundle.ts';
import { zipOf, type ZipEntry } from '../support/zip-archive.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, data: string | Buffer): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, data);
  return path;
};

async function textOf(file: BundleFile | undefined): Promise<string> {
  if (!file) throw new Error('no such file in the bundle');
  const chunks: Buffer[] = [];
  for await (const chunk of (await file.open()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const readAll = async (path: string): Promise<Record<string, string>> => {
  const out: Record<string, string> = {};
  for (const file of await openBundle(path)) out[file.path] = file.refused ?? (await textOf(file));
  return out;
};

const CONTENT = { 'Contacts.csv': 'a,b\n1,2\n', 'more/Notes.csv': 'n\n'.repeat(50_000) };

describe('an export', () => {
  test('reads the same from a folder, a zip and, file by file, alone', async () => {
    for (const [name, data] of Object.entries(CONTENT)) put(`folder/${name}`, data);
    const zip = put(
      'same.ZIP',
      zipOf(Object.entries(CONTENT).map(([name, data]) => ({ name, data }))),
    );
    expect(await readAll(join(folder, 'folder'))).toEqual(CONTENT);
    expect(await readAll(zip)).toEqual(CONTENT);
    expect(await readAll(join(folder, 'folder/Contacts.csv'))).toEqual({
      'Contacts.csv': CONTENT['Contacts.csv'],
    });
  });

  test('lists links and hidden files with the reason they are not read', async () => {
    put('linked/Contacts.csv', 'a');
    put('linked/.DS_Store', 'x');
    const secret = put('secret.txt', 'not yours');
    symlinkSync(secret, join(folder, 'linked/Notes.csv'));
    symlinkSync(join(folder, 'folder'), join(folder, 'linked/elsewhere'));
    expect(await readAll(join(folder, 'linked'))).toEqual({
      'Contacts.csv': 'a',
      '.DS_Store': 'hidden',
      'Notes.csv': expect.stringContaining('a link') as string,
      elsewhere: expect.stringContaining('a link') as string,
    });
    const zip = put(
      'mac.zip',
      zipOf([
        { name: 'C.csv', data: 'a' },
        { name: '__MACOSX/._C.csv', data: 'x' },
      ]),
    );
    expect(await readAll(zip)).toEqual({ 'C.csv': 'a', '__MACOSX/._C.csv': 'hidden' });
  });

  test('is opened by the paths it lists, and by no others', async () => {
    put('named/in/a.txt', 'a');
    put('named/.hidden/b.txt', 'b');
    put('named/.c.txt', 'c');
    put('beside.txt', 'not yours');
    symlinkSync(join(folder, 'beside.txt'), join(folder, 'named/link.txt'));
    symlinkSync(folder, join(folder, 'named/up'));
    const open = bundleOpener(join(folder, 'named'));
    expect(await text(await open('in/a.txt'))).toBe('a');
    const refused = ['../beside.txt', 'in/../../beside.txt', 'link.txt', 'up/beside.txt', '.c.txt'];
    for (const path of [...refused, '.hidden/b.txt', join(folder, 'beside.txt'), 'in', '', 'in/'])
      await expect(open(path)).rejects.toMatchObject({ code: 'WB_FILE_MISSING' });
    put('named/in/later.txt', 'later');
    expect(await text(await open('in/later.txt'))).toBe('later');
  });

  test('says what is wrong with a path that is not there', async () => {
    await expect(openBundle(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'WB_SOURCE_MISSING',
      next: expect.stringContaining('source.export') as string,
    });
    const [file] = await openBundle(put('gone.csv', 'a'));
    rmSync(join(folder, 'gone.csv'));
    await expect(textOf(file)).rejects.toMatchObject({ code: 'WB_SOURCE_MISSING' });
  });
});

const contacts: ZipEntry = { name: 'Contacts.csv', data: 'a,b\n1,2\n' };
const UNSAFE: readonly (readonly [string, Buffer, RegExp])[] = [
  ['a way out of the archive', zipOf([{ name: '../evil.csv', data: 'x' }]), /\.\.\/evil/],
  ['an absolute name', zipOf([{ name: '/etc/passwd', data: 'x' }]), /absolute/],
  ['a drive letter', zipOf([{ name: 'C:/x.csv', data: 'x' }]), /absolute/],
  ['a way out with backslashes', zipOf([{ name: '..\\evil.csv', data: 'x' }]), /\.\.\/evil/],
  [
    'a link',
    zipOf([contacts, { name: 'Notes.csv', data: '/etc/passwd', mode: 0o120777 }]),
    /"Notes.csv" is a link/,
  ],
  ['an encrypted entry', zipOf([{ ...contacts, encrypted: true }]), /encrypted/],
  ['one name twice', zipOf([contacts, { ...contacts, data: 'c,d\n3,4\n' }]), /twice/],
  [
    'a bomb',
    zipOf([{ name: 'Contacts.csv', data: Buffer.alloc(20 * 1024 ** 2) }]),
    /would unpack to 20971520 bytes/,
  ],
  [
    'a bomb in many parts',
    zipOf(
      Array.from({ length: 5 }, (_, n) => ({
        name: `${n}.csv`,
        data: Buffer.alloc(9 * 1024 ** 2),
      })),
    ),
    /would unpack/,
  ],
  ['half an archive', zipOf([contacts]).subarray(0, 60), /cannot be read as a zip/],
  ['no archive', Buffer.from('hello'), /cannot be read as a zip/],
];

describe('an archive', () => {
  test.each(UNSAFE)(
    'with %s is refused, and a person is told what to do',
    async (name, data, words) => {
      const error: unknown = await readAll(put(`${name}.zip`, data)).catch(
        (caught: unknown) => caught,
      );
      if (!isWaybillError(error, 'WB_ARCHIVE_UNSAFE')) throw error;
      expect(error.message).toMatch(words);
      expect(error.next).toContain('Unpack');
    },
  );

  test.each([
    ['longer than it says', { ...contacts, claims: { size: 3 } }],
    ['shorter than it says', { ...contacts, claims: { size: 9_000 } }],
    ['not what its checksum says', { ...contacts, claims: { crc: 1 } }],
  ] as const)('whose entry is %s is never read to a good end', async (name, entry) => {
    await expect(readAll(put(`${name}.zip`, zipOf([entry])))).rejects.toMatchObject({
      code: 'WB_ARCHIVE_UNSAFE',
    });
  });
});

test('an archive that was replaced after it was listed is not read as what it was', async () => {
  const path = put('replaced.zip', zipOf([{ name: 'a.txt', data: 'first' }, contacts]));
  const listed = await openBundle(path);
  put('replaced.zip', zipOf([{ name: 'a much longer name.txt', data: 'x'.repeat(99) }, contacts]));
  for (const file of listed)
    await expect(textOf(file)).rejects.toMatchObject({ code: 'WB_ARCHIVE_UNSAFE', place: path });
});

test('an archive of many documents is not searched for each of them', async () => {
  const names = Array.from({ length: 5_000 }, (_, n) => `documents/${n}.txt`);
  const path = put('many.zip', zipOf(names.map((name) => ({ name, data: name }))));
  const read = await readAll(path);
  expect(Object.keys(read)).toEqual(names);
  expect(Object.values(read)).toEqual(names);
  // Searched for each, they take minutes; opened where they lie, two seconds.
}, 60_000);

const FIRM = { seed: 3, cases: 4, contacts: 5, notes: 5, communications: 0, documents: 0 };

test.each([
  ['csv', 'data/cases.csv'],
  ['json', 'data/cases.json'],
  ['xlsx', 'firm.xlsx'],
] as const)(
  'tables as %s are unchanged until a byte of their file is another',
  async (format, file) => {
    const here = join(folder, `firm-${format}`);
    await generateSampleFirm(FIRM).writeTo(here, format);
    const { signal } = new AbortController();
    const { files } = await openAgileCaseExport(here, {}).inspect(signal);
    const tables = files.filter((one) =>
      one.path.startsWith(format === 'xlsx' ? 'firm.xlsx' : 'data/'),
    );
    expect(tables.length).toBeGreaterThan(10);
    expect(await changedFiles(here, tables)).toEqual([]);
    appendFileSync(join(here, file), ' ');
    expect(await changedFiles(here, tables)).toEqual([file]);
  },
);
