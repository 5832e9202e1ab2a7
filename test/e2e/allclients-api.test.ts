/** The same account through its export and through its API gives the same Odoo, apart from what only one of them carries. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { sampleAccount, TEST_ACCOUNT, TEST_KEY } from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, makeProjectFrom, prepare, type TestProject } from '../support/project.ts';

const ACCOUNT = { seed: 11, contacts: 130, notes: 160 };

/** docs/connectors/allclients.md prints the same lists. */
/** And places of appointments, authors of notes, e-mail templates, campaigns. */
const ONLY_IN_FILES = { tags: /^Group: / };
const ONLY_IN_API = { fields: new Set(['x_allclients_opt_in', 'x_allclients_special_events']) };

interface Side {
  readonly odoo: TestOdoo;
  readonly rpc: PlainRpc;
  readonly project: TestProject;
}

describe.each<OdooVersion>([19, 14])('one account, two ways, into Odoo %i', (version) => {
  const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  let server: StandIn;
  let files: Side;
  let api: Side;

  beforeAll(async () => {
    await generateSampleAccount(ACCOUNT).writeTo(exportFolder);
    server = await startStandIn(sampleAccount(ACCOUNT), { malformed: true, cdata: true });
    files = await sideOf(version, 'files', (odoo) => makeProject(odoo, exportFolder));
    api = await sideOf(version, 'api', (odoo) =>
      makeProjectFrom(odoo, ['--api', server.url, '--account', TEST_ACCOUNT], {
        WAYBILL_SOURCE_API_KEY: TEST_KEY,
      }),
    );
    api.project.edit('waybill.yaml', (text) =>
      text.replace(/^( *)account: .*$/m, '$&\n$1callsPerSecond: 50'),
    );
    const doctor = await api.project.run('doctor', '--json');
    expect(doctor.stdout).toContain(`knows account ${TEST_ACCOUNT}`);
    for (const { project } of [files, api]) {
      await prepare(project);
      const ran = await project.run('run', '--json');
      expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
      expect(ran.json<{ verification: object }>().verification).toMatchObject({
        differences: 0,
        missing: 0,
      });
    }
  });

  afterAll(async () => {
    for (const side of [files, api]) {
      side?.project.remove();
      await side?.odoo.drop();
    }
    rmSync(exportFolder, { recursive: true, force: true });
    await server?.close();
  });

  it.each([
    [
      'contacts',
      'res.partner',
      [
        'name',
        'email',
        'phone',
        'mobile',
        'street',
        'city',
        'zip',
        'state_id',
        'country_id',
        'company_name',
        'function',
        'website',
        'comment',
        'active',
        'user_id',
        'parent_id',
        'category_id',
      ],
    ],
    [
      'deals',
      'crm.lead',
      [
        'name',
        'expected_revenue',
        'probability',
        'stage_id',
        'team_id',
        'partner_id',
        'user_id',
        'active',
        'date_deadline',
        'lost_reason_id',
        'lost_reason',
        'tag_ids',
        'description',
      ],
    ],
    [
      'to-dos',
      'mail.activity',
      [
        'summary',
        'note',
        'date_deadline',
        'date_done',
        'active',
        'res_name',
        'activity_type_id',
        'user_id',
      ],
    ],
    [
      'appointments',
      'calendar.event',
      ['name', 'start', 'stop', 'description', 'partner_ids', 'user_id'],
    ],
    [
      'attachments',
      'ir.attachment',
      ['name', 'checksum', 'file_size', 'mimetype', 'res_name', 'res_model'],
    ],
    ['addresses that get no mail', 'mail.blacklist', ['email', 'active']],
  ] as const)('the same %s', async (_what, model, fields) => {
    const own = await fieldsOf(files.rpc, model);
    const [one, other] = [
      await picture(files, model, [...fields, ...own]),
      await picture(api, model, [...fields, ...own]),
    ];
    expect(one.length).toBeGreaterThan(2);
    expect(notIn(other, one), 'only through the API').toEqual([]);
    expect(notIn(one, other), 'only through the export').toEqual([]);
  });

  it('the same custom fields, but for those of one way only', async () => {
    for (const model of ['res.partner', 'crm.lead']) {
      const [one, other] = [await fieldsOf(files.rpc, model), await fieldsOf(api.rpc, model)];
      expect(one.length).toBeGreaterThan(3);
      expect(other.filter((name) => !ONLY_IN_API.fields.has(name))).toEqual(one);
    }
  });

  it('the same notes on the same contacts, and those that the export could not place', async () => {
    const [one, other] = [await notesOf(files.rpc), await notesOf(api.rpc)];
    const account = generateSampleAccount(ACCOUNT);
    const byEmail = new Set(
      Array.from({ length: ACCOUNT.notes }, (_, index) => index).filter(
        (index) => account.note(index).contactId === '',
      ),
    );
    expect(one.length).toBeGreaterThan(100);
    expect(one.filter((note) => !other.includes(note))).toEqual([]);
    const more = other.filter((note) => !one.includes(note));
    expect(more.filter((note) => !byEmail.has(numberOf(note)))).toEqual([]);
  });

  it('asked one call at a time', () => {
    expect(server.mostAtOnce()).toBe(1);
  });
});

async function sideOf(
  version: OdooVersion,
  hint: string,
  make: (odoo: TestOdoo) => Promise<TestProject>,
): Promise<Side> {
  const odoo = await freshOdoo(version, hint);
  const rpc = await plainRpc(odoo);
  const sam = { name: 'Sam Seller', login: 'sam@example.com', email: 'sam@example.com' };
  await rpc.execute('res.users', 'create', [sam], { context: { no_reset_password: true } });
  return { odoo, rpc, project: await make(odoo) };
}

const notIn = (these: readonly string[], those: readonly string[]): string[] =>
  these.filter((one) => !those.includes(one));

async function fieldsOf(rpc: PlainRpc, model: string): Promise<string[]> {
  const known = await rpc.execute<Record<string, unknown>>(model, 'fields_get', [], {
    attributes: ['relation'],
  });
  return Object.keys(known)
    .filter((name) => name.startsWith('x_allclients_'))
    .toSorted();
}

/** Our records of a model with the names of what they point at instead of ids, as sorted lines; of the fields that this Odoo has. */
async function picture({ rpc }: Side, model: string, asked: readonly string[]): Promise<string[]> {
  const known = await rpc.execute<Record<string, { relation?: string }>>(model, 'fields_get', [], {
    attributes: ['relation'],
  });
  const fields = asked.filter((field) => field in known);
  const rows = await rpc.readAll(model, [['x_waybill_key', '!=', false]], fields);
  const names = new Map<string, ReadonlyMap<number, string>>();
  for (const field of fields) {
    const relation = known[field]?.relation;
    if (relation && !names.has(relation)) names.set(relation, await namesIn(rpc, relation));
  }
  const line = (row: PlainRow): string =>
    JSON.stringify(
      fields.map((field) => [field, plain(row, field, names.get(known[field]?.relation ?? ''))]),
    );
  return rows.map(line).sort();
}

async function namesIn(rpc: PlainRpc, model: string): Promise<ReadonlyMap<number, string>> {
  const rows = await rpc.readAll(model, [], ['display_name']);
  return new Map(rows.map((one) => [one.id, String(one['display_name'])]));
}

function plain(
  row: PlainRow,
  field: string,
  names: ReadonlyMap<number, string> | undefined,
): unknown {
  const value = row[field];
  if (!Array.isArray(value) || !names) return value;
  if (typeof value[1] === 'string') return names.get(value[0] as number);
  return (value as number[])
    .map((id) => names.get(id) ?? '')
    .filter((name) => !ONLY_IN_FILES.tags.test(name))
    .sort();
}

/** Contact, date and text of every note that came from the source. */
async function notesOf(rpc: PlainRpc): Promise<string[]> {
  const partners = new Map(
    (await rpc.readAll('res.partner', [], ['x_allclients_id'])).map((one) => [
      one.id,
      one['x_allclients_id'],
    ]),
  );
  const messages = await rpc.readAll(
    'mail.message',
    [
      ['message_id', 'like', '@waybill'],
      ['message_id', 'not like', 'merged'],
      ['model', '=', 'res.partner'],
    ],
    ['date', 'body', 'res_id'],
  );
  return messages
    .map((one) => JSON.stringify([partners.get(Number(one['res_id'])), one['date'], one['body']]))
    .sort();
}

const numberOf = (note: string): number =>
  Number(/#(\d+)<|End (\d+)\./.exec(note)?.slice(1).find(Boolean));
