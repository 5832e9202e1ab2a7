/** The rules of a delta's fields and of undoing one record, case by case. */
import { describe, expect, it } from 'vitest';
import type { FieldInfo, OdooRow, OdooValue } from '../../src/destination/destination.ts';
import { decide, type Sides } from '../../src/engine/three-way.ts';
import { judge, type Judging } from '../../src/engine/undo.ts';
import type { LedgerRow } from '../../src/store/ledger.ts';

const sides = (more: Partial<Sides>): Sides => ({
  type: 'char',
  was: 'a',
  now: 'b',
  found: 'a',
  sent: 'a',
  before: undefined,
  created: true,
  untouched: false,
  existing: 'fill-empty',
  ...more,
});
const write = (value: OdooValue) => ({ kind: 'write', value });

describe('a field that changed at the source', () => {
  it.each<[string, Partial<Sides>, object]>([
    ['is written where Odoo holds what we sent', {}, write('b')],
    ['is written empty when the source emptied it', { now: null }, write(null)],
    ['is nothing to do where Odoo holds it already', { found: 'b' }, { kind: 'same' }],
    ['is a conflict where Odoo holds something else', { found: 'c' }, { kind: 'conflict' }],
    ['is a conflict where somebody emptied it', { found: null }, { kind: 'conflict' }],
    [
      'is written where nobody touched the record, whatever Odoo made of it',
      { found: 'c', untouched: true },
      write('b'),
    ],
    [
      'is written where we left it empty and it still is',
      { sent: undefined, found: null },
      write('b'),
    ],
    [
      'is a conflict where we left it empty and somebody filled it',
      { sent: undefined, found: 'c' },
      { kind: 'conflict' },
    ],
    [
      'compares by type',
      { type: 'float', now: 0.30000000000000004, found: 0.3, sent: 1 },
      { kind: 'same' },
    ],
  ])('%s', (_what, more, expected) => {
    expect(decide(sides(more))).toEqual(expected);
  });
});

describe('on a record that was there before', () => {
  const known = { created: false, sent: undefined };
  it.each<[string, Partial<Sides>, object]>([
    ['fill-empty keeps what Odoo has', { ...known, found: 'c' }, { kind: 'keep' }],
    ['fill-empty fills what is empty', { ...known, found: null }, write('b')],
    [
      'leave leaves even what is empty',
      { ...known, found: null, existing: 'leave' },
      { kind: 'keep' },
    ],
    [
      'overwrite follows the source where Odoo has its former value',
      { ...known, existing: 'overwrite' },
      write('b'),
    ],
    [
      'overwrite asks where Odoo has something else',
      { ...known, found: 'c', existing: 'overwrite' },
      { kind: 'conflict' },
    ],
    ['what we filled is ours to change', { created: false }, write('b')],
    [
      'what we filled and somebody changed is not',
      { created: false, found: 'c' },
      { kind: 'conflict' },
    ],
  ])('%s', (_what, more, expected) => {
    expect(decide(sides(more))).toEqual(expected);
  });
});

describe('a list', () => {
  it('takes what came and gives what went, and leaves what people added', () => {
    expect(list({ found: [1, 2, 9] })).toEqual(write([2, 3, 9]));
  });
  it('does not add again what people took off', () => {
    expect(list({ found: [9], was: [1, 2], now: [1, 2, 3] })).toEqual(write([3, 9]));
  });
  it('never takes off a recognised record what was there before us', () => {
    expect(list({ created: false, before: [1], found: [1, 2] })).toEqual(write([1, 2, 3]));
  });
});

describe('undoing a record', () => {
  const info = { city: { type: 'char' }, tags: { type: 'many2many' } } as unknown as Record<
    string,
    FieldInfo
  >;
  const judging = (more: Partial<Judging> = {}): Judging => ({
    info,
    touched: '',
    used: '',
    differed: new Set(),
    spreads: () => false,
    ...more,
  });

  it('removes what is as we made it, and what is gone already', () => {
    expect(judge(row({}), found({ city: 'b' }), judging())).toEqual({ kind: 'remove' });
    expect(judge(row({}), undefined, judging())).toEqual({ kind: 'remove' });
  });
  it('keeps what somebody edited, with who and what', () => {
    const answer = judge(row({}), found({ city: 'c' }), judging({ touched: 'Ana at noon' }));
    expect(answer).toEqual({ kind: 'keep', reason: 'edited by Ana at noon: city' });
    expect(judge(row({}), found({ city: 'b' }), judging({ touched: 'Ana at noon' }))).toMatchObject(
      { kind: 'keep' },
    );
    expect(judge(row({}), found({ city: 'c' }), judging())).toMatchObject({ kind: 'keep' });
  });
  it('does not blame people for what Odoo changed as it was written', () => {
    expect(judge(row({}), found({ city: 'c' }), judging({ differed: new Set(['city']) }))).toEqual({
      kind: 'remove',
    });
  });
  it('keeps what something else needs', () => {
    expect(judge(row({}), found({ city: 'b' }), judging({ used: 'a lead' }))).toEqual({
      kind: 'keep',
      reason: 'a lead',
    });
  });

  const changed = row({
    op: 'update',
    before: { city: 'a', tags: [1] },
    after: { city: 'b', tags: [1, 2] },
  });
  it('puts a recognised record back field by field', () => {
    expect(judge(changed, found({ city: 'b', tags: [1, 2] }), judging())).toMatchObject({
      values: { city: 'a', tags: [1] },
      kept: [],
    });
  });
  it('leaves the field that somebody changed, and puts the others back', () => {
    expect(
      judge(changed, found({ city: 'c', tags: [1, 2, 9] }), judging({ touched: 'Ana at noon' })),
    ).toMatchObject({ values: { tags: [1, 9] }, kept: ['city'] });
  });
  it('has nothing left to do when it was put back before the program died', () => {
    expect(judge(changed, found({ city: 'a', tags: [1] }), judging())).toMatchObject({
      values: {},
      kept: [],
    });
  });
  it('keeps what Odoo would copy to others as it is put back, and says why', () => {
    expect(
      judge(changed, found({ city: 'b', tags: [1, 2] }), judging({ spreads: (f) => f === 'city' })),
    ).toMatchObject({
      values: { tags: [1] },
      kept: ['city'],
      reason: expect.stringMatching(/Odoo would copy.*: city$/) as string,
    });
  });
  it('leaves a record that was only recognised', () => {
    expect(
      judge(row({ op: 'match', after: {} }), found({ city: 'x' }), judging({ touched: 'Ana' })),
    ).toMatchObject({ kind: 'restore', values: {}, kept: [] });
  });
});

const list = (more: Partial<Sides>) =>
  decide(sides({ type: 'many2many', was: [1, 2], now: [2, 3], sent: [1, 2], ...more }));
const row = (more: Partial<LedgerRow>): LedgerRow => ({
  env: 'p', key: 'k', step: 'contacts', model: 'res.partner', resId: 5, op: 'create', state: 'done',
  before: {}, after: { city: 'b' }, xid: true, run: 1, batch: 0, ...more,
}); // prettier-ignore
const found = (values: Readonly<Record<string, OdooValue>>): OdooRow => ({ ...values, id: 5 });
