/** Lists that people open in a spreadsheet: no cell runs as a formula, none is lost. */
import { readXlsx } from 'hucre/xlsx';
import { expect, it } from 'vitest';
import { csv } from '../../src/report/csv.ts';
import { workbook } from '../../src/report/workbook.ts';

const NASTY = [
  '=1+1',
  '+49 30 1',
  '-5',
  '@SUM(A1)',
  '\tx',
  '=HYPERLINK("http://x","y")',
  'a,b',
  'say "hi"',
  'two\nlines',
  'plain',
  '',
];

it('CSV: what begins like a formula is a text; quotes and line ends are kept', () => {
  const line = csv([NASTY]);
  expect(line).toBe(
    `'=1+1,'+49 30 1,'-5,'@SUM(A1),'\tx,"'=HYPERLINK(""http://x"",""y"")","a,b","say ""hi""","two\nlines",plain,\r\n`,
  );
  expect(csv([[-5, 7]])).toBe('-5,7\r\n');
});

it('XLSX: texts stay texts, numbers numbers', async () => {
  const name = 'A very long name: with [signs] that Excel refuses';
  const numbers = NASTY.map((_, n) => n);
  const head = NASTY.map((_, n) => `h${n}`);
  const book = await readXlsx(await workbook([{ name, head, rows: [NASTY, numbers] }]));
  expect(book.sheets[0]?.name.length).toBeLessThanOrEqual(31);
  expect(book.sheets[0]?.rows[1]?.map((cell) => cell ?? '')).toEqual(NASTY);
  expect(book.sheets[0]?.rows[2]).toEqual(numbers);
  expect(
    book.sheets[0]?.cells ? [...book.sheets[0].cells.values()].filter((cell) => cell.formula) : [],
  ).toEqual([]);
});

it('XLSX: what XML cannot hold is left out, and a long text is cut at what a cell holds', async () => {
  const rows = [['a\u0000b\u000bc'], ['y'.repeat(40_000)]];
  const book = await readXlsx(await workbook([{ name: 'a', head: ['x'], rows }]));
  expect(book.sheets[0]?.rows[1]?.[0]).toBe('abc');
  expect(String(book.sheets[0]?.rows[2]?.[0]).length).toBe(32_767);
});
