/** Promises 3 to 6 of docs/guarantees.md, each attacked: by a changed mapping, by people in Odoo, by looking for the key. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type Ran, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,City,Phone 1,Flags,Budget
1,Ann,Adams,ann@customers.example,Austin,512-555-0101,vip,100
2,Ben,Brown,ben@customers.example,Boston,512-555-0102,"vip, new",200
3,Cid,Clark,cid@customers.example,Chicago,512-555-0103,,300
4,Dee,Davis,dee@customers.example,Dallas,512-555-0104,new,400
`,
  'Notes.csv': `Contact ID,Date,Note
1,01/02/2024 10:00 AM,First call
2,01/03/2024 11:00 AM,Second call
`,
};

let files: WrittenExport;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let before: Dump;
const said: Ran[] = [];

async function run(command: string, ...args: readonly string[]): Promise<Ran> {
  const ran = await project.run(command, ...args);
  said.push(ran);
  return ran;
}

const partner = async (recordId: string) => {
  const [found] = await rpc.readAll('res.partner', [['x_allclients_id', '=', recordId]]);
  return found?.id ?? 0;
};

beforeAll(async () => {
  files = writeExport(EXPORT);
  odoo = await freshOdoo(19, 'promises');
  rpc = await plainRpc(odoo);
  await rpc.execute('res.partner', 'create', [{ name: 'Dee Davis', email: 'dee@customers.example' }]); // prettier-ignore
  project = await makeProject(odoo, files.folder);
  before = await dumpDatabase(odoo.databaseUrl);
});
afterAll(async () => {
  project?.remove();
  files?.remove();
  await odoo?.drop();
});

it('3: nothing moves before the mapping is approved', async () => {
  for (const args of [['scope'], ['map']]) expect((await run(args[0] ?? '')).code).toBe(0);
  expect(await run('run', '--json')).toMatchObject({ code: 3 });
  expect(await run('verify', '--json')).toMatchObject({ code: 3 });
  expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
});

it('3: a mapping that changes after its approval shuts the gate again, and only then', async () => {
  expect((await run('map', '--approve', '--by', 'Test')).code).toBe(0);
  const choose = (from: string, to: string) =>
    project.edit('mapping.yaml', (text) => text.replace(from, to));
  choose('noteJoin: id-first', 'noteJoin: email-first');
  const shut = await run('run', '--json');
  expect(shut.code).toBe(3);
  expect(shut.stdout).toContain('it changed since the last approval');
  expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  choose('noteJoin: email-first', 'noteJoin: id-first');
  project.edit('mapping.yaml', (text) => text.replace(/reason: .*/, 'reason: a person read this'));
  expect((await run('run', '--json')).code).toBe(0);
});

it('1: a row that the store lost between the file and Odoo is missed, and read again it is there', async () => {
  const clean = (await run('status', '--json')).json<{ balance: object[] }>();
  expect(clean.balance).toContainEqual(
    expect.objectContaining({ object: 'note', extracted: 2, lost: 0, balances: true }),
  );
  const store = new DatabaseSync(join(project.folder, '.waybill', 'store.db'));
  store.exec("delete from staged where object = 'note' and position = 2");
  store.close();
  const found = await run('verify', '--json');
  expect(found.code, found.stderr).toBe(4);
  expect(found.json<{ balance: object[] }>().balance).toContainEqual(
    expect.objectContaining({ object: 'note', extracted: 2, lost: 1, balances: false }),
  );
  expect(await run('run', '--json')).toMatchObject({ code: 4 });
  const missed = 'Not balanced: the source has 2 note rows, the store 1';
  expect((await run('status')).stdout).toContain(missed);
  expect((await run('report')).stdout).toContain(missed);
  expect((await run('scope')).code).toBe(0);
  expect((await run('run', '--json')).code).toBe(0);
  expect((await run('status')).stdout).not.toContain('Not balanced');
});

it('5: a value that somebody changed, and a record that somebody deleted, are found', async () => {
  expect((await run('verify', '--json')).code).toBe(0);
  await rpc.execute('res.partner', 'write', [[await partner('1')], { city: 'Amarillo' }]);
  await rpc.execute('res.partner', 'write', [[await partner('2')], { x_allclients_budget: 201 }]);
  await rpc.execute('res.partner', 'unlink', [[await partner('3')]]);
  const found = await run('verify', '--json');
  expect(found.code).toBe(4);
  expect(found.json()).toMatchObject({ verification: { differences: 2, missing: 1 } });
});

it('6: the key is in no file of the project and in nothing that was said', () => {
  const written = readdirSync(project.folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(project.folder, name))
    .filter((path) => statSync(path).isFile());
  expect(written.some((path) => path.endsWith('store.db'))).toBe(true);
  for (const path of written)
    expect(readFileSync(path).includes(odoo.apiKey), `the key stands in ${path}`).toBe(false);
  for (const ran of said) expect(ran.stdout + ran.stderr).not.toContain(odoo.apiKey);
});

it('4: what people edited is kept and named, the rest goes, what was there before is as it was', async () => {
  const [ann, ben] = [await partner('1'), await partner('2')];
  const back = await run('rollback', '--yes', '--json');
  expect(back.code).toBe(6);
  const { kept } = back.json<{ kept: { model: string; resId: number; reason: string }[] }>();
  const contacts = kept.filter((one) => one.model === 'res.partner');
  expect(contacts.map((one) => one.resId).sort((a, b) => a - b)).toEqual([ann, ben]);
  expect(contacts.find((one) => one.resId === ann)?.reason).toContain('city');
  expect(await rpc.count('res.partner', [['id', 'in', [ann, ben]]])).toBe(2);
  const left = await rpc.readAll('res.partner', [['email', '=', 'dee@customers.example']], ['name', 'city', 'phone']); // prettier-ignore
  expect(left).toMatchObject([{ name: 'Dee Davis', city: false, phone: false }]);
});
