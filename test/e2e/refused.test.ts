/** What Odoo refused, and what a killed run left open, is not taken for ours when a person does it meanwhile. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,City,Phone 1,Flags,Budget,Team Member
1,Ann,Adams,ann@refused.example,Austin,512-555-0101,vip,100,Nora New
2,Ben,Brown,ben@refused.example,Boston,512-555-0102,,200,Bob Portal
`,
  'Users.csv': `Team Member ID,Name,Email,Status
11,Nora New,nora@firm.example,Active
12,Bob Portal,bob@firm.example,Active
`,
};
const FIELD = 'x_allclients_budget';

let files: WrittenExport;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let ann = 0;
let bob = 0;

const psql = async (text: string): Promise<void> => {
  const client = new Client({ connectionString: odoo.databaseUrl });
  await client.connect();
  await client.query(text);
  await client.end();
};
const reference = async (module: string, name: string): Promise<number> => {
  const domain = [['module', '=', module], ['name', '=', name]]; // prettier-ignore
  return Number((await rpc.readAll('ir.model.data', domain))[0]?.['res_id']);
};
const create = async (model: string, values: object): Promise<number> =>
  (await rpc.execute<number[]>(model, 'create', [[values]], { context: { no_reset_password: true } }))[0] ?? 0; // prettier-ignore
const annNow = async (): Promise<PlainRow | undefined> =>
  (await rpc.readAll('res.partner', [['id', '=', ann]], ['city', 'phone', 'category_id']))[0];

/** As a power cut right before the note of the outcome leaves it. */
function reopenUpdate(): void {
  const store = new DatabaseSync(join(project.folder, '.waybill', 'store.db'));
  store.exec("update ledger set state = 'intent' where key = 'allclients_contact_1' and op = 'update'"); // prettier-ignore
  store.close();
}

beforeAll(async () => {
  files = writeExport(EXPORT);
  odoo = await freshOdoo(19, 'refused');
  rpc = await plainRpc(odoo);
  ann = await create('res.partner', { name: 'Ann Adams', email: 'ann@refused.example' });
  const groups = [[6, 0, [await reference('base', 'group_portal')]]];
  bob = await create('res.users', { name: 'Bob Portal', login: 'bob@firm.example', email: 'bob@firm.example', group_ids: groups }); // prettier-ignore
  project = await makeProject(odoo, files.folder);
  await prepare(project);
  project.edit('mapping.yaml', (text) => text.replace('createUsers: false', 'createUsers: true'));
  expect((await project.run('map', '--approve', '--by', 'Test')).code).toBe(0);
});
afterAll(async () => {
  project?.remove();
  files?.remove();
  await odoo?.drop();
});

it('a field that Odoo refused and the admin then made is the admin’s', async () => {
  await psql(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no more fields'; end $$;
    create trigger refuse before insert on ir_model_fields for each row when (new.name = '${FIELD}') execute function refuse();`);
  const ran = await project.run('run', '--json');
  expect([ran.code, ran.stdout], ran.stderr).toEqual([5, expect.stringContaining('no more fields')]); // prettier-ignore
  await psql('drop trigger refuse on ir_model_fields; drop function refuse();');
  const { fields } = (await project.run('plan', '--json')).json<{
    fields: { name: string; type: string; exists: boolean }[];
  }>();
  const wanted = fields.find((one) => one.name === FIELD);
  expect(wanted?.exists).toBe(false);
  const [model] = await rpc.readAll('ir.model', [['model', '=', 'res.partner']], ['id']);
  await create('ir.model.fields', { model_id: model?.id, name: FIELD, ttype: wanted?.type, field_description: 'Budget', state: 'manual' }); // prettier-ignore
});

it('a user that Odoo refuses stops nothing: the owner goes to the fallback and is named', async () => {
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  expect(ran.stderr).toContain('no user for Bob Portal (bob@firm.example) and refuses to make one');
  expect(await rpc.count('res.users', [['login', '=', 'nora@firm.example']])).toBe(1);
  const report = await project.report<{ owners: { label: string; how: string }[] }>();
  expect(Object.fromEntries(report.owners.map((one) => [one.label, one.how]))).toEqual({
    'Nora New': 'created',
    'Bob Portal': 'fallback',
  });
});

it('an update that was done but not noted is not done again over a person’s correction', async () => {
  expect(await annNow()).toMatchObject({ city: 'Austin' });
  await rpc.execute('res.partner', 'write', [[ann], { phone: '+1 512 555 9999', category_id: [[5]] }]); // prettier-ignore
  const corrected = await annNow();
  reopenUpdate();
  const ran = await project.run('run', '--json');
  expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
  expect(await annNow()).toEqual(corrected);
});

it('one that was not done is done now', async () => {
  await rpc.execute('res.partner', 'write', [[ann], { city: false, phone: false, category_id: [[5]] }]); // prettier-ignore
  const store = new DatabaseSync(join(project.folder, '.waybill', 'store.db'));
  store.exec("delete from ledger where key = 'allclients_contact_1'");
  store.close();
  expect((await project.run('run', '--json')).code).toBe(0);
  await rpc.execute('res.partner', 'write', [[ann], { city: false, phone: false, category_id: [[5]], user_id: false, x_allclients_id: false, [FIELD]: 0 }]); // prettier-ignore
  reopenUpdate();
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  expect(await annNow()).toMatchObject({ city: 'Austin', category_id: [expect.any(Number)] });
});

it('what people made stays when the migration is taken back', async () => {
  await rpc.execute('res.users', 'write', [[bob], { group_ids: [[6, 0, [await reference('base', 'group_user')]]] }]); // prettier-ignore
  const ran = await project.run('run', '--json');
  expect([ran.code, ran.json()], ran.stderr).toMatchObject([0, { reassigned: 1 }]);
  const back = await project.run('rollback', '--yes', '--json');
  expect([back.code, back.json()], back.stderr + back.stdout).toMatchObject([0, { kept: [] }]);
  expect(await rpc.count('res.users', [['id', '=', bob]])).toBe(1);
  expect(await rpc.count('res.users', [['login', '=', 'nora@firm.example']])).toBe(0);
  const there = [['model', '=', 'res.partner'], ['name', '=', FIELD]]; // prettier-ignore
  expect(await rpc.count('ir.model.fields', there)).toBe(1);
  expect(await rpc.count('ir.ui.view', [['name', '=', 'waybill.migrated_data']])).toBe(0);
});
