/** Updates of recognised records that an interrupted run left open: settled by asking Odoo, never by writing again. */
import { isWaybillError } from '../core/errors.ts';
import type { FieldInfo, OdooRow, OdooValue } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { untilReachable } from './create.ts';

export async function settleUpdates(ctx: Context): Promise<void> {
  for (const row of ctx.store.ledger.intents(ctx.env))
    if (row.op === 'update') await settleUpdate(ctx, row);
}

/**
 * A write is whole or not at all. One value of ours in Odoo means that it was done: what differs by now is a person's
 * correction. None means that it was not: it is done now, but for what a person filled in meanwhile.
 */
async function settleUpdate(ctx: Context, row: LedgerRow): Promise<void> {
  const info = await ctx.destination.fields(row.model, ctx.signal);
  const fields = Object.keys(row.after).filter((field) => field in info);
  const [found] = await ctx.destination.read(row.model, [row.resId], fields, ctx.signal);
  // Somebody deleted it: it comes up again as a record to load.
  if (!found) return ctx.store.ledger.forget(ctx.env, [row.key]);
  const there = fields.filter((field) => holdsOurs(row, found, field, info));
  if (there.length > 0) return settle(ctx, row, there);
  const open = fields.filter((field) =>
    sameValue(info[field]?.type, row.before[field] as OdooValue, found[field]),
  );
  if (await written(ctx, row, open)) settle(ctx, row, open);
}

/** To a list others may have added something, or taken it off. */
function holdsOurs(
  { before, after }: LedgerRow,
  found: OdooRow,
  field: string,
  info: Readonly<Record<string, FieldInfo>>,
): boolean {
  const [wrote, now] = [after[field], found[field]];
  if (!Array.isArray(wrote) || !Array.isArray(now)) return sameValue(info[field]?.type, wrote, now);
  const was = before[field];
  const added = wrote.filter((id) => !(Array.isArray(was) && was.includes(id)));
  return added.some((id) => now.includes(id));
}

/** False where Odoo refuses: then it comes up again as a record to load, and is queued there. */
async function written(ctx: Context, row: LedgerRow, fields: readonly string[]): Promise<boolean> {
  if (fields.length === 0) return true;
  const values = pick(row.after, fields) as Record<string, OdooValue>;
  try {
    await untilReachable(ctx, () => ctx.destination.write(row.model, [row.resId], values));
    return true;
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    ctx.store.ledger.forget(ctx.env, [row.key]);
    return false;
  }
}

/** What is not ours in Odoo is listed as not taken. */
function settle(ctx: Context, row: LedgerRow, ours: readonly string[]): void {
  const others = Object.keys(row.after).filter((field) => !ours.includes(field));
  ctx.store.ledger.put([
    {
      ...row,
      op: ours.length > 0 ? 'update' : 'match',
      state: 'done',
      before: pick(row.before, ours),
      after: pick(row.after, ours),
      untaken: { ...row.untaken, ...pick(row.after, others) },
    },
  ]);
}

const pick = (
  values: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): Record<string, unknown> => Object.fromEntries(fields.map((field) => [field, values[field]]));
