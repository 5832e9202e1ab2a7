/** A firm leaves AgileCase: every row of its export is looked for in a real Odoo, through a reader that shares no code with the loader. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PIXEL } from '../../src/app/demo/sample-firm/correspondence.ts';
import { FIRM_STAGES } from '../../src/app/demo/sample-firm/names.ts';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const FIRM = { seed: 5, cases: 60, contacts: 70, notes: 120, communications: 90, documents: 126 };
const firm = generateSampleFirm(FIRM);

type Row = Readonly<Record<string, string | number | boolean | null>>;
const rowsOf = (table: string): readonly Row[] => firm.rows(table);
const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
const idOf = (value: unknown): unknown => (Array.isArray(value) ? (value[0] as unknown) : value);
const nameOf = (value: unknown): unknown => (Array.isArray(value) ? (value[1] as unknown) : value);
const by = (rows: readonly PlainRow[], field: string): Map<string, PlainRow> =>
  new Map(rows.map((row) => [text(row[field]), row]));

describe.each<OdooVersion>([19, 14])('AgileCase into Odoo %i', (version) => {
  const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-firm-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;
  let leads: Map<string, PlainRow>;
  let partners: Map<string, PlainRow>;

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'agilecase');
    rpc = await plainRpc(odoo);
    await rpc.execute(
      'res.users',
      'create',
      [{ name: 'Jane Poole', login: 'jane@firm.example', email: 'jane@firm.example' }],
      { context: { no_reset_password: true } },
    );
    await rpc.execute('res.partner', 'create', [
      { name: 'Known Already', email: 'contact1@example1.org', city: 'Bath' },
    ]);
    await firm.writeTo(exportFolder, 'csv');
    addLetters(exportFolder);
    project = await makeProject(odoo, exportFolder, undefined, 'agilecase');
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    leads = by(await rpc.readAll('crm.lead', [['x_ac_id', '!=', false]]), 'x_ac_id');
    partners = by(await rpc.readAll('res.partner', [['x_ac_id', '!=', false]]), 'x_ac_id');
  });

  afterAll(async () => {
    project.remove();
    rmSync(exportFolder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('has every case as an opportunity with its texts and days (B1)', () => {
    expect(leads.size).toBe(FIRM.cases);
    for (const row of rowsOf('cases')) {
      const lead = leads.get(text(row['id']));
      expect(lead, text(row['id'])).toMatchObject({
        name: row['title'],
        type: 'opportunity',
        x_ac_number: row['number'],
        expected_revenue: Number(row['fee_amount']),
        x_ac_opened: row['opened_on'],
        date_deadline: row['planned_completion_on'],
        x_ac_client_reference: row['client_reference'],
        x_ac_practice_area: row['practice_area'],
      });
      // A text on 14, markup on 19.
      const description = lead?.['description'];
      expect(version === 14 ? description : plain(description)).toBe(row['description']);
      // 09:15 in London is 08:15 UTC in summer.
      expect(text(lead?.['x_ac_original_create_date'])).toBe(utc(text(row['created_at'])));
    }
  });

  it('has the stages in the order of the workflow, closed cases won, the chance on the lead (B2)', async () => {
    const stages = await rpc.readAll('crm.stage', [['name', 'in', [...FIRM_STAGES]]]);
    const order = [...stages].sort((a, b) => Number(a['sequence']) - Number(b['sequence']));
    expect(order.map((stage) => stage['name'])).toEqual(
      FIRM_STAGES.filter((name) => order.some((stage) => stage['name'] === name)),
    );
    for (const row of rowsOf('cases')) {
      const lead = leads.get(text(row['id']));
      const won = row['status'] === 'Closed';
      expect(nameOf(lead?.['stage_id']), text(row['id'])).toBe(won ? 'Won' : row['stage']);
      expect(lead?.['x_ac_stage']).toBe(row['stage']);
      expect(lead?.['x_ac_status']).toBe(row['status']);
      if (won) expect(lead?.['probability']).toBe(100);
    }
  });

  it('has every contact once, found by e-mail, the client on the case and the parties with their roles (B3)', async () => {
    const known = await rpc.readAll('res.partner', [['email', '=', 'contact1@example1.org']]);
    expect(known.map((one) => [one['name'], one['city']])).toEqual([['Known Already', 'Bath']]);
    const names = await rpc.readAll('res.partner.category', [], ['name']);
    const tag = new Map(names.map((one) => [one.id, text(one['name'])]));
    const parties = rowsOf('case_contacts');
    for (const row of rowsOf('cases')) {
      const lead = leads.get(text(row['id']));
      const client = partnerOf(text(row['client']));
      expect(idOf(lead?.['partner_id']), text(row['id'])).toBe(client?.id);
      const own = parties.filter((party) => party['case'] === row['id']);
      const wanted = new Set(own.map((party) => partnerOf(text(party['contact']))?.id));
      const [linked] = await rpc.execute<PlainRow[]>(
        'crm.lead',
        'read',
        [[lead?.id], ['x_ac_related_ids']],
        { context: { active_test: false } },
      );
      expect(new Set(linked?.['x_ac_related_ids'] as number[])).toEqual(wanted);
      for (const party of own) {
        const role = text(party['role']).replace(/\s+/g, ' ').toLowerCase();
        expect(text(lead?.['x_ac_related']).toLowerCase()).toContain(`(${role})`);
        const tags = (partnerOf(text(party['contact']))?.['category_id'] ?? []) as number[];
        expect(tags.map((id) => tag.get(id)?.toLowerCase())).toContain(`role: ${role}`);
      }
    }
  });

  it('has name, kind, code, address and telephone of every contact (B3)', () => {
    // Every 50th stands there twice, and one was in Odoo before.
    const rows = rowsOf('contacts').filter(
      (row, index) => index % 50 < 48 && row['email'] !== 'contact1@example1.org',
    );
    expect(rows.length).toBeGreaterThan(50);
    for (const row of rows) {
      const partner = partners.get(text(row['id']));
      const company = row['kind'] === 'company';
      expect(partner, text(row['id'])).toMatchObject({
        name: company ? row['company'] : `${text(row['first_name'])} ${text(row['last_name'])}`,
        is_company: company,
        email: row['email'] || false,
        street: row['address_line1'],
        city: row['town'],
        zip: row['postcode'],
        country_id: [expect.any(Number), 'United Kingdom'],
        x_ac_client_code: row['code'],
        x_ac_courtesy_title: row['title'] || false,
        x_ac_contact_kind: row['kind'],
      });
      expect(text(partner?.['phone']).replace(/\D/g, '')).toMatch(
        new RegExp(`${text(row['phone']).slice(1)}$`),
      );
    }
  });

  it('gives cases to their fee earner, and to the fallback where Odoo has no such user (B4)', async () => {
    const [jane] = await rpc.readAll('res.users', [['login', '=', 'jane@firm.example']], ['id']);
    for (const row of rowsOf('cases'))
      expect(idOf(leads.get(text(row['id']))?.['user_id']), text(row['id'])).toBe(
        row['fee_earner'] === 'Jane Poole' ? jane?.id : rpc.uid,
      );
  });

  it('has every custom value in a field of its declared type, with its options and help (B5)', async () => {
    const values = new Map<string, Record<string, string>>();
    for (const row of rowsOf('custom_values')) {
      const own = values.get(text(row['owner'])) ?? {};
      values.set(text(row['owner']), { ...own, [text(row['field'])]: text(row['value']) });
    }
    for (const row of rowsOf('cases')) {
      const own = values.get(text(row['id'])) ?? {};
      expect(leads.get(text(row['id'])), text(row['id'])).toMatchObject({
        x_ac_policy_number: own['policy_no'] ?? false,
        x_ac_circumstances: own['circumstances'] ?? false,
        x_ac_number_of_floors: Number(own['floors'] ?? 0),
        x_ac_area_in_m2: Number(own['area'] ?? 0),
        x_ac_reserve: Number((own['reserve'] ?? '0').replace(/[£,]/g, '')),
        x_ac_date_of_loss: isoDay(own['loss_date']) ?? false,
        x_ac_inspected_at: own['inspected_at'] ? utc(isoMoment(own['inspected_at'])) : false,
        x_ac_habitable: own['habitable'] === 'Yes',
        x_ac_cause: own['cause'] ?? false,
        x_ac_broker_e_mail: own['broker_email'] ?? false,
        x_ac_inspection_time: own['inspection_time'] ?? false,
        x_ac_site_phone: own['site_phone'] ?? false,
        x_ac_portal_link: own['portal_url'] ?? false,
        x_ac_surveyor: own['surveyor'] ?? false,
      });
    }
    const fields = await rpc.execute<Record<string, Record<string, unknown>>>(
      'crm.lead',
      'fields_get',
      [['x_ac_cause', 'x_ac_circumstances', 'x_ac_policy_number', 'x_ac_reserve']],
    );
    expect(fields['x_ac_cause']).toMatchObject({
      type: 'selection',
      string: 'Cause',
      help: 'Cause, as on the claim form.',
      selection: [
        ['flood', 'Flood'],
        ['fire', 'Fire'],
        ['theft', 'Theft'],
        ['escape_of_water', 'Escape of water'],
      ],
    });
    expect(fields['x_ac_circumstances']?.['type']).toBe('text');
    expect(fields['x_ac_policy_number']?.['type']).toBe('char');
    expect(fields['x_ac_reserve']?.['type']).toBe('float');
    const [page] = await rpc.readAll('ir.ui.view', [
      ['name', '=', 'waybill.migrated_data'],
      ['model', '=', 'crm.lead'],
    ]);
    expect(text(page?.['arch_db'])).toContain('x_ac_cause');
  });

  it('writes the fields for an admin who makes them by hand, as Odoo imports them (B5)', async () => {
    const csv = readFileSync(join(project.folder, 'reports/custom-fields.csv'), 'utf8');
    const [header = '', ...lines] = csv.trim().split('\r\n');
    const cause = lines.findIndex((line) => line.includes(',x_ac_cause,'));
    const rows = [0, 1, 2, 3].map((at) => cells(lines[cause + at] ?? ''));
    const names = header.split(',');
    const renamed = rows.map((row) => row.map((one) => (one === 'x_ac_cause' ? 'x_by_hand' : one)));
    const loaded = await rpc.execute<{ ids: number[] | false; messages: unknown[] }>(
      'ir.model.fields',
      'load',
      [names, renamed],
    );
    expect(loaded.messages).toEqual([]);
    const made = await rpc.execute<Record<string, Record<string, unknown>>>(
      'crm.lead',
      'fields_get',
      [['x_by_hand']],
    );
    expect(made['x_by_hand']).toMatchObject({
      type: 'selection',
      string: 'Cause',
      selection: [
        ['flood', 'Flood'],
        ['fire', 'Fire'],
        ['theft', 'Theft'],
        ['escape_of_water', 'Escape of water'],
      ],
    });
    await rpc.execute('ir.model.fields', 'unlink', [loaded.ids || []]);
  });

  it('keeps the rows of custom tables, a line per value (B5)', () => {
    for (const row of rowsOf('custom_rows').filter((one) => one['field'] === 'cost'))
      expect(text(leads.get(text(row['owner']))?.['x_ac_inventory_of_loss'])).toContain(
        `${text(row['row'])}. Cost: ${text(row['value'])}`,
      );
  });

  it('has every document with its bytes on its case, under a name of its own, with its path (B6)', async () => {
    const all = await rpc.readAll(
      'ir.attachment',
      [['res_model', '=', 'crm.lead']],
      ['name', 'res_id', 'mimetype', 'checksum', 'file_size', 'description'],
    );
    const files = all.filter((one) => !/within a text|emails\//.test(text(one['description'])));
    const wanted = [...firm.documents];
    expect(files).toHaveLength(wanted.length);
    for (const { path, content } of wanted) {
      const found = files.find((one) => text(one['description']).includes(`file ${path}`));
      const lead = leads.get(path.split('/')[1] ?? '');
      expect(found, path).toMatchObject({
        res_id: lead?.id,
        file_size: content.length,
        checksum: createHash('sha1').update(content).digest('hex'),
      });
      const row = rowsOf('documents').find((one) => one['path'] === path);
      if (row) {
        expect(found?.['mimetype'], path).toBe(row['mime']);
        expect(found?.['description']).toContain(`by "${text(row['uploaded_by'])}" <`);
      }
    }
    const names = files.map((one) => `${text(one['res_id'])}/${text(one['name']).toLowerCase()}`);
    expect(new Set(names).size).toBe(names.length);
    const pdf = files.find((one) => text(one['name']).endsWith('.pdf'));
    expect(pdf?.['mimetype']).toBe('application/pdf');
  });

  it('shows the pictures of letters from attachments of the case (B6)', async () => {
    const letters = await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '<agilecase_communication_%@waybill>']],
      ['body', 'res_id'],
    );
    const wanted = rowsOf('communications').filter((row) =>
      /<img src="(data:|inline)/.test(text(row['body'])),
    );
    expect(wanted.length).toBeGreaterThan(4);
    for (const row of wanted) {
      const number = text(row['id']).slice(1);
      const letter = letters.find((one) => plain(one['body']).includes(`mail ${number} & more`));
      const id = /<img[^>]+src="\/web\/image\/(\d+)"/.exec(text(letter?.['body']))?.[1];
      const [picture] = await rpc.readAll(
        'ir.attachment',
        [['id', '=', Number(id)]],
        ['res_id', 'res_model', 'checksum', 'mimetype'],
      );
      expect(picture, text(row['id'])).toMatchObject({
        res_model: 'crm.lead',
        res_id: letter?.['res_id'],
        mimetype: 'image/png',
        checksum: createHash('sha1').update(PIXEL).digest('hex'),
      });
    }
  });

  it('has every note, letter and text message on its case, dated, in time order, internal unless public (B7, B8)', async () => {
    const messages = await rpc.readAll(
      'mail.message',
      [
        ['message_id', 'like', '@waybill'],
        ['model', '=', 'crm.lead'],
      ],
      [
        'body',
        'date',
        'res_id',
        'message_type',
        'subtype_id',
        'email_from',
        'subject',
        'author_id',
      ],
    );
    const last = new Map<unknown, string>();
    for (const one of messages) {
      const before2 = last.get(one['res_id']) ?? '';
      expect(text(one['date']) >= before2, `message ${one.id} is out of order`).toBe(true);
      last.set(one['res_id'], text(one['date']));
    }
    const find = (words: string): PlainRow | undefined =>
      messages.find((one) => plain(one['body']).includes(words));
    for (const row of rowsOf('notes')) {
      const number = /#(\d+)$/.exec(text(row['body']))?.[1] ?? '';
      const found = messages.find((one) => plain(one['body']).endsWith(`#${number}`));
      expect(found, text(row['id'])).toMatchObject({
        res_id: leads.get(text(row['case']))?.id,
        date: utc(text(row['at'])),
        message_type: 'comment',
        subject: row['subject'] || false,
      });
      expect(plain(found?.['body'])).toBe(row['body']);
      expect(nameOf(found?.['subtype_id'])).toBe(
        row['visibility'] === 'public' ? 'Discussions' : 'Note',
      );
      const author = rowsOf('users').find((one) => one['name'] === row['author']);
      expect(text(found?.['email_from'])).toBe(
        `"${text(row['author'])}" <${text(author?.['email'])}>`,
      );
    }
    for (const row of rowsOf('communications')) {
      const number = text(row['id']).slice(1);
      const found =
        row['channel'] === 'sms' ? find(`Text ${number}:`) : find(`mail ${number} & more`);
      expect(found, text(row['id'])).toMatchObject({
        res_id: leads.get(text(row['case']))?.id,
        date: utc(text(row['at'])),
        message_type: row['channel'],
        subject: row['subject'] || false,
      });
      expect(plain(found?.['body'])).toContain(`To: ${text(row['to'])}`);
      if (row['message_id'] !== '')
        expect(plain(found?.['body'])).toContain(`Message-ID: ${text(row['message_id'])}`);
    }
  });

  it('has the answers of a thread under its first letter, by message id and by subject (B8)', async () => {
    const letters = await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '<agilecase_communication_%@waybill>']],
      ['message_id', 'parent_id', 'message_type'],
    );
    const keyed = new Map(
      letters.map((one) => [/_communication_(\w+)@/.exec(text(one['message_id']))?.[1], one]),
    );
    for (let thread = 0; thread < FIRM.communications / 3; thread++) {
      const [first, ...answers] = [0, 1, 2].map((place) => keyed.get(`m${thread * 3 + place}`));
      expect(idOf(first?.['parent_id'])).toBe(false);
      for (const answer of answers)
        expect(idOf(answer?.['parent_id']), `thread ${thread}`).toBe(
          answer?.['message_type'] === 'sms' ? false : first?.id,
        );
    }
  });

  it('has what stands in letters that lie there as files: text, headers, thread, pictures, the file (B6, B8)', async () => {
    const letters = await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '<agilecase_communication_eml%@waybill>']],
      [
        'body',
        'date',
        'subject',
        'author_id',
        'email_from',
        'message_type',
        'res_id',
        'parent_id',
        'attachment_ids',
      ],
    );
    const [first, answer, ...more] = letters.toSorted((a, b) => a.id - b.id);
    expect(more).toEqual([]);
    const lead = leads.get(text(rowsOf('cases')[0]?.['id']));
    expect(first).toMatchObject({
      res_id: lead?.id,
      date: '2024-01-15 10:05:00',
      subject: 'Grüße',
      message_type: 'email',
      parent_id: false,
    });
    const [jane] = await rpc.readAll('res.users', [['login', '=', 'jane@firm.example']]);
    expect(idOf(first?.['author_id'])).toBe(idOf(jane?.['partner_id']));
    expect(text(first?.['email_from'])).toContain('jane@firm.example');
    const body = plain(first?.['body']);
    for (const words of ['Straße', 'To: Müller, Jo', 'Message-ID: <a@firm.example>'])
      expect(body).toContain(words);
    expect(answer).toMatchObject({ res_id: lead?.id, date: '2024-01-16 09:00:00' });
    expect(idOf(answer?.['parent_id'])).toBe(first?.id);
    const picture = Number(/<img[^>]+src="\/web\/image\/(\d+)"/.exec(text(first?.['body']))?.[1]);
    expect(await checksums([picture])).toEqual([sha1(PIXEL)]);
    for (const [name, letter] of [['eml1', first] as const, ['eml2', answer] as const]) {
      const files = await checksums(letter?.['attachment_ids'] as number[]);
      expect(files, name).toContain(sha1(Buffer.from(LETTERS[name])));
    }
  });

  it('writes down workflows with what does the same in Odoo, and who had access to the portal (B9, B10)', () => {
    const inventory = JSON.parse(
      readFileSync(join(project.folder, 'reports/inventory.json'), 'utf8'),
    ) as Inventory;
    const workflow = inventory.workflows.find((one) => one.name === 'Conveyancing');
    expect(workflow?.steps).toContainEqual(
      expect.objectContaining({
        action: 'create task',
        condition: 'status = Open',
        branch: 'Evidence',
        details: expect.stringContaining('When Acknowledge is completed') as string,
      }),
    );
    expect(workflow?.steps.find((one) => one.action === 'create task')?.odoo.odoo).toContain(
      'Create Activity',
    );
    const portal = inventory.tables.find((one) => one.object === 'portal_access');
    expect(portal?.rows).toHaveLength(rowsOf('portal_access').length);
    const expenses = inventory.tables.find((one) => one.object === 'expense');
    const amount = expenses?.columns.indexOf('amount') ?? 0;
    expect(expenses?.rows.at(-1)?.[amount]).toBe((rowsOf('expenses').length * 42.1).toFixed(2));
    const html = readFileSync(join(project.folder, 'reports/inventory.html'), 'utf8');
    expect(html).toContain('Grant portal access');
  });

  it('keeps the audit trail readable and in the order of time (B11)', () => {
    for (const row of rowsOf('audit_log').filter((one) => one['action'] === 'update')) {
      const lines = text(leads.get(text(row['object']))?.['x_ac_audit_history']).split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toContain(' | create');
      expect(lines[1]).toBe(
        `${utc(text(row['at']))} UTC | ${text(row['user'])} | update status | Open -> On hold`,
      );
    }
  });

  it('has the leaves of nested labels as tags (B12)', async () => {
    const names = await rpc.readAll('crm.tag', [], ['name']);
    const tag = new Map(names.map((one) => [one.id, text(one['name'])]));
    const heads = new Map(
      rowsOf('custom_values')
        .filter((row) => row['field'] === 'heads')
        .map((row) => [text(row['owner']), text(row['value'])]),
    );
    for (const row of rowsOf('cases')) {
      const labels = text(row['labels']).split('; ').filter(Boolean);
      const leaves = labels.map((label) => label.split(' > ').at(-1) ?? '');
      const more = (heads.get(text(row['id'])) ?? '').split('; ').filter(Boolean);
      const wanted = new Set([...leaves, ...more.map((one) => `Heads of claim: ${one}`)]);
      const found = (leads.get(text(row['id']))?.['tag_ids'] ?? []) as number[];
      expect(new Set(found.map((id) => tag.get(id))), text(row['id'])).toEqual(wanted);
    }
    expect([...tag.values()].some((name) => name.includes('>'))).toBe(false);
  });

  it('has tasks and milestones as activities and key dates in the calendar', async () => {
    const keepsDone = version === 19;
    const open = (rows: readonly Row[], done: string): number =>
      rows.filter((row) => keepsDone || row[done] === null).length;
    const activities = await rpc.count('mail.activity', [['res_model', '=', 'crm.lead']]);
    expect(activities).toBe(
      open(rowsOf('tasks'), 'completed_at') + open(rowsOf('case_milestones'), 'actual_on'),
    );
    const summaries = await rpc.readAll('mail.activity', [['summary', 'like', 'Chase surveyor']]);
    for (const row of rowsOf('tasks').filter((one) => one['completed_at'] === null)) {
      const found = summaries.find((one) => one['summary'] === row['title']);
      expect(found, text(row['id'])).toMatchObject({
        res_id: leads.get(text(row['case']))?.id,
        date_deadline: text(row['due_at']).slice(0, 10),
      });
      expect(plain(found?.['note'])).toBe(`By phone\nDue: ${utc(text(row['due_at']))} UTC`);
    }
    const events = await rpc.readAll(
      'calendar.event',
      [['name', 'like', 'Hearing']],
      ['name', 'start', 'location', 'opportunity_id'],
    );
    expect(events).toHaveLength(rowsOf('events').length);
    for (const row of rowsOf('events'))
      expect(events.find((one) => one['name'] === row['title'])).toMatchObject({
        start: utc(text(row['starts_at'])),
        location: row['location'],
        opportunity_id: expect.arrayContaining([leads.get(text(row['case']))?.id]) as unknown,
      });
  });

  it('sends nothing, changes nothing when it runs again, and can be taken back whole', async () => {
    expect(await rpc.count('mail.mail')).toBe(0);
    const again = await project.run('run', '--json');
    expect(again.json<{ totals: object }>().totals).toMatchObject({ created: 0, updated: 0 });
    const plan = await project.run('plan', '--json');
    expect(plan.json()).toMatchObject({ freeze: expect.stringContaining('AgileCase') as string });
    const { fields } = plan.json<{ fields: { name: string; exists: boolean }[] }>();
    expect(fields.filter((field) => !field.exists)).toEqual([]);
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    // A contact that was there got values and lost them again: that it was written to stays in its date.
    const left = differences(before, await dumpDatabase(odoo.databaseUrl));
    expect(left.every((line) => /^res_partner [-+].*Known Already/.test(line))).toBe(true);
    const [then, now] = left.map((line) => line.slice(13).replace(/"write_date": "[^"]*"/, ''));
    expect(now).toBe(then);
  });

  /** Of attachments of cases alone. */
  async function checksums(ids: readonly number[]): Promise<unknown[]> {
    const found = await rpc.readAll(
      'ir.attachment',
      [
        ['id', 'in', [...ids]],
        ['res_model', '=', 'crm.lead'],
      ],
      ['checksum'],
    );
    return found.map((one) => one['checksum']);
  }

  /** The second row of a person is the first one, by e-mail and name. */
  function partnerOf(id: string): PlainRow | undefined {
    const index = Number(id) - 900;
    const row = rowsOf('contacts')[index];
    const twin = rowsOf('contacts')[index % 50 === 49 ? index - 1 : index + 1];
    const known = text(row?.['email']) === 'contact1@example1.org';
    if (known) return [...partners.values()].find((one) => one['email'] === row?.['email']);
    return partners.get(id) ?? partners.get(text(twin?.['id']));
  }
});

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

const LETTERS = {
  eml1: [
    'From: Jane Poole <jane@firm.example>',
    'To: "Müller, Jo" <jo@client.example>',
    'Date: Mon, 15 Jan 2024 11:05:00 +0100',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Message-ID: <a@firm.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=b1',
    '',
    '--b1',
    'Content-Type: text/html; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>Stra=DFe <img src=3D"cid:logo@firm"></p>',
    '--b1',
    'Content-Type: image/png',
    'Content-ID: <logo@firm>',
    'Content-Transfer-Encoding: base64',
    '',
    PIXEL.toString('base64'),
    '--b1--',
    '',
  ].join('\r\n'),
  eml2: [
    'From: jo@client.example',
    'To: jane@firm.example',
    'Date: Tue, 16 Jan 2024 09:00:00 +0000',
    'Subject: Thanks',
    'Message-ID: <b@client.example>',
    'In-Reply-To: <a@firm.example>',
    '',
    'The answer',
    '',
  ].join('\r\n'),
};

/** Two rows that name a case and nothing else; what they are stands in files called after them. */
function addLetters(folder: string): void {
  const table = join(folder, 'data/communications.csv');
  const [header = ''] = readFileSync(table, 'utf8').split(/\r?\n/);
  const one = text(rowsOf('cases')[0]?.['id']);
  for (const [id, content] of Object.entries(LETTERS)) {
    const values: Record<string, string> = { id, case: one, channel: 'email' };
    const row = header.split(',').map((name) => values[name] ?? '');
    appendFileSync(table, `${row.join(',')}\r\n`);
    writeFileSync(join(folder, 'emails', `${id}.eml`), content);
  }
}

interface Inventory {
  readonly workflows: readonly {
    readonly name: string;
    readonly steps: readonly {
      readonly action: string;
      readonly condition: string;
      readonly branch: string;
      readonly details: string;
      readonly odoo: { readonly odoo: string };
    }[];
  }[];
  readonly tables: readonly {
    readonly object: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

const isoDay = (uk: string | undefined): string | undefined =>
  uk?.split('/').toReversed().join('-');
const isoMoment = (uk: string): string => {
  const [day = '', time = ''] = uk.split(' ');
  return `${isoDay(day) ?? ''}T${time}:00`;
};

/** Cells of a line in which a comma may stand between quotes. */
const cells = (line: string): string[] =>
  [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );

const utc = (london: string): string => {
  const wall = new Date(`${london}Z`);
  const shown = new Intl.DateTimeFormat('sv', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offset = new Date(`${shown.format(wall).replace(' ', 'T')}Z`).getTime() - wall.getTime();
  return new Date(wall.getTime() - offset).toISOString().slice(0, 19).replace('T', ' ');
};

const plain = (html: unknown): string =>
  text(html)
    .replace(/<br\s*\/?>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
