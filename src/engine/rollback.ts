/** Takes a migration back out of Odoo, newest first. What people touched since is kept and listed. Resumable, idempotent. */
import { STEPS } from '../core/record.ts';
import { isWaybillError } from '../core/errors.ts';
import type { Made, OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { lanePool } from './batches.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { closeAgain, reopen } from './reopen.ts';
import { restoreFollowers } from './followers.ts';
import { isOurs, markFields } from './ours.ts';
import { touchedSince, type Touched } from './touched.ts';
import { judge, type Undoing } from './undo.ts';
import { usesOf } from './uses.ts';

export interface Kept {
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}
export interface RollbackTotals {
  readonly removed: number;
  readonly restored: number;
  readonly kept: readonly Kept[];
}

const PAGE = 500;

/** With `dryRun` nothing is written, here or in Odoo; the numbers are those of a real rollback now. */
export async function rollback(ctx: Context, dryRun: boolean): Promise<RollbackTotals> {
  const totals: Totals = { removed: 0, restored: 0, kept: [], released: new Set() };
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
  if (totals.kept.length === 0) await undoProvisions(ctx, dryRun, totals);
  else if (!dryRun) await undoUnused(ctx, totals);
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

interface Totals {
  removed: number;
  restored: number;
  readonly kept: Kept[];
  /** `model id` of what a rehearsal would have removed or put back by now: it holds on to nothing any more. */
  readonly released: Set<string>;
}

/** Records that do not refer to each other and that Odoo keeps no count of (as it does of won and lost leads). */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(['contacts', 'people', 'notes']);

async function undoStep(undoing: UndoingAll, step: string): Promise<void> {
  const { ctx } = undoing;
  const total = ctx.store.ledger
    .counts(ctx.env)
    .filter((one) => one.step === step)
    .reduce((sum, one) => sum + one.n, 0);
  if (total === 0) return;
  ctx.emit({ type: 'step-started', step: `undo ${step}`, total });
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
      ctx.emit({ type: 'step-progress', step: `undo ${step}`, done });
    });
  }
  await pool.drain();
  if (ctx.signal.aborted) throw stopped();
  ctx.emit({ type: 'step-ended', step: `undo ${step}`, done });
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
    [...new Set([...fields, ...markFields(info), 'write_date', 'write_uid'])],
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
    });
    if (answer.kind === 'remove') removable.push(row);
    else if (answer.kind === 'keep') keep(undoing, row, answer.reason);
    else await restore(undoing, row, current, answer);
  }
  await removeRows(ctx, model, removable, dryRun, totals);
}

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
  if (dryRun && kept.length === 0) totals.released.add(`${row.model} ${row.resId}`);
  if (dryRun || kept.length > 0) return;
  await dropExternalIds(ctx, [row.key]);
  ctx.store.ledger.forget(ctx.env, [row.key]);
}

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

/** Something was kept: of what the run made in the schema, only what no record holds a value in goes. */
async function undoUnused(ctx: Context, totals: Totals): Promise<void> {
  const provisions = ctx.store.ledger.newestFirst(ctx.env, 'provision', 10_000);
  const rows = provisions.filter(
    (row) => row.model === 'ir.model.fields' && row.after['part'] !== 'fence',
  );
  for (const [model, fields] of Map.groupBy(rows, (row) =>
    nameOf(row).slice(0, nameOf(row).lastIndexOf('.')),
  )) {
    const used: string[] = [];
    for (const row of fields) if (await holdsValues(ctx, model, nameOf(row))) used.push(row.key);
    const left = fields.filter((row) => used.includes(row.key)).map((row) => shortName(row));
    if (left.length > 0) await ctx.schema.ensurePage(model, left, ctx.signal);
    else
      await undoMade(
        ctx,
        provisions.filter(
          (row) => row.model === 'ir.ui.view' && nameOf(row).startsWith(`${model}.`),
        ),
        totals,
      );
    await undoMade(
      ctx,
      fields.filter((one) => !used.includes(one.key)),
      totals,
    );
  }
  ctx.destination.forgetSchema();
}

async function undoMade(ctx: Context, rows: readonly LedgerRow[], totals: Totals): Promise<void> {
  if (rows.length === 0) return;
  await ctx.schema.removeMade(rows.map(toMade));
  ctx.store.ledger.forget(
    ctx.env,
    rows.map((row) => row.key),
  );
  totals.removed += rows.length;
}

const nameOf = (row: LedgerRow): string => String(row.after['name']);
const shortName = (row: LedgerRow): string => nameOf(row).slice(nameOf(row).lastIndexOf('.') + 1);

async function holdsValues(ctx: Context, model: string, name: string): Promise<boolean> {
  const field = name.slice(name.lastIndexOf('.') + 1);
  const there = field in (await ctx.destination.fields(model, ctx.signal));
  return there && (await ctx.destination.count(model, [[field, '!=', false]])) > 0;
}

/** The page shows the fields and a user its contact, so they go before them; the fence goes last. */
const undoOrder = (row: LedgerRow): number =>
  ['ir.ui.view', 'res.users'].includes(row.model) ? 0 : row.after['part'] === 'fence' ? 2 : 1;

/** Schema goes last, newest first, and only when nothing was kept: a kept contact still needs its custom fields. */
async function undoProvisions(ctx: Context, dryRun: boolean, totals: Totals): Promise<void> {
  const rows = ctx.store.ledger.newestFirst(ctx.env, 'provision', 10_000);
  totals.removed += rows.length;
  if (dryRun || rows.length === 0) return;
  const step = 'undo schema';
  ctx.emit({ type: 'step-started', step, total: rows.length });
  let done = 0;
  // In few calls: after each, Odoo loads its models anew.
  const groups = Map.groupBy(rows, (row) => `${undoOrder(row)} ${modelOrder(row)}`);
  for (const key of [...groups.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    const some = groups.get(key) ?? [];
    await ctx.schema.removeMade(some.map(toMade));
    ctx.store.ledger.forget(
      ctx.env,
      some.map((row) => row.key),
    );
    done += some.length;
    ctx.emit({ type: 'step-progress', step, done });
  }
  ctx.destination.forgetSchema();
  ctx.emit({ type: 'step-ended', step, done });
}

/** Fields before the model they point at, users before their contacts. */
const MODEL_ORDER = [
  'ir.ui.view',
  'res.users',
  'ir.model.fields',
  'ir.model.fields.selection',
  'ir.model.access',
  'ir.model',
];
const modelOrder = ({ model }: LedgerRow): string =>
  `${MODEL_ORDER.includes(model) ? MODEL_ORDER.indexOf(model) : MODEL_ORDER.length} ${model}`;

const toMade = (row: LedgerRow): Made => ({
  model: row.model,
  id: row.resId,
  name: String(row.after['name']),
  created: true,
});
