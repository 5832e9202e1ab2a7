/** Two projects of different sources in one Odoo: each can be taken back, and takes nothing from the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const CONTACTS = `Contact ID,First Name,Last Name,Email,Flags,Budget
1,Ann,Adams,ann@only.example,vip,100
2,Ben,Brown,ben@only.example,"vip, new",200
3,Cid,Clark,cid@only.example,,300
`;
const NOTES = `Contact ID,Date,Note
1,01/02/2024 10:00 AM,First call
`;
const FIRM = { seed: 8, cases: 6, contacts: 8, notes: 10, communications: 4, documents: 3 };

const loaded = async (project: TestProject): Promise<void> => {
  const ran = await project.run('run', '--json');
  expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
};

describe.each<OdooVersion>([19, 14])('two projects in one Odoo %i', (version) => {
  const firmFolder = mkdtempSync(join(tmpdir(), 'waybill-two-'));
  let files: WrittenExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let contacts: TestProject;
  let cases: TestProject;
  let before: Dump;

  const fields = (prefix: string) =>
    rpc.count('ir.model.fields', [
      ['name', '=like', `${prefix}\\_%`],
      ['state', '=', 'manual'],
    ]);
  const page = async (): Promise<string> => {
    const views = await rpc.readAll(
      'ir.ui.view',
      [
        ['name', '=', 'waybill.migrated_data'],
        ['model', '=', 'res.partner'],
      ],
      ['arch_db'],
    );
    return views.map((one) => String(one['arch_db'])).join();
  };

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'two');
    rpc = await plainRpc(odoo);
    files = writeExport({ 'Contacts.csv': CONTACTS, 'Notes.csv': NOTES });
    await generateSampleFirm(FIRM).writeTo(firmFolder, 'csv');
    contacts = await makeProject(odoo, files.folder);
    cases = await makeProject(odoo, firmFolder, undefined, 'agilecase');
    await prepare(contacts);
    await prepare(cases);
    before = await dumpDatabase(odoo.databaseUrl);
    await loaded(contacts);
    await loaded(cases);
  });
  afterAll(async () => {
    contacts.remove();
    cases.remove();
    files.remove();
    rmSync(firmFolder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('show the fields of both on one page', async () => {
    expect(await page()).toMatch(/x_allclients_budget[\s\S]*x_ac_/);
    expect((await contacts.run('run', '--json')).json()).toMatchObject({ totals: { created: 0 } });
    expect(await page()).toMatch(/x_allclients_budget[\s\S]*x_ac_/);
  });

  it('a third of the same source is refused, for its keys are given already', async () => {
    const third = await makeProject(odoo, files.folder);
    await prepare(third);
    const then = await dumpDatabase(odoo.databaseUrl);
    const ran = await third.run('run', '--json');
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('WB_DATABASE_TAKEN')]);
    expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    third.remove();
  });

  it('the first goes, a field that somebody uses stays and is named, and the other lacks nothing', async () => {
    const [own] = await rpc.execute<number[]>('res.partner', 'create', [
      [{ name: 'Made by hand', x_allclients_budget: 7 }],
    ]);
    const dry = await contacts.run('rollback', '--dry-run', '--json');
    const back = await contacts.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr).toBe(6);
    const { kept } = back.json<{ kept: { model: string; reason: string }[] }>();
    expect(kept).toMatchObject([
      { model: 'ir.model.fields', reason: expect.stringContaining('x_allclients_budget') },
    ]);
    expect(dry.json<{ kept: object[]; removed: number }>().kept).toEqual(kept);
    expect(await fields('x_allclients')).toBe(1);
    expect(await page()).toMatch(/x_allclients_budget/);
    const again = await contacts.run('rollback', '--dry-run', '--json');
    expect(again.json<{ kept: object[] }>().kept).toEqual(kept);
    await rpc.execute('res.partner', 'unlink', [[own]]);
    const rest = await contacts.run('rollback', '--yes', '--json');
    expect([rest.code, rest.json()], rest.stderr).toMatchObject([0, { kept: [] }]);
    expect(await fields('x_allclients')).toBe(0);
    expect(await page()).toMatch(/x_ac_/);
    expect(await rpc.count('res.partner', [['email', 'like', '@only.example']])).toBe(0);
    expect(await rpc.count('crm.lead', [['x_waybill_key', 'like', 'agilecase']])).toBe(FIRM.cases);
    expect(await rpc.count('ir.model', [['model', '=', 'x_waybill_batch']])).toBe(1);
    expect((await cases.run('verify', '--json')).json()).toMatchObject({
      verification: { differences: 0, missing: 0 },
    });
    expect((await cases.run('run', '--json')).json()).toMatchObject({ totals: { created: 0 } });
    expect((await contacts.run('rollback', '--yes', '--json')).json()).toMatchObject({
      removed: 0,
    });
    expect((await contacts.run('delta', '--json')).stdout).toContain('WB_DELTA_TOO_EARLY');
  });

  it('and when the other goes too, Odoo is as it was', async () => {
    const back = await cases.run('rollback', '--yes', '--json');
    expect([back.code, back.json()], back.stderr).toMatchObject([0, { kept: [] }]);
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});
