/** A firm's whole journey out of AgileCase: sample, run, what people do in Odoo, deltas, and all of it taken back. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import type { SampleModel } from '../../src/report/sample-model.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type Ran, type TestProject } from '../support/project.ts';

const FIRM = { seed: 9, cases: 30, contacts: 24, notes: 50, communications: 21, documents: 9 };
const firm = generateSampleFirm(FIRM);
type Row = Record<string, string | number | boolean | null>;
const caseId = (n: number): string => String(44_000 + n);

interface Delta {
  readonly frozen: boolean;
  readonly late: number;
  readonly totals: { readonly written: number; readonly queued: number; readonly archived: number };
}
interface Kept {
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}

describe.each<OdooVersion>([19, 14])('AgileCase from sample to rollback, on Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-firmjourney-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;

  /** The next export: one table of it changed. */
  const change = (table: string, how: (rows: Row[]) => Row[]): void => {
    const path = join(folder, 'data', `${table}.json`);
    writeFileSync(path, JSON.stringify(how(JSON.parse(readFileSync(path, 'utf8')) as Row[])));
  };
  const changeCase = (n: number, values: Row): void =>
    change('cases', (rows) =>
      rows.map((row) => (row['id'] === caseId(n) ? { ...row, ...values } : row)),
    );
  const lead = async (n: number): Promise<PlainRow> => {
    const [row] = await rpc.readAll('crm.lead', [['x_ac_id', '=', caseId(n)]]);
    if (!row) throw new Error(`no lead of case ${n}`);
    return row;
  };
  const chatter = async (n: number): Promise<PlainRow[]> =>
    rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'crm.lead'],
        ['res_id', '=', (await lead(n)).id],
        ['message_id', 'like', '@waybill'],
      ],
      ['body', 'date'],
    );
  const delta = (): Promise<Ran> => project.run('delta', '--json');
  const questions = async () =>
    (await project.run('review', '--json'))
      .json<{ items: { id: number; code: string; message: string }[] }>()
      .items.filter((one) => one.code.startsWith('WB_DELTA'));

  beforeAll(async () => {
    await firm.writeTo(folder, 'json');
    odoo = await freshOdoo(version, 'firmjourney');
    rpc = await plainRpc(odoo);
    await rpc.execute('res.partner', 'create', [
      { name: 'Known Already', email: 'contact1@example1.org', city: 'Bath' },
    ]);
    project = await makeProject(odoo, folder, undefined, 'agilecase', 'asked');
    for (const command of ['scope', 'map']) expect((await project.run(command)).code).toBe(0);
    project.edit('mapping.yaml', (text) => text.replace('deletions: queue', 'deletions: archive'));
    expect((await project.run('map', '--approve', '--by', 'Ana')).code).toBe(0);
    before = await dumpDatabase(odoo.databaseUrl);
  });
  afterAll(async () => {
    project.remove();
    rmSync(folder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('no case moves before a sample of the cases is approved', async () => {
    const refused = await project.run('run', '--json');
    expect([refused.code, refused.stdout]).toEqual([3, expect.stringContaining('WB_GATE_SAMPLE')]);
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    const ran = await project.run('sample', '--size', '20', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
    const report = readFileSync(join(project.folder, 'reports/sample-production.json'), 'utf8');
    const model = JSON.parse(report) as SampleModel;
    expect(model.totals).toMatchObject({ differs: 0, missing: 0 });
    const leads = model.records.filter((one) => one.model === 'crm.lead').length;
    expect(leads).toBeGreaterThan(5);
    expect(model.size).toBeLessThanOrEqual(Math.max(20, model.needed));
    expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(leads);
    for (const stage of new Set(firm.rows('cases').map((row) => row['stage'])))
      expect(model.covered.join('\n')).toContain(String(stage));
    expect((await project.run('sample', '--approve', '--by', 'Ana')).code).toBe(0);
  });

  it('the full run goes on from the sample, and a delta straight after it finds nothing', async () => {
    const estimated = await project.run('estimate', '--json');
    expect(estimated.json(), estimated.stderr).toMatchObject({ rate: { from: 'the sample' } });
    const ran = await project.run('run', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
    const { estimate } = await project.report<{ estimate: Record<string, number> | null }>();
    expect(estimate).toMatchObject({
      predictedHours: expect.any(Number) as number,
      actualHours: expect.any(Number) as number,
    });
    expect(ran.json()).toMatchObject({
      balances: true,
      verification: { differences: 0, missing: 0 },
    });
    expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(FIRM.cases);
    expect((await delta()).json<Delta>()).toMatchObject({ frozen: true, totals: { written: 0 } });
  });

  it('refuses the export of another firm with the same case ids, and writes nothing', async () => {
    const then = await dumpDatabase(odoo.databaseUrl);
    const own = ['cases', 'contacts'].map((name) => join(folder, 'data', `${name}.json`));
    const kept = own.map((path) => readFileSync(path));
    change('cases', (rows) => rows.map((row, n) => ({ ...row, title: `Matter ${n} of others` })));
    change('contacts', (rows) =>
      rows.map((row, n) => ({ ...row, first_name: `Otto${n}`, email: `otto${n}@example.net` })),
    );
    const ran = await delta();
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('WB_DELTA_OTHER_ACCOUNT')]);
    expect(ran.stdout).toContain('--accept-export');
    expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    for (const [at, path] of own.entries()) writeFileSync(path, kept[at] ?? '');
  });

  it('a delta brings what the firm changed, keeps what people changed in Odoo, and asks where both did', async () => {
    const [one, both] = [await lead(1), await lead(2)];
    await rpc.execute('crm.lead', 'write', [[one.id], { name: 'Renamed in Odoo' }]);
    await rpc.execute('crm.lead', 'write', [[both.id], { name: 'Both, says Odoo' }]);
    changeCase(1, { fee_amount: '777.25' });
    changeCase(2, { title: 'Both, says the firm' });
    changeCase(3, { title: 'Changed by the firm' });
    change('cases', (rows) => [
      ...rows,
      { ...(rows[4] as Row), id: '99001', number: 'NEW/1', title: 'A new case' },
    ]);
    change('notes', (rows) => [
      ...rows,
      { ...(rows[0] as Row), id: 'n9001', case: '99001', body: 'First of the new case' },
      { ...(rows[0] as Row), id: 'n9002', case: caseId(3), at: '2001-02-03T10:00', body: 'Long ago' }, // prettier-ignore
    ]);
    const ran = await delta();
    const found = ran.json<Delta>();
    expect(found, ran.stderr).toMatchObject({ totals: { queued: 1 } });
    expect(await lead(1)).toMatchObject({ name: 'Renamed in Odoo', expected_revenue: 777.25 });
    expect(await lead(2)).toMatchObject({ name: 'Both, says Odoo' });
    expect(await lead(3)).toMatchObject({ name: 'Changed by the firm' });
    const [fresh] = await rpc.readAll('crm.lead', [['x_ac_id', '=', '99001']]);
    expect(fresh).toMatchObject({ name: 'A new case' });
    const [asked] = await questions();
    expect(asked?.message).toContain('"Both, says the firm"');
    expect(asked?.message).toContain('"Both, says Odoo"');
    const told = ['--resolve', String(asked?.id), '--with', 'source', '--by', 'Ana'];
    expect((await project.run('review', ...told)).code).toBe(0);
    expect((await delta()).json<Delta>()).toMatchObject({ totals: { written: 1, queued: 0 } });
    expect(await lead(2)).toMatchObject({ name: 'Both, says the firm' });
  });

  it('a case that was numbered anew is found by every number it had, and so is what names it by an old one', async () => {
    const [first] = firm.rows('cases').slice(4);
    const numbers = [String(first?.['number']), 'NEW/00004/26', '26-4'];
    for (const [at, number] of numbers.slice(1).entries()) {
      changeCase(4, { number });
      const former = numbers.slice(0, at + 1);
      for (const [n, old] of former.entries())
        change('notes', (rows) => [
          ...rows,
          { ...(rows[0] as Row), id: `n95${at}${n}`, case: old, body: `Round ${at}, by ${old}` },
        ]);
      const ran = await delta();
      expect(ran.json<Delta>(), ran.stderr + ran.stdout).toMatchObject({ totals: { queued: 0 } });
      expect(await lead(4)).toMatchObject({
        x_ac_number: number,
        x_ac_former_numbers: former.join('; '),
      });
      for (const old of former)
        expect(
          await rpc.count('crm.lead', [
            ['x_ac_former_numbers', 'ilike', old],
            ['id', '=', (await lead(4)).id],
          ]),
        ).toBe(1);
    }
    const bodies = (await chatter(4)).map((message) => String(message['body'])).join('\n');
    for (const words of [
      `Round 0, by ${numbers[0]}`,
      `Round 1, by ${numbers[0]}`,
      `Round 1, by ${numbers[1]}`,
    ])
      expect(bodies).toContain(words);
    expect((await delta()).json<Delta>()).toMatchObject({ frozen: true, totals: { written: 0 } });
  });

  it('history from before what the chatter shows stands in one dated summary', async () => {
    const messages = await chatter(3);
    const dates = messages.map((message) => String(message['date']));
    expect(dates).toEqual([...dates].sort());
    const holding = messages.filter((message) => String(message['body']).includes('Long ago'));
    expect(holding).toHaveLength(1);
    if (messages.length > 1) expect(String(holding[0]?.['body'])).toContain('2001-02-03');
  });

  it('a document that changed replaces its attachment, a case that the firm deleted is archived', async () => {
    const [document] = firm.documents;
    if (!document) throw new Error('no document');
    writeFileSync(join(folder, document.path), 'another version of it');
    change('documents', (rows) => rows.map((row) => ({ ...row, sha256: null, size: null })));
    const deleted = 5;
    for (const table of [
      'notes',
      'communications',
      'documents',
      'tasks',
      'case_milestones',
      'events',
      'case_contacts',
    ])
      // prettier-ignore
      change(table, (rows) => rows.filter((row) => row['case'] !== caseId(deleted)));
    const gone = (await lead(deleted)).id;
    change('cases', (rows) => rows.filter((row) => row['id'] !== caseId(deleted)));
    const ran = await delta();
    expect(ran.json<Delta>().totals.archived, ran.stderr).toBeGreaterThan(0);
    const [archived] = await rpc.readAll('crm.lead', [['id', '=', gone]], ['active']);
    expect(archived).toMatchObject({ active: false });
    const files = await rpc.readAll(
      'ir.attachment',
      [['res_model', '=', 'crm.lead']],
      ['description', 'checksum'],
    );
    const file = files.find((one) => String(one['description']).includes(`file ${document.path}`));
    expect(file?.['checksum']).toBe(
      createHash('sha1').update('another version of it').digest('hex'),
    );
    expect((await delta()).json<Delta>()).toMatchObject({ frozen: true, totals: { written: 0 } });
  });

  it('is taken back: what people touched stays and is named, and without it Odoo is as it was', async () => {
    const theirs = [(await lead(1)).id, (await lead(2)).id];
    const dry = await project.run('rollback', '--dry-run', '--json');
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr).toBe(6);
    const { kept } = back.json<{ kept: Kept[] }>();
    expect(dry.json<{ kept: Kept[] }>().kept.map((one) => one.key)).toEqual(
      kept.map((one) => one.key),
    );
    const leads = kept.filter((one) => one.model === 'crm.lead');
    expect(new Set(leads.map((one) => one.resId))).toEqual(new Set(theirs));
    for (const one of leads) expect(one.reason).toMatch(/edited by/);
    expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(2);
    await rpc.execute('crm.lead', 'unlink', [theirs]);
    const last = await project.run('rollback', '--yes', '--json');
    expect([last.code, last.json()], last.stderr).toMatchObject([0, { kept: [] }]);
    // A contact that was there got values and lost them again: that it was written to stays in its date.
    const left = differences(before, await dumpDatabase(odoo.databaseUrl));
    const undated = left.map((line) => line.slice(13).replace(/"write_date": "[^"]*"/, ''));
    expect(left.filter((line) => !/^res_partner [-+].*Known Already/.test(line))).toEqual([]);
    expect(new Set(undated).size).toBeLessThanOrEqual(1);
  });
});
