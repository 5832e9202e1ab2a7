/** What goes wrong on the way: approvals by nobody, another database, records merged in Odoo, runs that never finish, edits in the middle of a rollback. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill, type TestProject } from '../support/project.ts';
import { plainAccount, rows, smallExport, type SmallExport } from '../support/small-export.ts';

interface Kept {
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}
const HEADER = 'Contact ID,First Name,Last Name,Email,City';
const three = (city = 'Austin') =>
  rows(
    HEADER,
    `1,Ann,Adams,ann@x.example,${city}`,
    `2,Ann,Adams,ann.adams@x.example,${city}`,
    `3,Cid,Clark,cid@x.example,Boston`,
  );

describe.each<OdooVersion>([19, 14])('a journey that goes wrong, on Odoo %i', (version) => {
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let before: Dump;
  beforeAll(async () => {
    odoo = await freshOdoo(version, 'badjourney');
    rpc = await plainRpc(odoo);
  });
  afterAll(() => odoo.drop());

  const partner = async (id: string): Promise<number> =>
    (await rpc.readAll('res.partner', [['x_allclients_id', '=', id]], ['id']))[0]?.id ?? 0;

  describe('of an account with three records', () => {
    let files: SmallExport;
    let project: TestProject;
    beforeAll(async () => {
      files = smallExport({ 'Contacts.csv': three() });
      project = await makeProject(odoo, files.folder, undefined, 'allclients', 'asked');
      before = await dumpDatabase(odoo.databaseUrl);
    });
    afterAll(() => {
      project.remove();
      files.remove();
    });

    it('nothing is approved by nobody', async () => {
      for (const command of ['scope', 'map']) expect((await project.run(command)).code).toBe(0);
      for (const [command, ...args] of [
        ['map', '--approve'],
        ['map', '--approve', '--by', '   '],
        ['scope', '--sign'],
        ['scope', '--sign', '--by', ''],
        ['sample', '--waive'],
        ['sample', '--waive', '--by', ' '],
        ['run', '--without-sample', '--by', ' '],
      ] as const) {
        const ran = await project.run(command, ...args, '--json');
        expect([command, ...args, ran.code, ran.stdout]).toEqual([
          command,
          ...args,
          2,
          expect.stringContaining('name'),
        ]);
      }
      expect((await project.run('status', '--json')).json()).toMatchObject({
        mapping: 'to approve',
      });
      expect((await project.run('map', '--approve', '--by', 'Ana')).code).toBe(0);
      expect((await project.run('run', '--json')).code).toBe(3);
      expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    });

    it('the sample is the whole account; taken back first, the run makes it anew on the same approval', async () => {
      const ran = await project.run('sample', '--json');
      expect(ran.json(), ran.stderr).toMatchObject({
        model: { totals: { differs: 0, missing: 0 } },
      });
      for (const id of ['1', '2', '3']) expect(await partner(id)).toBeGreaterThan(0);
      expect((await project.run('sample', '--approve', '--json')).code).toBe(2);
      expect((await project.run('sample', '--approve', '--by', 'Ana')).code).toBe(0);
      expect((await project.run('run', '--json')).json()).toMatchObject({ totals: { created: 0 } });
      const back = await project.run('rollback', '--yes', '--json');
      expect([back.code, back.json()], back.stderr).toMatchObject([0, { kept: [] }]);
      expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
      const full = await project.run('run', '--json');
      expect([full.code, full.json()], full.stderr).toMatchObject([
        0,
        { totals: { created: 3 }, balances: true },
      ]);
    });

    it('another database of the same name is neither written to nor taken back from', async () => {
      const [uuid] = await rpc.readAll('ir.config_parameter', [['key', '=', 'database.uuid']]);
      const set = (value: unknown) =>
        rpc.execute('ir.config_parameter', 'write', [[uuid?.id], { value }]);
      await set('00000000-0000-4000-8000-000000000000');
      const then = await dumpDatabase(odoo.databaseUrl);
      for (const args of [['run'], ['delta'], ['verify'], ['rollback', '--yes']]) {
        const ran = await project.run(args[0] ?? '', ...args.slice(1), '--json');
        expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('WB_DATABASE_CHANGED')]);
      }
      expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
      await set(uuid?.['value']);
      expect((await project.run('run', '--json')).code).toBe(0);
    });

    it('the same database from before the load, as a backup puts it back, is not written to', async () => {
      const backup = await freshOdoo(version, 'backup');
      const there = await plainRpc(backup);
      const identity = [['key', '=', 'database.uuid']];
      const [ours] = await rpc.readAll('ir.config_parameter', identity);
      const [theirs] = await there.readAll('ir.config_parameter', identity);
      await there.execute('ir.config_parameter', 'write', [
        [theirs?.id],
        { value: ours?.['value'] },
      ]);
      project.edit('waybill.yaml', (text) => text.replace(odoo.db, backup.db));
      const then = await dumpDatabase(backup.databaseUrl);
      for (const command of ['run', 'delta']) {
        const key = { WAYBILL_ODOO_API_KEY: backup.apiKey };
        const ran = await waybill([command, project.folder, '--json'], key);
        expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('older backup')]);
      }
      expect(differences(then, await dumpDatabase(backup.databaseUrl))).toEqual([]);
      project.edit('waybill.yaml', (text) => text.replace(backup.db, odoo.db));
      await backup.drop();
    });

    it('two contacts that were merged in Odoo are asked about, and the one that is left keeps its values', async () => {
      const [one, two] = [await partner('1'), await partner('2')];
      const model = 'base.partner.merge.automatic.wizard';
      const values = { state: 'selection', partner_ids: [[6, 0, [one, two]]], dst_partner_id: one };
      const [wizard] = await rpc.execute<number[]>(model, 'create', [[values]]);
      await rpc.execute(model, 'action_merge', [[wizard]]);
      expect(await rpc.count('res.partner', [['id', '=', two]])).toBe(0);
      const [merged] = await rpc.readAll('res.partner', [['id', '=', one]]);
      files.write('Contacts.csv', three('Dallas').replace(/1,Ann.*Dallas/, '1,Ann,Adams,ann@x.example,Austin')); // prettier-ignore
      const ran = await project.run('delta', '--json');
      expect([ran.code, ran.json()], ran.stderr).toMatchObject([
        4,
        { totals: { queued: 1, written: 0 }, load: { created: 0 } },
      ]);
      const { items } = (await project.run('review', '--json')).json<{
        items: { id: number; code: string; message: string }[];
      }>();
      const asked = items.find((item) => item.code === 'WB_DELTA_CONFLICT');
      expect(asked?.message).toContain(`res.partner ${two} is no longer in Odoo`);
      const [now] = await rpc.readAll('res.partner', [['id', '=', one]]);
      expect(now).toEqual(merged);
      const told = ['--resolve', String(asked?.id), '--with', 'odoo', '--by', 'Ana'];
      expect((await project.run('review', ...told)).code).toBe(0);
      expect((await project.run('delta', '--json')).json()).toMatchObject({
        totals: { queued: 0 },
      });
      expect(await rpc.count('res.partner', [['email', '=', 'ann.adams@x.example']])).toBe(0);
    });

    it('what was merged is kept by the rollback and named, for it is a person’s work', async () => {
      const one = await partner('1');
      const back = await project.run('rollback', '--yes', '--json');
      expect(back.code, back.stderr).toBe(6);
      const { kept } = back.json<{ kept: Kept[] }>();
      expect(kept.map((item) => item.resId)).toEqual([one]);
      await rpc.execute('res.partner', 'unlink', [[one]]);
      expect((await project.run('rollback', '--yes', '--json')).code).toBe(0);
      const left = differences(before, await dumpDatabase(odoo.databaseUrl));
      // The wizard that merged, and the parameter that this test changed and changed back.
      expect(
        left.filter((line) => !/^(base_partner_merge|ir_config_parameter)/.test(line)),
      ).toEqual([]);
    });
  });

  describe('of a run in the middle', () => {
    let files: SmallExport;
    let proxy: CuttingProxy;
    let project: TestProject;

    beforeAll(async () => {
      files = smallExport(plainAccount(120, 2));
      proxy = await cuttingProxy(odoo.url);
      project = await makeProject({ ...odoo, url: proxy.url }, files.folder);
      project.edit('waybill.yaml', (text) => `${text}options:\n  batchSize: 20\n`);
      await prepare(project);
      before = await dumpDatabase(odoo.databaseUrl);
    });
    afterAll(async () => {
      project.remove();
      files.remove();
      await proxy.close();
    });

    it.each(['provision', 'load contacts', 'load notes'])(
      'killed after "%s", it can be taken back without ever being finished',
      async (step) => {
        const killed = await project.runKilledAt(new RegExp(`${step}: `), 'run');
        expect(killed.signal).toBe('SIGKILL');
        const back = await project.run('rollback', '--yes', '--json');
        expect([back.code, back.json()], back.stderr).toMatchObject([0, { kept: [] }]);
        expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
      },
    );

    it('a person who edits while the rollback is at work keeps the edit, unless the record was gone already', async () => {
      expect((await project.run('estimate', '--json')).code).toBe(0);
      expect((await project.run('run', '--json')).code).toBe(0);
      const { estimate } = await project.report<{ estimate: Record<string, number> | null }>();
      expect(estimate?.['recordsPerSecond']).toBeGreaterThan(0);
      expect(estimate).toMatchObject({
        predictedHours: expect.any(Number) as number,
        actualHours: expect.any(Number) as number,
      });
      const [last] = await rpc.readAll('res.partner', [['x_waybill_key', '!=', false]], ['id']);
      const began = proxy.heldAt('unlink');
      const running = project.start('rollback', '--yes', '--json');
      const letGo = await began;
      await rpc.execute('res.partner', 'write', [[last?.id], { city: 'Edited meanwhile' }]);
      letGo();
      const back = await running.done;
      expect(back.code, back.stderr).toBe(6);
      const { kept } = back.json<{ kept: Kept[] }>();
      expect(kept.map((one) => one.resId)).toEqual([last?.id]);
      expect(kept[0]?.reason).toContain('city');
      const [there] = await rpc.readAll('res.partner', [['id', '=', last?.id]]);
      expect(there).toMatchObject({ city: 'Edited meanwhile' });
      expect(await rpc.count('res.partner', [['x_waybill_key', '!=', false]])).toBe(1);
      await rpc.execute('res.partner', 'unlink', [[last?.id]]);
      expect((await project.run('rollback', '--yes', '--json')).code).toBe(0);
      expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    });
  });
});
