/** The way out is never shut, and takes nothing of people's with it: whatever became of mapping, user, views and fields. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill, type Ran, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,Flags,Budget,Favourite
1,Ann,Adams,ann@out.example,vip,100,Tea
2,Ben,Brown,ben@out.example,new,200,Coffee
3,Cid,Clark,cid@out.example,,,Water
`,
};
/** Who goes on when the first key has expired. */
const NEXT = 'next@firm.example';

interface Kept {
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}

let files: WrittenExport;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let nextKey = '';

/** As the other user, whose key and login the project has by now. */
const back = (...args: readonly string[]): Promise<Ran> =>
  waybill(['rollback', project.folder, '--json', ...args], { WAYBILL_ODOO_API_KEY: nextKey });
const keptOf = (ran: Ran): Kept[] => ran.json<{ kept: Kept[] }>().kept;
const create = async (model: string, values: object): Promise<number> =>
  (await rpc.execute<number[]>(model, 'create', [[values]]))[0] ?? 0;
const idOf = async (model: string, ...domain: readonly unknown[]): Promise<number> =>
  (await rpc.readAll(model, domain, ['id']))[0]?.id ?? 0;
const reference = async (module: string, name: string): Promise<number> => {
  const found = await rpc.readAll('ir.model.data', [['module', '=', module], ['name', '=', name]]); // prettier-ignore
  return Number(found[0]?.['res_id']);
};

let made: { readonly tag: number; readonly below: number; readonly view: number };
let cid = 0;

beforeAll(async () => {
  files = writeExport(EXPORT);
  odoo = await freshOdoo(19, 'wayout');
  rpc = await plainRpc(odoo);
  cid = await create('res.partner', { name: 'Cid Clark', email: 'cid@out.example' });
  project = await makeProject(odoo, files.folder);
  await prepare(project);
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  const tag = await idOf('res.partner.category', ['name', '=', 'vip']);
  const below = await create('res.partner.category', { name: 'vip, gold', parent_id: tag });
  await rpc.execute('res.partner', 'write', [[cid], { x_allclients_budget: 7 }]);
  const view = await create('ir.ui.view', {
    name: 'firm.favourite',
    model: 'res.partner',
    inherit_id: await reference('base', 'view_partner_form'),
    arch: '<data><field name="name" position="after"><field name="x_allclients_favourite"/></field></data>',
  });
  made = { tag, below, view };
  const groups = [[6, 0, [await reference('base', 'group_system'), await reference('base', 'group_partner_manager'), await reference('sales_team', 'group_sale_manager')]]]; // prettier-ignore
  const user = { name: 'Next', login: NEXT, email: NEXT, group_ids: groups };
  await rpc.execute('res.users', 'create', [user], { context: { no_reset_password: true } });
  nextKey = (await odoo.keyOf(NEXT)) ?? '';
  project.edit('waybill.yaml', (text) => text.replace(/login: .*/, `login: ${NEXT}`));
});
afterAll(async () => {
  project?.remove();
  files?.remove();
  await odoo?.drop();
});

it('a column that waits for a decision, and a slip, do not shut it', async () => {
  project.edit('mapping.yaml', (text) => text.replace(/to: x_allclients_favourite/, 'to: ?'));
  expect((await back('--dry-run')).code).toBe(6);
  project.edit('mapping.yaml', (text) => `${text}\nslip: [`);
  expect((await back('--dry-run')).code).toBe(6);
});

it('without mapping.yaml and by another user, all goes but what people use, which is named', async () => {
  rmSync(join(project.folder, 'mapping.yaml'));
  const dry = keptOf(await back('--dry-run'));
  const ran = await back('--yes');
  expect(ran.code, ran.stderr + ran.stdout).toBe(6);
  const kept = keptOf(ran);
  expect(kept, JSON.stringify(kept)).toHaveLength(3);
  expect(kept).toContainEqual(expect.objectContaining({ model: 'res.partner.category', resId: made.tag, reason: expect.stringContaining('a tag below it') })); // prettier-ignore
  expect(kept).toContainEqual(expect.objectContaining({ model: 'ir.model.fields', reason: expect.stringContaining('hold values in res.partner.x_allclients_budget') })); // prettier-ignore
  expect(kept).toContainEqual(expect.objectContaining({ model: 'ir.model.fields', reason: expect.stringContaining('still present in views') })); // prettier-ignore
  // What a view shows, Odoo says only when it is asked to remove it.
  expect(kept).toEqual(expect.arrayContaining(dry));
  expect(await rpc.count('res.partner', [['email', 'in', ['ann@out.example', 'ben@out.example']]])).toBe(0); // prettier-ignore
  const [there] = await rpc.readAll('res.partner', [['id', '=', cid]]);
  expect(there).toMatchObject({ name: 'Cid Clark', x_allclients_budget: 7 });
  expect(await rpc.count('res.partner.category', [['id', '=', made.below]])).toBe(1);
  expect(await rpc.count('ir.ui.view', [['id', '=', made.view]])).toBe(1);
});

it('and once nobody uses it any more, the rest goes too', async () => {
  await rpc.execute('ir.ui.view', 'unlink', [[made.view]]);
  await rpc.execute('res.partner.category', 'unlink', [[made.below]]);
  await rpc.execute('res.partner', 'write', [[cid], { x_allclients_budget: 0 }]);
  const ran = await back('--yes');
  expect([ran.code, ran.stdout], ran.stderr).toEqual([0, expect.stringContaining('"kept":[]')]);
  const ours = [['name', '=like', 'x\\_allclients\\_%']];
  expect(await rpc.count('ir.model.fields', ours)).toBe(0);
  expect(await rpc.count('ir.model', [['model', '=', 'x_waybill_batch']])).toBe(0);
  expect(await rpc.count('res.partner.category', [['name', '=', 'vip']])).toBe(0);
});
