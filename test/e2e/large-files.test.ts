/** Files at the limits of Odoo and of what stands before it: each waits with its reason, the rest goes on (row A10). */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const MB = 1024 ** 2;
const LIMIT = 'web.max_file_upload_size';
const huge = Buffer.alloc(100 * MB, 'huge ');
const folder = mkdtempSync(join(tmpdir(), 'waybill-large-files-'));
let odoo: TestOdoo;
let proxy: CuttingProxy;
let rpc: PlainRpc;
let project: TestProject;

beforeAll(async () => {
  const files = join(folder, 'attachments', '70001');
  mkdirSync(files, { recursive: true });
  writeFileSync(
    join(folder, 'Contacts.csv'),
    'Contact ID,First Name,Last Name,Email\r\n70001,Ana,Keller,ana@example.com\r\n',
  );
  writeFileSync(join(files, 'huge.bin'), huge);
  writeFileSync(join(files, 'middle.bin'), Buffer.alloc(MB, 'middle '));
  writeFileSync(join(files, 'small.txt'), 'small');
  odoo = await freshOdoo(19, 'large_files');
  rpc = await plainRpc(odoo);
  proxy = await cuttingProxy(odoo.url);
  project = await makeProject({ ...odoo, url: proxy.url }, folder);
  await prepare(project);
});
afterAll(async () => {
  project?.remove();
  await proxy?.close();
  await odoo?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('queues what is over the limit that Odoo names, and what is cut each time, and loads the rest', async () => {
  await rpc.execute('ir.config_parameter', 'set_param', [LIMIT, String(64 * MB)]);
  proxy.limit(MB / 2, 'cut');
  const ran = await project.run('run');
  expect(ran.code, ran.stderr).toBe(4);
  expect(await waiting()).toEqual([
    expect.stringMatching(
      /huge\.bin has 100\.0 MB; .* files up to 48\.0 MB\. .*max_file_upload_size/,
    ),
    expect.stringMatching(/middle\.bin \(1\.0 MB\) is more than .*: .*no answer.*client_max_body/),
  ]);
  expect(await arrived()).toEqual([['small.txt', 5]]);
});

it('queues what a proxy refuses, where the project allows more than it takes', async () => {
  project.edit('waybill.yaml', (text) => `${text}options:\n  maxFileMegabytes: 200\n`);
  proxy.limit(MB / 2);
  expect((await project.run('run')).code).toBe(4);
  expect(await waiting()).toEqual([
    expect.stringMatching(/huge\.bin \(100\.0 MB\) is more than .*HTTP 413/),
    expect.stringMatching(/middle\.bin \(1\.0 MB\) is more than .*HTTP 413/),
  ]);
  expect(await arrived()).toEqual([['small.txt', 5]]);
});

it('sends them once there is room', async () => {
  proxy.limit(undefined);
  const ran = await project.run('run');
  expect(ran.code, ran.stderr).toBe(0);
  expect(new Map(await arrived())).toEqual(
    new Map<unknown, unknown>([
      ['huge.bin', huge.length],
      ['middle.bin', MB],
      ['small.txt', 5],
    ]),
  );
  const [row] = await rpc.readAll('ir.attachment', [['name', '=', 'huge.bin']], ['checksum']);
  expect(row?.['checksum']).toBe(createHash('sha1').update(huge).digest('hex'));
});

async function waiting(): Promise<string[]> {
  const { items } = (await project.run('review', '--json')).json<{
    items: { code: string; message: string }[];
  }>();
  expect(new Set(items.map((one) => one.code))).toEqual(new Set(['WB_FILE_TOO_LARGE']));
  return items.map((one) => one.message).sort();
}

const arrived = async (): Promise<[unknown, unknown][]> =>
  (await rpc.readAll('ir.attachment', [['x_waybill_key', '!=', false]], ['name', 'file_size'])).map(
    (one) => [one['name'], one['file_size']],
  );
