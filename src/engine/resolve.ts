/** Turns the Refs of planned values into Odoo ids, from the ledger and the owners. */
import {
  isFileRef,
  isJoined,
  isRef,
  isRefs,
  type FileRef,
  type Ref,
  type Value,
} from '../core/record.ts';
import type { OdooValue } from '../destination/destination.ts';
import type { PlannedRow } from '../store/plan.ts';
import type { Context } from './context.ts';

export interface Resolved {
  readonly row: PlannedRow;
  /** What is remembered and compared: everything but bytes. */
  readonly values: Record<string, OdooValue>;
  /** Field -> the file whose bytes it gets when it is sent. */
  readonly files: readonly (readonly [field: string, file: FileRef])[];
}
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
  const files: (readonly [string, FileRef])[] = [];
  for (const [field, value] of Object.entries(row.values)) {
    if (isFileRef(value)) {
      files.push([field, value]);
      continue;
    }
    const resolved = resolveValue(value, idOf);
    if (typeof resolved === 'object' && resolved !== null && 'waitsFor' in resolved)
      return { row, waitsFor: resolved.waitsFor };
    values[field] = resolved;
  }
  return { row, values, files };
}

function resolveValue(
  value: Exclude<Value, FileRef>,
  idOf: (key: string) => number | null | undefined,
): OdooValue | { waitsFor: string } {
  if (isRef(value))
    return idOf(value.ref) === undefined ? { waitsFor: value.ref } : (idOf(value.ref) ?? null);
  if (isJoined(value)) return joined(value.parts, idOf);
  if (!isRefs(value)) return value;
  const ids = value.map((ref: Ref) => [ref.ref, idOf(ref.ref)] as const);
  const missing = ids.find(([, id]) => id === undefined);
  if (missing) return { waitsFor: missing[0] };
  return [...new Set(ids.flatMap(([, id]) => (typeof id === 'number' ? [id] : [])))].sort(
    (a, b) => a - b,
  );
}

function joined(
  parts: readonly (string | Ref)[],
  idOf: (key: string) => number | null | undefined,
): string | { waitsFor: string } {
  const missing = parts.find(
    (part): part is Ref => typeof part !== 'string' && idOf(part.ref) === undefined,
  );
  if (missing) return { waitsFor: missing.ref };
  return parts
    .map((part) => (typeof part === 'string' ? part : String(idOf(part.ref) ?? 0)))
    .join('');
}
