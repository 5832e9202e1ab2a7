/** What can be wrong with the project folder itself; and a disk that fills up in the middle. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import {
  asUnprivileged,
  makeProject,
  prepare,
  startWaybill,
  type TestProject,
} from '../support/project.ts';
import { expectBalanced, expectFailure, expectNoTraceback } from '../support/outcomes.ts';
import { plainAccount, smallExport, type SmallExport } from '../support/small-export.ts';

const ACCOUNT = plainAccount(40, 2);
let files: SmallExport;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;

beforeAll(async () => {
  files = smallExport(ACCOUNT);
  odoo = await freshOdoo(19, 'badproject');
  rpc = await plainRpc(odoo);
  project = await makeProject(odoo, files.folder);
  await prepare(project);
});
afterAll(async () => {
  project.remove();
  files.remove();
  await odoo.drop();
});

async function withFile(
  name: string,
  change: (text: string) => string,
  work: () => Promise<void>,
): Promise<void> {
  let before = '';
  project.edit(name, (text) => change((before = text)));
  try {
    await work();
  } finally {
    project.edit(name, () => before);
  }
}

it('says where a project would have to be', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'waybill-none-'));
  expectFailure(
    await startWaybill(['status', empty]).done,
    2,
    'WB_PROJECT_NOT_FOUND',
    empty,
    'waybill init',
  );
  expect(readdirSync(empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});

it.each<[string, (text: string) => string, number, RegExp]>([
  [
    'is no YAML',
    (text) => text.replace('version: 1', 'version: [1'),
    2,
    /waybill\.yaml, line \d+: .*flow/i,
  ],
  [
    'has a word too many',
    (text) => `${text}colour: blue\n`,
    2,
    /waybill\.yaml, line \d+: .*colour/,
  ],
  [
    'has a url that is none',
    (text) => text.replace(/url: .*/, 'url: acme'),
    2,
    /waybill\.yaml, line \d+: environments\.production\.url/,
  ],
  [
    'names a source there is none of',
    (text) => text.replace('allclients', 'abacus'),
    2,
    /waybill\.yaml, line \d+: source\.type/,
  ],
])('names the line when waybill.yaml %s', (_what, change, code, said) =>
  withFile('waybill.yaml', change, async () =>
    expectFailure(
      await project.run('run'),
      code,
      'WB_CONFIG_INVALID',
      said,
      /Mend line \d+ of waybill\.yaml/,
    ),
  ),
);

it.each<[string, (text: string) => string, RegExp]>([
  ['is no YAML', (text) => text.replace('objects:', 'objects: ['), /mapping\.yaml, line \d+: /],
  [
    'has a target there is none of',
    (text) => text.replace('to: slot:email', 'to: mail'),
    /mapping\.yaml, line \d+: .*must be slot:<name>/,
  ],
  [
    'has a time zone there is none of',
    (text) => text.replace('America/Chicago', 'America/Chikago'),
    /mapping\.yaml, line \d+: .*is no time zone/,
  ],
])('names the line when mapping.yaml %s', (_what, change, said) =>
  withFile('mapping.yaml', change, async () =>
    expectFailure(await project.run('run'), 2, 'WB_MAPPING_INVALID', said, 'waybill map --check'),
  ),
);

it('has doctor name what is wrong with the mapping', () =>
  withFile(
    'mapping.yaml',
    (text) => text.replace('to: slot:city', 'to: drop'),
    async () => {
      const doctor = await project.run('doctor');
      expect(doctor.code).toBe(0);
      expect(doctor.stdout).toMatch(/look {2}Mapping: mapping\.yaml as it stands is not approved/);
      project.edit('mapping.yaml', (text) => text.replace('version: 1', 'version: one'));
      expectFailure(await project.run('doctor'), 2, /FAIL {2}Mapping: mapping\.yaml, line \d+/);
    },
  ));

it('shuts the gate when the mapping changed after its approval', async () => {
  await withFile(
    'mapping.yaml',
    (text) => text.replace('to: slot:city', 'to: drop'),
    async () => {
      expectFailure(
        await project.run('run'),
        3,
        'WB_GATE_MAPPING',
        'changed since the last approval',
        'waybill map --approve',
      );
    },
  );
  // A comment, a confidence: nothing that changes what is written.
  await withFile(
    'mapping.yaml',
    (text) => `# read by Kim\n${text}`,
    async () => {
      expect((await project.run('plan')).code).toBe(0);
    },
  );
  expect(await rpc.count('ir.model.fields', [['name', 'like', 'x_waybill']])).toBe(0);
});

it('shuts the gate when the export has a column that nobody decided', async () => {
  files.write(
    'Contacts.csv',
    (ACCOUNT['Contacts.csv'] ?? '').replace(/^(.*)$/gm, (line) =>
      line.startsWith('Contact') ? `${line},Shoe Size` : line && `${line},43`,
    ),
  );
  expect((await project.run('scope')).code).toBe(0);
  expectFailure(
    await project.run('run'),
    3,
    'WB_MAPPING_STALE',
    'contact columns that the mapping does not know: Shoe Size',
    'waybill map',
  );
  files.write('Contacts.csv', ACCOUNT['Contacts.csv'] ?? '');
  expect((await project.run('scope')).code).toBe(0);
});

it('lets one Waybill write at a time, and others look on', async () => {
  const holder = new DatabaseSync(join(project.folder, '.waybill', 'lock.db'));
  holder.exec('pragma locking_mode = exclusive; begin exclusive');
  try {
    expectFailure(
      await project.run('run'),
      2,
      'WB_STORE_LOCKED',
      /Another Waybill \(process \d+\)/,
      'Ctrl-C',
    );
    for (const command of ['status', 'review']) {
      const ran = await project.run(command);
      expect(ran.code, ran.stderr).toBe(0);
    }
  } finally {
    holder.close();
  }
  expect((await project.run('plan')).code).toBe(0);
});

it('says that the folder may not be written', async () => {
  const other = await makeProject(odoo, files.folder);
  chmodSync(other.folder, 0o555);
  const run = asUnprivileged(['scope', other.folder], other.env);
  expectFailure(await run, 2, 'WB_FOLDER_UNWRITABLE', '.waybill', 'rights on the project folder');
  chmodSync(other.folder, 0o755);
  other.remove();
});

it('says that the store is damaged, and touches nothing', async () => {
  const other = await makeProject(odoo, files.folder);
  mkdirSync(join(other.folder, '.waybill'));
  writeFileSync(
    join(other.folder, '.waybill', 'store.db'),
    'not a database, but long enough '.repeat(200),
  );
  expectFailure(await other.run('status'), 1, 'WB_STORE_DAMAGED', 'store.db', 'backup');
  expect(statSync(join(other.folder, '.waybill', 'store.db')).size).toBe(6_400);
  other.remove();
});

/** The worst moment: Odoo has the records, and there is no room left to write that down. */
it('stops when the disk is full, loads nothing twice, and goes on when there is room', async () => {
  const disk = smallDisk();
  const proxy = await cuttingProxy(odoo.url);
  try {
    const full = await makeProject({ ...odoo, url: proxy.url }, files.folder, disk.folder);
    await prepare(full);
    const created = proxy.seen('/json/2/res.partner/create');
    const running = full.start('run');
    await created;
    disk.fill(running.child.pid ?? 0);
    expectFailure(await running.done, disk.exit, ...disk.said);
    disk.free();
    expect(await rpc.count('res.partner', [['x_waybill_key', '!=', false]])).toBe(40);
    const again = await full.run('run');
    expectNoTraceback(again);
    expect(again.code, again.stderr + again.stdout).toBe(0);
    await expectBalanced(full, { contact: 40, note: 80 });
    expect(await rpc.count('res.partner', [['x_waybill_key', '!=', false]])).toBe(40);
    expect(await rpc.count('mail.message', [['message_id', 'like', '@waybill']])).toBe(80);
  } finally {
    await proxy.close();
    disk.remove();
  }
});

interface SmallDisk {
  readonly folder: string;
  /** The system says why a write failed in one case, and only that it failed in the other. */
  readonly exit: number;
  readonly said: readonly string[];
  /** No byte more for this process. */
  fill(pid: number): void;
  free(): void;
  remove(): void;
}

/** A file system of its own where one may be mounted; else a limit on the size of the process's files. */
function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return limitedFiles(folder);
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    exit: 1,
    said: ['WB_DISK_FULL', 'Free some space'],
    fill: () => spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' }),
    free: () => rmSync(ballast),
    remove: () => {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const limitedFiles = (folder: string): SmallDisk => ({
  folder,
  exit: 2,
  said: ['WB_FOLDER_UNWRITABLE', 'store.db', 'its disk is healthy'],
  fill: (pid) => {
    const { size } = statSync(join(folder, 'project', '.waybill', 'store.db-wal'));
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${size}`]);
  },
  free: () => {},
  remove: () => rmSync(folder, { recursive: true, force: true }),
});
