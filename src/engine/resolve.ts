/** Turns the Refs of planned values into Odoo ids, from the ledger and the owners. */
import { isRef, isRefs, type Ref, type Value } from '../core/record.ts';
import type { OdooValue } from '../destination/destination.ts';
import type { PlannedRow } from '../store/plan.ts';
import type { Context } from './context.ts';

export type Resolved = { readonly row: PlannedRow; readonly values: Record<string, OdooValue> };
export type Blocked = { readonly row: PlannedRow; readonly waitsFor: string };
export type Resolver = (row: PlannedRow) => Resolved | Blocked;

export const isBlocked = (answer: Resolved | Blocked): answer is Blocked => 'waitsFor' in answer;

const CACHED_IDS = 50_000;

/** `special` holds what is not in the ledger: owners, note authors, message subtypes. Null there means: leave empty. */
export function makeResolver(ctx: Context, special: ReadonlyMap<string, number | null>): Resolver {
  const ids = new Map<string, number>();
  const idOf = (key: string): number | null | undefined => {
    const known = special.get(key) ?? (special.has(key) ? null : ids.get(key));
    if (known !== undefined) return known;
    const found = ctx.store.ledger.resId(ctx.env, key);
    if (found === undefined) return undefined;
    if (ids.size >= CACHED_IDS) ids.clear();
    ids.set(key, found);
    return found;
  };
  return (row) => resolveRow(row, idOf);
}

function resolveRow(
  row: PlannedRow,
  idOf: (key: string) => number | null | undefined,
): Resolved | Blocked {
  const values: Record<string, OdooValue> = {};
  for (const [field, value] of Object.entries(row.values)) {
    const resolved = resolveValue(value, idOf);
    if (typeof resolved === 'object' && resolved !== null && 'waitsFor' in resolved)
      return { row, waitsFor: resolved.waitsFor };
    values[field] = resolved;
  }
  return { row, values };
}

function resolveValue(
  value: Value,
  idOf: (key: string) => number | null | undefined,
): OdooValue | { waitsFor: string } {
  if (isRef(value))
    return idOf(value.ref) === undefined ? { waitsFor: value.ref } : (idOf(value.ref) ?? null);
  if (!isRefs(value)) return value;
  const ids = value.map((ref: Ref) => [ref.ref, idOf(ref.ref)] as const);
  const missing = ids.find(([, id]) => id === undefined);
  if (missing) return { waitsFor: missing[0] };
  return [...new Set(ids.flatMap(([, id]) => (typeof id === 'number' ? [id] : [])))].sort(
    (a, b) => a - b,
  );
}
