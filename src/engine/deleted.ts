/**
 * Records of earlier runs that somebody deleted in Odoo since. Odoo takes a message or a file for an id that is no
 * longer there, and nobody would ever see it: so whatever points at one waits instead.
 */
import type { PlannedRecord } from '../core/record.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { refsOf } from './bundle.ts';
import type { Context } from './context.ts';
import { isOurs, markFields } from './ours.ts';

/** The first record that each of these points at and that is gone, by the key of the one that points. */
export type Deleted = (rows: readonly PlannedRecord[]) => Promise<ReadonlyMap<string, LedgerRow>>;

const KNOWN = 50_000;

export function watchDeleted(ctx: Context, run: number): Deleted {
  /** Of earlier runs: null for what is there. */
  const known = new Map<string, LedgerRow | null>();
  return async (rows) => {
    if (known.size > KNOWN) known.clear();
    const keys = new Set(rows.flatMap((row) => refsOf(row.values)));
    const asked = [...keys].filter((key) => !known.has(key));
    // What this very run made is there.
    const earlier = ctx.store.ledger.earlier(ctx.env, asked, run);
    for (const [model, same] of Map.groupBy(earlier, (row) => row.model)) {
      const there = await stillThere(ctx, model, same);
      for (const row of same) known.set(row.key, there.has(row.key) ? null : row);
    }
    return new Map(
      rows.flatMap((row) => {
        const gone = refsOf(row.values)
          .map((key) => known.get(key))
          .find(Boolean);
        return gone ? [[row.key, gone]] : [];
      }),
    );
  };
}

async function stillThere(
  ctx: Context,
  model: string,
  rows: readonly LedgerRow[],
): Promise<Set<string>> {
  const info = await ctx.destination.fields(model, ctx.signal);
  const ids = [...new Set(rows.map((row) => row.resId))];
  const read = await ctx.destination.read(model, ids, ['id', ...markFields(info)], ctx.signal);
  const found = new Map(read.map((one) => [one.id, one]));
  const there = rows.filter((row) => {
    const one = found.get(row.resId);
    return one !== undefined && isOurs(row, one);
  });
  return new Set(there.map((row) => row.key));
}
