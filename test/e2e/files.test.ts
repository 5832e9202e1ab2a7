/** Files that do not fit, changed or are not there wait with a reason, and come when that is mended (row A10). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-files-'));
const large = Buffer.alloc(2 * 1024 ** 2, 'large ');
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;

beforeAll(async () => {
  const files = join(folder, 'attachments');
  mkdirSync(join(files, '70001'), { recursive: true });
  writeFileSync(
    join(folder, 'Contacts.csv'),
    table(
      ['Contact ID', 'First Name', 'Last Name', 'Email'],
      ['70001', 'Ana', 'Keller', 'ana@example.com'],
      ['70002', 'Bob', 'Smith', 'bob@example.com'],
    ),
  );
  writeFileSync(
    join(folder, 'Attachments.csv'),
    table(
      ['Contact ID', 'File Name'],
      ['70001', 'large.bin'],
      ['70001', 'changing.txt'],
      ['70002', 'gone.pdf'],
      ['70002', '../../etc/pass\u0007wd.txt'],
    ),
  );
  writeFileSync(join(files, '70001', 'large.bin'), large);
  writeFileSync(join(files, '70001', 'changing.txt'), 'before');
  writeFileSync(join(files, 'pass\u0007wd.txt'), 'odd name');
  odoo = await freshOdoo(19, 'files');
  rpc = await plainRpc(odoo);
  project = await makeProject(odoo, folder);
  project.edit('waybill.yaml', (text) => `${text}options:\n  maxFileMegabytes: 1\n`);
  await prepare(project);
  writeFileSync(join(files, '70001', 'changing.txt'), 'after');
});
afterAll(async () => {
  project?.remove();
  await odoo?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('waits with its reason, and takes nothing else along', async () => {
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr).toBe(4);
  const { items } = (await project.run('review', '--json')).json<{
    items: { code: string; message: string }[];
  }>();
  expect(items.map((one) => one.code).sort()).toEqual([
    'WB_FILE_CHANGED',
    'WB_FILE_MISSING',
    'WB_FILE_TOO_LARGE',
  ]);
  const tooLarge = items.find((one) => one.code === 'WB_FILE_TOO_LARGE');
  expect(tooLarge?.message).toMatch(/large\.bin has 2\.0 MB; .* up to 1\.0 MB/);
  expect(await namesOf()).toEqual(['passwd.txt']);
});

it('comes when the limit is raised and the export read again', async () => {
  project.edit('waybill.yaml', (text) =>
    text.replace('maxFileMegabytes: 1', 'maxFileMegabytes: 3'),
  );
  for (const command of ['scope', 'run']) await project.run(command);
  expect(await namesOf()).toEqual(['passwd.txt', 'large.bin', 'changing.txt']);
  const [row] = await rpc.readAll('ir.attachment', [['name', '=', 'large.bin']], ['datas']);
  expect(Buffer.from(String(row?.['datas']), 'base64').equals(large)).toBe(true);
});

const namesOf = async (): Promise<unknown[]> =>
  (await rpc.readAll('ir.attachment', [['x_waybill_key', '!=', false]], ['name'])).map(
    (one) => one['name'],
  );

const table = (...rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.join(',')}\r\n`).join('');
