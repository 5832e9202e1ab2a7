/**
 * The same firm as CSV, as a workbook, as JSON and through an API gives the same Odoo: each goes into an Odoo of its
 * own, and what is there afterwards is compared record by record and value by value.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import type { FirmFormat } from '../../src/app/demo/sample-firm/types.ts';
import { startCaseApi, TOKEN } from '../support/case-api.ts';
import { connectorFile } from '../support/connector-file.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill } from '../support/project.ts';

const firm = generateSampleFirm({
  seed: 11,
  cases: 24,
  contacts: 30,
  notes: 40,
  communications: 30,
  documents: 35,
});
const folder = mkdtempSync(join(tmpdir(), 'waybill-forms-'));
const databases: TestOdoo[] = [];

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const odoo of databases) await odoo.drop();
});

/** What Waybill writes to, and nothing that Odoo counts or stamps by itself. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'res.partner':
    'name email phone street street2 city zip state_id country_id company_name parent_id is_company function website comment category_id user_id active'.split(
      ' ',
    ),
  'crm.lead':
    'name type description partner_id user_id team_id stage_id probability expected_revenue date_deadline date_closed tag_ids active'.split(
      ' ',
    ),
  'mail.message':
    'model res_id body date subject message_type subtype_id author_id email_from parent_id message_id attachment_ids'.split(
      ' ',
    ),
  'ir.attachment': ['name', 'res_model', 'res_id', 'mimetype', 'checksum', 'description'],
  'mail.activity': ['summary', 'note', 'date_deadline', 'user_id', 'res_model', 'res_id', 'active'],
  'calendar.event': ['name', 'start', 'stop', 'location', 'description', 'opportunity_id'],
  'crm.tag': ['name'],
  'crm.stage': ['name', 'sequence'],
  'res.partner.category': ['name', 'parent_id'],
};

type Contents = Readonly<Record<string, readonly string[]>>;

/** Every record under its external id, with ids as what they stand for. */
async function contentsOf(rpc: PlainRpc): Promise<Contents> {
  const external = await rpc.readAll(
    'ir.model.data',
    [['module', '=', '__waybill__']],
    ['name', 'model', 'res_id'],
  );
  // Messages bear their key themselves.
  const messages = await rpc.readAll(
    'mail.message',
    [['message_id', 'like', '@waybill>']],
    ['message_id'],
  );
  for (const { id, message_id } of messages)
    external.push({ id, name: message_id, model: 'mail.message', res_id: id });
  const names = new Map(
    external.map((one) => [`${String(one['model'])}/${String(one['res_id'])}`, one['name']]),
  );
  const contents: Record<string, string[]> = {};
  for (const [model, plain] of Object.entries(FIELDS)) {
    const all = await rpc.execute<Record<string, { type: string; relation?: string }>>(
      model,
      'fields_get',
      [[], ['type', 'relation']],
    );
    const own = Object.keys(all)
      .filter((name) => name.startsWith('x_'))
      .sort();
    const ids = external.filter((one) => one['model'] === model).map((one) => one['res_id']);
    const rows = await rpc.readAll(model, [['id', 'in', ids]], [...plain, ...own]);
    const value = (row: PlainRow, field: string): unknown => {
      const [found, { type = '', relation = '' } = {}] = [row[field], all[field]];
      const named = (id: unknown): unknown => names.get(`${relation}/${String(id)}`) ?? id;
      if (field === 'res_id') {
        const of = row['model'] ?? row['res_model'];
        return names.get(`${String(of)}/${String(found)}`) ?? found;
      }
      if (type === 'many2one' && Array.isArray(found))
        return names.get(`${relation}/${String(found[0])}`) ?? (found[1] as unknown);
      if (type.endsWith('2many')) return (found as number[]).map((id) => String(named(id))).sort();
      return typeof found === 'string'
        ? found.replace(/\/web\/image\/(\d+)/g, (_, id) =>
            String(names.get(`ir.attachment/${String(id)}`)),
          )
        : found;
    };
    contents[model] = rows
      .map((row) =>
        JSON.stringify([
          names.get(`${model}/${row.id}`),
          ...[...plain, ...own].map((field) => [field, value(row, field)]),
        ]),
      )
      .sort();
  }
  const fields = await rpc.readAll('ir.model.fields', [['name', 'like', 'x_ac_']]);
  contents['ir.model.fields'] = fields.map((one) =>
    JSON.stringify([
      one['model'],
      one['name'],
      one['ttype'],
      one['field_description'],
      one['help'],
    ]),
  );
  const options = await rpc.readAll('ir.model.fields.selection', [
    ['field_id.name', 'like', 'x_ac_'],
  ]);
  contents['options'] = options.map((one) =>
    JSON.stringify([(one['field_id'] as unknown[])[1], one['value'], one['name'], one['sequence']]),
  );
  return contents;
}

async function exported(format: FirmFormat): Promise<string> {
  const path = join(folder, format);
  await firm.writeTo(path, format);
  return path;
}

/** The lists through the API; what no list names (pictures, workflows, loose files) is put beside them. */
async function fetched(): Promise<string> {
  const api = await startCaseApi(firm);
  const path = join(folder, 'api');
  const file = join(folder, 'connector.yaml');
  writeFileSync(
    file,
    connectorFile(firm, api.url, { documents: true, to: 'documents/{case}/{folder}/{filename}' }),
  );
  const ran = await waybill(['connector', 'fetch', file, path], { TEST_TOKEN: TOKEN });
  await api.close();
  expect(ran.code, ran.stderr).toBe(0);
  const loose = firm.documents.slice(firm.rows('documents').length);
  for (const { path: name, content } of [...loose, ...firm.pictures, ...firm.workflows]) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

async function loaded(name: string, exportFolder: string): Promise<Contents> {
  const odoo = await freshOdoo(19, `forms-${name}`);
  databases.push(odoo);
  const project = await makeProject(odoo, exportFolder, undefined, 'agilecase');
  await prepare(project);
  const ran = await project.run('run', '--json');
  expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
  project.remove();
  return contentsOf(await plainRpc(odoo));
}

/** The first few, so that a failure can be read. */
const differences = (rows: readonly string[], others: readonly string[]): string[] => [
  ...rows.filter((row) => !others.includes(row)).slice(0, 2),
  ...others.filter((row) => !rows.includes(row)).slice(0, 2),
  ...(rows.length === others.length ? [] : [`${rows.length} records, and ${others.length}`]),
];

let csv: Contents;
beforeAll(async () => {
  csv = await loaded('csv', await exported('csv'));
});

it('the firm is in Odoo', () => {
  const sizes = Object.fromEntries(
    Object.entries(csv).map(([model, rows]) => [model, rows.length]),
  );
  expect(sizes).toMatchObject({ 'crm.lead': 24, 'ir.model.fields': expect.any(Number) as number });
  for (const [model, size] of Object.entries(sizes)) expect(size, model).toBeGreaterThan(0);
});

it.each(['xlsx', 'json', 'api'] as const)(
  'the firm as %s is the firm as CSV, in Odoo, record by record and value by value',
  async (form) => {
    const other = await loaded(form, form === 'api' ? await fetched() : await exported(form));
    for (const [model, rows] of Object.entries(csv))
      expect(differences(rows, other[model] ?? []), model).toEqual([]);
  },
);
