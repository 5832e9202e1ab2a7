/**
 * Changes records that are in the ledger already: the intent with the former values on disk first, then the call,
 * then ledger, base and change settled in one transaction. An intent that was left open is settled by asking Odoo.
 */
import { isWaybillError } from '../core/errors.ts';
import type { Values } from '../core/record.ts';
import type { NewRecord, OdooRow, OdooValue, OdooValues } from '../destination/destination.ts';
import { canonicalJson } from '../lib/json.ts';
import type { ChangeRow } from '../store/delta.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { ourUsers, type Touched } from './touched.ts';

export interface Change {
  readonly row: LedgerRow;
  /** As just read, with `write_date`, `write_uid` and the fields of `after`. */
  readonly found: OdooRow;
  readonly after: OdooValues;
  /** What goes to Odoo, where it is not what is remembered of it: a file's bytes. */
  readonly sent?: NewRecord;
  /** The planned values that count as loaded afterwards; empty when they stay. */
  readonly base: Values;
}

/** All of one model. Returns those that Odoo refused, with its reason; they are as before. */
export async function writeChanges(
  ctx: Context,
  run: number,
  changes: readonly Change[],
  touched: Touched,
): Promise<{ readonly change: Change; readonly message: string }[]> {
  const [first] = changes;
  if (!first) return [];
  const rows = changes.map(({ row, found, after, base }) => ({
    key: row.key,
    before: Object.fromEntries(Object.keys(after).map((field) => [field, found[field] ?? null])),
    after,
    base,
  }));
  const ids = ctx.store.delta.intend(ctx.env, run, rows);
  const open = changes.map((change, at) => ({
    change,
    intent: { id: ids[at] ?? 0, ...(rows[at] as (typeof rows)[number]) },
  }));
  const refused: { change: Change; message: string }[] = [];
  for (const same of Map.groupBy(open, (one) => canonicalJson(one.change.after)).values()) {
    if (ctx.signal.aborted) throw stopped();
    refused.push(...(await writeSame(ctx, same, touched)));
  }
  return refused;
}

interface Open {
  readonly change: Change;
  readonly intent: ChangeRow;
}

/** The same values to all of them in one call; where Odoo refuses the lot, one by one. */
async function writeSame(
  ctx: Context,
  open: readonly Open[],
  touched: Touched,
): Promise<{ change: Change; message: string }[]> {
  const [first] = open;
  if (!first) return [];
  const { row, after, sent = after } = first.change;
  try {
    await ctx.destination.write(
      row.model,
      open.map((one) => one.change.row.resId),
      sent,
      ctx.signal,
    );
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    if (open.length > 1) {
      const answers = [];
      for (const one of open) answers.push(...(await writeSame(ctx, [one], touched)));
      return answers;
    }
    ctx.store.delta.settle(ctx.env, { ...first.intent, base: {} }, [], { stamp: '', touched: '' });
    return [{ change: first.change, message: error.message }];
  }
  await settleWritten(ctx, row.model, open, touched);
  return [];
}

async function settleWritten(
  ctx: Context,
  model: string,
  open: readonly Open[],
  touched: Touched,
): Promise<void> {
  const ids = open.map((one) => one.change.row.resId);
  const now = await ctx.destination.read(model, ids, ['write_date'], ctx.signal);
  const stamps = new Map(now.map((one) => [one.id, String(one['write_date'] ?? '')]));
  for (const { change, intent } of open)
    ctx.store.delta.settle(ctx.env, intent, Object.keys(change.after), {
      stamp: stamps.get(change.row.resId) ?? '',
      touched: touched(change.row, change.found),
    });
}

/**
 * What an interrupted change left open. Odoo holds the new values: it was done. The former ones: it is done now, or
 * given up with `finish` false. Something else: a person was faster, and keeps it.
 */
export async function settleChanges(ctx: Context, touched: Touched, finish = true): Promise<void> {
  for (;;) {
    const open = ctx.store.delta.openChanges(ctx.env);
    if (open.length === 0) return;
    for (const intent of open) await settleOne(ctx, intent, touched, finish);
  }
}

async function settleOne(
  ctx: Context,
  intent: ChangeRow,
  touched: Touched,
  finish: boolean,
): Promise<void> {
  const [row] = ctx.store.ledger.get(ctx.env, [intent.key]);
  const info = row && (await ctx.destination.fields(row.model, ctx.signal));
  const fields = Object.keys(intent.after).filter((field) => info && field in info);
  const [found] = row
    ? await ctx.destination.read(row.model, [row.resId], [...fields, 'write_date', 'write_uid'])
    : [];
  if (!row || !info || !found)
    return ctx.store.delta.settle(ctx.env, { ...intent, base: {} }, [], { stamp: '', touched: '' });
  const holds = (values: Readonly<Record<string, unknown>>) => (field: string) =>
    sameValue(info[field]?.type, values[field], found[field]);
  const written = fields.filter(holds(intent.after));
  // Bytes are not in the store: what did not arrive stays different from the base, and the delta brings it anew.
  const bytes = 'file_size' in intent.after;
  const todo =
    finish && !bytes
      ? fields.filter((field) => !written.includes(field) && holds(intent.before)(field))
      : [];
  if (todo.length > 0)
    await ctx.destination.write(row.model, [row.resId], pick(intent.after, todo), ctx.signal);
  const [now] = await ctx.destination.read(row.model, [row.resId], ['write_date'], ctx.signal);
  const done = [...written, ...todo];
  const whole = done.length === fields.length;
  ctx.store.delta.settle(ctx.env, whole ? intent : { ...intent, base: {} }, done, {
    stamp: String(now?.['write_date'] ?? ''),
    // Written by another user means edited; by ours, it is most likely the very write that was interrupted.
    touched: ourUsers(ctx).has(Number(found['write_uid']))
      ? (row.touched ?? '')
      : touched(row, found),
  });
}

const pick = (values: Readonly<Record<string, unknown>>, fields: readonly string[]): OdooValues =>
  Object.fromEntries(fields.map((field) => [field, values[field] as OdooValue]));
