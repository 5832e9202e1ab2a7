/** A firm leaves AgileCase: every row of its export is looked for in a real Odoo, through a reader that shares no code with the loader. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRM_STAGES, generateSampleFirm } from '../../src/app/demo/sample-firm.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const FIRM = { seed: 5, cases: 60, contacts: 70, notes: 120, communications: 90, documents: 126 };
const firm = generateSampleFirm(FIRM);

type Row = Readonly<Record<string, string | number | boolean | null>>;
const rowsOf = (table: string): readonly Row[] => firm.rows(table);
const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));
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
    project = await makeProject(odoo, exportFolder, 'agilecase');
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
      expect(plain(lead?.['description'])).toBe(text(row['description']));
      // 09:15 in London is 08:15 UTC in summer.
      expect(text(lead?.['x_ac_original_create_date'])).toBe(utc(text(row['created_at'])));
    }
  });
});

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
