import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import { columnIds, recogniseColumns } from '../../src/source/recognise.ts';
import type { SourceColumn, SourceObject } from '../../src/source/source.ts';
import { profileOf } from '../support/columns.ts';

const objectOf = (name: string): SourceObject => {
  const found = ALLCLIENTS.objects.find((object) => object.name === name);
  if (!found) throw new Error(`no object ${name}`);
  return found;
};
const contact = objectOf('contact');

function recognise(
  columns: readonly (readonly [header: string, ...values: string[]])[],
  decisions: Readonly<Record<string, string>> = {},
): SourceColumn[] {
  return recogniseColumns(
    contact,
    columns.map(([header]) => header),
    columns.map(([, ...values]) => profileOf(values)),
    decisions,
  );
}

const disguise = (text: string, marks: readonly string[], upper: readonly boolean[]): string =>
  Array.from(text)
    .map(
      (c, i) =>
        (upper[i % upper.length] ? c.toUpperCase() : c.toLowerCase()) +
        (marks[i % marks.length] ?? ''),
    )
    .join('');
const fold = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const repeat = (value: string, n: number): string[] => Array.from({ length: n }, () => value);

/** Filled from the attachments themselves, not from a column. */
const FROM_FILES = new Set(['file', 'bytes', 'sha256']);

describe('columns', () => {
  test('are recognised by any synonym, in any case, spacing and punctuation', () => {
    const synonyms = contact.slots.flatMap((slot) =>
      slot.synonyms.map((synonym) => ({ slot: slot.name, synonym })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...synonyms),
        fc.array(fc.constantFrom('', ' ', '-', '_', '.', '#', '  '), { minLength: 1 }),
        fc.array(fc.boolean(), { minLength: 1 }),
        ({ slot, synonym }, marks, upper) => {
          const [column] = recognise([[disguise(synonym, marks, upper)]]);
          expect(column?.slot).toBe(slot);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('no synonym means two things', () => {
    for (const object of ALLCLIENTS.objects) {
      const all = object.slots
        .filter((slot) => !FROM_FILES.has(slot.name))
        .flatMap((slot) => [...new Set(slot.synonyms.map(fold))]);
      expect(
        all.filter((one, index) => all.indexOf(one) !== index),
        object.name,
      ).toEqual([]);
    }
  });

  test('keep ids of their own, whatever the headers are', () => {
    const header = fc.constantFrom(
      '',
      ' ',
      'Phone',
      'PHONE',
      'Phone (2)',
      'phone (3)',
      'column 2',
      'column 1',
      'x',
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 8 }), (headers) => {
        const ids = columnIds(headers).map((id) => id.toLowerCase());
        expect(new Set(ids).size).toBe(headers.length);
        expect(ids.every((id) => id.trim() !== '')).toBe(true);
      }),
    );
    expect(columnIds(['Phone', 'Phone', '', 'Phone (2)'])).toEqual([
      'Phone',
      'Phone (3)',
      'column 3',
      'Phone (2)',
    ]);
  });

  test('whose header is unknown are recognised by what is in them, and a person is asked', () => {
    const [column] = recognise([['Contactable at', 'ann@example.com', 'bob@example.com']]);
    expect(column).toMatchObject({
      slot: 'email',
      reason: expect.stringContaining('email addresses') as string,
    });
    expect(column?.confidence).toBeLessThan(0.8);
  });

  test.each([
    ['Email', '(512) 555-0100', '(512) 555-0101'],
    ['Add Date', 'ann@example.com', 'bob@example.com'],
    ['Add Date', '12', '17'],
    ['Phone 1', '3/4/2020', '3/25/2020'],
    ['Contact ID', 'ann@example.com', 'bob@example.com'],
  ] as const)('headed %j that hold %j are doubted', (header, ...values) => {
    const [column] = recognise([[header, ...values]]);
    expect(column?.confidence).toBeLessThan(0.8);
    expect(column?.reason).toContain('but its values look like');
  });

  test('without a header and with values are never sure', () => {
    const [column] = recognise([['', 'blue', 'red']]);
    expect(column).toMatchObject({ id: 'column 1', slot: null });
    expect(column?.confidence).toBeLessThan(0.8);
  });

  test('that want one slot: the better takes it, the other says so; equals are asked about', () => {
    const [better, worse] = recognise([
      ['E-mail Address', 'a@example.com'],
      ['Email', 'b@example.com'],
    ]).toReversed();
    expect(better?.slot).toBe('email');
    expect(worse).toMatchObject({
      slot: null,
      alternatives: ['email'],
      reason: 'also reads as email, which "Email" fits better',
    });
    const [first, second] = recognise([
      ['Email', 'a@example.com'],
      ['Email', 'b@example.com'],
    ]);
    expect(first?.slot).toBe('email');
    expect(second).toMatchObject({ id: 'Email (2)', slot: null });
    expect(second?.confidence).toBeLessThan(0.8);
  });

  test('settled in waybill.yaml win over header and content', () => {
    const columns = recognise(
      [
        ['Email', 'a@example.com'],
        ['Nickname', 'b@example.com'],
        ['City', 'Austin'],
      ],
      { Nickname: 'email', City: 'custom' },
    );
    expect(columns.map((one) => [one.slot, one.confidence])).toEqual([
      [null, 0.9],
      ['email', 1],
      [null, 1],
    ]);
  });

  test.each([
    [{ Nickname: 'emial' }, /"emial" \(column "Nickname"\) is no slot/],
    [{ Email: 'email', Nickname: 'email' }, /both "Email" and "Nickname"/],
  ])(
    'settled with a slip of the pen (%j) stop at once: no value goes nowhere',
    (decisions, words) => {
      expect(() =>
        recognise(
          [
            ['Email', 'a@b.co'],
            ['Nickname', 'c@d.co'],
          ],
          decisions as Record<string, string>,
        ),
      ).toThrow(words);
    },
  );
});

describe('the type of a column', () => {
  test.each<[string, readonly string[]]>([
    ['empty', ['', ' ']],
    ['email', ['a@example.com', 'b@example.org']],
    ['phone', ['5125550100', '7135550188']],
    ['phone', ['(512) 555-0100', '+44 20 7946 0000 ext. 5']],
    ['integer', ['1', '0', '-7', '2147483647']],
    ['float', ['$1,234.50', '45%', '0.5']],
    ['date', ['3/4/2020', '2020-03-25']],
    ['datetime', ['3/4/2020 2:00 PM', '2020-03-25T10:00:00Z']],
    ['boolean', ['Yes', 'no', 'YES']],
    ['url', ['https://a.example', 'www.b.example']],
    ['longtext', ['short', 'two\nlines']],
    ['choice', [...repeat('Buyer', 5), ...repeat('Seller', 4)]],
    ['list', [...repeat('Golf; Wine', 4), ...repeat('Wine; Chess', 4), ...repeat('Golf', 2)]],
  ])('is %s for %j', (type, values) => {
    expect(profileOf(values).type).toBe(type);
  });

  test.each([
    ['zip codes, of which one begins with zero', [...repeat('78701', 20), '02134']],
    ['account numbers longer than a number keeps', ['4111111111111111', '4111111111111112']],
    ['ten-digit telephones', ['5125550100', '2145550100']],
    ['social security numbers', ['123-45-6789', '987-65-4321']],
    ['dates with years of two digits', ['3/4/49', '12/25/50']],
    ['days that do not exist', ['31/02/2024', '30/02/2023']],
  ])('is neither number nor date for %s', (_what, values) => {
    expect(['integer', 'float', 'date', 'datetime']).not.toContain(profileOf(values).type);
  });

  test('misfits are counted, with the line they stand on', () => {
    const values = [
      ...Array.from({ length: 30 }, (_, n) => `1/${n + 1 > 28 ? 28 : n + 1}/2020`),
      '31/02/2024',
    ];
    expect(profileOf(values)).toMatchObject({
      type: 'date',
      misfits: { count: 1, examples: [{ value: '31/02/2024', line: 32 }] },
    });
  });

  test.each([
    ['mdy', ['1/25/2020', '2/3/2020']],
    ['dmy', ['25/1/2020', '2.3.2020']],
    ['ymd', ['2020-01-25']],
    ['ambiguous', ['1/2/2020', '3/4/2020']],
    ['mixed', ['25/1/2020', '1/25/2020']],
    ['mdy', ['2020-01-25', '1/25/2020', '2020-02-01']],
    ['dmy', ['not known', '25/1/2020', 'unclear', '1/2/2020', 'some day']],
  ])('the order of its dates is %s for %j', (order, values) => {
    expect(profileOf(values).dateOrder).toBe(order);
  });
});
