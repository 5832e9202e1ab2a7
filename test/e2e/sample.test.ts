/** The chosen sample: what it covers, that its diff is true, and that nothing runs before somebody approved it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import type { SampleModel } from '../../src/report/sample-model.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type TestProject } from '../support/project.ts';

describe.each<OdooVersion>([19, 14])('the sample, on Odoo %i', { timeout: 900_000 }, (version) => {
  const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;
  let model: SampleModel;
  const read = (): SampleModel =>
    JSON.parse(
      readFileSync(join(project.folder, 'reports/sample-production.json'), 'utf8'),
    ) as SampleModel;

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'sample');
    rpc = await plainRpc(odoo);
    // One of the contacts is there already, with a value of its own.
    await generateSampleAccount({ seed: 7, contacts: 600, notes: 1_500 }).writeTo(exportFolder);
    project = await makeProject(odoo, exportFolder, undefined, 'allclients', 'asked');
    for (const args of [['scope'], ['map'], ['map', '--approve', '--by', 'Test']])
      expect((await project.run(args[0] ?? '', ...args.slice(1))).code).toBe(0);
    before = await dumpDatabase(odoo.databaseUrl);
  });
  afterAll(async () => {
    project.remove();
    rmSync(exportFolder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('is what a full run waits for', async () => {
    const refused = await project.run('run', '--json');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('WB_GATE_SAMPLE');
    expect(refused.stdout).toContain('waybill sample');
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    expect((await project.run('sample', '--approve', '--by', 'Test')).code).toBe(3);
  });

  it('loads only what was chosen, and the diff holds what Odoo holds', async () => {
    const ran = await project.run('sample', '--json');
    expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
    model = read();
    expect(model.size).toBeGreaterThanOrEqual(model.needed);
    expect(model.size).toBeLessThanOrEqual(Math.max(200, model.needed));
    expect(model.totals.differs + model.totals.missing).toBe(0);
    const partners = await rpc.readAll('res.partner', [['x_waybill_key', '!=', false]]);
    const messages = await rpc.count('mail.message', [['message_id', 'like', '@waybill']]);
    const count = (name: string): number =>
      model.records.filter((one) => one.model === name).length;
    expect(partners.length).toBe(count('res.partner'));
    expect(messages).toBe(count('mail.message'));
    for (const record of model.records.filter((one) => one.model === 'res.partner')) {
      const found = partners.find((one) => one.id === record.resId);
      for (const field of record.fields.filter((one) =>
        ['name', 'email', 'city'].includes(one.field),
      ))
        expect(field.found).toBe(found?.[field.field] || '');
    }
  });

  it('names for every value the cells that it was made of', () => {
    const contact = model.records.find((one) => one.fields.some((field) => field.field === 'city'));
    const name = contact?.fields.find((field) => field.field === 'name');
    expect(name?.sources.map((one) => one.column)).toEqual(['First Name', 'Last Name']);
    expect(name?.sources.map((one) => one.value).join(' ')).toBe(name?.found);
    const shown = new Set(
      model.records.flatMap((one) =>
        one.fields.flatMap((field) => field.sources.map((cell) => cell.column)),
      ),
    );
    for (const column of [
      'Lead Score',
      'Flags',
      'Groups',
      'Interests',
      'Nickname',
      'State',
      'Team Member',
      'Note',
    ])
      expect(shown, column).toContain(column);
  });

  it('shows every filled column, every option, every owner and tag, and the oddities', () => {
    for (const label of [
      'contact "Client Type" = Land & Farm',
      'contact "Interests" = Opera',
      'contact without e-mail',
      'contacts sharing an e-mail',
      'contacts user_id to Gone Gary',
      'text with Cyrillic',
      'text with Arabic',
      'text with emoji',
      'notes body: the longest',
      'contacts: the barest',
      'people: the fullest',
      'raised WB_VALUE_INVALID Closing Date',
    ])
      expect(model.covered, label).toContain(label);
    expect(
      model.covered.filter((one) => one.startsWith('contacts category_id to ')).length,
    ).toBeGreaterThan(45);
    expect(new Set(model.uncovered.map(({ why }) => why))).toEqual(
      new Set(['only in records that wait in the review queue']),
    );
    expect(model.uncovered.filter(({ what }) => what.startsWith('contact '))).toEqual([]);
    expect(model.apart).toContainEqual({
      what: '6 users',
      why: expect.stringContaining('into other') as string,
    });
  });

  it('is written as a page and as a workbook that holds texts, not formulas', async () => {
    const html = readFileSync(join(project.folder, 'reports/sample-production.html'), 'utf8');
    expect(html).toContain('none differs');
    const book = await readXlsx(
      readFileSync(join(project.folder, 'reports/sample-production.xlsx')),
    );
    const rows = book.sheets.find((sheet) => sheet.name === 'Fields')?.rows ?? [];
    const laidOut = model.records.reduce(
      (sum, one) => sum + one.fields.length + one.left.length,
      0,
    );
    expect(rows.length).toBe(1 + laidOut);
  });

  it('opens the gate by name, for this mapping only', async () => {
    expect((await project.run('sample', '--approve')).code).toBe(2);
    expect((await project.run('sample', '--approve', '--by', 'Ana')).code).toBe(0);
    project.edit('mapping.yaml', (text) =>
      text.replace('groupPrefix: "Group: "', 'groupPrefix: "G: "'),
    );
    expect((await project.run('map', '--approve', '--by', 'Ana')).code).toBe(0);
    const shut = await project.run('run', '--json');
    expect([shut.code, shut.stdout]).toEqual([3, expect.stringContaining('another mapping')]);
    project.edit('mapping.yaml', (text) =>
      text.replace('groupPrefix: "G: "', 'groupPrefix: "Group: "'),
    );
    expect((await project.run('status', '--json')).json()).toMatchObject({
      sample: 'approved',
      next: 'waybill run',
    });
  });

  it('can be run again without changing anything, and its approval holds while it shows the same', async () => {
    expect((await project.run('sample', '--json')).json()).toMatchObject({
      totals: { created: 0, updated: 0 },
      model: { hash: model.hash },
    });
    // A person changes a sampled record in Odoo: what was approved is no longer what is there.
    const first = model.records.find((one) => one.fields.some((field) => field.field === 'city'));
    await rpc.execute('res.partner', 'write', [[first?.resId], { city: 'Elsewhere' }]);
    expect((await project.run('sample', '--json')).code).toBe(4);
    const shut = await project.run('run', '--json');
    expect([shut.code, shut.stdout]).toEqual([3, expect.stringContaining('waits for an approval')]);
    await rpc.execute('res.partner', 'write', [
      [first?.resId],
      { city: first?.fields.find((one) => one.field === 'city')?.sent ?? false },
    ]);
    expect((await project.run('sample', '--json')).json()).toMatchObject({
      model: { hash: model.hash },
    });
  });

  it('stays, and the full run goes on from it in the order of the chatter', async () => {
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    const last = new Map<unknown, string>();
    for (const one of await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '@waybill']],
      ['date', 'model', 'res_id', 'body'],
    )) {
      const chatter = `${String(one['model'])} ${String(one['res_id'])}`;
      const described = `${chatter}, message ${one.id}: ${String(one['body'])}`;
      expect(String(one['date']) >= (last.get(chatter) ?? ''), described).toBe(true);
      last.set(chatter, String(one['date']));
    }
  });

  it('says who ran without one', async () => {
    project.edit('mapping.yaml', (text) =>
      text.replace('groupPrefix: "Group: "', 'groupPrefix: "G: "'),
    );
    expect((await project.run('run', '--without-sample')).code).toBe(2);
    const ran = await project.run('run', '--without-sample', '--by', 'Bold Bob', '--json');
    expect(ran.code, ran.stderr).toBe(4);
  });
});
