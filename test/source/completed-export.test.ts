/** An export completed by the API: the export's records, and from the API what no file of it holds, joined by record id. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { openAllClientsExport } from '../../src/source/allclients/allclients.ts';
import { openCompletedExport } from '../../src/source/allclients/api/completed-export.ts';
import { sampleAccount } from '../support/allclients-server/account.ts';
import { openStandIn, type OpenStandIn } from '../support/allclients-server/open.ts';
import { cellsOf, cutExport } from '../support/cut-export.ts';
import { readSource } from '../support/read-source.ts';

const SIZE = { seed: 5, contacts: 60, notes: 30 };
let folder: string;
let server: OpenStandIn;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
  await generateSampleAccount(SIZE).writeTo(folder);
  server = await openStandIn(sampleAccount(SIZE));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

const completed = () =>
  openCompletedExport(
    openAllClientsExport(folder, {}),
    () => server.address(),
    join(server.folder, 'beside'),
  );

it('adds flags, owner, opt-in and labelled fields to the contacts, and every object that the export lacks', async () => {
  const plain = await readSource(server.source());
  cutExport(
    folder,
    ['Contacts.csv'],
    (header) => !['Flags', 'Team Member', 'Lead Score', 'Nickname'].includes(header),
  );
  const read = await readSource(completed());
  const [file] = read.inspection.files.filter((one) => one.object === 'contact');
  expect(file?.path).toBe('Contacts.csv');
  expect(
    file?.columns
      .filter((column) => column.reason.includes('the export has no such column'))
      .map((column) => column.id),
  ).toEqual(['owner', 'flags', 'optin', 'Lead Score', 'Nickname', 'teammemberid']);
  for (const row of read.rows('contact')) {
    const same = plain.rows('contact').find((one) => one['id'] === row['Contact ID']);
    const asked = ['owner', 'flags', 'optin', 'Lead Score', 'Nickname'] as const;
    expect(asked.map((name) => row[name])).toEqual(asked.map((name) => same?.[name]));
  }
  for (const object of ['user', 'note', 'todo', 'deal', 'appointment', 'attachment', 'optout'])
    expect(read.rows(object), object).toEqual(plain.rows(object));
  expect(read.rejected).toEqual([]);
});

it('takes what the export has from the export, and does not ask for it', async () => {
  const read = await readSource(completed());
  const objects = read.inspection.files.map((file) => `${file.object} ${file.path}`);
  expect(objects).toContain('note Notes.csv');
  expect(objects).toContain('todo ToDos.csv');
  for (const name of [
    'GetContactNotes',
    'GetToDos',
    'GetDeals',
    'StatsAppointmentDetail',
    'GetContactAttachments',
  ])
    expect(server.counts()[name], name).toBeUndefined();
  const positions = read.records
    .filter((record) => record.object === 'contact')
    .map((record) => record.position);
  expect(positions).toEqual(positions.map((_one, index) => index + 1));
});

it('says which contacts only one of them knows', async () => {
  cutExport(folder, ['Contacts.csv'], () => true);
  const path = join(folder, 'Contacts.csv');
  const [header = '', , ...rows] = readFileSync(path, 'utf8').split('\r\n');
  const stranger = cellsOf(header).map((name) =>
    name === 'Contact ID' ? '79999' : name === 'First Name' ? 'Nora' : '',
  );
  writeFileSync(path, [header, ...rows, stranger.join(',')].join('\r\n'));
  const read = await readSource(completed());
  expect(read.rejected).toMatchObject([
    {
      code: 'WB_SOURCE_DIFFERS',
      text: '70000',
      message: expect.stringContaining(
        '1 contact(s) are in the account and not in the export',
      ) as string,
    },
    { code: 'WB_SOURCE_DIFFERS', text: '79999' },
  ]);
});
