/** What does not move is written down at the scope, whole, with what does the same in Odoo (rows A7, A8, A11, A12). */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { waybill } from '../support/project.ts';

interface Inventory {
  readonly workflows: readonly {
    readonly name: string;
    readonly trigger: string;
    readonly odooTrigger: { readonly odoo: string };
    readonly enrolledAgain: string;
    readonly steps: readonly {
      readonly action: string;
      readonly condition: string;
      readonly branch: string;
      readonly delay: string;
      readonly details: string;
      readonly odoo: { readonly odoo: string; readonly possible: string; readonly delay: string };
    }[];
  }[];
  readonly tables: readonly {
    readonly object: string;
    readonly title: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'waybill-inventory-'));
let inventory: Inventory;
let html: string;

const table = (object: string) => inventory.tables.find((one) => one.object === object);

function addColumn(file: string, header: string, value: string): void {
  const rows = readFileSync(file, 'utf8').trimEnd().split('\r\n');
  const more = rows.map((row, at) => `${row},${at === 0 ? header : value}`);
  writeFileSync(file, `${more.join('\r\n')}\r\n`);
}

beforeAll(async () => {
  const exported = join(folder, 'export');
  mkdirSync(exported);
  await generateSampleAccount({ seed: 1, contacts: 20, notes: 5 }).writeTo(exported);
  addColumn(join(exported, 'Workflows.csv'), 'Colour of the box', 'green <b>');
  addColumn(join(exported, 'Users.csv'), 'User Level', 'Administrator');
  writeFileSync(
    join(exported, 'Groups.csv'),
    'Group Name,Description,Members\r\nInvestors,Buys to let <in cash>,12\r\nLandlords,,3\r\n',
  );
  appendFileSync(
    join(exported, 'EmailTemplates.csv'),
    `17,,Styled,S,"<style>.a { background: url('https://a.example/sheet.png') }</style><p style=""background:url(https://a.example/own.png)"">x</p>"\r\n`,
  );
  const project = join(folder, 'project');
  const odoo = ['--odoo', 'http://127.0.0.1:9', '--db', 'none', '--login', 'nobody'];
  await waybill(['init', project, '--source', 'allclients', '--export', exported, ...odoo]);
  const scoped = await waybill(['scope', project]);
  expect(scoped.code, scoped.stderr).toBe(0);
  expect(scoped.stdout).toContain(join('reports', 'inventory.html'));
  inventory = JSON.parse(
    readFileSync(join(project, 'reports', 'inventory.json'), 'utf8'),
  ) as Inventory;
  html = readFileSync(join(project, 'reports', 'inventory.html'), 'utf8');
  expect(existsSync(join(project, 'reports', 'inventory.html.new'))).toBe(false);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes down every workflow with trigger, conditions, branches, actions and delays (A12)', () => {
  expect(inventory.workflows.map((one) => [one.name, one.trigger, one.steps.length])).toEqual([
    ['New lead', 'Web form submitted', 4],
    ['Birthday', 'Contact birthday', 1],
    ['Deal won', 'Deal stage is Closed', 1],
  ]);
  expect(inventory.workflows[0]?.steps[2]).toMatchObject({
    action: 'Create To Do',
    condition: 'Source is Web',
    branch: 'if no reply',
    delay: '3 days',
    details: 'Colour of the box: green <b>',
  });
});

it('says what in Odoo does the same, and where nothing does (A12)', () => {
  const steps = inventory.workflows.flatMap((one) => one.steps);
  const of = (action: string) => steps.find((one) => one.action === action)?.odoo;
  expect(of('Send Email')).toMatchObject({ possible: 'yes' });
  expect(of('Send Email')?.odoo).toMatch(/Send Email/);
  expect(of('Assign Flag')?.odoo).toMatch(/Update Record/);
  expect(of('Create To Do')).toMatchObject({ possible: 'yes' });
  expect(of('Create To Do')?.delay).toMatch(/3 days/);
  expect(of('Send Text Message')).toMatchObject({ possible: 'partly' });
  expect(of('Start Autoresponder')).toMatchObject({ possible: 'partly' });
  expect(inventory.workflows[0]?.odooTrigger.odoo).toMatch(/website form/);
});

it('says that who is enrolled is not known, and how to find them (A12)', () => {
  expect(inventory.workflows[0]?.enrolledAgain).toMatch(/not known.*enrol them again by hand/);
});

it('lists landing pages with fields and markup, campaigns with segment and size, and pictures of templates (A7, A8, A11)', () => {
  expect(table('webform')?.rows).toHaveLength(2);
  expect(table('webform')?.rows[0]).toEqual(
    expect.arrayContaining(['Home value', '<form action="/x"><input name="email"></form>']),
  );
  expect(table('campaign')?.rows[0]).toEqual(
    expect.arrayContaining(['Spring Newsletter', 'Flag is Newsletter', '1204']),
  );
  expect(table('template')?.rows).toEqual([
    [
      'Welcome letter',
      'https://images.allclients.com/acct/71/logo.png',
      expect.stringContaining('EmailTemplates.csv, line 2'),
    ],
    ['Styled', 'https://a.example/own.png', expect.any(String)],
    ['Styled', 'https://a.example/sheet.png', expect.any(String)],
  ]);
});

it('keeps what Odoo has no place for: roles of users, descriptions of groups (A5, A6)', () => {
  const users = table('user');
  expect(users?.columns).toContain('User Level');
  expect(users?.rows.length).toBeGreaterThan(1);
  expect(table('group')?.rows).toEqual([
    ['Investors', 'Buys to let <in cash>', '12'],
    ['Landlords', '', '3'],
  ]);
  expect(html).toContain('Roles, levels and rights do not move');
  expect(html).toContain('Buys to let &lt;in cash&gt;');
});

it('is a workbook too, with the same rows', async () => {
  const path = join(folder, 'project', 'reports', 'inventory.xlsx');
  const { sheets } = await readXlsx(readFileSync(path));
  expect(sheets.map((one) => one.name)).toEqual([
    'Workflows',
    ...inventory.tables.map(({ title }) => title),
  ]);
  const [steps, ...tables] = sheets;
  expect(steps?.rows.length).toBe(1 + inventory.workflows.flatMap((one) => one.steps).length);
  expect(steps?.rows.find((row) => row.includes('Create To Do'))).toEqual(
    expect.arrayContaining(['New lead', 'if no reply', '3 days', 'Colour of the box: green <b>']),
  );
  for (const [at, { rows }] of inventory.tables.entries())
    expect(tables[at]?.rows.length).toBe(rows.length + 1);
});

it('is one file that a person can read, in which nothing runs', () => {
  for (const text of ['New lead', 'if no reply', '3 days', 'Home value', 'Spring Newsletter'])
    expect(html).toContain(text);
  expect(html).toContain('green &lt;b&gt;');
  expect(html).not.toMatch(/<script|<form|src=/);
});
