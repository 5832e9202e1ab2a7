/** What the values of a column look like, gathered from every value in constant memory. */
import { parseDate } from '../lib/dates.ts';
import { ownCopy } from '../lib/own-copy.ts';
import type { ColumnProfile, InferredType } from './source.ts';

const DISTINCT_KEPT = 1_000;
const EXAMPLES = 5;
const EXAMPLE_LENGTH = 80;
const MISFITS = 5;
/** A type that none of the first values had is not asked for again: it would be tested 200,000 times for nothing. */
const SETTLED_AFTER = 5_000;
/** So many of the values must have a type for it to be the column's: exports are dirty, but not that dirty. */
const SHARE = 0.9;
const CHOICE_MAX = 30;
/** So many of the values must look like a list for the column to be taken for one. */
const LISTS = 0.2;
const LONG = 250;

const DATE = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T,]|$)/;

interface DateLook {
  /** What the mapping can read as a day, in one order or the other; 31/02 and years of two digits it cannot. */
  readonly reads: boolean;
  readonly timed: boolean;
  /** Where it tells one. */
  readonly order?: 'mdy' | 'dmy' | 'ymd' | undefined;
}

function dateLook(value: string): DateLook | undefined {
  const match = DATE.exec(value);
  if (!match) return undefined;
  const [a, b] = [Number(match[1]), Number(match[2])];
  // Of two numbers up to 12 either may be the day: such a date is read in both orders, or in none.
  const order = a > 12 ? 'dmy' : 'mdy';
  const reads = parseDate(value, order) !== undefined;
  const told = reads && (a > 12 || b > 12) ? order : undefined;
  return { reads, timed: value.includes(':'), order: a > 999 ? 'ymd' : told };
}

const INT32 = 2_147_483_647;
/** Digits beyond these a float does not keep. */
const FLOAT_DIGITS = 15;
/** A zero in front is part of a name (00123), and so are more digits than a number needs: 5125550100 is a telephone. */
const isInteger = (value: string): boolean =>
  /^-?(0|[1-9]\d{0,9})$/.test(value) && Math.abs(Number(value)) <= INT32;
const FLOAT = /^-?[$€£]?(\d{1,3}(,\d{3})*(\.\d+)?|\d+\.\d+|\d+)%?$/;
const isFloat = (value: string): boolean =>
  isInteger(value) ||
  (FLOAT.test(value) &&
    !/^-?(0\d|\d+$)/.test(value) &&
    value.replace(/\D/g, '').length <= FLOAT_DIGITS);
const ZERO_IN_FRONT = /^0\d+$/;

type Test = (value: string, date: DateLook | undefined) => boolean;

const TESTS: readonly (readonly [InferredType, Test])[] = [
  ['email', (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)],
  ['url', (value) => /^(https?:\/\/|www\.)\S+$/i.test(value)],
  ['datetime', (_, date) => date !== undefined && date.reads && date.timed],
  ['date', (_, date) => date !== undefined && date.reads && !date.timed],
  ['boolean', (value) => /^(1|0|yes|no|y|n|true|false|x)$/i.test(value)],
  ['integer', isInteger],
  ['float', isFloat],
  [
    'phone',
    (value) =>
      /^\+?[\d().\s-]{7,20}(\s*(x|ext)\.?\s*\d+)?$/i.test(value) &&
      value.replace(/\D/g, '').length >= 7,
  ],
];
const DATES: ReadonlySet<InferredType> = new Set(['datetime', 'date']);

/** What was seen in a value; asked again only of columns with many different ones. */
interface Look {
  readonly list: boolean;
  /** One bit for each of `TESTS`. */
  readonly fits: number;
  readonly order: DateLook['order'];
}
interface Met extends Look {
  count: number;
}

export interface ProfileBuilder {
  add(value: string, line: number): void;
  build(rows: number): ColumnProfile;
}

export function profileBuilder(): ProfileBuilder {
  const distinct = new Map<string, Met>();
  const hits = new Map<InferredType, number>();
  const misfits = new Map<InferredType, { value: string; line: number }[]>();
  const orders = { mdy: 0, dmy: 0, ymd: 0 };
  let tests = [...TESTS.entries()];
  let [filled, maxLength, lists, newlines, full, zeros] = [0, 0, 0, false, false, false];
  let [counting, dated, settled] = [true, true, false];

  const lookAt = (value: string): Look => {
    if (value.length > maxLength) maxLength = value.length;
    newlines ||= value.includes('\n');
    zeros ||= ZERO_IN_FRONT.test(value);
    const list = value.length < LONG && /[^,;|][,;|][^,;|]/.test(value);
    if (tests.length === 0 || value.length > LONG) return { list, fits: 0, order: undefined };
    const date = dated ? dateLook(value) : undefined;
    let fits = 0;
    for (const [bit, [, test]] of tests) if (test(value, date)) fits |= 1 << bit;
    return { list, fits, order: date?.order };
  };

  const remember = (value: string, look: Look): void => {
    if (distinct.size < DISTINCT_KEPT) distinct.set(ownCopy(value), { ...look, count: 1 });
    else {
      full = true;
      // How often each was met is asked of few different values, and of lists; looking names up is half of the work.
      counting = lists > filled * LISTS;
    }
  };

  const tally = (value: string, line: number, { fits, order }: Look): void => {
    for (const [bit, [type]] of tests) {
      if ((fits & (1 << bit)) !== 0) hits.set(type, (hits.get(type) ?? 0) + 1);
      else noteMisfit(misfits, type, value, line);
    }
    if (order && (hits.has('date') || hits.has('datetime'))) orders[order]++;
    if (settled || filled < SETTLED_AFTER) return;
    settled = true;
    tests = tests.filter(([, [type]]) => (hits.get(type) ?? 0) > filled * 0.5);
    dated = hits.has('date') || hits.has('datetime') || tests.some(([, [type]]) => DATES.has(type));
  };

  return {
    add(raw, line) {
      const value = raw.trim();
      if (value === '') return;
      filled++;
      const met = counting ? distinct.get(value) : undefined;
      const look = met ?? lookAt(value);
      if (look.list) lists++;
      if (tests.length > 0 && value.length <= LONG) tally(value, line, look);
      if (met) met.count++;
      else if (value.length > LONG) full = true;
      else if (counting) remember(value, look);
    },
    build(rows) {
      const counts = new Map([...distinct].map(([value, { count }]) => [value, count]));
      const seen = { filled, maxLength, lists, newlines, full, zeros, distinct: counts, hits };
      const type = typeOf(seen);
      const count = filled - (hits.get(type) ?? filled);
      return {
        type,
        rows,
        filled,
        distinct: distinct.size,
        maxLength,
        examples: [...distinct.keys()]
          .slice(0, EXAMPLES)
          .map((value) => value.slice(0, EXAMPLE_LENGTH)),
        ...((type === 'choice' ||
          type === 'boolean' ||
          (type === 'text' && !full && distinct.size <= CHOICE_MAX)) && {
          options: byCount(counts),
        }),
        ...(type === 'list' && {
          options: listOptions(counts),
          separator: separatorOf(counts),
        }),
        ...((hits.has('date') || hits.has('datetime')) && { dateOrder: orderOf(orders) }),
        misfits: { count, examples: count > 0 ? (misfits.get(type) ?? []) : [] },
      };
    },
  };
}

function noteMisfit(
  misfits: Map<InferredType, { value: string; line: number }[]>,
  type: InferredType,
  value: string,
  line: number,
): void {
  const kept = misfits.get(type) ?? [];
  if (kept.length >= MISFITS) return;
  kept.push({ value: ownCopy(value.slice(0, EXAMPLE_LENGTH)), line });
  misfits.set(type, kept);
}

/**
 * A few dates that fit only the other order are errors; a real mixture is for a person.
 * Dates that begin with the year are read the same in any order, so they mix with either.
 */
function orderOf({
  mdy,
  dmy,
  ymd,
}: {
  mdy: number;
  dmy: number;
  ymd: number;
}): NonNullable<ColumnProfile['dateOrder']> {
  if (mdy + dmy === 0) return ymd > 0 ? 'ymd' : 'ambiguous';
  if (Math.max(mdy, dmy) < (mdy + dmy) * SHARE) return 'mixed';
  return mdy > dmy ? 'mdy' : 'dmy';
}

interface Seen {
  readonly filled: number;
  readonly maxLength: number;
  readonly lists: number;
  readonly newlines: boolean;
  readonly full: boolean;
  /** Some value has a zero in front, so that as a number it would not be what it was. */
  readonly zeros: boolean;
  readonly distinct: ReadonlyMap<string, number>;
  readonly hits: ReadonlyMap<InferredType, number>;
}

function typeOf(seen: Seen): InferredType {
  if (seen.filled === 0) return 'empty';
  if (seen.newlines || seen.maxLength > LONG) return 'longtext';
  const typed = TESTS.find(
    ([type]) =>
      (seen.hits.get(type) ?? 0) >= seen.filled * SHARE &&
      !(seen.zeros && (type === 'integer' || type === 'float')),
  )?.[0];
  if (typed && !(typed === 'boolean' && seen.distinct.size > 3)) return typed;
  if (seen.lists > seen.filled * LISTS && isList(seen)) return 'list';
  const repeated =
    !seen.full && seen.distinct.size <= CHOICE_MAX && seen.filled >= seen.distinct.size * 3;
  return repeated ? 'choice' : 'text';
}

/** A list's parts repeat; a text with commas has new parts in every value. */
function isList(seen: Seen): boolean {
  const options = listOptions(seen.distinct);
  const parts = options.reduce((sum, one) => sum + one.count, 0);
  return (
    options.length <= 200 &&
    parts >= options.length * 3 &&
    options.every((one) => one.value.length <= 60)
  );
}

function separatorOf(distinct: ReadonlyMap<string, number>): string {
  const counts = [',', ';', '|'].map((separator) => ({
    separator,
    n: [...distinct.keys()].filter((value) => value.includes(separator)).length,
  }));
  return counts.sort((a, b) => b.n - a.n)[0]?.separator ?? ',';
}

function listOptions(distinct: ReadonlyMap<string, number>): { value: string; count: number }[] {
  const separator = separatorOf(distinct);
  const parts = new Map<string, number>();
  for (const [value, count] of distinct)
    for (const part of value.split(separator))
      if (part.trim() !== '') parts.set(part.trim(), (parts.get(part.trim()) ?? 0) + count);
  return byCount(parts);
}

const byCount = (counts: ReadonlyMap<string, number>): { value: string; count: number }[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
