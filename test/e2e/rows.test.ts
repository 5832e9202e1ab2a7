/** Rows A7 to A15: what an AllClients account holds beside contacts and notes, read back from every Odoo we promise. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { SAMPLE_CAMPAIGNS } from '../../src/app/demo/sample-rows.ts';
import { SAMPLE_USERS } from '../../src/app/demo/sample-types.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const ACCOUNT = { seed: 11, contacts: 180, notes: 40 };
const BIG = 11 * 1024 ** 2;

describe.each<OdooVersion>([19, 14])('the further rows into Odoo %i', (version) => {
  const account = generateSampleAccount(ACCOUNT);
  const rows = account.rows();
  const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;
  let partners: PlainRow[];
  let users: PlainRow[];
  let queue: { object: string; code: string; key: string; message: string }[];

  const byId = (index: number): PlainRow | undefined =>
    partners.find((one) => one['x_allclients_id'] === account.contact(index).id);
  /** The partner a contact became; the same person twice is one. */
  const holder = (of: number): PlainRow | undefined => {
    return byId(of) ?? byId(of % 60 === 59 ? of - 1 : of + 1);
  };
  const userOf = (name: string): number =>
    users.find((one) => one['login'] === SAMPLE_USERS.find((user) => user.name === name)?.email)
      ?.id ?? rpc.uid;
  const ours = (model: string, fields: readonly string[] = []): Promise<PlainRow[]> =>
    rpc.readAll(model, [['x_waybill_key', '!=', false]], fields);

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'rows');
    rpc = await plainRpc(odoo);
    await rpc.execute('res.users', 'create', [SAM], { context: { no_reset_password: true } });
    // One who said no, and whom somebody took off the blacklist of Odoo; and a contact who is there already.
    const [no] = rows.optouts.filter((one) => SAYS_NO.test(one.status));
    const [entry] = await rpc.execute<number[]>('mail.blacklist', 'create', [
      [{ email: no?.email }],
    ]);
    await rpc.execute('mail.blacklist', 'write', [[entry], { active: false }]);
    await rpc.execute('res.partner', 'create', [alreadyThere()]);
    await account.writeTo(exportFolder);
    addBigFile();
    project = await makeProject(odoo, exportFolder);
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    expect(ran.json<{ verification: object }>().verification, ran.stdout).toMatchObject({
      differences: 0,
      missing: 0,
    });
    partners = await rpc.readAll('res.partner');
    users = await rpc.readAll('res.users', [], ['login', 'partner_id']);
    queue = (await project.run('review', '--json', '--all')).json<{ items: typeof queue }>().items;
  });

  afterAll(async () => {
    project.remove();
    rmSync(exportFolder, { recursive: true, force: true });
    await odoo.drop();
  });

  /** Has the address of the contact of a to-do, so that its activity comes to a record that was there before. */
  const alreadyThere = (): Record<string, string> => {
    const todo = rows.todos.find((one) => one.of >= 0 && account.contact(one.of).email !== '');
    const contact = account.contact(todo?.of ?? 0);
    return { name: `${contact.first} ${contact.last}`, email: contact.email };
  };

  const addBigFile = (): void => {
    const name = 'big scan.pdf';
    const bytes = Buffer.alloc(BIG, 'x%PDF');
    writeFileSync(join(exportFolder, 'attachments', name), bytes);
    const table = join(exportFolder, 'Attachments.csv');
    const row = `${account.contact(0).id},${name},1/2/2020 3:04:05 PM,11 MB\r\n`;
    writeFileSync(table, readFileSync(table, 'utf8') + row);
  };

  it('has every template with its merge fields, and lists those without an equivalent (A7)', async () => {
    const templates = await ours('mail.template', ['name', 'subject', 'body_html', 'model']);
    expect(templates.map((one) => one['name']).sort(byText)).toEqual([
      'Follow-up',
      'Plain / Just text',
      'Welcome / Welcome letter',
    ]);
    expect(templates.every((one) => one['model'] === 'res.partner')).toBe(true);
    const partner = partners.find((one) => one['city'] && one['email'] && !one['is_company']);
    const shown = await rendered(rpc, templates, partner?.id ?? 0);
    const [first = '', ...more] = String(partner?.['name']).split(' ');
    expect(shown.get('Welcome / Welcome letter')?.subject).toBe(`Welcome, ${first}!`);
    expect(words(shown.get('Welcome / Welcome letter')?.body)).toContain(
      `Dear ${first} ${more.join(' ')},`,
    );
    expect(shown.get('Follow-up')?.subject).toBe(`About $\{your} call & ${first}`);
    expect(words(shown.get('Follow-up')?.body)).toContain(
      `your code is [LoyaltyCode]. 100 % of [you] agree: ${String(partner?.['city'])}.`,
    );
    expect(words(shown.get('Plain / Just text')?.body)).toContain(String(partner?.['email']));
    const bodies = templates.map((one) => String(one['body_html'])).join('');
    expect(bodies).not.toMatch(/<script|onclick|alert/);
    expect(bodies).toContain('https://images.allclients.com/acct/71/logo.png');
    const listed = queue.filter((one) => one.code === 'WB_TEMPLATE_MERGE_FIELD');
    expect(
      listed.map((one) => /uses (\S+ ?\S* ?\S*),/.exec(one.message)?.[1]).sort(byText),
    ).toEqual(['{{ you }}', '{{Contact ID}}', '{{LoyaltyCode}}']);
  });

  it('has every campaign as a tag (A8)', async () => {
    const names = (await ours('crm.tag', ['name'])).map((one) => one['name']);
    expect(names).toEqual(expect.arrayContaining(SAMPLE_CAMPAIGNS.map((one) => one.name)));
  });

  it('has every to-do as an activity of its type, on its contact, with its owner and date (A9)', async () => {
    const activities = await ours('mail.activity');
    const done = await rpc.readAll('mail.message', [['message_id', 'like', '_todo_']]);
    for (const todo of rows.todos) {
      const waits = todo.of === -2 || !(isoDay(todo.due) || isoDay(todo.completed));
      const key = `allclients_todo_${todo.id}`;
      const activity = activities.find((one) => one['x_waybill_key'] === key);
      const message = done.find((one) => one['message_id'] === `<${key}@waybill>`);
      if (waits) {
        expect(activity ?? message, todo.id).toBeUndefined();
        expect(queue.some((one) => one.key === todo.id)).toBe(true);
        continue;
      }
      const owner = userOf(todo.owner);
      const own = idOf(users.find((one) => one.id === owner)?.['partner_id']);
      const on = todo.of === -1 ? own : holder(todo.of)?.id;
      if (todo.status === 'closed' && version === 14) {
        expect(message, todo.id).toMatchObject({ model: 'res.partner', res_id: on });
        expect(String(message?.['date']).slice(0, 10)).toBe(isoDay(todo.completed));
        expect(words(message?.['body'])).toContain(`To-do done: ${todo.summary}`);
        continue;
      }
      expect(activity, todo.id).toMatchObject({
        summary: todo.summary,
        res_model: 'res.partner',
        res_id: on,
        date_deadline: isoDay(todo.due) || isoDay(todo.completed),
        ...(version === 19 && {
          active: todo.status === 'open',
          date_done: todo.status === 'open' ? false : isoDay(todo.completed),
        }),
      });
      expect(idOf(activity?.['user_id']), todo.id).toBe(owner);
      expect(nameOf(activity?.['activity_type_id']), todo.id).toMatch(TYPES[todo.category] ?? /^$/);
      for (const line of todo.details.split('\n'))
        expect(words(activity?.['note'])).toContain(line);
    }
  });

  it('has every file on its contact, byte for byte, and lists those without (A10)', async () => {
    const found = await ours('ir.attachment', ['name', 'res_model', 'res_id', 'mimetype', 'datas']);
    const big = found.find((one) => one['name'] === 'big scan.pdf');
    expect(sha1(bytesOf(big))).toBe(sha1(Buffer.alloc(BIG, 'x%PDF')));
    for (const file of rows.files) {
      const attachment = found.find((one) => one['name'] === file.name);
      if (!file.there || file.of === -1) {
        expect(attachment, file.path).toBeUndefined();
        continue;
      }
      expect(attachment, file.path).toMatchObject({
        res_model: 'res.partner',
        res_id: holder(file.of)?.id,
        mimetype: MIME[file.name.split('.').at(-1) ?? ''],
      });
      const bytes = bytesOf(attachment);
      expect(bytes.equals(file.bytes), file.path).toBe(true);
    }
    const without = rows.files.filter((one) => one.of === -1 && one.there).length;
    const waiting = queue.filter((one) => one.object === 'attachment');
    expect(waiting.filter((one) => one.code === 'WB_PARENT_MISSING')).toHaveLength(without);
    expect(found.length + waiting.length).toBe(rows.files.filter(isSeen).length + 1);
  });

  it('has every deal as an opportunity in a pipeline like the source’s (A13)', async () => {
    const leads = await ours('crm.lead');
    const stages = await rpc.readAll('crm.stage');
    for (const deal of rows.deals) {
      const lead = leads.find((one) => one['x_allclients_id'] === deal.id);
      const stage = stages.find((one) => one.id === idOf(lead?.['stage_id']));
      expect(lead, deal.id).toMatchObject({
        name: deal.name,
        type: 'opportunity',
        active: deal.status !== 'Lost',
        expected_revenue: Number(deal.amount.replace(/[$,]/g, '') || 0),
        probability: { Won: 100, Lost: 0 }[deal.status as string] ?? Number(deal.probability),
        date_deadline: isoDay(deal.expected),
        x_allclients_stage: deal.stage,
        x_allclients_status: deal.status,
        x_allclients_commission: Number(deal.commission || 0),
        x_allclients_opened: isoDay(deal.opened),
        x_allclients_closed: isoDay(deal.closed),
        x_allclients_next_step: deal.nextStep || false,
        x_allclients_lender: deal.lender || false,
        x_allclients_square_feet: Number(deal.squareFeet || 0),
      });
      expect(nameOf(lead?.['team_id'])).toBe(deal.type);
      expect(idOf(lead?.['partner_id'])).toBe(deal.of < 0 ? false : holder(deal.of)?.id);
      expect(idOf(lead?.['user_id'])).toBe(deal.owner === '' ? false : userOf(deal.owner));
      expect(stage?.['is_won']).toBe(deal.status === 'Won');
      expect(stage?.['name']).toBe(deal.status === 'Won' ? 'Won' : deal.stage);
      if (deal.status !== 'Won') expect(teamsOf(stage, version)).toEqual([idOf(lead?.['team_id'])]);
      const reason = lead?.[version === 19 ? 'lost_reason_id' : 'lost_reason'];
      expect(nameOf(reason)).toBe(deal.status === 'Lost' ? deal.lostReason : undefined);
      if (deal.closed) expect(String(lead?.['date_closed']).slice(0, 10)).toBe(isoDay(deal.closed));
      const related = deal.related.filter((one) => one.of >= 0).map((one) => holder(one.of)?.id);
      expect(lead?.['x_allclients_related_ids']).toEqual(related);
      for (const { role } of deal.related)
        expect(String(lead?.['x_allclients_related'])).toContain(`(${role})`);
      const tags = (await rpc.readAll('crm.tag', [['id', 'in', lead?.['tag_ids']]], ['name'])).map(
        (one) => one['name'],
      );
      expect(tags).toEqual(deal.status === 'Back Burner' ? ['Back Burner'] : []);
    }
    const form = await rpc.readAll('ir.ui.view', [['name', '=', 'waybill.migrated_data']]);
    expect(form.map((one) => one['model']).sort(byText)).toEqual(['crm.lead', 'res.partner']);
  });

  it('has every appointment with its time, place and people, and invites nobody (A14)', async () => {
    // By name: Odoo 14 gives nothing but the owner when asked for everything.
    const fields = ['name', 'start', 'stop', 'location', 'allday', 'description', 'user_id'];
    const events = await ours('calendar.event', [...fields, 'partner_ids', 'x_waybill_key']);
    for (const one of rows.appointments) {
      const event = events.find(
        (row) => row['x_waybill_key'] === `allclients_appointment_${one.id}`,
      );
      if (one.end.endsWith('AM')) {
        expect(event, one.id).toBeUndefined();
        expect(queue.some((item) => item.key === one.id && item.object === 'appointment')).toBe(
          true,
        );
        continue;
      }
      const owner = userOf(one.owner);
      expect(event, one.id).toMatchObject({
        name: one.subject,
        start: chicagoToUtc(one.start),
        stop: chicagoToUtc(one.end),
        location: one.location || false,
        allday: false,
      });
      expect(words(event?.['description'])).toBe(words(one.details));
      expect(idOf(event?.['user_id'])).toBe(owner);
      const own = idOf(users.find((user) => user.id === owner)?.['partner_id']);
      const there = new Set([own, ...(one.of < 0 ? [] : [holder(one.of)?.id])]);
      expect(new Set(event?.['partner_ids'] as number[])).toEqual(there);
    }
    expect(await rpc.count('mail.mail')).toBe(0);
    expect(await rpc.count('mail.message', [['model', '=', 'calendar.event']])).toBe(0);
  });

  it('blacklists whoever said no, bounced or complained, and nobody else (A15)', async () => {
    const list = await rpc.readAll('mail.blacklist', [['active', '=', true]], ['email']);
    const no = rows.optouts.filter((one) => SAYS_NO.test(one.status));
    expect(list.map((one) => one['email']).sort(byText)).toEqual(
      [...new Set(no.map((one) => one.email.toLowerCase()))].sort(byText),
    );
  });

  it('accounts for every record', async () => {
    const report = readFileSync(join(project.folder, 'reports', 'report-production.json'), 'utf8');
    const { balance } = JSON.parse(report) as {
      balance: { object: string; extracted: number; balances: boolean }[];
    };
    expect(balance.filter((one) => !one.balances)).toEqual([]);
    const extracted = Object.fromEntries(balance.map((one) => [one.object, one.extracted]));
    expect(extracted).toMatchObject({
      todo: rows.todos.length,
      deal: rows.deals.length,
      appointment: rows.appointments.length,
      optout: rows.optouts.length,
      template: 3,
      campaign: SAMPLE_CAMPAIGNS.length,
    });
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
    expect(differences(then, now).filter((line) => !line.startsWith('x_waybill_batch'))).toEqual(
      [],
    );
  });

  it('can be taken back until the database is what it was', async () => {
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    const after = await dumpDatabase(odoo.databaseUrl);
    expect(differences(unstamped(before), unstamped(after))).toEqual([]);
    // What Odoo never deletes: the rows of its predictive scoring, with the 0.1 that stands for nothing.
    const scoring = await rpc.readAll(
      'crm.lead.scoring.frequency',
      [],
      ['won_count', 'lost_count'],
    );
    if (version === 19)
      for (const row of scoring) expect([row['won_count'], row['lost_count']]).toEqual([0.1, 0.1]);
  });
});

const SAYS_NO = /Out|Bounced|Spam/;
const SAM = { name: 'Sam Seller', login: 'sam@example.com', email: 'sam@example.com' };
const TYPES: Readonly<Record<string, RegExp>> = {
  'Phone Call': /^Call$/,
  Email: /^Email$/,
  Letter: /^To[- ]?Do$/i,
  Meeting: /^Meeting$/,
  '': /^To[- ]?Do$/i,
};
const MIME: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  csv: 'text/csv',
};

/** Without the time of the last write, where a record of before was changed and put back. */
const CHANGED = new Set(['res_partner', 'mail_blacklist']);
const unstamped = (dump: Dump): Dump =>
  new Map(
    [...dump].map(([table, rows]) => [
      table,
      CHANGED.has(table)
        ? rows.map((row) => row.replace(/"write_date": "[^"]*"/, '')).sort(byText)
        : rows,
    ]),
  );

/** A file that is there, or that a row speaks of. */
const isSeen = (file: { there: boolean; listed: boolean }): boolean => file.there || file.listed;
const bytesOf = (row: PlainRow | undefined): Buffer =>
  Buffer.from(typeof row?.['datas'] === 'string' ? row['datas'] : '', 'base64');
const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');
const idOf = (value: unknown): unknown => (Array.isArray(value) ? (value[0] as unknown) : value);
const nameOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? String(value[1]) : undefined;
const teamsOf = (stage: PlainRow | undefined, version: OdooVersion): unknown[] =>
  version === 19 ? (stage?.['team_ids'] as unknown[]) : [idOf(stage?.['team_id'])];

/** What a reader sees of markup or text. */
const words = (html: unknown): string =>
  (typeof html === 'string' ? html : '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .replace(/ ([,.:!])/g, '$1')
    .trim();

function isoDay(us: string): string | false {
  const [month = '', day = '', year = ''] = us.split('/');
  if (us === '' || (month === '2' && Number(day) > 28)) return false;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** By the zone's own name, in a way that shares nothing with the code under test. */
function chicagoToUtc(us: string): string {
  for (const offset of ['-05:00', '-06:00']) {
    const [day = '', time = '', half = ''] = us.split(' ');
    const [hour = '', minute = ''] = time.split(':');
    const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
    const moment = new Date(
      `${String(isoDay(day))}T${String(hours).padStart(2, '0')}:${minute}:00${offset}`,
    );
    const shown = new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/Chicago',
      hour: 'numeric',
      hourCycle: 'h23',
    }).format(moment);
    if (Number(shown) === hours) return moment.toISOString().slice(0, 19).replace('T', ' ');
  }
  return '';
}

/** Odoo's own rendering of the templates for one contact, through the wizard a person would use. */
async function rendered(
  rpc: PlainRpc,
  templates: readonly PlainRow[],
  partner: number,
): Promise<Map<string, { subject: string; body: string }>> {
  const shown = new Map<string, { subject: string; body: string }>();
  for (const template of templates) {
    const values = { mail_template_id: template.id, resource_ref: `res.partner,${partner}` };
    const [id = 0] = await rpc.execute<number[]>('mail.template.preview', 'create', [[values]]);
    const fields = ['subject', 'body_html'];
    const [row] = await rpc.execute<PlainRow[]>('mail.template.preview', 'read', [[id], fields]);
    shown.set(String(template['name']), {
      subject: String(row?.['subject']),
      body: String(row?.['body_html']),
    });
  }
  return shown;
}
