/** An export completed by the API, read back from Odoo: the export's records with what only the API says of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { sampleAccount, TEST_ACCOUNT, TEST_KEY } from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
import { cutExport } from '../support/cut-export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProjectFrom, prepare, type TestProject } from '../support/project.ts';

/** Too few for the same person to be in it twice. */
const SIZE = { seed: 5, contacts: 45, notes: 20 };
const FROM_API = ['Flags', 'Team Member', 'Lead Score', 'Nickname'];
const FILES = ['Attachments.csv', 'attachments'];

describe.each<[OdooVersion, string, readonly string[]]>([
  [19, 'the export', FILES],
  [14, 'the API', []],
])('an export and its API into Odoo %i, files from %s', (version, _from, files) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  const account = generateSampleAccount(SIZE);
  const contacts = Array.from({ length: SIZE.contacts }, (_, index) => account.contact(index));
  const held = sampleAccount(SIZE);
  let server: StandIn;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let partners: ReadonlyMap<unknown, PlainRow>;

  const ours = (model: string, fields: readonly string[]): Promise<PlainRow[]> =>
    rpc.readAll(model, [['x_waybill_key', '!=', false]], fields);

  beforeAll(async () => {
    await account.writeTo(folder);
    const kept = ['Contacts.csv', 'Notes.csv', ...files];
    cutExport(folder, kept, (header) => !FROM_API.includes(header));
    server = await startStandIn(held);
    odoo = await freshOdoo(version, 'completed');
    rpc = await plainRpc(odoo);
    const sam = { name: 'Sam Seller', login: 'sam@example.com', email: 'sam@example.com' };
    await rpc.execute('res.users', 'create', [sam], { context: { no_reset_password: true } });
    const source = ['--export', folder, '--api', server.url, '--account', TEST_ACCOUNT];
    project = await makeProjectFrom(odoo, source, { WAYBILL_SOURCE_API_KEY: TEST_KEY });
    project.edit('waybill.yaml', (text) =>
      text.replace(/^( *)account: .*$/m, '$&\n$1callsPerSecond: 200'),
    );
    await prepare(project);
    const ran = await project.run('run', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
    expect(ran.json()).toMatchObject({
      verification: { differences: 0, missing: 0 },
      balances: true,
    });
    const rows = await rpc.readAll('res.partner', [['x_allclients_id', '!=', false]]);
    partners = new Map(rows.map((one) => [one['x_allclients_id'], one]));
  });
  afterAll(async () => {
    project?.remove();
    await odoo?.drop();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has every contact of the export once, with flags, owner and fields that only the API told', async () => {
    const tags = await rpc.readAll('res.partner.category', [], ['name']);
    const names = new Map(tags.map((one) => [one.id, String(one['name'])]));
    const [sam] = await rpc.readAll('res.users', [['login', '=', 'sam@example.com']], ['id']);
    expect(partners.size).toBe(SIZE.contacts);
    for (const contact of contacts) {
      const found = partners.get(contact.id);
      expect(found, contact.id).toMatchObject({
        name: `${contact.first} ${contact.last}`,
        email: contact.email || false,
        x_allclients_lead_score: Number(contact.custom['Lead Score'] || 0),
        x_allclients_nickname: contact.custom['Nickname'] || false,
      });
      const ids = (found?.['category_id'] ?? []) as number[];
      const carried = ids.map((id) => names.get(id));
      expect(carried, contact.id).toEqual(expect.arrayContaining([...contact.tags]));
      const owner = contact.owner === 'Sam Seller' ? sam?.id : rpc.uid;
      if (contact.owner !== '')
        expect(found?.['user_id'], contact.id).toEqual([owner, expect.any(String)]);
    }
    const told = [...partners.values()].map((one) => one['x_allclients_opt_in']).filter(Boolean);
    expect(told.length).toBeGreaterThan(0);
  });

  it('has every file on its contact, byte for byte', async () => {
    const found = await ours('ir.attachment', ['name', 'res_id', 'datas']);
    const wanted = account.rows().files.filter((one) => one.of !== -1 && one.there);
    expect(wanted.length).toBeGreaterThan(2);
    for (const file of wanted) {
      const attachment = found.find((one) => one['name'] === file.name);
      expect(attachment?.['res_id'], file.name).toBe(partners.get(contacts[file.of]?.id)?.id);
      const datas = attachment?.['datas'];
      const bytes = Buffer.from(typeof datas === 'string' ? datas : '', 'base64');
      expect(bytes.equals(file.bytes), file.name).toBe(true);
    }
    expect(server.calls.some((call) => call.name === 'GetContactAttachments')).toBe(
      files.length === 0,
    );
  });

  it('has the deals, appointments and addresses that get no mail, of which the export has no file', async () => {
    const leads = await ours('crm.lead', ['x_allclients_id']);
    expect(new Set(leads.map((one) => one['x_allclients_id']))).toEqual(
      new Set(held.deals.map((one) => one['dealid'])),
    );
    const late = held.appointments.filter((one) => one['enddatetime']?.endsWith('AM'));
    expect(await ours('calendar.event', ['name'])).toHaveLength(
      held.appointments.length - late.length,
    );
    const no = held.optIns.filter((one) => /Out|Bounced|Spam/.test(one['status'] ?? ''));
    const list = await rpc.readAll('mail.blacklist', [], ['email']);
    expect(new Set(list.map((one) => one['email']))).toEqual(
      new Set(no.map((one) => one['address']?.toLowerCase())),
    );
  });
});
