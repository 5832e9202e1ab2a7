/** Values that do not match in Odoo by themselves are named one by one, with the best guess; all others are left alone. */
import { describe, expect, it } from 'vitest';
import type { Catalog, MappingDocument } from '../../src/mapping/mapping.ts';
import { propose } from '../../src/mapping/propose.ts';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import { CATALOG, fileOf, inspectionOf } from '../support/mapping.ts';

const FIELD = { required: false, readonly: false, relation: null, manual: false } as const;
const ODOO: Catalog = {
  ...CATALOG,
  fields: {
    'res.partner': {
      lang: {
        ...FIELD,
        type: 'selection',
        label: 'Language',
        selection: [
          ['en_US', 'English (US)'],
          ['de_DE', 'German / Deutsch'],
        ],
      },
      ref: { ...FIELD, type: 'char', label: 'Reference', selection: [] },
    },
  },
  users: [
    { login: 'jane', email: 'jane@firm.example', name: 'Jane Poole' },
    { login: 'kim@firm.example', email: '', name: 'Kim Long' },
  ],
  tags: { 'res.partner.category': ['VIP', 'Follow up'], 'crm.tag': [] },
};

/** Each value three times, so that a column of few values is one. */
const often = (...values: string[]): string[] => Array.from({ length: 30 }, (_, n) => values[n % values.length] ?? ''); // prettier-ignore
const proposed = (
  columns: Record<string, readonly string[]>,
  previous?: MappingDocument,
  users?: Record<string, readonly string[]>,
) => {
  const ids = Array.from({ length: 30 }, (_, n) => String(n + 1));
  const contacts = fileOf('contact', { 'Contact ID': ids, ...columns });
  const inspection = inspectionOf(contacts, ...(users ? [fileOf('user', users)] : []));
  return propose(ALLCLIENTS, inspection, ODOO, previous);
};
const line = (document: MappingDocument, column: string) => {
  const found = document.objects['contact']?.find((one) => one.column === column);
  if (!found) throw new Error(`no column ${column}`);
  return found;
};

describe('the values', () => {
  it('of countries: by their names in other languages; what nobody knows stands for a person to write over', () => {
    const country = line(
      proposed({ Country: often('Germany', 'US', 'USA', 'Deutschland', 'Ruritania') }),
      'Country',
    );
    expect(country.values).toEqual({ Deutschland: 'Germany', Ruritania: 'Ruritania' });
    expect(country.reason).toContain('2 of its values are no country of Odoo');
    expect(country.reason).toContain('1 left for you to write beside');
  });

  it('of states: what has another punctuation is recognised, codes and names are left alone', () => {
    const state = line(proposed({ State: often('TX', 'texas', 'Te-xas', 'Bliss') }), 'State');
    expect(state.values).toEqual({ 'Te-xas': 'Texas', Bliss: 'Bliss' });
  });

  it('of owners: by a part of the name that only one user has; those of the users file need nothing', () => {
    const owner = line(
      proposed(
        { 'Team Member': often('Jane Poole', 'Jane', 'Gone Gary', 'Tom File', 'Long, Kim') },
        undefined,
        { 'User ID': ['1'], Name: ['Tom File'], Email: ['tom@file.example'] },
      ),
      'Team Member',
    );
    expect(owner.values).toEqual({
      Jane: 'jane@firm.example',
      'Long, Kim': 'kim@firm.example',
      'Gone Gary': 'Gone Gary',
    });
  });

  it('of tags: what Odoo spells otherwise, or the source in two ways, is one tag; a new tag is nothing odd', () => {
    const flags = line(
      proposed({ Flags: often('v.i.p., Golf Club', 'Follow-up, Golf Club', 'Golf-Club, New', 'VIP, New') }), // prettier-ignore
      'Flags',
    );
    expect(flags.values).toEqual({
      'v.i.p.': 'VIP',
      'Follow-up': 'Follow up',
      'Golf-Club': 'Golf Club',
    });
  });

  it('of a pick-list that a person sends to a field of Odoo: by label, beside what the person wrote', () => {
    const columns = { Language: often('english us', 'DE_de', 'Klingon', 'Elvish') };
    const first = proposed(columns);
    expect(line(first, 'Language').alternatives).toContain('field:lang');
    expect(line(first, 'Language').values).toBeUndefined();
    const decided = {
      ...first,
      objects: {
        contact: (first.objects['contact'] ?? []).map((one) =>
          one.column === 'Language'
            ? { ...one, to: 'field:lang', values: { Elvish: 'en_US' }, decided: true }
            : one,
        ),
      },
    };
    expect(line(proposed(columns, decided), 'Language')).toMatchObject({
      to: 'field:lang',
      decided: true,
      values: {
        'english us': 'English (US)',
        DE_de: 'de_DE',
        Klingon: 'Klingon',
        Elvish: 'en_US',
      },
    });
  });

  it('that all match need no map at all', () => {
    const document = proposed({
      Country: often('US', 'Germany'),
      Flags: often('VIP', 'Brand new'),
    });
    expect(line(document, 'Country').values).toBeUndefined();
    expect(line(document, 'Flags').values).toBeUndefined();
  });

  it('that a person wrote are kept when the proposal is made anew', () => {
    const columns = { Country: often('Germany', 'Ruritania') };
    const first = proposed(columns);
    const changed = {
      ...first,
      objects: {
        contact: (first.objects['contact'] ?? []).map((one) =>
          one.column === 'Country' ? { ...one, values: { Ruritania: 'DE' } } : one,
        ),
      },
    };
    expect(line(proposed(columns, changed), 'Country').values).toEqual({ Ruritania: 'DE' });
  });
});
