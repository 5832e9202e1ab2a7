/** One field, three sides: what the source said when it was loaded, what it says now, what Odoo holds. Pure. */
import type { OdooValue } from '../destination/destination.ts';
import type { Choices } from '../mapping/mapping.ts';
import { sameValue } from './compare.ts';

export interface Sides {
  /** Odoo's type of the field. */
  readonly type: string | undefined;
  readonly was: OdooValue;
  readonly now: OdooValue;
  readonly found: OdooValue;
  /** What we wrote last; undefined: we never wrote this field. */
  readonly sent: OdooValue | undefined;
  /** What was there before we first wrote it; undefined: nothing is known. */
  readonly before: OdooValue | undefined;
  /** The record is one of ours, not one that was there before. */
  readonly created: boolean;
  /** Nobody edited the record since we last wrote it. */
  readonly untouched: boolean;
  readonly existing: Choices['existing'];
}

export type Decision =
  | { readonly kind: 'same' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'write'; readonly value: OdooValue };

const EMPTY: Decision = { kind: 'same' };

export function decide(sides: Sides): Decision {
  if (isList(sides.type)) return decideList(sides);
  if (sameValue(sides.type, sides.now, sides.found)) return EMPTY;
  if (!sides.created && sides.sent === undefined) return decideUnwritten(sides);
  return isOurs(sides) ? { kind: 'write', value: sides.now } : { kind: 'conflict' };
}

const isList = (type: string | undefined): boolean => type === 'many2many' || type === 'one2many';

const isOurs = ({ type, sent, found, untouched }: Sides): boolean =>
  untouched || sameValue(type, sent ?? null, found);

/** A field of a recognised record that the confirmed rule left as Odoo had it: the same rule says what happens now. */
function decideUnwritten({ type, was, now, found, existing }: Sides): Decision {
  const empty = sameValue(type, null, found);
  if (existing === 'leave' || (existing === 'fill-empty' && !empty)) return { kind: 'keep' };
  if (empty || sameValue(type, was, found)) return { kind: 'write', value: now };
  return { kind: 'conflict' };
}

/** Lists are merged one by one: what came at the source is added, what went is taken off, the rest is Odoo's. */
function decideList({ was: former, now, found, before, created, existing, sent }: Sides): Decision {
  if (!created && sent === undefined && existing === 'leave') return { kind: 'keep' };
  const [was, is, there] = [ids(former), ids(now), ids(found)];
  const theirs = created ? [] : ids(before ?? (sent === undefined ? found : []));
  const added = is.filter((id) => !was.includes(id));
  const removed = was.filter((id) => !is.includes(id) && !theirs.includes(id));
  const merged = [...new Set([...there.filter((id) => !removed.includes(id)), ...added])];
  const value = merged.sort((a, b) => a - b);
  return sameValue('many2many', value, found) ? EMPTY : { kind: 'write', value };
}

const ids = (value: OdooValue): readonly number[] =>
  Array.isArray(value) ? (value as readonly number[]) : [];
