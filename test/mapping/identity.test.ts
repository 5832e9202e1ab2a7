import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContactHit, ContactIndex, Identity } from '../../src/core/contact.ts';
import { groupDuplicates } from '../../src/mapping/duplicates.ts';
import type { Choices } from '../../src/mapping/mapping.ts';
import { findParent, type ChildKind, type ParentClues } from '../../src/mapping/parents.ts';

const RULES = [
  'same-name',
  'merge',
  'separate',
  'review',
] as const satisfies readonly Choices['duplicates'][];

const people: fc.Arbitrary<Identity[]> = fc
  .array(
    fc.record({
      email: fc.constantFrom('', 'a@x.co', 'b@x.co'),
      otherEmail: fc.constantFrom('', 'a@x.co'),
      name: fc.constantFrom('', 'ann', 'bob'),
      edited: fc.constantFrom('', '2020-01-01 00:00:00', '2021-01-01 00:00:00'),
    }),
    { maxLength: 9 },
  )
  .map((list) => list.map((one, index) => ({ ...one, position: index + 1, key: `k${index + 1}` })));

describe('contacts that share an address', () => {
  test('are each decided exactly once, whatever order they come in, and nothing goes into what itself goes elsewhere', () => {
    fc.assert(
      fc.property(
        people.chain((group) =>
          fc.tuple(fc.constant(group), fc.shuffledSubarray(group, { minLength: group.length })),
        ),
        fc.constantFrom(...RULES),
        fc.uniqueArray(fc.integer({ min: 1, max: 9 })),
        ([group, shuffled], rule, there) => {
          const loaded = ({ position }: Identity): boolean => there.includes(position);
          const decided = groupDuplicates(group, rule, loaded);
          expect(groupDuplicates(shuffled, rule, loaded)).toEqual(decided);
          expect(decided.map((one) => one.position)).toEqual(group.map((one) => one.position));
          const of = new Map(decided.map((one) => [one.position, one]));
          const who = new Map(group.map((one) => [one.position, one]));
          for (const one of decided) {
            if (one.kind !== 'merge') continue;
            const [from, into] = [who.get(one.position), who.get(one.into)];
            expect(of.get(one.into)?.kind).toBe('keep');
            expect([from?.email, into?.email]).not.toContain('');
            expect(from?.email).toBe(into?.email);
            if (rule === 'same-name') expect(from?.name).toBe(into?.name);
            const both = decided.filter(
              (other) =>
                there.includes(other.position) &&
                (other.position === one.into ||
                  (other.kind === 'merge' && other.into === one.into)),
            );
            expect(both.length).toBeLessThan(2);
            if (!there.includes(one.into))
              expect((into?.edited ?? '') >= (from?.edited ?? '')).toBe(true);
          }
          if (rule === 'separate' || rule === 'review')
            expect(decided.some((one) => one.kind === 'merge')).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

const hit = (position: number, name: string, partner = `p${position}`): ContactHit => ({
  position,
  key: `k${position}`,
  name,
  email: '',
  otherEmail: '',
  partner,
});
const index = (byKey: readonly ContactHit[], byEmail: readonly ContactHit[]): ContactIndex => ({
  byKey: () => byKey,
  byEmail: () => byEmail,
});
const clues: ParentClues = { id: 'k1', email: 'a@x.co', name: 'Ann Lee' };
const [ann, bob] = [hit(1, 'ann lee'), hit(2, 'bob ray')];

const kind = (order: Choices['noteJoin']): ChildKind => ({
  order,
  shape: 'message',
  parent: 'Contact',
  label: 'Note',
  column: 'Contact ID',
});

describe('the contact of a note', () => {
  test.each<[string, Partial<ParentClues>, ContactHit[], ContactHit[], string, string]>([
    ['id and address agree', {}, [ann], [ann], 'p1', 'p1'],
    ['id and address disagree', {}, [ann], [bob], 'ambiguous', 'ambiguous'],
    ['the id picks one of those who share the address', {}, [ann], [ann, bob], 'p1', 'p1'],
    ['the address picks one of those with one id', {}, [ann, bob], [bob], 'p2', 'p2'],
    ['only the id is known', { email: '' }, [ann], [], 'p1', 'p1'],
    [
      'the address is nobody’s and the name another',
      { name: 'Bob Ray' },
      [ann],
      [],
      'p1',
      'ambiguous',
    ],
    ['only the address is known', { id: '' }, [], [ann], 'p1', 'p1'],
    ['the address is of another name', { id: '' }, [], [bob], 'ambiguous', 'ambiguous'],
    ['the name picks one of those who share the address', { id: '' }, [], [ann, bob], 'p1', 'p1'],
    ['the id is nobody’s, so the name does not pick', {}, [], [ann, bob], 'ambiguous', 'p1'],
    ['no name picks', { id: '', name: '' }, [], [ann, bob], 'ambiguous', 'ambiguous'],
    ['two have the name', { id: '' }, [], [ann, hit(3, 'Ann Lee')], 'ambiguous', 'ambiguous'],
    [
      'those who share it were merged',
      { id: '', name: '' },
      [],
      [ann, hit(3, 'x', 'p1')],
      'p1',
      'p1',
    ],
    ['nothing is known', { id: '', email: '', name: 'Ann Lee' }, [ann], [ann], 'orphan', 'orphan'],
    ['nobody has either', {}, [], [], 'orphan', 'orphan'],
  ])('when %s', (_when, some, byKey, byEmail, idFirst, emailFirst) => {
    const outcome = (order: Choices['noteJoin']): string => {
      const answer = findParent({ ...clues, ...some }, index(byKey, byEmail), kind(order));
      return answer.kind === 'found' ? answer.contact.partner : answer.kind;
    };
    expect([outcome('id-first'), outcome('email-first')]).toEqual([idFirst, emailFirst]);
  });

  test('is never one that neither id nor address names; what is in doubt names everyone it could be', () => {
    const hits = fc.uniqueArray(
      fc.record({
        position: fc.integer({ min: 1, max: 4 }),
        name: fc.constantFrom('ann lee', 'ann', 'bob'),
      }),
      { selector: (one) => one.position, maxLength: 3 },
    );
    fc.assert(
      fc.property(
        hits,
        hits,
        fc.constantFrom('', 'k1'),
        fc.constantFrom('', 'a@x.co'),
        fc.constantFrom('', 'Ann Lee'),
        fc.constantFrom('id-first', 'email-first'),
        (a, b, id, email, name, order) => {
          const of = (list: typeof a): ContactHit[] =>
            list.map((one) => hit(one.position, one.name));
          const answer = findParent({ id, email, name }, index(of(a), of(b)), kind(order));
          const named = [...(id === '' ? [] : of(a)), ...(email === '' ? [] : of(b))].map(
            (one) => one.key,
          );
          const answered =
            answer.kind === 'found'
              ? [answer.contact.key]
              : answer.kind === 'none'
                ? []
                : (answer.issue.candidates ?? []);
          expect(named).toEqual(expect.arrayContaining([...answered]));
          expect(answer.kind === 'found' || new Set(answered).size === new Set(named).size).toBe(
            true,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
