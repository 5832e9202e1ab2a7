import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRef, isRefs, type PlannedRecord, type StagedRecord } from '../../src/core/record.ts';
import { customFields } from '../../src/mapping/custom-fields.ts';
import type { Catalog, Composed } from '../../src/mapping/mapping.ts';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import {
  CATALOG,
  fileOf,
  inspectionOf,
  mapperOf,
  recordsOf,
  type Mapped,
} from '../support/mapping.ts';

const CONTACT = ALLCLIENTS.objects.find((object) => object.name === 'contact');
/** Every slot by its own label, and columns that are none. */
const HEADERS = [
  ...(CONTACT?.slots ?? []).map((slot) => slot.label),
  'Score',
  'Kind',
  'Hobbies',
  'Story',
  'Left behind',
];

const anyWords = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'Ω',
    '😀',
    '"',
    "'",
    '<',
    '&',
    ' ',
    '\n',
    '7',
    '.',
    '@',
    'x.co',
    '/',
  ),
  maxLength: 8,
});
const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Email: fc.oneof(anyWords, fc.constantFrom('a@x.co', 'Ann <a@x.co>; b@x.co', 'a@x.co, junk')),
  'Other Email': fc.oneof(anyWords, fc.constantFrom('s@x.co', 's@x.co; t@x.co')),
  'Add Date': fc.oneof(anyWords, fc.constantFrom('1/25/2020 3:00 PM', '31/02/2020')),
  'Edit Date': fc.oneof(anyWords, fc.constantFrom('1/25/2020')),
  Inactive: fc.constantFrom('', 'Yes', 'no', 'perhaps', 'Inactive', 'Active'),
  State: fc.oneof(anyWords, fc.constantFrom('TX', 'texas', 'Bavaria')),
  Country: fc.oneof(anyWords, fc.constantFrom('USA', 'Germany', 'Atlantis')),
  Flags: fc.oneof(anyWords, fc.constantFrom('VIP, Buyer', 'vip; VIP')),
  Score: fc.oneof(anyWords, fc.constantFrom('7', '1,234', '99999999999')),
  Kind: fc.oneof(anyWords, fc.constantFrom('Buyer', 'Seller', 'Other')),
};
const row = fc.tuple(
  ...HEADERS.map((header) => VALUES[header] ?? fc.oneof(fc.constant(''), anyWords)),
);
const rowsOf = (n: number): fc.Arbitrary<string[][]> =>
  fc.array(row, { minLength: n, maxLength: n });

const FILE = fileOf('contact', Object.fromEntries(HEADERS.map((header) => [header, ['']])));
const MODERN = CATALOG;
const OLD: Catalog = {
  ...CATALOG,
  major: 14,
  fields: {
    'res.partner': {
      mobile: {
        type: 'char',
        label: 'Mobile',
        required: false,
        readonly: false,
        relation: null,
        selection: [],
        manual: false,
      },
    },
  },
};

const custom = (name: string, type: 'integer' | 'selection' | 'text') => ({
  model: 'res.partner',
  name: `x_allclients_${name}`,
  label: name,
  type,
  help: '',
  ...(type === 'selection' && {
    options: [
      ['Buyer', 'Buyer'],
      ['Seller', 'Seller'],
    ] as [string, string][],
  }),
});

function fresh(catalog: Catalog, companies: 'text' | 'partners'): Mapped {
  return mapperOf(
    inspectionOf(FILE),
    { companies },
    (column) => {
      switch (column.column) {
        case 'Score':
          return { ...column, to: 'custom', custom: custom('score', 'integer') };
        case 'Kind':
          return { ...column, to: 'custom', custom: custom('kind', 'selection') };
        case 'Story':
          return { ...column, to: 'custom', custom: custom('story', 'text') };
        case 'Hobbies':
          return { ...column, to: 'tags:Hobby: ' };
        case 'Left behind':
          return { ...column, to: 'drop' };
        default:
          return column;
      }
    },
    catalog,
  );
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();
/** What nothing may lose: letters, digits and pictures; separators, quotes and spacing may go. */
const tokens = (text: string): string[] =>
  fold(text).match(/[\p{L}\p{N}\p{Extended_Pictographic}]+/gu) ?? [];

/** All text of a contact's outcome: values, what they refer to, and what a person is shown. */
function everything({ mapper }: Mapped, { planned, issues }: Composed): string {
  const names = new Map([
    ...mapper.shared().map((one) => [one.key, JSON.stringify(one.values['name'])] as const),
    ...mapper.owners().map((one) => [one.key, `${one.label} ${one.email}`] as const),
  ]);
  const textOf = (field: string, value: PlannedRecord['values'][string]): string => {
    if (isRef(value)) return names.get(value.ref) ?? '';
    if (isRefs(value)) return value.map((one) => names.get(one.ref) ?? '').join(' ');
    if (field === 'state_id') return 'TX Texas';
    if (field === 'country_id') return value === 57 ? 'Germany' : 'USA';
    if (field === 'active') return value === false ? 'Yes Inactive' : '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return fold(
    [
      ...planned.flatMap((one) =>
        Object.entries(one.values).map(([field, value]) => textOf(field, value)),
      ),
      ...issues.map((one) => one.raw ?? ''),
    ].join(' | '),
  )
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll('<br>', '\n')
    .replaceAll('active: false', 'yes inactive')
    .replaceAll('texas', 'texas tx')
    .replaceAll('united states', 'united states usa');
}

const isRead = (header: string, cell: string): boolean =>
  (header === 'Inactive' && /^(no|active)$/i.test(cell)) ||
  header === 'Left behind' ||
  ((header === 'Add Date' || header === 'Edit Date') && cell.startsWith('1/25/2020')) ||
  (header === 'Score' && /^[\d,]+$/.test(cell));

function lostOf(mapped: Mapped, outcome: Composed, cells: readonly string[]): string[] {
  const pool = everything(mapped, outcome);
  const digits = pool.replace(/\D/g, '');
  return HEADERS.flatMap((header, index) => {
    const cell = cells[index] ?? '';
    if (isRead(header, cell.trim())) return [];
    // A telephone number is grouped anew; its digits stay.
    // Of an address with a name the name is a decoration; the record's own names carry it.
    return tokens(cell.replace(/^Ann </, '<'))
      .filter((token) => !pool.includes(token) && !(/^\d+$/.test(token) && digits.includes(token)))
      .map((token) => `${header}: ${JSON.stringify(cell)} lost "${token}"`);
  });
}

describe('a contact', () => {
  test.each([
    ['Odoo 19', MODERN, 'text'],
    ['Odoo 14, with companies as partners', OLD, 'partners'],
  ] as const)(
    'loses nothing on its way to %s: every cell ends in a value, a tag or an issue',
    (_to, catalog, companies) => {
      fc.assert(
        fc.property(row, (cells) => {
          const mapped = fresh(catalog, companies);
          const [record] = recordsOf(FILE, [cells]);
          if (!record) throw new Error('no record');
          const outcome = mapped.mapper.contact(record, []);
          expect(lostOf(mapped, outcome, cells)).toEqual([]);
        }),
        { numRuns: 300 },
      );
    },
  );

  test('writes no field that was not provisioned or is not Odoo’s own', () => {
    const own = new Set([
      'name',
      'email',
      'phone',
      'mobile',
      'street',
      'street2',
      'city',
      'zip',
      'state_id',
      'country_id',
      'website',
      'function',
      'company_name',
      'parent_id',
      'active',
      'user_id',
      'category_id',
      'type',
    ]);
    fc.assert(
      fc.property(row, fc.constantFrom(MODERN, OLD), (cells, catalog) => {
        const mapped = fresh(catalog, 'text');
        const made = new Set(
          customFields(mapped.document, ALLCLIENTS, catalog).map((one) => one.name),
        );
        const [record] = recordsOf(FILE, [cells]);
        const planned = record ? mapped.mapper.contact(record, []).planned : [];
        const strange = planned
          .filter((one) => one.model === 'res.partner')
          .flatMap((one) => Object.keys(one.values))
          .filter((field) => !own.has(field) && !made.has(field));
        expect(strange).toEqual([]);
      }),
    );
  });

  test('that absorbed others loses nothing of them: what differs stands in a note on it', () => {
    fc.assert(
      fc.property(rowsOf(3), (drawn) => {
        const rows = drawn.map(([, ...rest], n) => [String(n), ...rest]);
        const mapped = fresh(MODERN, 'partners');
        const [leader, ...others] = recordsOf(FILE, rows);
        if (!leader) throw new Error('no record');
        const outcome = mapped.mapper.contact(leader, others);
        for (const cells of rows) expect(lostOf(mapped, outcome, cells)).toEqual([]);
        const main = outcome.planned.find((one) => one.step === 'contacts');
        const alone = mapped.mapper.contact(leader, []).planned[0];
        // The leader's own values are never replaced.
        expect(main?.values).toMatchObject({
          ...alone?.values,
          ...(alone?.values['category_id'] !== undefined && {
            category_id: expect.anything() as unknown,
          }),
        });
        expect(outcome.planned.every((one) => one.position === leader.position)).toBe(true);
        expect(new Set(outcome.planned.map((one) => one.key)).size).toBe(outcome.planned.length);
      }),
      { numRuns: 200 },
    );
  });
});

const small = (
  table: Readonly<Record<string, readonly string[]>>,
  choices = {},
): Mapped & { records: StagedRecord[] } => {
  const file = fileOf('contact', table);
  const rows = (Object.values(table)[0] ?? []).map((_, index) =>
    Object.values(table).map((column) => column[index] ?? ''),
  );
  return { ...mapperOf(inspectionOf(file), choices), records: recordsOf(file, rows) };
};

function merged(
  table: Readonly<Record<string, readonly string[]>>,
  choices = {},
): { main: PlannedRecord['values']; note: string; people: readonly PlannedRecord[] } {
  const { mapper, records } = small(table, choices);
  const [leader, ...others] = records;
  if (!leader) throw new Error('no record');
  const { planned } = mapper.contact(leader, others);
  const of = (step: string): PlannedRecord[] => planned.filter((one) => one.step === step);
  return {
    main: of('contacts')[0]?.values ?? {},
    note: of('notes')
      .map((one) => JSON.stringify(one.values['body']))
      .join('\n'),
    people: of('people'),
  };
}

describe('merging', () => {
  test('an inactive contact into an active one does not archive it', () => {
    const { main, note } = merged({
      'Contact ID': ['1', '2'],
      'Last Name': ['Lee', 'Lee'],
      Inactive: ['', 'Yes'],
    });
    expect(main).not.toHaveProperty('active');
    expect(note).toContain('active: false');
  });

  test('makes no address of two halves, and puts no telephone’s note beside another telephone', () => {
    const { main, note } = merged({
      'Contact ID': ['1', '2'],
      'Last Name': ['Lee', 'Lee'],
      Address: ['1 Elm St', ''],
      City: ['Austin', 'Boise'],
      'Postal Code': ['', '83702'],
      'Phone 1': ['(512) 555-0100', '(208) 555-0111'],
      'Phone 1 Note': ['', 'cabin'],
      'Job Title': ['', 'Baker'],
    });
    expect(main).toMatchObject({ street: '1 Elm St', city: 'Austin', function: 'Baker' });
    expect(main).not.toHaveProperty('zip');
    expect(main).not.toHaveProperty('x_allclients_phone_1_note');
    for (const kept of ['Boise', '83702', '+1 208 555 0111', 'cabin']) expect(note).toContain(kept);
  });

  test('tells what differed in words: owners, companies and states by their names', () => {
    const { note } = merged(
      {
        'Contact ID': ['1', '2'],
        'Last Name': ['Lee', 'Lee'],
        'Team Member': ['Tom', 'Uma Ray'],
        Company: ['Acme', 'Bolt & Co'],
        State: ['Atlantis', 'TX'],
      },
      { companies: 'partners' },
    );
    for (const words of ['user_id: Uma Ray', 'parent_id: Bolt &amp; Co', 'state_id: Texas'])
      expect(note).toContain(words);
    expect(note).not.toContain('owner.');
  });

  test('brings a second person once', () => {
    const twice = {
      'Contact ID': ['1', '2', '3'],
      'Last Name': ['Lee', 'Lee', 'Lee'],
      'Other First Name': ['Bo', 'Bo', 'Cy'],
    };
    const { people } = merged(twice);
    expect(people.map((one) => [one.values['name'], one.values['parent_id']])).toEqual([
      ['Bo', { ref: 'allclients_contact_1' }],
      ['Cy', { ref: 'allclients_contact_1' }],
    ]);
  });
});

describe('a second person', () => {
  test('is a partner below the first, with the address, owner and state of use of the record, and the second e-mail', () => {
    const { mapper, records } = small({
      'Contact ID': ['12'],
      'Last Name': ['Lee'],
      Email: ['a@x.co; c@x.co'],
      'Other First Name': ['Bo'],
      'Other Last Name': ['Ray'],
      'Other Email': ['b@x.co'],
      Address: ['1 Elm St'],
      Inactive: ['Yes'],
    });
    const [main, second] = records[0] ? mapper.contact(records[0], []).planned : [];
    expect(second).toMatchObject({
      step: 'people',
      key: 'allclients_contact_12.2',
      values: {
        name: 'Bo Ray',
        email: 'b@x.co',
        street: '1 Elm St',
        active: false,
        parent_id: { ref: main?.key },
      },
    });
    expect(main?.values).toMatchObject({ email: 'a@x.co', x_allclients_other_email: 'c@x.co' });
  });
});

test('keys of Odoo are never shared, whatever the record ids are', () => {
  const id = fc.string({
    unit: fc.constantFrom('1', '2', '.', 'a', 'A', '-', '_', ' ', 'é', 'merged'),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(id, { minLength: 2, maxLength: 6, selector: (text) => text.trim() || text }),
      (ids) => {
        const { mapper, records } = small({
          'Contact ID': ids,
          'Last Name': ids,
          'Other First Name': ids.map(() => 'Bo'),
        });
        const keys = records.flatMap((record) =>
          mapper.contact(record, []).planned.map((one) => one.key),
        );
        expect(new Set(keys).size).toBe(ids.length * 2);
        for (const key of keys) expect(key).toMatch(/^[a-z0-9_.-]+$/);
      },
    ),
  );
});

test('companies as partners are one partner per name, in any case; as text they are none', () => {
  const table = {
    'Contact ID': ['1', '2', '3'],
    'Last Name': ['A', 'B', 'C'],
    Company: ['Acme  Inc', 'ACME inc', 'Bolt'],
  };
  const partners = small(table, { companies: 'partners' });
  const refs = partners.records.map(
    (record) => partners.mapper.contact(record, []).planned[0]?.values['parent_id'],
  );
  expect(refs[0]).toEqual(refs[1]);
  expect(refs[0]).not.toEqual(refs[2]);
  expect(
    partners.mapper.shared().map((one) => [one.step, one.values['name'], one.values['is_company']]),
  ).toEqual([
    ['companies', 'Acme  Inc', true],
    ['companies', 'Bolt', true],
  ]);
  const text = small(table);
  expect(
    text.records.map(
      (record) => text.mapper.contact(record, []).planned[0]?.values['company_name'],
    ),
  ).toEqual(['Acme  Inc', 'ACME inc', 'Bolt']);
  expect(text.mapper.shared()).toEqual([]);
});
