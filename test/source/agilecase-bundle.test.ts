/** An AgileCase bundle as it comes: whatever is in it is found, doubted or shown, and nothing of it is lost. */
import { mkdtempSync, openSync, rmSync, ftruncateSync, closeSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeXlsx } from 'hucre/xlsx';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import type { FirmFormat } from '../../src/app/demo/sample-firm/types.ts';
import { openAgileCaseExport } from '../../src/source/agilecase/agilecase.ts';
import { threadsAmong } from '../../src/source/agilecase/threads.ts';
import type { SourceDecisions } from '../../src/source/source.ts';
import { readBundle, writeBundle, type ReadBundle } from '../support/bundle.ts';

const CASES = 'id,number,title,client,opened_on,fee_earner,status\n';
const CONTACTS = 'id,first_name,last_name,email\n';
const smallest = {
  'cases.csv': `${CASES}1,A/1,Leak,c1,14/01/2024,Jane,Open\n2,A/2,Fire,c2,03/02/2024,Jane,Open\n3,A/3,Theft,c1,04/02/2024,Jane,Open\n`,
  'contacts.csv': `${CONTACTS}c1,Ann,Doe,ann@example.org\nc2,Bob,Roe,bob@example.org\n`,
};

const read = (
  files: Readonly<Record<string, string | Uint8Array>>,
  decisions: SourceDecisions = {},
): Promise<ReadBundle> => readBundle(openAgileCaseExport(writeBundle(files), decisions));

const failure = (files: Readonly<Record<string, string>>): Promise<unknown> =>
  read(files).then(
    () => undefined,
    (error: unknown) => error,
  );

async function keysOf(number: string): Promise<(string | undefined)[]> {
  const { records } = await read({
    ...smallest,
    'cases.csv': `number,title,client,opened_on,status\n${number},Leak,c1,14/01/2024,Open\n`,
  });
  return (records['case'] ?? []).map(({ key }) => key);
}

const letter = (key: string, at: string, inReplyTo: string, subject = 's') => ({
  key,
  case: '1',
  at,
  messageId: `<${key}>`,
  inReplyTo,
  subject,
});

describe('a bundle', () => {
  it.each<FirmFormat>(['csv', 'xlsx', 'json'])('is recognised whole as %s', async (format) => {
    const firm = generateSampleFirm({
      seed: 3,
      cases: 40,
      contacts: 50,
      notes: 40,
      communications: 60,
      documents: 126,
    });
    const folder = mkdtempSync(join(tmpdir(), 'waybill-firm-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await firm.writeTo(folder, format);
    const { inspection, records, rejected } = await readBundle(openAgileCaseExport(folder, {}));
    expect(inspection.skipped).toEqual([]);
    expect(rejected).toEqual([]);
    for (const table of firm.tables)
      expect(
        inspection.files.find((file) => file.path.includes(table.name))?.rows,
        table.name,
      ).toBe(table.rows.length);
    expect(inspection.files.filter((file) => file.confidence < 0.8)).toEqual([]);
    const doubtful = inspection.files.flatMap((file) =>
      file.columns.filter((column) => column.confidence < 0.8).map((column) => column.id),
    );
    expect(doubtful).toEqual([]);
    expect(records['case']?.map(({ key }) => key)).toEqual(
      firm.rows('cases').map((row) => String(row['id'])),
    );
    expect(records['document']).toHaveLength(127);
    expect(records['workflow']).toHaveLength(18);
  });

  it('finds the columns that point at cases and contacts by what stands in them', async () => {
    const { inspection, records } = await read({
      ...smallest,
      'notes.csv':
        'id,concerns,at,body\nn1,A/1,14/01/2024 10:00,One\nn2,2,14/01/2024 11:00,Two\nn3,a/3,14/01/2024 11:00,Three\n',
    });
    const column = inspection.files
      .find((file) => file.object === 'note')
      ?.columns.find((one) => one.id === 'concerns');
    expect(column).toMatchObject({ slot: 'case', reason: '100 % of its values are keys of cases' });
    expect(records['note']?.map(({ cells }) => cells['case'])).toEqual(['1', '2', '3']);
  });

  it('doubts a column that is called Case and names none', async () => {
    const { inspection } = await read({
      ...smallest,
      'notes.csv': 'id,case,at,body\nn1,x,14/01/2024,a\nn2,y,14/01/2024,b\nn3,z,14/01/2024,c\n',
    });
    const column = inspection.files
      .find((file) => file.object === 'note')
      ?.columns.find((one) => one.slot === 'case');
    expect(column?.confidence).toBeLessThan(0.8);
    expect(column?.reason).toContain('only 0 of its 3 values are known cases');
  });

  it('takes the answer about a column from the fingerprint of its headers, in the next export too', async () => {
    const notes =
      'id,case,matter,at,body\nn1,x,1,14/01/2024,a\nn2,y,2,14/01/2024,b\nn3,z,3,14/01/2024,c\n';
    const first = await read({ ...smallest, 'notes.csv': notes });
    const file = first.inspection.files.find(({ object }) => object === 'note');
    expect(file?.columns.some(({ confidence }) => confidence < 0.8)).toBe(true);
    const { inspection, records } = await read(
      { ...smallest, 'March/notes 2.csv': `${notes}n4,z,1,14/03/2024,d\n` },
      { tables: { [file?.fingerprint ?? '']: { columns: { case: 'custom', matter: 'case' } } } },
    );
    const again = inspection.files.find(({ object }) => object === 'note');
    expect(again?.columns.filter(({ confidence }) => confidence < 0.8)).toEqual([]);
    expect(records['note']?.map(({ cells }) => cells['case'])).toEqual(['1', '2', '3', '1']);
  });

  it('keeps the key of a case when its number was formatted anew', async () => {
    expect(await keysOf('A/0001/24')).toEqual(await keysOf('24-A-1'));
  });

  it('keeps the numbers that a case had, and finds it by them; what another is called today goes before', async () => {
    const { records } = await read({
      ...smallest,
      'audit_log.csv':
        'at,user,object_type,object,action,field,old,new\n' +
        '14/01/2024 10:00,Jane,case,1,update,number,OLD/7,A/1\n' +
        '14/01/2024 10:00,Jane,case,2,update,Case Number,A/3,A/2\n',
      'notes.csv':
        'id,case,at,author,body\nn1,OLD/7,15/01/2024 10:00,Jane,by the former number\nn2,A/3,15/01/2024 10:00,Jane,today\n',
    });
    expect(records['case']?.map(({ cells }) => cells['former_numbers'])).toEqual([
      'OLD/7',
      'A/3',
      '',
    ]);
    expect(records['note']?.map(({ cells }) => cells['case'])).toEqual(['1', '3']);
  });

  it('keeps two custom fields of one label apart, whatever the order of their values', async () => {
    const definitions =
      'key,label,scope,group,type\na,Reference,case,Insurer,text\nb,Reference,case,Broker,text\nc,reference,case,Broker,text\n';
    const values = ['case,1,b,B-1', 'case,1,a,A-1', 'case,1,c,C-1'];
    for (const lines of [values, values.toReversed()]) {
      const { records } = await read({
        ...smallest,
        'custom_fields.csv': definitions,
        'custom_values.csv': `owner_type,owner,field,value\n${lines.join('\n')}\n`,
      });
      expect(records['case']?.[0]?.cells).toMatchObject({
        Reference: 'A-1',
        'Reference (Broker)': 'B-1',
        'reference (c)': 'C-1',
      });
    }
  });

  it('takes each column of dates in the order that its values agree on', async () => {
    const { inspection } = await read({
      ...smallest,
      'tasks.csv':
        'id,case,title,due_at,completed_at\nk1,1,A,14/01/2024,1/14/2024\nk2,2,B,01/02/2024,2/3/2024\n',
    });
    const columns = inspection.files.find((file) => file.object === 'task')?.columns ?? [];
    expect(columns.map(({ slot, profile }) => [slot, profile.dateOrder])).toContainEqual([
      'due_date',
      'dmy',
    ]);
    expect(columns.map(({ slot, profile }) => [slot, profile.dateOrder])).toContainEqual([
      'complete_date',
      'mdy',
    ]);
  });

  it('joins custom values, tables, parties, labels and the audit trail to the case', async () => {
    const { records } = await read({
      ...smallest,
      'custom_fields.csv':
        'key,label,scope,group,is_table,type\npol,Policy number,case,,false,text\nitem,Item,case,Loss,true,text\ncost,Cost,case,Loss,true,money\nins,Insurer ref,contact_role,,false,text\n',
      'custom_values.csv':
        'owner_type,case,contact,role,field,value\ncase,A/1,,,pol,AB-1\ncase_contact,1,c2,Insurer,ins,REF-9\n',
      'custom_rows.csv':
        'owner_type,owner,field,row,value\ncase,1,item,1,Boiler\ncase,1,cost,1,"£1,200.00"\ncase,1,item,2,Sofa\n',
      'case_contacts.csv': 'case,contact,role\n1,c2,Insurer\n1,c1,Client\n2,c2,insurer\n',
      'label_links.csv': 'label,owner_type,owner\nProperty > Flood,case,1\n',
      'audit_log.csv':
        'id,at,user,object_type,object,action,field,old,new\na2,15/07/2024 10:00,Jane,case,1,update,status,Open,Closed\na1,14/01/2024 09:00,Jane,case,1,create,,,\n',
    });
    expect(records['case']?.[0]?.cells).toMatchObject({
      'Policy number': 'AB-1',
      'Insurer ref (Insurer)': 'REF-9',
      Loss: '1. Item: Boiler\n1. Cost: £1,200.00\n2. Item: Sofa',
      related: 'c2 (Insurer); c1 (Client)',
      tags: 'Flood',
      audit_history:
        '2024-01-14 09:00:00 | Jane | create\n2024-07-15 10:00:00 | Jane | update status | Open -> Closed',
    });
    expect(records['contact']?.[1]?.cells['Role']).toBe('Insurer; Insurer');
    expect(records['custom_value']?.map(({ cells }) => cells['belongs_to'])).toEqual([
      'case:1',
      'case:1',
    ]);
  });
});

describe('what is wrong with a bundle', () => {
  it('a bundle without a table of cases is refused, with what was seen in it', async () => {
    const error = await failure({
      'contacts.csv': smallest['contacts.csv'],
      'x.csv': 'a,b\n1,2\n',
    });
    expect(error).toMatchObject({
      code: 'WB_SOURCE_NO_CASES',
      message: expect.stringContaining('contacts.csv (contacts)'),
      next: expect.stringContaining('source.files'),
    });
    expect(error).toMatchObject({ message: expect.stringContaining('x.csv: its header') });
  });

  it('two tables of cases are not guessed between; the answer holds for the next export', async () => {
    const files = {
      ...smallest,
      'matters.csv': 'matter id,matter no,case title,case status\n9,Z,Old,Closed\n',
    };
    const error = await failure(files);
    expect(error).toMatchObject({ code: 'WB_SOURCE_AMBIGUOUS', place: 'matters.csv' });
    const fingerprint = /([0-9a-f]{12}): \{ object: skip \}/.exec(
      (error as { next?: string }).next ?? '',
    )?.[1];
    const decisions = { tables: { [fingerprint ?? '']: { object: 'skip' } } };
    const renamed = {
      ...smallest,
      'later/matters 2.csv': `${files['matters.csv']}10,Y,Older,Closed\n`,
    };
    const { inspection } = await read(renamed, decisions);
    expect(inspection.skipped).toEqual([
      { path: 'later/matters 2.csv', reason: 'left out in waybill.yaml' },
    ]);
  });

  it('a custom field whose values contradict its declared type waits for a person', async () => {
    const { inspection } = await read({
      ...smallest,
      'custom_fields.csv': 'key,label,scope,type\nd,Date of loss,case,date\n',
      'custom_values.csv':
        'owner_type,owner,field,value\ncase,1,d,14/01/2024\ncase,2,d,tbc\ncase,3,d,unknown\n',
    });
    const column = inspection.files
      .find((file) => file.object === 'case')
      ?.columns.find((one) => one.id === 'Date of loss');
    expect(column?.confidence).toBe(0.5);
    expect(column?.reason).toBe(
      'AgileCase declares it as date, but 2 of its 3 values are none, like "tbc"',
    );
  });

  it('labels that stand below each other in a ring still have names; leaves that clash are said', async () => {
    const { inspection, records } = await read({
      ...smallest,
      'cases.csv':
        'id,number,title,labels\n1,A,Leak,l1\n2,B,Fire,"Finance > Urgent; Urgent"\n3,C,x,Buy/Sell\n',
      'labels.csv': 'id,name,parent\nl1,Alpha,l2\nl2,Beta,l1\n',
    });
    expect(records['case']?.map(({ cells }) => cells['tags'])).toEqual([
      'Alpha',
      'Urgent; Urgent',
      'Buy/Sell',
    ]);
    expect(inspection.notices).toContain(
      'The labels Finance > Urgent and Urgent both become the tag "urgent".',
    );
  });

  it('rows without files, files without rows and paths that lead out are each shown', async () => {
    const { records, rejected, inspection } = await read({
      ...smallest,
      'documents.csv':
        'id,case,filename,path,size,sha256\nd1,1,a.txt,documents/1/a.txt,1,\nd2,1,gone.txt,documents/1/gone.txt,4,\nd3,1,passwd,../../etc/passwd,4,\nd4,2,moved.txt,,5,2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\nd5,2,sized.txt,,7,\n',
      'documents/1/a.txt': 'a',
      'documents/elsewhere/hidden.bin': 'hello',
      'documents/2/x/sized.txt': 'sevenby',
      'documents/3/loose.txt': 'loose',
      'documents/nobody/stranger.txt': 'who?',
    });
    const found = records['document']?.map(({ key, cells }) => [
      key.length > 4 ? 'loose' : key,
      cells['file'],
      cells['file_problem'],
    ]);
    expect(found).toEqual([
      ['d1', 'documents/1/a.txt', ''],
      ['d2', '', 'no file of the export is "documents/1/gone.txt"'],
      ['d3', '', 'the path "../../etc/passwd" leads out of the export'],
      ['d4', 'documents/elsewhere/hidden.bin', ''],
      ['d5', 'documents/2/x/sized.txt', ''],
      ['loose', 'documents/3/loose.txt', ''],
    ]);
    expect(records['document']?.[5]?.cells['case']).toBe('3');
    expect(rejected).toMatchObject([
      { code: 'WB_DOCUMENT_STRANGER', file: 'documents/nobody/stranger.txt' },
    ]);
    expect(inspection.notices.join('\n')).toContain('2 document row(s) have no file');
  });

  it('a listing of blobs needs no column for the case: the path says it', async () => {
    const { records, rejected } = await read({
      ...smallest,
      'blobs.csv':
        'Name,Content-Length,Content-Type\ndocuments/2/Photos/scan.png,3,image/png\ndocuments/1/scan.png,3,image/png\ndocuments/nobody/x.png,4,image/png\n',
      'documents/2/Photos/scan.png': 'two',
      'documents/1/scan.png': 'one',
      'documents/nobody/x.png': 'none',
    });
    expect(
      records['document']?.map(({ cells }) => [cells['case'], cells['filename'], cells['file']]),
    ).toEqual([
      ['2', 'scan.png', 'documents/2/Photos/scan.png'],
      ['1', 'scan.png', 'documents/1/scan.png'],
      ['', 'x.png', 'documents/nobody/x.png'],
    ]);
    expect(rejected).toEqual([]);
  });

  it('are two where their paths differ in capitals alone', async () => {
    const { records } = await read({
      ...smallest,
      'data/documents.csv':
        'id,case,filename,path\nd1,1,A.txt,documents/1/A.txt\nd2,1,a.txt,documents/1/a.txt\n',
      'documents/1/A.txt': 'large',
      'documents/1/a.txt': 'small letters',
      'documents/3/B.txt': 'nobody names it',
      'documents/3/b.txt': 'nor this',
    });
    expect(
      records['document']?.map(({ cells: { file, bytes } }) => [file, bytes]).toSorted(),
    ).toEqual([
      ['documents/1/A.txt', '5'],
      ['documents/1/a.txt', '13'],
      ['documents/3/B.txt', '15'],
      ['documents/3/b.txt', '8'],
    ]);
  });

  it('a table among the documents is a document', async () => {
    const { records, inspection } = await read({
      ...smallest,
      'documents/2/contacts.csv': smallest['contacts.csv'],
    });
    expect(inspection.files.map((file) => file.path)).not.toContain('documents/2/contacts.csv');
    expect(records['document']?.[0]?.cells).toMatchObject({
      file: 'documents/2/contacts.csv',
      case: '2',
    });
  });

  it('a document of two gigabytes is measured without being held in memory', async () => {
    const folder = writeBundle(smallest);
    mkdirSync(join(folder, 'documents/1'), { recursive: true });
    const large = openSync(join(folder, 'documents/1/film.mp4'), 'w');
    ftruncateSync(large, 2 * 1024 ** 3);
    closeSync(large);
    const before = process.memoryUsage().rss;
    const { records } = await readBundle(openAgileCaseExport(folder, {}));
    expect(records['document']?.[0]?.cells['bytes']).toBe(String(2 * 1024 ** 3));
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
  }, 120_000);

  it('a thread that answers itself, or goes in a ring, has one beginning', () => {
    expect([...threadsAmong([letter('a', '2', '<a>')]).roots]).toEqual([]);
    const ring = [letter('a', '2', '<c>'), letter('b', '1', '<a>'), letter('c', '3', '<b>')];
    expect(Object.fromEntries(threadsAmong(ring).roots)).toEqual({ a: 'b', c: 'b' });
    const bySubject = ['Claim', 'RE: claim', 'Fwd: RE: Claim', 'Other'].map((subject, index) => ({
      ...letter(`k${index}`, String(index), '', subject),
      messageId: '',
    }));
    expect(Object.fromEntries(threadsAmong(bySubject).roots)).toEqual({ k1: 'k0', k2: 'k0' });
  });

  it('an answer that does not say to what, or to a letter that is not there, is found by its subject', () => {
    const letters = [
      letter('a', '1', '', 'Claim'),
      letter('b', '2', '', 'RE: Claim'),
      letter('c', '3', '<elsewhere>', 'AW: RE: Claim'),
      letter('d', '4', '', 'Invoice'),
      letter('e', '5', '', 'Invoice'),
    ];
    expect(Object.fromEntries(threadsAmong(letters).roots)).toEqual({ b: 'a', c: 'a' });
  });

  it('hidden columns and the values of formulas of a workbook are read, and said', async () => {
    const workbook = await writeXlsx({
      sheets: [
        { name: 'About', rows: [['AgileCase export of Example & Co']] },
        {
          name: 'Cases',
          columns: [{ hidden: true }, {}, {}, {}, {}, {}],
          rows: [
            ['Exported on', new Date(Date.UTC(2026, 0, 5))],
            ['id', 'number', 'title', 'client', 'opened_on', 'fee_amount'],
            [1, 'A/1', '=SUM(1)', 'c1', new Date(Date.UTC(2024, 0, 14)), 0],
          ],
          cells: new Map([['2,5', { formula: 'SUM(1,2)', formulaResult: 3, value: 3 }]]),
        },
      ],
    });
    const { records, inspection } = await read({
      'firm.xlsx': workbook,
      'contacts.csv': smallest['contacts.csv'],
    });
    expect(records['case']?.[0]).toMatchObject({
      key: '1',
      line: 3,
      cells: { name: '=SUM(1)', opened: '2024-01-14', amount: '3' },
    });
    const said = inspection.notices.join('\n');
    expect(said).toContain('hidden column(s) A of sheet "Cases" are read too');
    expect(said).toContain('has formulas');
    expect(inspection.skipped[0]?.path).toBe('firm.xlsx#About');
  });

  it('a formula that was never computed is no empty value, wherever it stands: its row waits', async () => {
    const rows = Array.from({ length: 600 }, (_, n) => [n, `A/${n}`, n % 2 ? 'Leak' : '', 'c1']);
    const workbook = await writeXlsx({
      sheets: [
        {
          name: 'Cases & more',
          rows: [['id', 'number', 'title', 'client'], ...rows],
          cells: new Map([
            ['501,2', { formula: 'CONCAT(A1,B1)' }],
            ['502,2', { formula: 'CONCAT(A1,B1)', formulaResult: 'made', value: 'made' }],
          ]),
        },
      ],
    });
    const { records, rejected, inspection } = await read({
      'firm.xlsx': workbook,
      'contacts.csv': smallest['contacts.csv'],
    });
    expect(rejected).toMatchObject([
      { code: 'WB_ROW_FORMULA', file: 'firm.xlsx', line: 502, column: 'title' },
    ]);
    expect(records['case']).toHaveLength(599);
    expect(records['case']?.[500]).toMatchObject({ key: '501', cells: { name: 'made' } });
    expect(inspection.notices.join('\n')).toContain(
      '1 row(s) of sheet "Cases & more" have formulas that were never computed, and so no value, like C502; they wait. Open it in Excel',
    );
  });

  it('a table of exactly 5,000 rows may have been cut off, also where one of them is torn', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => `n${n},1,14/01/2024 10:00,Jane,text ${n}`);
    const { inspection } = await read({
      ...smallest,
      'notes.csv': `id,case,at,author,body\n${rows.with(70, 'n70,1').join('\n')}\n`,
    });
    expect(inspection.notices.join('\n')).toContain('notes.csv has exactly 5000 rows');
  });

  it.each([
    [10_000, true],
    [9_999, false],
  ])('a table of exactly %i rows may have been cut off: %s', async (length, doubted) => {
    const rows = Array.from({ length }, (_, n) => `n${n},1,14/01/2024 10:00,Jane,text ${n}`);
    const { inspection } = await read({
      ...smallest,
      'notes.csv': `id,case,at,author,body\n${rows.join('\n')}\n`,
    });
    expect(
      inspection.notices
        .join('\n')
        .includes(`notes.csv has exactly ${length} rows: it may have been cut off`),
    ).toBe(doubted);
  });

  it('JSON that is damaged says where, and numbers keep their digits', async () => {
    const { records } = await read({
      ...smallest,
      'cases.json':
        '{"meta": {"count": 1}, "cases": [{"id": 12345678901234567890, "number": "A", "title": "Leak", "fee_amount": 185.00, "labels": ["a;b", "c"], "client": {"id": "c1"}}]}',
      'cases.csv': '',
    });
    expect(records['case']?.[0]).toMatchObject({
      key: '12345678901234567890',
      cells: { amount: '185.00', contact: 'c1' },
    });
    const cut = await failure({ ...smallest, 'tasks.json': '[{"id": 1, "case": 2}, {"id": ' });
    expect(cut).toMatchObject({
      code: 'WB_SOURCE_MISSING',
      message: 'tasks.json is no valid JSON: it ends too early',
    });
  });

  it('says what the manifest promises and the export does not hold', async () => {
    const { inspection } = await read({
      ...smallest,
      'manifest.json': JSON.stringify({
        format: 'agilecase-bundle/1',
        exported_by: { email: 'x@example.org', is_admin: false, groups: ['Claims team'] },
        timezone: 'UTC',
        includes_inactive: false,
        resources: [{ name: 'cases', path: 'cases.csv', rows: 1284, sha256: '0'.repeat(64) }],
        known_gaps: ['audit_log not supplied'],
      }),
    });
    const said = inspection.notices.join('\n');
    expect(said).toContain('The manifest says 1284 rows for cases.csv; it has 3.');
    expect(said).toContain('cases.csv is not the file that the manifest was made for');
    expect(said).toContain('those of UTC, and not of Europe/London: choices.timeZone');
    expect(inspection.timeZone).toBe('UTC');
    expect(said).toContain('not in all groups');
    expect(said).toContain('no administrator');
    expect(said).toContain('leaves inactive records');
    expect(said).toContain('audit_log not supplied');
  });
});

it('a manifest with a clock that nobody knows leaves the usual one, and says so', async () => {
  const { inspection } = await read({
    ...smallest,
    'manifest.json': '{"timezone": "GMT Standard Time"}',
  });
  expect(inspection.timeZone).toBeUndefined();
  expect(inspection.notices.join()).toContain(
    '"GMT Standard Time", which is no zone that Waybill knows: they are read as those of Europe/London',
  );
});

describe('work types of the second generation', () => {
  it('become what they are based on, each with its own fields; their links are listed', async () => {
    const { records, inspection } = await read({
      'data/work_items/claims.csv':
        'id,work_type,base,title,status,step,owner,created_at,policy\nw1,Claim,case,Leak,Open,Survey,Jane,14/01/2024 10:00,P-1\n',
      'data/work_items/purchase_orders.csv':
        'id,work_type,base,title,status,step,owner,created_at,supplier_ref\nw2,Purchase Order,project,Boiler,Open,Sent,Jane,15/01/2024 10:00,S-9\n',
      'data/work_items/supplier_contacts.csv':
        'id,work_type,base,name,email\nw3,Supplier Contact,contact,Acme Ltd,acme@example.org\n',
      'data/work_item_links.csv': 'from,to,link_name\nw1,w2,orders\n',
      'data/notes.csv': 'id,case,at,author,body\nn1,w2,16/01/2024 10:00,Jane,called\n',
    });
    expect(records['case']?.map(({ key }) => key)).toEqual(['w1', 'w2']);
    expect(records['case']?.map(({ cells }) => cells)).toMatchObject([
      { name: 'Leak', stage: 'Survey', work_type: 'Claim', policy: 'P-1' },
      { name: 'Boiler', stage: 'Sent', work_type: 'Purchase Order', supplier_ref: 'S-9' },
    ]);
    expect(records['contact']?.map(({ key }) => key)).toEqual(['w3']);
    expect(records['note']?.[0]?.cells).toMatchObject({ case: 'w2' });
    expect(records['case_link']?.[0]?.cells).toMatchObject({ from_case: 'w1', to_case: 'w2' });
    expect(inspection.files.map(({ reason }) => reason).join()).toContain('based on a project');
  });
});

const mail = (id: string, answers: string, body: string): string =>
  [
    'From: Jane Poole <jane@firm.example>',
    'To: "Müller, Jo" <jo@client.example>',
    'Date: Mon, 15 Jan 2024 11:05:00 +0100',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    `Message-ID: <${id}@firm.example>`,
    ...(answers === '' ? [] : [`In-Reply-To: <${answers}@firm.example>`]),
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=b1',
    '',
    '--b1',
    'Content-Type: text/html; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    body,
    '--b1',
    'Content-Type: image/png',
    'Content-ID: <logo@firm>',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo=',
    '--b1--',
    '',
  ].join('\r\n');

describe('letters that lie beside the tables', () => {
  const files = {
    ...smallest,
    'emails/m1.eml': mail('a', '', '<p>Stra=DFe <img src=3D"cid:logo@firm"></p>'),
    'emails/m2.eml': mail('b', 'a', '<p>Answer</p>'),
  };

  it('are read where the row is empty: text, headers, thread, and the pictures within', async () => {
    const { records } = await read({
      ...files,
      'data/communications.csv':
        'id,case,channel,at,subject,file\nm1,1,email,,,emails/m1.eml\nm2,1,email,15/01/2024 12:00,Own words,emails/m2.eml\n',
    });
    const [first, second] = records['communication'] ?? [];
    expect(first?.cells).toMatchObject({
      from: 'Jane Poole <jane@firm.example>',
      to: 'Müller, Jo <jo@client.example>',
      date: '2024-01-15T10:05:00Z',
      subject: 'Grüße',
      message_id: '<a@firm.example>',
      body_format: 'html',
      file: 'emails/m1.eml',
    });
    expect(first?.cells['body']).toContain('Straße <img src="data:image/png;base64,iVBORw0KGgo="');
    expect(JSON.parse(first?.cells['inline'] ?? '')).toMatchObject([{ bytes: 8 }]);
    expect(second?.cells).toMatchObject({
      subject: 'Own words',
      date: '15/01/2024 12:00',
      thread: 'm1',
    });
  });

  it('are found by their key where the table names no file', async () => {
    const { records } = await read({
      ...files,
      'data/communications.csv': 'id,case,channel,direction\nm1,1,email,out\nm3,1,email,out\n',
    });
    const [first, other] = records['communication'] ?? [];
    expect(first?.cells).toMatchObject({ subject: 'Grüße', file: 'emails/m1.eml' });
    expect(other?.cells).toMatchObject({ subject: '', body: '', file: '' });
  });
});
