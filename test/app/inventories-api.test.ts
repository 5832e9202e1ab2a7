/** What does not move, read through the API: landing pages with their markup, workflows with their steps (rows A11, A12). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyAccount, TEST_ACCOUNT, TEST_KEY } from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
import { waybill } from '../support/project.ts';

interface Inventory {
  readonly workflows: readonly {
    readonly name: string;
    readonly steps: readonly {
      readonly action: string;
      readonly target: string;
      readonly delay: string;
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

const folder = mkdtempSync(join(tmpdir(), 'waybill-inventory-'));
const project = join(folder, 'project');
const NAMED = 'workflows: ["12", "99"]\n$1autoresponders: ["7"]';
const LOGO = 'https://images.example/logo.png';
let server: StandIn;
let inventory: Inventory;
let said: string;

beforeAll(async () => {
  const account = emptyAccount();
  account.contacts.push({ id: '7', firstname: 'Ana', lastname: 'Keller' });
  account.letters.push({
    id: '8',
    name: 'Hello',
    body: `<p style="background:url(${LOGO})">x</p>`,
  });
  server = await startStandIn(account);
  const source = ['--source', 'allclients', '--api', server.url, '--account', TEST_ACCOUNT];
  const odoo = ['--odoo', 'http://127.0.0.1:9', '--db', 'none', '--login', 'nobody'];
  await waybill(['init', project, ...source, ...odoo]);
  const config = join(project, 'waybill.yaml');
  const text = readFileSync(config, 'utf8');
  writeFileSync(
    config,
    text.replace(/^( *)account: .*$/m, `$&\n$1callsPerSecond: 200\n$1${NAMED}`),
  );
  const scoped = await waybill(['scope', project], { WAYBILL_SOURCE_API_KEY: TEST_KEY });
  expect(scoped.code, scoped.stderr).toBe(0);
  said = scoped.stdout + scoped.stderr;
  const path = join(project, 'reports', 'inventory.json');
  inventory = JSON.parse(readFileSync(path, 'utf8')) as Inventory;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('has each landing page with its folder, its fields and its whole markup (A11)', () => {
  const table = inventory.tables.find((one) => one.object === 'webform');
  const [page] = table?.rows ?? [];
  const cells = new Map(table?.columns.map((column, at) => [column, page?.[at] ?? '']));
  expect(table?.rows).toHaveLength(1);
  expect(cells.get('name')).toBe('Sign up');
  expect(cells.get('folder')).toBe('Spring');
  expect(cells.get('fields')).toContain('firstname, email');
  expect(cells.get('html')).toContain('<body><form></form></body></html>');
});

it('has the steps of workflows and autoresponders that were named, and of to-do plans (A12)', () => {
  const steps = Object.fromEntries(
    inventory.workflows.map(({ name, steps: all }) => [
      name,
      all.map(({ action, target, delay }) => [action, target, delay]),
    ]),
  );
  expect(steps).toEqual({
    'New client': [
      ['phone call', 'Call', '2 day(s)'],
      ['letter', 'Write', '1 week(s)'],
    ],
    Welcome: [['Assign Flag', '', '']],
    Drip: [['e-mail', 'Hello', '3 day(s) from the start']],
  });
  const [flag] = inventory.workflows.find((one) => one.name === 'Welcome')?.steps ?? [];
  expect(flag?.details).toContain('Assign the flag');
  expect(flag?.odoo.odoo).toMatch(/Update Record/);
});

it('says which workflow is not there', () => {
  expect(said).toMatch(/GetActionSet.*Action Set not found/);
});

it('has the pictures of a letter that a plan names (A7)', () => {
  const table = inventory.tables.find((one) => one.object === 'template');
  expect(table?.rows).toEqual([['Hello', LOGO, expect.any(String)]]);
});
