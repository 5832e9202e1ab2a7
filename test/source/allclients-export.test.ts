import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StagedRecord } from '../../src/core/record.ts';
import { openAllClientsExport } from '../../src/source/allclients/allclients.ts';
import type { Inspection, RejectedRow, SourceDecisions } from '../../src/source/source.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-export-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Read {
  readonly inspection: Inspection;
  readonly records: readonly StagedRecord[];
  readonly rejected: readonly RejectedRow[];
}

const never = new AbortController().signal;

async function read(
  files: Readonly<Record<string, string | Buffer>>,
  decisions: SourceDecisions = {},
): Promise<Read> {
  const folder = mkdtempSync(join(root, 'x-'));
  for (const [name, data] of Object.entries(files)) writeFileSync(join(folder, name), data);
  const source = openAllClientsExport(folder, decisions);
  const inspection = await source.inspect(never);
  const [records, rejected]: [StagedRecord[], RejectedRow[]] = [[], []];
  for (const file of inspection.files)
    for await (const chunk of source.extract(file, never)) {
      if (chunk.kind === 'records') records.push(...chunk.records);
      else rejected.push(chunk.row);
    }
  return { inspection, records, rejected };
}

const HEADER = ['Contact ID', 'First Name', 'Last Name', 'Email', 'Nickname'] as const;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** What Windows-1252 has at 0x80 to 0x9f, from its code chart; the rest of it is Latin-1. */
const CP1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const ENCODERS: Readonly<Record<string, (text: string) => Buffer>> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-8 with BOM': (text) => Buffer.from(`\ufeff${text}`),
  'utf-16le': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'utf-16le without BOM': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'windows-1252': (text) =>
    Buffer.from(
      Array.from(text).map((c) =>
        CP1252.includes(c) ? 0x80 + CP1252.indexOf(c) : c.charCodeAt(0),
      ),
    ),
};

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\n', '\r\n', ',', ';', '\t', '|', '😀', 'é', '電'),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 10,
});
const western = fc.string({
  unit: fc.constantFrom(...Array.from(CP1252), 'é', 'ß', 'Ñ', 'a', 'b', ',', '"', '\n'),
  maxLength: 10,
});

describe('an export file', () => {
  test.each(Object.keys(ENCODERS))(
    'written in %s is read back to the character, with any delimiter',
    async (encoding) => {
      const encode = ENCODERS[encoding] ?? ((text: string) => Buffer.from(text));
      const cellOf = encoding === 'windows-1252' ? western : anyText;
      const rows = fc.array(fc.array(cellOf, { minLength: 3, maxLength: 3 }), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.constantFrom(',', ';', '\t', '|'),
          fc.constantFrom('\n', '\r\n'),
          async (cells, delimiter, newline) => {
            // An é that is no UTF-8 in the first row: without one letter beyond ASCII every encoding would be the same.
            const table = [
              ['1', 'é—', 'x', 'y', ''],
              ...cells.map((row, n) => [String(n + 2), ...row, '']),
            ];
            const text = [HEADER, ...table]
              .map((row) => row.map(quoted).join(delimiter) + newline)
              .join('');
            const found = await read({ 'Contacts.csv': encode(text) });
            expect(found.rejected).toEqual([]);
            expect(found.records.map((one) => one.cells)).toEqual(table);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('is read the same twice, and by an inspection that finds the same', async () => {
    const data = `${HEADER.join(',')}\n1,Ann,Lee,ann@example.com,Annie\n,Bob,Ray,,\n,Bob,Ray,,\n`;
    const [first, second] = [
      await read({ 'Contacts.csv': data }),
      await read({ 'Contacts.csv': data }),
    ];
    expect(second).toEqual(first);
    expect(new Set(first.records.map((one) => one.key)).size).toBe(3);
  });

  test('may have titles above and totals below; every row that is no record is kept with its line and text', async () => {
    const { records, rejected, inspection } = await read({
      'Contacts.csv': [
        'AllClients Contact Export',
        'Account: Smith, Jones & Co., made 6/1/2024',
        '',
        `${HEADER.join(',')},`,
        '1,Ann,Lee,ann@example.com,Annie,',
        '2,Bob,Ray,bob@example.com',
        '3,Cat,Fox,cat@example.com,"Kitty, Kat",extra,more',
        '4,"Dan,Elk,dan@example.com,D,',
        '5,Eve,Gnu,eve@example.com,E',
        ',Total Wine,,,,',
        ',,,,,',
        '6,Fay,Hen,fay@example.com,"F""F",,,',
        'Total: 1,234',
        '1234 contacts',
      ].join('\r\n'),
    });
    expect(inspection.files[0]).toMatchObject({ headerLine: 4, rows: 4 });
    expect(records.map((one) => [one.line, ...one.cells])).toEqual([
      [5, '1', 'Ann', 'Lee', 'ann@example.com', 'Annie', ''],
      [9, '5', 'Eve', 'Gnu', 'eve@example.com', 'E', ''],
      [10, '', 'Total Wine', '', '', '', ''],
      [12, '6', 'Fay', 'Hen', 'fay@example.com', 'F"F', ''],
    ]);
    expect(rejected.map((one) => [one.line, one.code, one.text])).toEqual([
      [6, 'WB_ROW_SHAPE', '2,Bob,Ray,bob@example.com'],
      [7, 'WB_ROW_SHAPE', '3,Cat,Fox,cat@example.com,"Kitty, Kat",extra,more'],
      [8, 'WB_ROW_QUOTES', '4,"Dan,Elk,dan@example.com,D,'],
      [13, 'WB_ROW_SHAPE', 'Total: 1,234'],
      [14, 'WB_ROW_SHAPE', '1234 contacts'],
    ]);
  });

  test('with commas in every name is still cut at its tabs, because the header says so', async () => {
    const { records } = await read({
      'Contacts.txt': 'List of June, 2024\nContact ID\tName\n1\tDoe, Jane\n2\tRoe, Rick\n',
    });
    expect(records.map((one) => one.cells)).toEqual([
      ['1', 'Doe, Jane'],
      ['2', 'Roe, Rick'],
    ]);
  });

  test('that mixes encodings is named', async () => {
    const data = Buffer.concat([
      Buffer.from(`${HEADER.join(',')}\n1,José,Díaz,,\n`),
      Buffer.from('2,Ren\xe9,M\xfcller,,\n', 'latin1'),
    ]);
    const { inspection, records } = await read({ 'Contacts.csv': data });
    expect(inspection.notices.join()).toContain('Contacts.csv mixes UTF-8 with another encoding');
    expect(records[1]?.cells[1]).toBe('René');
  });
});

describe('an export', () => {
  const contacts = `${HEADER.join(',')}\n1,Ann,Lee,ann@example.com,Annie\n`;
  const notes = 'Contact ID,Date,Note,Team Member\n1,3/25/2020 2:00 PM,Called,Tom\n';

  test('says of every file what it was taken for, or why it was left', async () => {
    const { inspection } = await read({
      'Contacts.csv': contacts,
      'Notes.csv': notes,
      'logo.png': 'x',
      'empty.csv': '',
      'odd.csv': 'q,w,e\n1,2,3\n',
    });
    expect(inspection.files.map((one) => [one.path, one.object])).toEqual([
      ['Contacts.csv', 'contact'],
      ['Notes.csv', 'note'],
    ]);
    expect(inspection.skipped).toEqual([
      { path: 'empty.csv', reason: 'the file is empty' },
      { path: 'logo.png', reason: 'not a table (.csv, .tsv, .txt)' },
      { path: 'odd.csv', reason: expect.stringContaining('not recognised (q, w, e)') as string },
    ]);
  });

  test('is settled by waybill.yaml where the reading is wrong', async () => {
    const { inspection, records } = await read(
      {
        'Contacts.csv': contacts,
        'people.dat': 'Contact ID,First Name,Last Name,Email,Nickname\n2,Ren\xe9,,,\n',
        'Notes.csv': notes,
      },
      {
        files: { 'people.dat': 'contact', 'Notes.csv': 'skip' },
        columns: { contact: { Nickname: 'job_title' } },
        encodings: { 'people.dat': 'utf-8' },
      },
    );
    expect(inspection.files.map((one) => [one.path, one.object, one.columns[4]?.slot])).toEqual([
      ['Contacts.csv', 'contact', 'job_title'],
      ['people.dat', 'contact', 'job_title'],
    ]);
    expect(inspection.skipped).toEqual([{ path: 'Notes.csv', reason: 'left out in waybill.yaml' }]);
    expect(records.map((one) => one.position)).toEqual([1, 2]);
  });

  test('with two notes files of different columns takes a decision on a column that only one of them has', async () => {
    const other = 'Contact ID,Date,Conversation\n1,3/26/2020,Wrote\n';
    const { inspection } = await read(
      { 'Contacts.csv': contacts, 'Notes.csv': notes, 'Notes-2.csv': other },
      { columns: { note: { Conversation: 'body' } } },
    );
    const slots = inspection.files.map(
      (one) => one.columns.find((column) => column.slot === 'body')?.id,
    );
    expect(slots).toEqual([undefined, 'Conversation', 'Note']);
  });

  test.each<[string, Record<string, string>, SourceDecisions, string, RegExp]>([
    ['has no contacts', { 'Notes.csv': notes }, {}, 'WB_SOURCE_NO_CONTACTS', /Notes.csv \(notes\)/],
    ['is empty', { 'Contacts.csv': '' }, {}, 'WB_SOURCE_EMPTY', /Contacts.csv: the file is empty/],
    [
      'has a header and nothing below',
      { 'Contacts.csv': `${HEADER.join(',')}\n` },
      {},
      'WB_SOURCE_EMPTY',
      /no record below/,
    ],
    [
      'has two different contact files',
      { 'a.csv': contacts, 'b.csv': 'Contact ID,First Name,Last Name,Phone 1\n1,A,B,5\n' },
      {},
      'WB_SOURCE_AMBIGUOUS',
      /a.csv and b.csv/,
    ],
    [
      'has no file that waybill.yaml names',
      { 'Contacts.csv': contacts },
      { files: { 'Peple.csv': 'contact' } },
      'WB_CONFIG_INVALID',
      /Peple.csv/,
    ],
    [
      'has no column that waybill.yaml names',
      { 'Contacts.csv': contacts },
      { columns: { contact: { Nickmane: 'job_title' } } },
      'WB_CONFIG_INVALID',
      /no column "Nickmane"/,
    ],
    [
      'has an encoding nobody knows',
      { 'Contacts.csv': contacts },
      { encodings: { 'Contacts.csv': 'ebcdic' } },
      'WB_CONFIG_INVALID',
      /ebcdic/,
    ],
  ])('that %s is refused with words', async (_what, files, decisions, code, words) => {
    await expect(read(files, decisions)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as string,
      next: expect.stringMatching(/./) as string,
    });
  });
});
