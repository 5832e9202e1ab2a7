import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import { checkMeaning as checkText } from '../../src/mapping/check.ts';
import { formatMapping, hashMapping, parseMapping, undecided } from '../../src/mapping/document.ts';
import type { ColumnMapping, MappingDocument } from '../../src/mapping/mapping.ts';
import { propose } from '../../src/mapping/propose.ts';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import type { Inspection } from '../../src/source/source.ts';
import { CATALOG, fileOf, inspectionOf } from '../support/mapping.ts';

const hostile = fc.oneof(
  fc.constantFrom(
    '~',
    'null',
    'yes',
    'no',
    '1e3',
    '0x1f',
    '- a',
    '#x',
    'a: b',
    'a #b',
    '|',
    '>',
    '*x',
    '&x',
    '!x',
    '%x',
    '@x',
    '`x',
    '"',
    "'",
    '{',
    '[',
    '?',
    ' lead',
    'trail ',
    'a\nb',
    'a\n\n b\n',
    '\n',
    '\ta',
    'a\r\nb',
    '\u2028x',
    'x\u0085y',
    '😀',
    '---',
    '...',
    '2024-01-01',
    '<<',
    '__proto__',
    '',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', '"', "'", '\\', '\t', '\r', '\u2029'),
    maxLength: 90,
  }),
);
const filled = hostile.filter((text) => text !== '');

const column: fc.Arbitrary<ColumnMapping> = fc
  .record({
    column: hostile,
    to: fc.oneof(
      fc.constantFrom('slot:email', 'field:ref', 'drop', '?', 'custom'),
      hostile.map((text) => `tags:${text}`),
    ),
    custom: fc.option(
      fc.record({
        model: fc.constant('res.partner'),
        name: fc.constantFrom('x_a', 'x_b_2'),
        label: filled,
        type: fc.constantFrom('char', 'selection'),
        help: hostile,
        options: fc.array(fc.tuple(hostile, hostile), { maxLength: 3 }),
      }),
    ),
    dateOrder: fc.option(fc.constantFrom('mdy', 'dmy', 'ymd')),
    confidence: fc.constantFrom(0, 0.5, 1),
    reason: hostile,
    alternatives: fc.array(hostile, { maxLength: 2 }),
    decided: fc.boolean(),
    examples: fc.array(hostile, { maxLength: 4 }),
  })
  .filter((one) => one.to !== 'custom' || one.custom !== null)
  .map(({ custom, dateOrder, examples, ...rest }) => ({
    ...rest,
    ...(custom && { custom }),
    ...(dateOrder && { dateOrder }),
    profile: { type: 'text', rows: 9, filled: 3, distinct: 2, examples },
  }));

const document: fc.Arbitrary<MappingDocument> = fc.record({
  version: fc.constant(1),
  source: hostile,
  choices: fc.record({
    duplicates: fc.constantFrom('same-name', 'merge', 'separate', 'review'),
    match: fc.constantFrom('email', 'email-and-name', 'none'),
    existing: fc.constantFrom('fill-empty', 'overwrite', 'leave'),
    companies: fc.constantFrom('text', 'partners'),
    noteJoin: fc.constantFrom('id-first', 'email-first'),
    fallbackOwner: hostile,
    createUsers: fc.boolean(),
    groupsAsTeams: fc.boolean(),
    timeZone: fc.constantFrom('America/Chicago', 'UTC'),
    country: fc.constantFrom('US', 'DE'),
    tagPrefix: hostile,
    groupPrefix: hostile,
    campaigns: fc.constantFrom('tags', 'utm'),
    pictures: fc.constantFrom('listed', 'rehosted'),
    conflicts: fc.constantFrom('queue', 'source', 'odoo'),
    deletions: fc.constantFrom('queue', 'archive', 'keep'),
    pipeline: hostile,
    leadType: fc.constantFrom('opportunity', 'lead'),
  }),
  objects: fc.record({
    contact: fc.array(column, { maxLength: 4 }),
    note: fc.array(column, { maxLength: 2 }),
  }),
});

const plain = ({ profile: _profile, ...rest }: ColumnMapping): ColumnMapping => rest;
const withoutProfiles = (from: MappingDocument): MappingDocument => ({
  ...from,
  objects: Object.fromEntries(
    Object.entries(from.objects).map(([name, columns]) => [name, columns.map(plain)]),
  ),
});

const checkMeaning = (text: string, inspection: Inspection): void =>
  checkText(text, parseMapping(text), ALLCLIENTS, inspection);

describe('mapping.yaml', () => {
  test('written and read is the same document, whatever the export calls its columns', () => {
    fc.assert(
      fc.property(document, (one) => {
        const read = parseMapping(formatMapping(one));
        expect(read).toEqual(withoutProfiles(one));
        expect(hashMapping(read)).toBe(hashMapping(one));
        expect(formatMapping(parseMapping(formatMapping(read)))).toBe(formatMapping(read));
      }),
      { numRuns: 200 },
    );
  });

  test('has another hash for every change of meaning, and the same for every other change', () => {
    fc.assert(
      fc.property(document, hostile, (one, text) => {
        const [first, ...rest] = one.objects['contact'] ?? [];
        fc.pre(first !== undefined);
        const changed = (change: Partial<ColumnMapping>): string =>
          hashMapping({
            ...one,
            objects: { ...one.objects, contact: [{ ...first, ...change }, ...rest] },
          });
        const hash = hashMapping(one);
        expect([
          changed({ confidence: 0.123 }),
          changed({ reason: `${text}!` }),
          changed({ alternatives: [text] }),
          changed({ decided: !first.decided }),
        ]).toEqual([hash, hash, hash, hash]);
        const custom = {
          model: 'res.partner',
          name: 'x_other',
          label: 'L',
          type: 'date',
          help: '',
        } as const;
        const others = [
          changed({ to: 'slot:other' }),
          changed({ column: `${first.column}!` }),
          changed({ custom }),
          hashMapping({
            ...one,
            choices: { ...one.choices, tagPrefix: `${one.choices.tagPrefix}!` },
          }),
          hashMapping({ ...one, objects: { ...one.objects, contact: rest } }),
        ];
        expect(new Set([hash, ...others]).size).toBe(6);
      }),
    );
  });

  const inspection = inspectionOf(
    fileOf('contact', {
      'Contact ID': ['1', '2'],
      Email: ['a@x.co', 'b@x.co'],
      Score: ['1', '2'],
      'Met on': ['1/2/2020', '3/4/2020'],
      '': ['q', 'r'],
    }),
  );
  const proposed = propose(ALLCLIENTS, inspection, CATALOG);
  const text = formatMapping(proposed);

  test('names the line of a mistake, and what is allowed there', () => {
    const mistakes: [string, string, RegExp][] = [
      ['to: slot:email', 'to: slots:email', /must be slot:<name>/],
      ['timeZone: America/Chicago', 'timeZone: Chicago', /is no time zone/],
      ['      type: integer', '      type: number', /Invalid option/],
      ['dateOrder: mdy', 'dateOrdr: mdy', /dateOrdr/],
      ['match: email', 'match: [email', /./],
    ];
    for (const [right, wrong, words] of mistakes) {
      const broken = text.replace(right, wrong);
      let caught: unknown;
      try {
        parseMapping(broken);
      } catch (error) {
        caught = error;
      }
      if (!isWaybillError(caught, 'WB_MAPPING_INVALID'))
        throw new Error(`${wrong} was taken`, { cause: caught });
      expect(caught.message, wrong).toMatch(words);
      if (!wrong.includes('['))
        expect(caught.place, wrong).toBe(
          `mapping.yaml:${text.slice(0, text.indexOf(right)).split('\n').length}`,
        );
    }
    expect(() => parseMapping('a: &x [1]\nb: [*x,*x,*x]\n'.repeat(2))).toThrow(/mapping.yaml/);
    expect(() => parseMapping('')).toThrow(/mapping.yaml, line 1/);
  });

  test('asks for what was not recognised', () => {
    expect(undecided(proposed).map((one) => one.column)).toEqual(['column 5']);
  });

  test('proposed again leaves alone every line that a person touched, and makes anew the others', () => {
    const edits: [string, string, (again: MappingDocument) => unknown, unknown][] = [
      ['to: slot:email', 'to: drop', (again) => again.objects['contact']?.[1]?.to, 'drop'],
      [
        '      type: integer',
        '      type: char',
        (again) => again.objects['contact']?.[2]?.custom?.type,
        'char',
      ],
      [
        'name: x_allclients_score',
        'name: x_points',
        (again) => again.objects['contact']?.[2]?.custom?.name,
        'x_points',
      ],
      [
        'dateOrder: mdy',
        'dateOrder: dmy',
        (again) => again.objects['contact']?.[3]?.dateOrder,
        'dmy',
      ],
      [
        'reason: the header says Email',
        'reason: because',
        (again) => again.objects['contact']?.[1]?.reason,
        'the header says Email',
      ],
      ['existing: fill-empty', 'existing: leave', (again) => again.choices.existing, 'leave'],
    ];
    for (const [from, to, look, expected] of edits) {
      expect(text).toContain(from);
      const again = propose(ALLCLIENTS, inspection, CATALOG, parseMapping(text.replace(from, to)));
      expect(look(again), to).toBe(expected);
      // And once more through the file: what is decided stays decided.
      expect(
        look(propose(ALLCLIENTS, inspection, CATALOG, parseMapping(formatMapping(again)))),
        to,
      ).toBe(expected);
    }
    expect(propose(ALLCLIENTS, inspection, CATALOG, parseMapping(text))).toEqual(proposed);
  });

  test('proposed again gives each column the field it had, also when a new column of the same name comes first', () => {
    const before = inspectionOf(fileOf('contact', { 'Contact ID': ['1'], 'Pets?': ['cat'] }));
    const after = inspectionOf(
      fileOf('contact', { 'Contact ID': ['1'], 'Pets!': ['dog'], 'Pets?': ['cat'] }),
    );
    const again = propose(
      ALLCLIENTS,
      after,
      CATALOG,
      parseMapping(formatMapping(propose(ALLCLIENTS, before, CATALOG))),
    );
    expect(again.objects['contact']?.map((one) => one.custom?.name)).toEqual([
      undefined,
      'x_allclients_pets_2',
      'x_allclients_pets',
    ]);
  });

  test('asks for the order of dates when some are day first and some month first, in one file or in two', () => {
    const mixed = fileOf('contact', {
      'Contact ID': ['1', '2'],
      'Add Date': ['25/1/2020', '1/25/2020'],
    });
    const [us, eu] = [
      fileOf('contact', { 'Add Date': ['1/25/2020'] }, 'us.csv'),
      fileOf('contact', { 'Add Date': ['25/1/2020'] }, 'eu.csv'),
    ];
    for (const files of [[mixed], [us, eu]]) {
      const line = propose(ALLCLIENTS, inspectionOf(...files), CATALOG).objects['contact']?.find(
        (one) => one.column === 'Add Date',
      );
      expect(line).toMatchObject({
        to: '?',
        alternatives: expect.arrayContaining(['slot:created', 'custom', 'drop']) as string[],
      });
      expect(line?.reason).toContain('dateOrder');
    }
    const unclear = propose(
      ALLCLIENTS,
      inspectionOf(fileOf('contact', { 'Add Date': ['1/2/2020'] })),
      CATALOG,
    ).objects['contact']?.[0];
    expect(unclear).toMatchObject({
      to: 'slot:created',
      dateOrder: 'mdy',
      reason: expect.stringContaining('no value tells day from month') as string,
    });
  });

  test.each<[string, string, string, RegExp]>([
    [
      'a slot that there is not',
      'to: slot:email',
      'to: slot:emial',
      /column "Email": there is no slot "emial"/,
    ],
    [
      'two columns for one slot',
      'to: slot:email',
      'to: slot:record_id',
      /goes where another column goes already/,
    ],
    [
      'two columns for one field',
      'name: x_allclients_score',
      'name: x_allclients_met_on',
      /goes where another column goes already/,
    ],
    [
      'a field that a slot fills',
      'name: x_allclients_score',
      'name: x_allclients_id',
      /goes where another column goes already/,
    ],
    ['a column twice', 'column: Score', 'column: Email', /stands in it twice/],
  ])(
    'that is well formed and names %s is refused before it is approved',
    (_what, from, to, words) => {
      expect(() => checkMeaning(text, inspection)).not.toThrow();
      expect(() => checkMeaning(text.replace(from, to), inspection)).toThrow(words);
    },
  );

  test('sends nothing of a note where notes have no place', () => {
    const notes = inspectionOf(
      fileOf('note', { 'Contact ID': ['1'], Note: ['x'], Mood: ['good'] }),
    );
    const asked = formatMapping(propose(ALLCLIENTS, notes, CATALOG));
    expect(() => checkMeaning(asked.replace('to: "?"', 'to: field:subject'), notes)).toThrow(
      /notes have no fields/,
    );
    expect(() => checkMeaning(asked.replace('to: "?"', 'to: drop'), notes)).not.toThrow();
  });

  test('makes no column the record id that was not read as it, and says where to say so instead', () => {
    const table = {
      Kundennr: ['7', '8'],
      'Last Name': ['Lee', 'Ray'],
      Email: ['a@x.co', 'b@x.co'],
    };
    const unread = inspectionOf(fileOf('contact', table));
    const asked = formatMapping(propose(ALLCLIENTS, unread, CATALOG)).replace(
      'column: Kundennr\n      to: custom',
      'column: Kundennr\n      to: slot:record_id',
    );
    const line = asked.split('\n').indexOf('      to: slot:record_id') + 1;
    expect(line).toBeGreaterThan(0);
    expect(() => checkMeaning(asked, unread)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`line ${line}: contact column "Kundennr"`) as string,
        next: expect.stringContaining('columns: { contact: { "Kundennr": record_id } }') as string,
      }) as Error,
    );
    const read = inspectionOf(fileOf('contact', table, 'contact.csv', { Kundennr: 'record_id' }));
    expect(() => checkMeaning(asked, read)).not.toThrow();
  });
});
