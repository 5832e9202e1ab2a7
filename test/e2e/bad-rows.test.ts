/**
 * One dirty export on one Odoo, in the order a person lives it: every record is loaded, or waits with its reason;
 * every answer leads to the record being loaded; nothing is lost on the way.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type TestProject } from '../support/project.ts';
import {
  answer,
  expectBalanced,
  expectFailure,
  openItems,
  type Item,
} from '../support/outcomes.ts';
import { rows, smallExport, type SmallExport } from '../support/small-export.ts';

const HEADER = 'Contact ID,First Name,Last Name,Email,City,Closing Date,Review Date,Barcode';
const GOOD = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map(
  (n) => `10${n},Good,Person${n},good${n}@example.com,Austin,12/${n}/2023,03/04/2023,B${n}`,
);
const CONTACTS = rows(
  HEADER,
  ...GOOD,
  '2001,Bad,Date,baddate@example.com,Austin,02/31/2023,03/04/2023,',
  '2002,Day,First,dayfirst@example.com,Austin,31/02/2023,03/04/2023,',
  '2003,Ann,Shared,shared@example.com,Austin,12/15/2023,03/04/2023,',
  '2004,Abe,Shared,shared@example.com,Austin,12/15/2023,03/04/2023,',
  '2005,Cat,Split,split@example.com,Austin,12/15/2023,03/04/2023,',
  '2006,Cal,Split,split@example.com,Austin,12/15/2023,03/04/2023,',
  '2007,Two,Ids,first@example.com,Austin,12/15/2023,03/04/2023,',
  '2007,Other,Ids,second@example.com,Boston,12/15/2023,03/04/2023,',
  '2007,Third,Ids,third@example.com,Dallas,12/15/2023,03/04/2023,',
  '2008,Twin,There,there@example.org,Austin,12/15/2023,03/04/2023,',
  '2009,Nobody,There,new@example.org,Austin,12/15/2023,03/04/2023,',
  '2010,Same,Code,code1@example.com,Austin,12/15/2023,03/04/2023,TAKEN',
  '2011,Too,Short',
  '2012,Match,Me,match@example.org,Austin,12/15/2023,03/04/2023,TAKEN2',
  '2007,Other,Ids,second@example.com,Boston,12/15/2023,03/04/2023,',
);
const NOTES = rows(
  'Contact ID,Note ID,Email,Date,Note',
  '1011,1,,03/15/2023 10:00,A good note',
  '1012,2,,31/02/2023 10:00,A note of no day',
  '9999,3,,03/15/2023 10:00,A note of nobody',
  '9998,4,,03/15/2023 10:00,Another note of nobody',
  '2007,5,,03/15/2023 10:00,A note of one of two',
  ',6,shared@example.com,03/15/2023 10:00,A note of one of the shared',
  '2010,7,,03/15/2023 10:00,A note of whom Odoo refuses',
);
const COUNTS = { contact: 25, note: 7 };

let files: SmallExport;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let chosen: number;

beforeAll(async () => {
  files = smallExport({ 'Contacts.csv': CONTACTS, 'Notes.csv': NOTES });
  odoo = await freshOdoo(19, 'badrows');
  rpc = await plainRpc(odoo);
  await rpc.execute('res.partner', 'create', [
    [
      { name: 'Twin There', email: 'there@example.org' },
      { name: 'Twin There', email: 'there@example.org', city: 'Elsewhere' },
      { name: 'Nobody There', email: 'new@example.org' },
      { name: 'Nobody There', email: 'new@example.org', city: 'Elsewhere' },
      { name: 'Holder of the code', barcode: 'TAKEN' },
      { name: 'Holder of the other', barcode: 'TAKEN2' },
      { name: 'Match Me', email: 'match@example.org' },
    ],
  ]);
  project = await makeProject(odoo, files.folder);
  await project.run('scope');
  await project.run('map');
  project.edit('mapping.yaml', (text) =>
    text
      .replace('duplicates: same-name', 'duplicates: review')
      .replace(/(column: Barcode\n\s+to: )\S+/, '$1field:barcode'),
  );
});

afterAll(async () => {
  project.remove();
  files.remove();
  await odoo.drop();
});

const byId = async (id: string): Promise<PlainRow[]> =>
  rpc.readAll('res.partner', [['x_allclients_id', '=', id]]);
async function parentOf(text: string): Promise<unknown> {
  const found = await rpc.readAll('mail.message', [['body', 'like', text]], ['res_id']);
  expect(found.length, text).toBeLessThan(2);
  return found[0]?.['res_id'];
}

const item = async (code: string, place: string): Promise<Item> =>
  itemOf(await openItems(project), code, place);

function itemOf(items: readonly Item[], code: string, place: string): Item {
  const found = items.find((one) => one.code === code && one.place === place);
  if (!found) throw new Error(`no ${code} at ${place} in ${JSON.stringify(items, null, 1)}`);
  return found;
}

async function expectRun(code: number): Promise<void> {
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stdout + ran.stderr).toBe(code);
  await expectBalanced(project, COUNTS);
}

it('says in the mapping how it read dates that could be read in two ways', async () => {
  const shown = await project.run('map', '--show');
  expect(shown.stdout).toMatch(
    /Review Date .*no value tells day from month; AllClients writes mdy/s,
  );
  expect((await project.run('map', '--approve', '--by', 'Kim')).code).toBe(0);
});

it('loads what is good, and queues the rest with file, line, column and reason', async () => {
  await expectRun(4);
  const items = await openItems(project);
  expect(items.map(({ code, place, column }) => [code, place, column])).toEqual([
    ['WB_ROW_SHAPE', 'Contacts.csv, line 24', ''],
    ['WB_VALUE_INVALID', 'Contacts.csv, line 12', 'Closing Date'],
    ['WB_VALUE_INVALID', 'Contacts.csv, line 13', 'Closing Date'],
    ['WB_DUPLICATE_CONTACT', 'Contacts.csv, line 14', ''],
    ['WB_DUPLICATE_CONTACT', 'Contacts.csv, line 15', ''],
    ['WB_DUPLICATE_CONTACT', 'Contacts.csv, line 16', ''],
    ['WB_DUPLICATE_CONTACT', 'Contacts.csv, line 17', ''],
    ['WB_DUPLICATE_KEY', 'Contacts.csv, line 19', ''],
    ['WB_DUPLICATE_KEY', 'Contacts.csv, line 20', ''],
    ['WB_VALUE_INVALID', 'Notes.csv, line 3', 'Date'],
    ['WB_NOTE_ORPHAN', 'Notes.csv, line 4', 'Contact ID'],
    ['WB_NOTE_ORPHAN', 'Notes.csv, line 5', 'Contact ID'],
    ['WB_NOTE_AMBIGUOUS', 'Notes.csv, line 6', 'Contact ID'],
    ['WB_NOTE_AMBIGUOUS', 'Notes.csv, line 7', 'Email'],
    ['WB_MATCH_AMBIGUOUS', 'Contacts.csv, line 21', ''],
    ['WB_MATCH_AMBIGUOUS', 'Contacts.csv, line 22', ''],
    ['WB_ODOO_RECORD', 'Contacts.csv, line 25', ''],
    ['WB_ODOO_RECORD', 'Contacts.csv, line 23', ''],
    ['WB_ODOO_RECORD', 'Notes.csv, line 8', ''],
  ]);
  for (const one of items)
    expect(one.message, one.place).not.toMatch(/allclients_|Traceback|undefined/);
  const shown = (await project.run('review')).stdout;
  expect(shown).toContain('Contacts.csv, line 12, column "Closing Date": "02/31/2023" is no date');
  expect(shown).toContain('Odoo refuses it: Another partner already has this barcode.');
  expect(shown).toContain('Waits for Contacts.csv, line 23, which Odoo does not have yet.');
});

it('lets a record that Odoo refuses stop none of the others of its batch', async () => {
  for (let n = 11; n <= 20; n++) expect(await byId(`10${n}`), `10${n}`).toHaveLength(1);
  expect(await byId('2010')).toEqual([]);
  expect(await byId('2012')).toEqual([]);
});

it('loads a contact without the date that is none', async () => {
  for (const id of ['2001', '2002'])
    expect(await byId(id)).toMatchObject([{ x_allclients_closing_date: false, city: 'Austin' }]);
  expect(await byId('1012')).toMatchObject([
    { x_allclients_closing_date: '2023-12-12', x_allclients_review_date: '2023-03-04' },
  ]);
});

it('refuses an answer that is none, and says what would be', async () => {
  const orphan = await item('WB_NOTE_ORPHAN', 'Notes.csv, line 4');
  const wrong = ['--resolve', String(orphan.id), '--with'];
  expectFailure(
    await project.run('review', ...wrong, '7777'),
    2,
    'no record of that kind has this id',
    'the record id it belongs to',
  );
  expectFailure(
    await project.run('review', ...wrong, '2003'),
    2,
    'waits in the review queue itself',
  );
  expectFailure(
    await project.run('review', '--resolve', '99999', '--with', 'accept'),
    2,
    'no review item',
  );
});

it('takes every answer up with the next run', async () => {
  const items = await openItems(project);
  const said = async (code: string, place: string, text: string): Promise<void> =>
    answer(project, itemOf(items, code, place), text);
  await said('WB_DUPLICATE_CONTACT', 'Contacts.csv, line 14', 'merge');
  await said('WB_DUPLICATE_CONTACT', 'Contacts.csv, line 16', 'separate');
  await said('WB_DUPLICATE_CONTACT', 'Contacts.csv, line 17', 'separate');
  await said('WB_DUPLICATE_KEY', 'Contacts.csv, line 19', 'separate');
  await said('WB_DUPLICATE_KEY', 'Contacts.csv, line 20', 'merge');
  const there = itemOf(items, 'WB_MATCH_AMBIGUOUS', 'Contacts.csv, line 21');
  expect(there.candidates).toHaveLength(2);
  chosen = Number(there.candidates[1]);
  await said('WB_MATCH_AMBIGUOUS', 'Contacts.csv, line 21', String(chosen));
  await said('WB_MATCH_AMBIGUOUS', 'Contacts.csv, line 22', 'create');
  await said('WB_NOTE_ORPHAN', 'Notes.csv, line 4', '1013');
  await said('WB_NOTE_ORPHAN', 'Notes.csv, line 5', 'accept');
  await said('WB_NOTE_AMBIGUOUS', 'Notes.csv, line 6', '2007');
  const holder = await rpc.execute<number[]>('res.partner', 'search', [
    [['name', '=like', 'Holder of the%']],
  ]);
  await rpc.execute('res.partner', 'write', [holder, { barcode: false }]);
  await expectRun(4);
});

it('keeps apart whom a person keeps apart, and merges nobody while an answer is missing', async () => {
  expect([...(await byId('2003')), ...(await byId('2004'))]).toEqual([]);
  expect([...(await byId('2005')), ...(await byId('2006'))]).toHaveLength(2);
});

it('gives a record whose id stands on another a contact of its own, or merges it', async () => {
  const found = await byId('2007');
  expect(found.map((one) => one['name'])).toEqual(['Two Ids', 'Other Ids']);
});

it('matches the Odoo contact that a person names, or makes a new one', async () => {
  expect(await byId('2008')).toMatchObject([{ id: chosen, city: 'Elsewhere' }]);
  expect(await byId('2009')).toHaveLength(1);
  expect(await rpc.count('res.partner', [['email', '=', 'there@example.org']])).toBe(2);
  expect(await rpc.count('res.partner', [['email', '=', 'new@example.org']])).toBe(3);
});

it('puts a note where a person puts it, and leaves behind what a person leaves', async () => {
  const [parent] = await byId('1013');
  const first = (await byId('2007')).find((one) => one['name'] === 'Two Ids');
  expect(await parentOf('A note of nobody')).toBe(parent?.id);
  expect(await parentOf('A note of one of two')).toBe(first?.id);
  expect(await parentOf('Another note of nobody')).toBeUndefined();
});

it('loads what Odoo refused, and what waited for it, once the cause is gone', async () => {
  const [refused] = await byId('2010');
  expect(refused).toMatchObject({ barcode: 'TAKEN' });
  expect(await byId('2012')).toMatchObject([{ barcode: 'TAKEN2', city: 'Austin' }]);
  expect(await parentOf('whom Odoo refuses')).toBe(refused?.id);
});

it('takes rows that were mended at the source, and ends with an empty queue', async () => {
  files.write(
    'Contacts.csv',
    CONTACTS.replace(
      '2011,Too,Short',
      '2011,Not,Short,long@example.com,Austin,12/15/2023,03/04/2023,',
    ).replace('02/31/2023', '02/28/2023'),
  );
  files.write('Notes.csv', NOTES.replace('31/02/2023', '02/28/2023'));
  await answer(project, await item('WB_DUPLICATE_CONTACT', 'Contacts.csv, line 15'), 'merge');
  const before = await project.run('run');
  expect(before.stderr).toContain('Contacts.csv, Notes.csv changed since the export was read');
  expect(await byId('2003')).toHaveLength(1);
  expect(await byId('2004')).toEqual([]);
  // The note of the shared address has one contact to go to now, without being asked about.
  expect(await parentOf('one of the shared')).toBe((await byId('2003'))[0]?.id);
  expect((await project.run('scope')).code).toBe(0);
  await expectRun(4);
  expect(await byId('2011')).toMatchObject([{ name: 'Not Short' }]);
  expect(await parentOf('A note of no day')).toBe((await byId('1012'))[0]?.id);
  await answer(project, await item('WB_VALUE_INVALID', 'Contacts.csv, line 13'), 'accept');
  // The date that is one now belongs to a contact that Odoo has already: that is a delta's to write.
  await expectRun(4);
  expect((await project.run('delta')).code).toBe(0);
  expect(await byId('2001')).toMatchObject([{ x_allclients_closing_date: '2023-02-28' }]);
  await expectRun(0);
  expect((await project.run('review')).stdout).toContain('Nothing waits for you.');
  expect(await rpc.count('res.partner', [['x_waybill_key', '!=', false]])).toBe(20);
});
