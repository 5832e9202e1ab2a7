/** What every part of a delta works with: its counts, and the questions that it raises. */
import type { LedgerRow } from '../store/ledger.ts';
import { writeChanges, type Change } from './change.ts';
import type { Context } from './context.ts';
import type { Resolver } from './resolve.ts';
import type { Touched } from './touched.ts';

export interface DeltaTotals {
  changed: number;
  written: number;
  /** Fields that differ at the source, where Odoo keeps its own by the confirmed rule. */
  kept: number;
  queued: number;
  archived: number;
  restored: number;
  /** Deleted at the source, left as they are by decision or since their kind cannot be archived. */
  left: number;
}

export const noTotals = (): DeltaTotals => ({
  changed: 0,
  written: 0,
  kept: 0,
  queued: 0,
  archived: 0,
  restored: 0,
  left: 0,
});

export interface Delta {
  readonly ctx: Context;
  readonly run: number;
  readonly resolver: Resolver;
  readonly touched: Touched;
  readonly totals: DeltaTotals;
}

/** All of one model. */
export async function write(delta: Delta, changes: readonly Change[]): Promise<void> {
  const refused = await writeChanges(delta.ctx, delta.run, changes, delta.touched);
  for (const { change, message } of refused) raiseRefused(delta, change.row, message);
  delta.totals.written += changes.length - refused.length;
}

export const raiseRefused = (delta: Delta, row: LedgerRow, message: string): void =>
  raise(delta, row, 'WB_DELTA_CONFLICT', row.key, {
    message: `The change cannot be made: ${message}`,
    candidates: ['odoo'],
  });

export function raise(
  delta: Delta,
  row: LedgerRow,
  code: 'WB_DELTA_CONFLICT' | 'WB_DELTA_DELETED',
  key: string,
  issue: {
    readonly message: string;
    readonly column?: string;
    readonly raw?: string;
    readonly candidates: readonly string[];
  },
): void {
  const { ctx } = delta;
  delta.totals.queued++;
  const [planned] = ctx.store.plan.byKeys([row.key]);
  const object = planned?.object ?? ctx.store.delta.objectOf(ctx.env, row.key);
  ctx.store.review.add([
    {
      env: ctx.env,
      object,
      position: 0,
      key,
      place: `${row.model} ${row.resId} (${row.key})`,
      issue: { code, ...issue },
    },
  ]);
}
