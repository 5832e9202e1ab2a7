/** A firm leaves AgileCase through an API of its own description: the reading is the first step of the journey. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { startCaseApi, TOKEN, UPDATED_AT, type CaseApi } from '../support/case-api.ts';
import { connectorFile } from '../support/connector-file.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProjectFrom, prepare, type TestProject } from '../support/project.ts';

const firm = generateSampleFirm({
  seed: 21,
  cases: 41,
  contacts: 30,
  notes: 30,
  communications: 12,
  documents: 20,
});
const folder = mkdtempSync(join(tmpdir(), 'waybill-connector-'));
let api: CaseApi;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;

beforeAll(async () => {
  api = await startCaseApi(firm);
  odoo = await freshOdoo(19, 'connector');
  rpc = await plainRpc(odoo);
  const path = join(folder, 'connector.yaml');
  writeFileSync(path, connectorFile(firm, api.url, { incremental: true, documents: true }));
  const secrets = { TEST_TOKEN: TOKEN };
  project = await makeProjectFrom(odoo, ['--connector', path], secrets, undefined, 'agilecase');
});
afterAll(async () => {
  project.remove();
  rmSync(folder, { recursive: true, force: true });
  await api.close();
  await odoo.drop();
});

const lead = async (id: string): Promise<PlainRow | undefined> =>
  (await rpc.readAll('crm.lead', [['x_ac_id', '=', id]]))[0];

it('is fetched, mapped and loaded without any export', { timeout: 600_000 }, async () => {
  const looked = await project.run('doctor', '--json');
  expect(looked.stdout).toContain('cases: http');
  await prepare(project);
  const ran = await project.run('run', '--json');
  expect([0, 4], ran.stderr + ran.stdout).toContain(ran.code);
  expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(41);
  const files = [
    ['res_model', '=', 'crm.lead'],
    ['description', 'like', 'documents/'],
  ];
  expect(await rpc.count('ir.attachment', files)).toBeGreaterThan(10);
});

it(
  'a delta asks the API for changes alone, and the person for nothing',
  { timeout: 600_000 },
  async () => {
    const first = api.calls.length;
    const [row = {}] = firm.rows('cases');
    api.put('cases', {
      ...row,
      title: 'Renamed at the source',
      updated_at: '2028-01-01T00:00:00Z',
    });
    api.put('notes', {
      ...firm.rows('notes')[0],
      id: 'n-new',
      body: 'A note of last night.',
      updated_at: UPDATED_AT,
    });
    const delta = await project.run('delta', '--json');
    expect([0, 4], delta.stderr + delta.stdout).toContain(delta.code);
    expect((await lead(String(row['id'])))?.['name']).toBe('Renamed at the source');
    expect(await rpc.count('mail.message', [['body', 'like', 'A note of last night.']])).toBe(1);
    const asked = api.calls.slice(first).map(({ path }) => new URL(path, api.url));
    const notes = asked.filter(({ pathname }) => pathname === '/notes');
    expect(notes.map((url) => url.searchParams.get('updated_since'))).toEqual([
      '2024-06-01T11:55:00.000Z',
    ]);
    expect(asked.filter(({ pathname }) => pathname.endsWith('/download'))).toEqual([]);
    const nothing = await project.run('delta', '--json');
    expect(nothing.json<{ frozen: boolean }>().frozen, nothing.stdout).toBe(true);
  },
);
