/** Deltas through AllClients' API: what changed in the account since is brought over, killed in the middle or not, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  push,
  sampleAccount,
  TEST_ACCOUNT,
  TEST_KEY,
  type HeldAccount,
} from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProjectFrom, prepare, type TestProject } from '../support/project.ts';

interface Delta {
  readonly frozen: boolean;
  readonly load: { readonly created: number };
  readonly totals: { readonly written: number; readonly queued: number };
}

describe.each<OdooVersion>([19, 14])('a delta through the API, on Odoo %i', (version) => {
  let account: HeldAccount;
  let server: StandIn;
  let odoo: TestOdoo;
  let proxy: CuttingProxy;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;

  const idOf = (n: number): string => account.contacts[n]?.['id'] ?? '';
  const change = (n: number, values: Record<string, string>): void => {
    account.contacts[n] = { ...account.contacts[n], ...values };
  };
  const partner = async (id: string): Promise<PlainRow> => {
    const [row] = await rpc.readAll('res.partner', [['x_allclients_id', '=', id]]);
    if (!row) throw new Error(`no partner ${id}`);
    return row;
  };
  const delta = async () => {
    const ran = await project.run('delta', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
    return ran.json<Delta>();
  };

  beforeAll(async () => {
    account = sampleAccount({ seed: 13, contacts: 40, notes: 30 });
    server = await startStandIn(account);
    odoo = await freshOdoo(version, 'deltaapi');
    rpc = await plainRpc(odoo);
    proxy = await cuttingProxy(odoo.url);
    project = await makeProjectFrom({ ...odoo, url: proxy.url }, ['--api', server.url, '--account', TEST_ACCOUNT], {
      WAYBILL_SOURCE_API_KEY: TEST_KEY,
    }); // prettier-ignore
    project.edit('waybill.yaml', (text) =>
      text.replace(/^( *)account: .*$/m, '$&\n$1callsPerSecond: 50'),
    );
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
  });
  afterAll(async () => {
    project.remove();
    await proxy.close();
    await server.close();
    await odoo.drop();
  });

  it('asks the account anew, and finds nothing where nothing changed', async () => {
    const asked = server.calls.length;
    expect(await delta()).toMatchObject({ frozen: true, load: { created: 0 } });
    expect(server.calls.length).toBeGreaterThan(asked);
  });

  it('brings new contacts, notes and files and changed values, and keeps what people changed', async () => {
    const [changed, both] = [idOf(1), idOf(2)];
    await rpc.execute('res.partner', 'write', [[(await partner(changed)).id], { street: 'by hand' }]); // prettier-ignore
    await rpc.execute('res.partner', 'write', [[(await partner(both)).id], { city: 'Oslo' }]);
    change(1, { city: 'Laredo' });
    change(2, { city: 'Tyler' });
    account.contacts.push({ ...account.contacts[3], id: '880001', firstname: 'Nova', lastname: 'New', email: 'nova@new.example', otherfirstname: '', otherlastname: '', otheremail: '' }); // prettier-ignore
    push(account.notesOf, '880001', { date: '2024-05-06 10:00:00', notecontent: 'a late note' });
    const content = Buffer.from('a file that came later');
    push(account.attachmentsOf, changed, {
      filename: 'later.txt',
      uploaddate: '12/17/2023 1:24:56 AM',
      size: '1 KB',
      bytes: content.length,
      content,
    });
    const found = await delta();
    expect(found).toMatchObject({ frozen: false, totals: { queued: 1 } });
    expect(await partner(changed)).toMatchObject({ city: 'Laredo', street: 'by hand' });
    expect(await partner(both)).toMatchObject({ city: 'Oslo' });
    expect(await partner('880001')).toMatchObject({ name: 'Nova New', email: 'nova@new.example' });
    const [file] = await rpc.readAll('ir.attachment', [['name', '=', 'later.txt']], ['datas', 'res_id']); // prettier-ignore
    expect(Buffer.from(String(file?.['datas']), 'base64')).toEqual(content);
    expect(file?.['res_id']).toBe((await partner(changed)).id);
  });

  it('replaces a file that the account holds under the same name with other bytes', async () => {
    const files = account.attachmentsOf.get(idOf(1)) ?? [];
    const content = Buffer.from('the same name, another file');
    account.attachmentsOf.set(
      idOf(1),
      files.map((one) =>
        one.filename === 'later.txt'
          ? { ...one, bytes: content.length, content, uploaddate: '01/18/2024 1:24:56 AM' }
          : one,
      ),
    );
    expect((await delta()).totals.written).toBe(1);
    const rows = await rpc.readAll('ir.attachment', [['name', '=', 'later.txt']], ['datas']);
    expect(rows.map((one) => Buffer.from(String(one['datas']), 'base64'))).toEqual([content]);
  });

  it('asks about a contact that the account no longer has', async () => {
    const gone = idOf(20);
    account.contacts.splice(20, 1);
    for (const held of [account.notesOf, account.attachmentsOf, account.eventsOf])
      held.delete(gone);
    await delta();
    const { items } = (await project.run('review', '--json')).json<{
      items: { code: string; message: string }[];
    }>();
    const asked = items.filter((one) => one.code === 'WB_DELTA_DELETED');
    const { id } = await partner(gone);
    expect(asked.map((one) => one.message).join('\n')).toContain(
      `res.partner ${id} is still in Odoo`,
    );
    expect(await partner(gone)).toMatchObject({ active: true });
  });

  it('killed in the middle, ends the same', async () => {
    for (let n = 5; n < 15; n++) change(n, { source: `Source ${n}` });
    // Some of them have a second person, whom Odoo writes along with them.
    for (const n of [7, 10, 13]) {
      const running = project.start('delta');
      await Promise.race([proxy.seen(`Source ${n}`), running.done]);
      running.child.kill('SIGKILL');
      await running.done;
    }
    await delta();
    for (let n = 5; n < 15; n++)
      expect(await partner(idOf(n)), `contact ${n}`).toMatchObject({
        x_allclients_source: `Source ${n}`,
      });
    expect((await delta()).frozen).toBe(true);
  });

  it('is taken back with the run, but for what people changed', async () => {
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr).toBe(6);
    const left = await rpc.readAll('res.partner', [['x_allclients_id', '!=', false]]);
    expect(new Set(left.map((one) => one['x_allclients_id']))).toEqual(new Set([idOf(1), idOf(2)]));
    await rpc.execute('res.partner', 'unlink', [left.map((one) => one.id)]);
    expect((await project.run('rollback', '--yes', '--json')).code).toBe(0);
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});
