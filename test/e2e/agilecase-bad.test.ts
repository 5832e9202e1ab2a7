/**
 * One bad bundle on one Odoo: whatever is wrong in it is said with its table, row and column, and waits in the review
 * queue; everything else is loaded, and the sums still balance.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { expectBalanced, openItems, type Item } from '../support/outcomes.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type TestProject } from '../support/project.ts';

const GOOD = Array.from(
  { length: 12 },
  (_, n) => `1${n + 10},Good ${n},c1,14/01/2024,Jane Poole,Open,Evidence,Flood,03/02/2024`,
);
const FILES: Readonly<Record<string, string>> = {
  'data/users.csv': 'id,name,email\nu1,Jane Poole,jane@firm.example\n',
  'data/contacts.csv': 'id,first_name,last_name,email\nc1,Ann,Doe,ann@client.example\n',
  'data/cases.csv': [
    'id,title,client,opened_on,fee_earner,status,stage,cause,lost_on',
    ...GOOD,
    '1,No option,c1,14/01/2024,Jane Poole,Open,Evidence,Lightning,03/02/2024',
    '2,No day,c1,14/01/2024,Jane Poole,Open,Evidence,Flood,31/02/2024',
    '3,No stage,c1,14/01/2024,Jane Poole,Open,Limbo,Flood,03/02/2024',
    '4,No owner,c1,14/01/2024,Gone Gary,Open,Evidence,Flood,03/02/2024',
    '5,No client,c9,14/01/2024,Jane Poole,Open,Evidence,Flood,03/02/2024',
    '6,Too short,c1',
    '',
  ].join('\n'),
  'data/custom_fields.csv':
    'key,label,scope,type\ncause,cause,case,choice\nlost_on,lost_on,case,date\n',
  'data/custom_field_options.csv': 'field,value,label\ncause,Flood,Flood\ncause,Fire,Fire\n',
  'data/labels.csv': 'id,name,parent\nl1,Urgent,l2\nl2,Court,l1\n',
  'data/label_links.csv': 'label,owner_type,owner\nl1,case,1\n',
  'data/notes.csv':
    'id,case,at,author,body\n' +
    'n1,110,15/01/2024 10:00,Jane Poole,A good note\n' +
    'n2,404,15/01/2024 10:00,Jane Poole,A note of no case\n' +
    'n3,110,31/02/2024 10:00,Jane Poole,A note of no day\n',
  'data/communications.csv':
    'id,case,channel,at,from,message_id,in_reply_to,subject,body\n' +
    'm1,110,email,15/01/2024 11:00,ann@client.example,<a@x>,<a@x>,Self,Answers itself\n' +
    'm2,110,email,15/01/2024 12:00,ann@client.example,<b@x>,<c@x>,Ring,Ring one\n' +
    'm3,110,email,15/01/2024 13:00,ann@client.example,<c@x>,<b@x>,Ring,Ring two\n',
  'data/documents.csv':
    'id,case,folder,filename,path\n' +
    'd1,110,Reports,report.txt,documents/110/Reports/report.txt\n' +
    'd2,110,Letters,report.txt,documents/110/Letters/report.txt\n' +
    'd3,110,Reports,gone.txt,documents/110/Reports/gone.txt\n' +
    'd4,110,,passwd,../../etc/passwd\n' +
    'd5,110,,link.txt,documents/110/link.txt\n',
  'documents/110/Reports/report.txt': 'one',
  'documents/110/Letters/report.txt': 'two',
  'documents/elsewhere/stranger.txt': 'three',
};

const folder = mkdtempSync(join(tmpdir(), 'waybill-bad-firm-'));
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let items: readonly Item[];

beforeAll(async () => {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync('/etc/hostname', join(folder, 'documents/110/link.txt'));
  odoo = await freshOdoo(19, 'badfirm');
  rpc = await plainRpc(odoo);
  project = await makeProject(odoo, folder, undefined, 'agilecase');
  await project.run('scope');
  await project.run('map');
  project.edit('mapping.yaml', (text) => text.replace(/^\s+Limbo: .*\n/m, ''));
  const approved = await project.run('map', '--approve', '--by', 'Test');
  expect(approved.code, approved.stderr).toBe(0);
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr + ran.stdout).toBe(4);
  expect(ran.json<{ balances: boolean }>().balances, ran.stdout).toBe(true);
  items = await openItems(project);
});
afterAll(async () => {
  project.remove();
  rmSync(folder, { recursive: true, force: true });
  await odoo.drop();
});

describe('waits in the review queue, with where it stands', () => {
  it.each([
    [
      'a pick-list value that is no option',
      'WB_VALUE_INVALID',
      'data/cases.csv, line 14',
      'cause',
      /Lightning/,
    ],
    [
      'a day that no calendar has',
      'WB_VALUE_INVALID',
      'data/cases.csv, line 15',
      'lost_on',
      /31\/02\/2024/,
    ],
    [
      'a stage that nobody mapped',
      'WB_VALUE_UNMAPPED',
      'data/cases.csv, line 16',
      'stage',
      /Limbo/,
    ],
    [
      'a client that is not there',
      'WB_PARENT_MISSING',
      'data/cases.csv, line 18',
      '',
      /No contact has .*c9/,
    ],
    ['a row that is too short', 'WB_ROW_SHAPE', 'data/cases.csv, line 19', '', /3 cells/],
    ['a note of no case', 'WB_NOTE_ORPHAN', 'data/notes.csv, line 3', '', /No case has .*404/],
    ['a note of no day', 'WB_VALUE_INVALID', 'data/notes.csv, line 4', 'at', /31\/02\/2024/],
    [
      'a document row without its file',
      'WB_FILE_MISSING',
      'data/documents.csv, line 4',
      '',
      /gone\.txt/,
    ],
    ['a path that leads out', 'WB_FILE_MISSING', 'data/documents.csv, line 5', '', /leads out/],
    ['a link', 'WB_FILE_MISSING', 'data/documents.csv, line 6', '', /link\.txt/],
    [
      'a file without a row',
      'WB_DOCUMENT_STRANGER',
      'documents/elsewhere/stranger.txt, line 0',
      '',
      /stranger/,
    ],
  ])('%s', (_, code, place, column, words) => {
    const found = items.filter((one) => one.place === place);
    expect(found, JSON.stringify(items, null, 1)).toMatchObject([
      { code, message: expect.stringMatching(words) as string, ...(column && { column }) },
    ]);
  });
});

const leadOf = async (id: string): Promise<PlainRow | undefined> =>
  (await rpc.readAll('crm.lead', [['x_ac_id', '=', id]]))[0];

describe('goes on', () => {
  it('every other case is there, and so are those of which only a value waits', async () => {
    expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(12 + 3);
    expect(await leadOf('1')).toMatchObject({ name: 'No option', x_ac_cause: false });
    expect(await leadOf('2')).toMatchObject({ name: 'No day', x_ac_lost_on: false });
    expect((await leadOf('4'))?.['user_id']).toBeTruthy();
    expect(await leadOf('3')).toBeUndefined();
  });

  it('labels in a ring have their names, letters in a ring their order', async () => {
    expect(await rpc.count('crm.tag', [['name', '=', 'Urgent']])).toBe(1);
    const letters = await rpc.readAll('mail.message', [['message_id', 'like', '_communication_m']]);
    expect(letters.map((one) => Boolean(one['parent_id']))).toEqual([false, false, true]);
  });

  it('every row is counted under what it is, a file without a row among the documents', () =>
    expectBalanced(project, { user: 1, contact: 1, case: 18, note: 3, document: 5 + 1 }));

  it('documents of one name keep apart, and nothing of this machine went along', async () => {
    const files = await rpc.readAll('ir.attachment', [['res_model', '=', 'crm.lead']]);
    expect(files.map((one) => String(one['name'])).toSorted()).toEqual([
      'report (Letters).txt',
      'report.txt',
    ]);
  });
});
