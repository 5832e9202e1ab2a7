/** Takes a migration back out of Odoo, newest first. What people touched since is kept and listed. Resumable, idempotent. */
import { STEPS } from '../core/record.ts';
import { isWaybillError } from '../core/errors.ts';
import type { OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { lanePool } from './batches.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { closeAgain, reopen } from './reopen.ts';
import { restoreFollowers } from './followers.ts';
import { addressSpreads, relatives } from './match.ts';
import { isOurs, markFields } from './ours.ts';
import { touchedSince, type Touched } from './touched.ts';
import { noTotals, type RollbackTotals, type Totals } from './rollback-totals.ts';
import { judge, type Undoing } from './undo.ts';
import { undoSchema } from './undo-schema.ts';
import { usesOf } from './uses.ts';

const PAGE = 500;

/** With `dryRun` nothing is written, here or in Odoo; the numbers are those of a real rollback now. */
export async function rollback(ctx: Context, dryRun: boolean): Promise<RollbackTotals> {
  const totals = noTotals();
  const undoing = {
    ctx,
    dryRun,
    totals,
    touched: await touchedSince(ctx),
    differed: Map.groupBy(ctx.store.runs.verdicts(ctx.env, VERDICTS), (one) => one.key),
  };
  for (const step of STEPS.toReversed()) {
    await undoStep(undoing, step);
    if (step === 'activities' && !dryRun) await restoreFollowers(ctx);
  }
  await undoSchema(ctx, dryRun, totals);
  const { removed, restored, kept } = totals;
  return { removed, restored, kept };
}

interface UndoingAll {
  readonly ctx: Context;
  readonly dryRun: boolean;
  readonly totals: Totals;
  readonly touched: Touched;
  /** Values that differed at the last verification, by key. */
  readonly differed: ReadonlyMap<string, readonly { readonly field: string }[]>;
}

const VERDICTS = 1_000_000;

/** Records that do not refer to each other and that Odoo keeps no count of (as it does of won and lost leads). */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(['contacts', 'people', 'notes']);

async function undoStep(undoing: UndoingAll, step: string): Promise<void> {
  const { ctx } = undoing;
  // Somebody who only rehearses must not read in the progress that contacts are gone.
  const label = undoing.dryRun ? `rehearse undoing ${step}` : `undo ${step}`;
  const total = ctx.store.ledger
    .counts(ctx.env)
    .filter((one) => one.step === step)
    .reduce((sum, one) => sum + one.n, 0);
  if (total === 0) return;
  ctx.emit({ type: 'step-started', step: label, total });
  let done = 0;
  let below: { readonly resId: number; readonly key: string } | undefined;
  const pool = lanePool(() => (SIDE_BY_SIDE.has(step) ? ctx.pace.concurrency : 1));
  while (!ctx.signal.aborted && !pool.failed()) {
    const page = ctx.store.ledger.newestFirst(ctx.env, step, PAGE, below);
    const last = page.at(-1);
    if (!last) break;
    below = { resId: last.resId, key: last.key };
    await pool.add('', async () => {
      await undoPage(undoing, page);
      done += page.length;
      ctx.emit({ type: 'step-progress', step: label, done });
    });
  }
  await pool.drain();
  if (ctx.signal.aborted) throw stopped();
  ctx.emit({ type: 'step-ended', step: label, done });
}

async function undoPage(undoing: UndoingAll, page: readonly LedgerRow[]): Promise<void> {
  const { ctx, dryRun, totals, touched, differed } = undoing;
  const model = page[0]?.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const fields = [...new Set(page.flatMap((row) => Object.keys(row.after)))].filter(
    (field) => field in info,
  );
  const found = await ctx.destination.read(
    model,
    page.map((row) => row.resId),
    [...new Set([...fields, ...relatives(model), ...markFields(info), 'write_date', 'write_uid'])],
    ctx.signal,
  );
  const byId = new Map(found.map((one) => [one.id, one]));
  const created = page.filter((row) => row.op === 'create').map((row) => row.resId);
  const used = await usesOf(ctx, model, created, totals.released);
  const removable: LedgerRow[] = [];
  for (const row of page) {
    const there = byId.get(row.resId);
    const current = there && isOurs(row, there) ? there : undefined;
    if (there && !current) {
      if (!dryRun) ctx.store.ledger.forget(ctx.env, [row.key]);
      continue;
    }
    const answer = judge(row, current, {
      info,
      touched: current ? touched(row, current) : '',
      used: used.get(row.resId) ?? '',
      differed: new Set((differed.get(row.key) ?? []).map((one) => one.field)),
      spreads: (field) =>
        current !== undefined && addressSpreads(field, remaining(current, totals)),
    });
    if (answer.kind === 'remove') removable.push(row);
    else if (answer.kind === 'keep') keep(undoing, row, answer.reason);
    else await restore(undoing, row, current, answer);
  }
  await removeRows(ctx, model, removable, dryRun, totals);
}

/** As it will be when those that a rehearsal counts as gone are gone. */
const remaining = (found: OdooRow, { released }: Totals): OdooRow => {
  const children = found['child_ids'];
  return Array.isArray(children)
    ? { ...found, child_ids: children.filter((id) => !released.has(`res.partner ${id}`)) }
    : found;
};

function keep({ ctx, dryRun, totals }: UndoingAll, row: LedgerRow, reason: string): void {
  totals.kept.push({ key: row.key, model: row.model, resId: row.resId, reason });
  if (!dryRun) ctx.store.ledger.setState(ctx.env, [row.key], 'kept');
}

async function restore(
  undoing: UndoingAll,
  row: LedgerRow,
  current: OdooRow | undefined,
  { values, kept, reason }: Extract<Undoing, { kind: 'restore' }>,
): Promise<void> {
  const { ctx, dryRun, totals } = undoing;
  if (current && row.op === 'update') totals.restored++;
  if (!dryRun && Object.keys(values).length > 0)
    await ctx.destination.write(row.model, [row.resId], values);
  if (kept.length > 0) keep(undoing, row, reason);
  if (dryRun) noteEmptied(totals, row, values);
  if (dryRun && kept.length === 0) totals.released.add(`${row.model} ${row.resId}`);
  if (dryRun || kept.length > 0) return;
  await dropExternalIds(ctx, [row.key]);
  ctx.store.ledger.forget(ctx.env, [row.key]);
}

function noteEmptied(
  { emptied }: Totals,
  { model, resId }: LedgerRow,
  values: Extract<Undoing, { kind: 'restore' }>['values'],
): void {
  for (const [field, value] of Object.entries(values)) {
    if (!NOTHING.has(value)) continue;
    const of = emptied.get(`${model}.${field}`) ?? new Set();
    emptied.set(`${model}.${field}`, of.add(resId));
  }
}

const NOTHING: ReadonlySet<unknown> = new Set([null, false, 0, '']);

/** External ids of what we unlink go with it; those on records that stay must be taken off. */
async function dropExternalIds(ctx: Context, keys: readonly string[]): Promise<void> {
  const found = await ctx.destination.find(
    'ir.model.data',
    [
      ['module', '=', '__waybill__'],
      ['name', 'in', keys],
    ],
    ['name'],
  );
  await ctx.destination.remove(
    'ir.model.data',
    found.map((one) => one.id),
  );
}

async function removeRows(
  ctx: Context,
  model: string,
  rows: readonly LedgerRow[],
  dryRun: boolean,
  totals: Totals,
): Promise<void> {
  if (rows.length === 0) return;
  if (dryRun) {
    for (const row of rows) totals.released.add(`${model} ${row.resId}`);
    totals.unmade.set(model, (totals.unmade.get(model) ?? 0) + rows.length);
    totals.removed += rows.length;
    return;
  }
  if (model === 'crm.lead') await reopen(ctx, rows);
  try {
    await ctx.destination.remove(
      model,
      rows.map((row) => row.resId),
    );
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    return removeSplit(ctx, model, rows, error.message, totals);
  }
  ctx.store.ledger.forget(
    ctx.env,
    rows.map((row) => row.key),
  );
  totals.removed += rows.length;
}

/** Odoo refused the lot: find the one it means, keep that, remove the others. */
async function removeSplit(
  ctx: Context,
  model: string,
  rows: readonly LedgerRow[],
  why: string,
  totals: Totals,
): Promise<void> {
  const [only] = rows;
  if (rows.length === 1 && only) {
    if (model === 'crm.lead') await closeAgain(ctx, only);
    totals.kept.push({ key: only.key, model, resId: only.resId, reason: why });
    return ctx.store.ledger.setState(ctx.env, [only.key], 'kept');
  }
  const middle = Math.ceil(rows.length / 2);
  await removeRows(ctx, model, rows.slice(0, middle), false, totals);
  await removeRows(ctx, model, rows.slice(middle), false, totals);
}
