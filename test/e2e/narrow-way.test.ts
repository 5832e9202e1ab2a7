/** Something between Waybill and Odoo takes less than a batch: Waybill learns how much gets through, and nothing is lost or doubled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { expectBalanced } from '../support/outcomes.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';
import { plainAccount, smallExport, type SmallExport } from '../support/small-export.ts';

const CONTACTS = 400;
const NOTES = 2;
/** Some 100 contacts, and more than any question about 500 of them. */
const MOST_BYTES = 40_000;

describe.each<[OdooVersion, 'refuse' | 'cut']>([
  [19, 'cut'],
  [19, 'refuse'],
  [14, 'cut'],
])('on Odoo %i, by a proxy that will %s what is longer', (version, how) => {
  let files: SmallExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let proxy: CuttingProxy;
  let project: TestProject;

  beforeAll(async () => {
    files = smallExport(plainAccount(CONTACTS, NOTES));
    odoo = await freshOdoo(version, 'narrow');
    rpc = await plainRpc(odoo);
    proxy = await cuttingProxy(odoo.url);
    project = await makeProject({ ...odoo, url: proxy.url }, files.folder);
    await prepare(project);
  });
  afterAll(async () => {
    await proxy.close();
    project.remove();
    files.remove();
    await odoo.drop();
  });

  it('sends smaller calls, says so, and every record is there once', async () => {
    proxy.limit(MOST_BYTES, how);
    const ran = await project.run('run');
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/\d+ a call from now on\./);
    await expectBalanced(project, { contact: CONTACTS, note: CONTACTS * NOTES });
    const contacts = await rpc.readAll('res.partner', [['x_waybill_key', '!=', false]], ['email']);
    expect(new Set(contacts.map((one) => one['email'])).size).toBe(CONTACTS);
    expect(contacts).toHaveLength(CONTACTS);
    expect(await rpc.count('mail.message', [['message_id', 'like', '@waybill']])).toBe(
      CONTACTS * NOTES,
    );
  });
});
