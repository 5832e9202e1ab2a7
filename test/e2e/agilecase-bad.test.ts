/**
 * One bad bundle on one Odoo: whatever is wrong in it is said with its table, row and column, and waits in the review
 * queue; everything else is loaded, and the sums still balance.
 */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeXlsx } from 'hucre/xlsx';
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
    'key,label,scope,group,type\ncause,cause,case,,choice\nlost_on,lost_on,case,,date\n' +
    'insurer_ref,Reference,case,Insurer,text\nbroker_ref,Reference,case,Broker,integer\n',
  'data/custom_values.csv':
    'owner_type,owner,field,value\ncase,1,insurer_ref,INS-1\ncase,1,broker_ref,77\ncase,404,insurer_ref,X\n',
  'data/case_contacts.csv': 'case,contact,role\n1,c1,Client\n1,c9,Witness\n404,c1,Expert\n',
  'data/custom_field_options.csv': 'field,value,label\ncause,Flood,Flood\ncause,Fire,Fire\n',
  'data/labels.csv': 'id,name,parent\nl1,Urgent,l2\nl2,Court,l1\n',
  'data/label_links.csv': 'label,owner_type,owner\nl1,case,1\nl2,case,2\n',
  'data/notes.csv':
    'id,case,at,author,body\n' +
    'n1,110,15/01/2024 10:00,Jane Poole,A good note\n' +
    'n2,404,15/01/2024 10:00,Jane Poole,A note of no case\n' +
    'n3,110,31/02/2024 10:00,Jane Poole,A note of no day\n',
  'data/communications.csv':
    'id,case,channel,at,from,message_id,in_reply_to,subject,body,file\n' +
    'm1,110,email,15/01/2024 11:00,ann@client.example,<a@x>,<a@x>,Self,Answers itself,\n' +
    'm2,110,email,15/01/2024 12:00,ann@client.example,<b@x>,<c@x>,Ring,Ring one,\n' +
    'm3,110,email,15/01/2024 13:00,ann@client.example,<c@x>,<b@x>,Ring,Ring two,\n' +
    'm4,110,email,15/01/2024 14:00,ann@client.example,<d@x>,,Lost,Its file is lost,emails/lost.eml\n',
  'data/documents.csv':
    'id,case,folder,filename,path,mime,parent document\n' +
    'd1,110,Reports,report.txt,documents/110/Reports/report.txt,,d2\n' +
    'd2,110,Letters,report.txt,documents/110/Letters/report.txt,,d1\n' +
    'd3,110,Reports,gone.txt,documents/110/Reports/gone.txt,,\n' +
    'd4,110,,passwd,../../etc/passwd,,\n' +
    'd5,110,,link.txt,documents/110/link.txt,,\n' +
    'd6,110,,film.mp4,documents/110/film.mp4,,\n' +
    'd7,110,,letter.msg,documents/110/letter.msg,application/vnd.ms-outlook,\n',
  'data/milestones.csv':
    'id,plan,title,parent,days_difference\nt1,Claims,Begin,,0\nt2,Claims,Ask,t3,3\nt3,Claims,Answer,t2,3\n',
  'workflows/claims.json': JSON.stringify({
    plan: 'Claims',
    milestones: [
      { key: 'm1', title: 'Ask', parent: 'm2' },
      { key: 'm2', title: 'Answer', parent: 'm1' },
    ],
  }),
  'documents/110/Reports/report.txt': 'one',
  'documents/110/Letters/report.txt': 'two',
  'documents/elsewhere/stranger.txt': 'three',
};

/** The beginning of every compound file, and bytes that are no text. */
const OUTLOOK = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 255, 13, 10, 26]);

/** A hidden column of ids; a title that Excel computed. */
const tasksWithFormulas = (): Promise<Uint8Array> =>
  writeXlsx({
    sheets: [
      {
        name: 'Tasks',
        columns: [{ hidden: true }, {}, {}, {}],
        rows: [
          ['id', 'case', 'title', 'due_at'],
          ['k1', '110', 'Computed', new Date(Date.UTC(2024, 0, 14))],
          ['k2', '110', '', new Date(Date.UTC(2024, 0, 14))],
        ],
        cells: new Map([
          ['2,2', { formula: 'CONCAT("Never")' }],
          [
            '1,2',
            { formula: 'CONCAT("Comp","uted")', formulaResult: 'Computed', value: 'Computed' },
          ],
        ]),
      },
    ],
  });

const folder = mkdtempSync(join(tmpdir(), 'waybill-bad-firm-'));
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let items: readonly Item[];
let scoped: { readonly inspection: { readonly notices: readonly string[] } };

beforeAll(async () => {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync('/etc/hostname', join(folder, 'documents/110/link.txt'));
  const film = openSync(join(folder, 'documents/110/film.mp4'), 'w');
  ftruncateSync(film, 2 * 1024 ** 3);
  closeSync(film);
  writeFileSync(join(folder, 'data/tasks.xlsx'), await tasksWithFormulas());
  writeFileSync(join(folder, 'documents/110/letter.msg'), OUTLOOK);
  odoo = await freshOdoo(19, 'badfirm');
  rpc = await plainRpc(odoo);
  project = await makeProject(odoo, folder, undefined, 'agilecase');
  scoped = (await project.run('scope', '--json')).json();
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
      'client',
      /No contact has .*c9/,
    ],
    ['a row that is too short', 'WB_ROW_SHAPE', 'data/cases.csv, line 19', '', /3 cells/],
    ['a note of no case', 'WB_NOTE_ORPHAN', 'data/notes.csv, line 3', 'case', /No case has .*404/],
    ['a note of no day', 'WB_VALUE_INVALID', 'data/notes.csv, line 4', 'at', /31\/02\/2024/],
    [
      'a document row without its file',
      'WB_FILE_MISSING',
      'data/documents.csv, line 4',
      'path',
      /gone\.txt/,
    ],
    ['a path that leads out', 'WB_FILE_MISSING', 'data/documents.csv, line 5', 'path', /leads out/],
    [
      'a party who is no contact',
      'WB_PARENT_MISSING',
      'data/case_contacts.csv, line 3',
      'contact',
      /party of a case belongs/,
    ],
    [
      'a party of no case',
      'WB_PARENT_MISSING',
      'data/case_contacts.csv, line 4',
      'case',
      /party of a case belongs/,
    ],
    [
      'a custom value of no case',
      'WB_PARENT_MISSING',
      'data/custom_values.csv, line 4',
      'owner',
      /custom value belongs/,
    ],
    [
      'labels below each other in a ring',
      'WB_PARENT_RING',
      'data/labels.csv, line 2',
      'parent',
      /Urgent < Court < Urgent/,
    ],
    [
      'a letter that answers itself',
      'WB_PARENT_RING',
      'data/communications.csv, line 2',
      'in_reply_to',
      /m1 answers itself/,
    ],
    [
      'letters that answer each other',
      'WB_PARENT_RING',
      'data/communications.csv, line 3',
      'in_reply_to',
      /m2 and m3 answer each other/,
    ],
    [
      'a letter without its file',
      'WB_FILE_MISSING',
      'data/communications.csv, line 5',
      'file',
      /emails\/lost\.eml/,
    ],
    [
      'a document of 2 GB',
      'WB_FILE_TOO_LARGE',
      'data/documents.csv, line 7',
      'path',
      /film\.mp4 has 2048\.0 MB; .*files up to .*Raise .*maxFileMegabytes/,
    ],
    [
      'a formula that was never computed',
      'WB_ROW_FORMULA',
      'data/tasks.xlsx, line 3',
      'title',
      /never computed/,
    ],
    [
      'milestones below each other in a ring',
      'WB_PARENT_RING',
      'data/milestones.csv, line 3',
      'parent',
      /Ask < Answer < Ask\. Each is listed/,
    ],
    [
      'milestones of a workflow in a ring',
      'WB_PARENT_RING',
      'workflows, line 1',
      '',
      /Ask < Answer < Ask \(workflows\/claims\.json\)/,
    ],
    [
      'documents below each other in a ring',
      'WB_PARENT_RING',
      'data/documents.csv, line 2',
      'parent document',
      /report\.txt < report\.txt < report\.txt/,
    ],
    ['a link', 'WB_FILE_MISSING', 'data/documents.csv, line 6', 'path', /link\.txt/],
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
  it('what waits is accounted for when everything is read back', async () => {
    const verified = await project.run('verify', '--json');
    expect(verified.code, verified.stderr).toBe(0);
    const { verification, balance } = verified.json<{
      verification: object;
      balance: { object: string; balances: boolean }[];
    }>();
    expect(verification).toMatchObject({ differences: 0, missing: 0 });
    expect(balance.filter(({ balances }) => !balances)).toEqual([]);
  });

  it('every other case is there, and so are those of which only a value waits', async () => {
    expect(await rpc.count('crm.lead', [['x_ac_id', '!=', false]])).toBe(12 + 3);
    expect(await leadOf('1')).toMatchObject({ name: 'No option', x_ac_cause: false });
    expect(await leadOf('2')).toMatchObject({ name: 'No day', x_ac_lost_on: false });
    expect((await leadOf('4'))?.['user_id']).toBeTruthy();
    expect(await leadOf('3')).toBeUndefined();
  });

  it('labels in a ring are both there, each on its case under its own name', async () => {
    for (const [id, name] of [
      ['1', 'Urgent'],
      ['2', 'Court'],
    ] as const) {
      const [tag] = await rpc.readAll('crm.tag', [['name', '=', name]]);
      expect((await leadOf(id))?.['tag_ids'], name).toEqual([tag?.id]);
    }
  });

  it('letters in a ring are all there, in the order of time under the earliest', async () => {
    const letters = await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '_communication_m']],
      ['body', 'parent_id'],
    );
    const [self, one, two, lost] = letters.toSorted((a, b) => a.id - b.id);
    for (const [letter, words] of [
      [self, 'Answers itself'],
      [one, 'Ring one'],
      [two, 'Ring two'],
      [lost, 'Its file is lost'],
    ] as const)
      expect(letter?.['body']).toContain(words);
    const parents = [self, one, two, lost].map((letter) => letter?.['parent_id']);
    expect(
      parents.map((parent) => (Array.isArray(parent) ? (parent[0] as unknown) : parent)),
    ).toEqual([false, false, one?.id, false]);
  });

  it('custom fields that are called alike are two fields, each with its own value', async () => {
    expect(await leadOf('1')).toMatchObject({ x_ac_reference: 'INS-1', x_ac_reference_broker: 77 });
    const fields = await rpc.execute<Record<string, Record<string, unknown>>>(
      'crm.lead',
      'fields_get',
      [['x_ac_reference', 'x_ac_reference_broker']],
    );
    expect(fields).toMatchObject({
      x_ac_reference: { string: 'Reference', type: 'char' },
      x_ac_reference_broker: { string: 'Reference (Broker)', type: 'integer' },
    });
  });

  it('what a formula computed and a hidden column holds is there, and said', async () => {
    const [task] = await rpc.readAll('mail.activity', [['summary', '=', 'Computed']], ['res_id']);
    expect(task?.['res_id']).toBe((await leadOf('110'))?.id);
    const said = scoped.inspection.notices.join('\n');
    expect(said).toContain('tasks.xlsx: hidden column(s) A of sheet "Tasks" are read too');
    expect(said).toContain('tasks.xlsx: sheet "Tasks" has formulas');
  });

  it('every row is counted under what it is, a file without a row among the documents', () =>
    expectBalanced(project, {
      user: 1,
      contact: 1,
      case: 18,
      note: 3,
      communication: 4,
      label: 2,
      case_contact: 3,
      custom_value: 3,
      document: 7 + 1,
      task: 2,
      milestone_template: 3,
      workflow: 2,
    }));

  it('documents of one name keep apart, and nothing of this machine went along', async () => {
    const files = await rpc.readAll('ir.attachment', [['res_model', '=', 'crm.lead']], ['name']);
    expect(files.map((one) => String(one['name'])).toSorted()).toEqual([
      'letter.msg',
      'report (Letters).txt',
      'report.txt',
    ]);
  });

  it('a letter of Outlook is there byte for byte under its name and type', async () => {
    const [letter] = await rpc.readAll(
      'ir.attachment',
      [['name', '=', 'letter.msg']],
      ['checksum', 'file_size', 'mimetype', 'res_id'],
    );
    expect(letter).toMatchObject({
      checksum: createHash('sha1').update(OUTLOOK).digest('hex'),
      file_size: OUTLOOK.length,
      mimetype: 'application/vnd.ms-outlook',
      res_id: (await leadOf('110'))?.id,
    });
  });
});
