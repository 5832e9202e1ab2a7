/** Odoo that goes away in the middle, and people who press Ctrl-C: nothing lost, nothing twice, and the way on is said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type Ran, type TestProject } from '../support/project.ts';
import {
  balanceOf,
  expectBalanced,
  expectFailure,
  expectNoSecret,
  expectNoTraceback,
} from '../support/outcomes.ts';
import { plainAccount, smallExport, type SmallExport } from '../support/small-export.ts';

const CONTACTS = 60;
const NOTES = 3;

/** How each version's transport says it on the wire. */
const CALLS = {
  19: {
    createContacts: '/json/2/res.partner/create',
    createNotes: '/json/2/mail.message/create',
    lookForContacts: 'email_normalized',
  },
  14: {
    createContacts: '"res.partner","create"',
    createNotes: '"mail.message","create"',
    lookForContacts: 'email_normalized',
  },
} as const;

describe.each<OdooVersion>([19, 14])('on Odoo %i', (version) => {
  const calls = CALLS[version];
  let files: SmallExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let proxy: CuttingProxy;
  let project: TestProject;
  const ran: Ran[] = [];

  beforeAll(async () => {
    files = smallExport(plainAccount(CONTACTS, NOTES));
    odoo = await freshOdoo(version, 'interrupted');
    rpc = await plainRpc(odoo);
    proxy = await cuttingProxy(odoo.url);
    project = await makeProject({ ...odoo, url: proxy.url }, files.folder);
    // Small batches: each step has several calls to be interrupted between.
    project.edit('waybill.yaml', (text) => `${text}options:\n  batchSize: 20\n  concurrency: 1\n`);
    await prepare(project);
  });
  afterAll(async () => {
    await proxy.close();
    project.remove();
    files.remove();
    await odoo.drop();
  });

  const inOdoo = async (): Promise<{ contacts: number; notes: number }> => ({
    contacts: await rpc.count('res.partner', [['x_waybill_key', '!=', false]]),
    notes: await rpc.count('mail.message', [['message_id', 'like', '@waybill']]),
  });

  it('gives up when Odoo does not come back, with all that happened on record', async () => {
    // The first look for existing contacts comes after everything was provisioned.
    const gone = proxy.downAt(calls.lookForContacts);
    const running = project.start('run');
    await gone;
    const stopped = await running.done;
    ran.push(stopped);
    expectFailure(stopped, 5, 'WB_ODOO_UNREACHABLE', 'ECONNREFUSED', 'that Odoo runs');
    await proxy.up();
    expect(await balanceOf(project)).toMatchObject({
      contact: { extracted: CONTACTS, counts: { pending: CONTACTS } },
    });
    expect((await project.run('status')).stdout).toMatch(
      /Last run: failed .*\n[^]*Next: waybill run/,
    );
  });

  it('finishes the batch at Ctrl-C, and exits with 130', async () => {
    const creating = proxy.seen(calls.createContacts);
    const running = project.start('run');
    await creating;
    running.child.kill('SIGINT');
    const stopped = await running.done;
    ran.push(stopped);
    expectFailure(
      stopped,
      130,
      'Stopping after the calls in flight',
      'WB_STOPPED',
      'goes on where it stopped',
    );
    const { contacts, notes } = await inOdoo();
    expect(contacts).toBe(20);
    expect(notes).toBe(0);
    expect(await balanceOf(project)).toMatchObject({
      contact: { counts: { loaded: 20, pending: CONTACTS - 20 } },
    });
  });

  it('leaves at once at a second Ctrl-C', async () => {
    const creating = proxy.seen(calls.createContacts);
    const running = project.start('run');
    await creating;
    running.child.kill('SIGINT');
    running.child.kill('SIGTERM');
    const left = await running.done;
    ran.push(left);
    expect([left.code, left.signal], left.stderr).toEqual([130, null]);
    expectNoTraceback(left);
  });

  it('waits for an Odoo that restarts, says so, and goes on by itself', async () => {
    const gone = proxy.downAt(calls.createNotes);
    const running = project.start('run');
    await gone;
    await proxy.up();
    const done = await running.done;
    ran.push(done);
    expect(done.code, done.stderr + done.stdout).toBe(0);
    expect(done.stderr).toMatch(/Odoo gives no answer .*Trying again in/);
    await expectBalanced(project, { contact: CONTACTS, note: CONTACTS * NOTES });
    expect(await inOdoo()).toEqual({ contacts: CONTACTS, notes: CONTACTS * NOTES });
  });

  it('has the key in no output, log, report or store', () => {
    expect(ran).toHaveLength(4);
    expectNoSecret(project, odoo.apiKey, ran);
  });
});
