import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvRows, rankDelimiters, type CsvRow } from '../../src/lib/csv.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** RFC 4180 as it is written down; shares nothing with the reader. */
const written = (
  table: readonly (readonly string[])[],
  delimiter: string,
  newline: string,
): string =>
  table
    .map((row) =>
      row
        .map((cell) => (/[",;\t|\r\n]/.test(cell) ? `"${cell.split('"').join('""')}"` : cell))
        .join(delimiter),
    )
    .join(newline);

/** Cut anywhere, also between CR and LF and inside a surrogate pair's cell, as a stream would. */
async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size)
    yield await Promise.resolve(text.slice(at, at + size));
}

async function read(text: string, delimiter = ',', size = 7): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const chunk of csvRows(inChunks(text, size), delimiter)) rows.push(...chunk);
  return rows;
}

const nasty = fc.constantFrom(
  '"',
  '""',
  '\n',
  '\r\n',
  '\r',
  ',',
  ';',
  '\t',
  '|',
  '😀',
  'é',
  ' ',
  'a',
  '\u2028',
  '\ufeff',
);
const cell = fc.oneof(
  fc.string({ unit: nasty, maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 8,
  }),
);

const good = (n: number): string => `${n},"fine, quoted",x`;

describe('delimited text', () => {
  test('any table that is written by the book is read back to the character, at whatever places the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(...DELIMITERS),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (rows, delimiter, newline, ended, size) => {
          const clean = rows.map((row) => row.map((one) => one.replaceAll('\u0000', '')));
          // The first line has a line end, as a header has: without one there is nothing to tell the line ends by.
          const text =
            written([['h1', 'h2'], ...clean], delimiter, newline) + (ended ? newline : '');
          const found = await read(text, delimiter, size);
          expect(found.map((row) => row.broken)).toEqual(found.map(() => undefined));
          expect(found.slice(1).map((row) => row.cells)).toEqual(clean);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('lines are counted as an editor counts them, also below cells of several lines', async () => {
    const rows = await read('a,b\n"1\n2\r\n3",x\ny,z\n\n\nq,r\n');
    expect(rows.map((row) => row.line)).toEqual([1, 2, 5, 8]);
  });

  test('a broken quote costs its own line and no other', async () => {
    for (const bad of ['7,"opens and never closes,x', '7,"closed"then text,x', '7,x,"', '"7,a,b']) {
      const rows = await read([good(1), good(2), bad, good(3), good(4)].join('\n'));
      const broken = rows.filter((row) => row.broken === 'quotes');
      expect(broken, bad).toEqual([{ line: 3, cells: [], broken: 'quotes', text: bad }]);
      expect(
        rows.filter((row) => !row.broken).map((row) => row.cells[0]),
        bad,
      ).toEqual(['1', '2', '3', '4']);
    }
  });

  test('NUL bytes are named with the whole row, and the next row is right', async () => {
    const rows = await read('a,b\n1,"x\ny\u0000"\n2,z\n');
    expect(rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: [], broken: 'nul', text: '1,"x\ny\u0000"' },
      { line: 4, cells: ['2', 'z'] },
    ]);
  });

  test.each([
    ['on one line', (size: number) => 'x'.repeat(size)],
    ['over 130,000 lines', (size: number) => `${'y'.repeat(79)}\n`.repeat(size / 80)],
  ])('a cell of 10 MB %s is one row too large, and the next row is right', async (_how, make) => {
    const rows = await read(`a,b\n1,"${make(10_000_000)}"\n2,z\n`, ',', 65_536);
    expect(rows.map(({ broken, cells }) => ({ broken, cells }))).toEqual([
      { broken: undefined, cells: ['a', 'b'] },
      { broken: 'too-large', cells: [] },
      { broken: undefined, cells: ['2', 'z'] },
    ]);
    expect(rows[1]?.text).toMatch(/^1,"(x|y)+/);
  });

  test('lines that end with CR alone are lines', async () => {
    const rows = await read('a,b\r1,"x\ry"\r2,z', ',', 1_000);
    expect(rows.map((row) => row.cells)).toEqual([
      ['a', 'b'],
      ['1', 'x\ry'],
      ['2', 'z'],
    ]);
    const many = await read('1,2\r'.repeat(60_000), ',', 65_536);
    expect(many.map((row) => row.line)).toEqual(Array.from({ length: 60_000 }, (_, n) => n + 1));
  });
});

describe('the delimiter', () => {
  test('is found in any table of two columns and more, whatever stands in quotes', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(...DELIMITERS), (rows, delimiter) => {
        const width = rows[0]?.length ?? 0;
        const header = Array.from({ length: width }, (_, n) => `Column ${n}`);
        expect(rankDelimiters(written([header, ...rows], delimiter, '\r\n'), 20)[0]).toBe(
          delimiter,
        );
      }),
    );
  });

  test.each([
    ['id;name;note\n1;Ann;Hello, dear, old, friend, of, mine\n', ';'],
    [`id;body\n1;"${'a, b, c, d\n'.repeat(30)}"\n`, ';'],
    ['size,name\n5",pipe, old\n', ','],
    ['Name\nAnn\n', ','],
    ['"a"\t"b"\n"1"\t"2"\n', '\t'],
  ])('is found in %j', (text, delimiter) => {
    expect(rankDelimiters(text, 20)[0]).toBe(delimiter);
  });
});
