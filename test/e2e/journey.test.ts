/** The whole journey, as a person goes it, on every Odoo we promise; looked at through a reader that shares no code with the loader. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleAccount, type SampleContact } from '../../src/app/demo/sample-account.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const ACCOUNT = { seed: 7, contacts: 300, notes: 900 };

describe.each<OdooVersion>([19, 14])('AllClients into Odoo %i', (version) => {
  const account = generateSampleAccount(ACCOUNT);
  const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;
  let partners: PlainRow[];

  const contacts = Array.from({ length: ACCOUNT.contacts }, (_, index) => account.contact(index));
  const byRecordId = (id: string): PlainRow | undefined =>
    partners.find((one) => one['x_allclients_id'] === id);
  /** The same person twice ends as one, led by the newer record, with gaps filled from the other; everyone else stands alone. */
  const twin = (index: number): boolean => index % 60 === 59 && contacts[index]?.email !== '';
  const merged = (index: number): boolean => twin(index) || twin(index + 1);

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'journey');
    rpc = await plainRpc(odoo);
    await rpc.execute(
      'res.users',
      'create',
      [{ name: 'Sam Seller', login: 'sam@example.com', email: 'sam@example.com' }],
      { context: { no_reset_password: true } },
    );
    await rpc.execute('res.partner', 'create', [
      { name: 'Already Here', email: 'untouched@example.org' },
    ]);
    await account.writeTo(exportFolder);
    project = await makeProject(odoo, exportFolder);
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    partners = await rpc.readAll('res.partner');
  });

  afterAll(async () => {
    project.remove();
    rmSync(exportFolder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('has every contact with its values (A1)', () => {
    for (const [index, contact] of contacts.entries()) {
      if (merged(index)) continue;
      const found = byRecordId(contact.id);
      expect(found, `contact ${contact.id}`).toBeDefined();
      expect(found).toMatchObject({
        name: `${contact.first} ${contact.last}`,
        email: contact.email || false,
        company_name: contact.company || false,
        zip: contact.zip || false,
        city: contact.city || false,
      });
      expect(digits(found?.['phone'])).toContain(digits(contact.phones[0]));
    }
  });

  it('has the second person of a contact as a partner below it (A1)', () => {
    for (const contact of contacts.filter((one, index) => one.second && !merged(index))) {
      const parent = byRecordId(contact.id);
      const child = partners.find(
        (one) =>
          idOf(one['parent_id']) === parent?.id &&
          one['name'] === `${contact.second?.first} ${contact.second?.last}`,
      );
      expect(child, `second person of ${contact.id}`).toMatchObject({
        email: contact.second?.email || false,
        city: contact.city || false,
      });
    }
  });

  it('has every tag, group and multi-value custom field as tags (A3, A4, A5)', async () => {
    const names = new Map(
      (await rpc.readAll('res.partner.category', [], ['name'])).map((one) => [
        one.id,
        String(one['name']),
      ]),
    );
    for (const [index, contact] of contacts.entries()) {
      if (merged(index)) continue;
      const ids = (byRecordId(contact.id)?.['category_id'] ?? []) as number[];
      const found = ids.map((id) => names.get(id) ?? '').sort((one, two) => (one < two ? -1 : 1));
      expect(found, contact.id).toEqual(tagsOf(contact));
    }
  });

  it('has every custom value in a field of its type (A3)', () => {
    for (const [index, contact] of contacts.entries()) {
      if (merged(index)) continue;
      const { custom } = contact;
      expect(byRecordId(contact.id), contact.id).toMatchObject({
        x_allclients_lead_score: Number(custom['Lead Score'] || 0),
        x_allclients_budget: Number((custom['Budget'] ?? '').replace(/[$,]/g, '') || 0),
        x_allclients_newsletter: custom['Newsletter?'] === 'Yes',
        x_allclients_client_type: custom['Client Type'] || false,
        x_allclients_member_no: custom['Member No'] || false,
        x_allclients_nickname: custom['Nickname'] || false,
        x_allclients_closing_date: isoDate(custom['Closing Date'] ?? ''),
      });
    }
  });

  it('gives contacts to their owner, and to the fallback where Odoo has no such user (A6)', async () => {
    const [sam] = await rpc.readAll('res.users', [['login', '=', 'sam@example.com']], ['id']);
    for (const [index, contact] of contacts.entries()) {
      if (merged(index) || contact.owner === '') continue;
      const owner = idOf(byRecordId(contact.id)?.['user_id']);
      expect(owner, `${contact.id} of ${contact.owner}`).toBe(
        contact.owner === 'Sam Seller' ? sam?.id : rpc.uid,
      );
    }
  });

  it('has every note once, on its contact, dated, in time order; the others in the queue (A2)', async () => {
    const messages = await rpc.readAll(
      'mail.message',
      [
        ['message_id', 'like', '<allclients_note_'],
        ['message_id', 'not like', 'merged'],
      ],
      ['body', 'date', 'res_id', 'message_type', 'model', 'is_internal'],
    );
    const queue = (await project.run('review', '--json', '--all'))
      .json<{ items: { object: string; code: string }[] }>()
      .items.filter((one) => one.object === 'note');
    expect(messages.length + queue.length).toBe(ACCOUNT.notes);
    const bodies = new Map(
      messages.map((one) => [
        /#(\d+)<\/p>|End (\d+)\./.exec(String(one['body']))?.slice(1).find(Boolean),
        one,
      ]),
    );
    for (let index = 0; index < ACCOUNT.notes; index++) {
      const note = account.note(index);
      const found = bodies.get(String(index));
      const owner = contacts[note.of];
      if (!found || !owner) continue;
      const holder =
        byRecordId(owner.id) ??
        byRecordId(contacts[twin(note.of) ? note.of - 1 : note.of + 1]?.id ?? '');
      expect(found['res_id'], `note ${index}`).toBe(holder?.id);
      expect(plain(String(found['body']))).toBe(
        plain(
          note.body
            .replace('[[System]][[Icon:Email]]', '(system, email) ')
            .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c),
        ),
      );
    }
    const last = new Map<unknown, string>();
    for (const one of messages) {
      expect(
        String(one['date']) >= (last.get(one['res_id']) ?? ''),
        `message ${one.id} is out of order`,
      ).toBe(true);
      last.set(one['res_id'], String(one['date']));
    }
  });

  it('sends nothing to anybody', async () => {
    expect(await rpc.count('mail.mail')).toBe(0);
  });

  it('changes nothing when it runs again', async () => {
    const then = await dumpDatabase(odoo.databaseUrl);
    const again = await project.run('run', '--json');
    expect(again.json<{ totals: object }>().totals).toMatchObject({
      created: 0,
      updated: 0,
      matched: 0,
    });
    const now = await dumpDatabase(odoo.databaseUrl);
    // The markers of the fence: one is made at the end of each run to read Odoo's clock.
    expect(differences(then, now).filter((line) => !line.startsWith('x_waybill_batch'))).toEqual(
      [],
    );
  });

  it('can be taken back, as rehearsed, until the database is what it was', async () => {
    const rehearsal = await project.run('rollback', '--dry-run', '--json');
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(rehearsal.code).toBe(0);
    const { removed, restored, kept } = back.json();
    expect(rehearsal.json()).toMatchObject({ dryRun: true, removed, restored, kept });
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});

const digits = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/\D/g, '').slice(-10) : '';
const idOf = (value: unknown): unknown => (Array.isArray(value) ? (value[0] as unknown) : value);
const plain = (html: string): string =>
  html
    .replace(/<br\s*\/?>/g, '\n')
    .replace(/<\/?p>/g, '')
    .trim();

function tagsOf(contact: SampleContact): string[] {
  const interests = (contact.custom['Interests'] ?? '')
    .split('; ')
    .filter(Boolean)
    .map((name) => `Interests: ${name}`);
  return [...contact.tags, ...contact.groups.map((name) => `Group: ${name}`), ...interests].sort();
}

function isoDate(us: string): string | false {
  const [month = '', day = '', year = ''] = us.split('/');
  if (us === '' || Number(month) > 12) return false;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
