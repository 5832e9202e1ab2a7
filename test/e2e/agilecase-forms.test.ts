/**
 * The same firm as CSV, as a workbook and as JSON becomes the same Odoo. What is compared is the whole plan against one
 * real Odoo: every record, every value and every field that would be made; the loading adds nothing to it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generateSampleFirm, type FirmFormat } from '../../src/app/demo/sample-firm.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const firm = generateSampleFirm({
  seed: 11,
  cases: 60,
  contacts: 70,
  notes: 80,
  communications: 60,
  documents: 126,
});

interface Plan {
  readonly records: readonly string[];
  readonly settled: readonly object[];
  readonly owners: readonly object[];
  readonly fields: readonly unknown[];
}

let odoo: TestOdoo;
const folders: string[] = [];
const projects: TestProject[] = [];

beforeAll(async () => {
  odoo = await freshOdoo(19, 'forms');
});
afterAll(async () => {
  for (const project of projects) project.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await odoo.drop();
});

async function planOf(format: FirmFormat): Promise<Plan> {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${format}-`));
  folders.push(folder);
  await firm.writeTo(folder, format);
  const project = await makeProject(odoo, folder, undefined, 'agilecase');
  projects.push(project);
  await prepare(project);
  const planned = await project.run('plan', '--json');
  expect(planned.code, planned.stderr + planned.stdout).toBe(0);
  const db = new DatabaseSync(join(project.folder, '.waybill/store.db'), { readOnly: true });
  const all = (sql: string): object[] =>
    db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  const mapping = parse(readFileSync(join(project.folder, 'mapping.yaml'), 'utf8')) as {
    objects: Record<string, { custom?: unknown; values?: unknown }[]>;
  };
  return {
    // A note on merged contacts says in which file the other one stood.
    records: all('select step, model, key, lane, sort, match, vals from planned order by key').map(
      (row) => JSON.stringify(row).replace(/\([^()]*, line \d+\)/, '(place)'),
    ),
    settled: all('select object, position, state, into_key from disposition order by 1, 2'),
    owners: all('select key, label, email, name, active from owner order by key'),
    fields: Object.values(mapping.objects)
      .flat()
      .flatMap(({ custom, values }) => [custom, values])
      .filter((one) => one !== undefined),
  };
}

it.each<FirmFormat>(['xlsx', 'json'])(
  'the firm as %s is the firm as CSV, record by record and value by value',
  async (format) => {
    const csv = await planOf('csv');
    const other = await planOf(format);
    expect(csv.records.length).toBeGreaterThan(400);
    expect(other.fields).toEqual(csv.fields);
    expect(other.owners).toEqual(csv.owners);
    expect(other.settled).toEqual(csv.settled);
    expect(other.records).toEqual(csv.records);
  },
);
