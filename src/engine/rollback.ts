/** Takes a migration back out of Odoo, newest first. What people touched since is kept and listed. Resumable, idempotent. */
import { STEPS } from '../core/record.ts';
import { isWaybillError } from '../core/errors.ts';
import type { Made, OdooRow, OdooValue } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { lanePool } from './batches.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { reopen } from './reopen.ts';
import { restoreFollowers } from './followers.ts';
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
  const since = serverEnd(ctx);
  for (const step of STEPS.toReversed()) {
    await undoStep(ctx, step, since, dryRun, totals);
    if (step === 'activities' && !dryRun) await restoreFollowers(ctx);
  }
  if (totals.kept.length === 0) await undoProvisions(ctx, dryRun, totals);
  const { removed, restored, kept } = totals;
  return { removed, restored, kept };
}

/** Odoo's time when the last run ended: what was written later was written by people. */
const serverEnd = (ctx: Context): string =>
  ctx.store.runs
    .list(ctx.env)
    .map((run) => run.server_ended_at)
    .filter((at) => at !== '')
    .sort()
    .at(-1) ?? '';

interface Totals {
  removed: number;
  restored: number;
  readonly kept: Kept[];
  /** `model id` of what a rehearsal would have removed or put back by now: it holds on to nothing any more. */
  readonly released: Set<string>;
}

/** Records that do not refer to each other and that Odoo keeps no count of (as it does of won and lost leads). */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(['contacts', 'people', 'notes']);

async function undoStep(
  ctx: Context,
  step: string,
  since: string,
  dryRun: boolean,
  totals: Totals,
): Promise<void> {
  const total = ctx.store.ledger
    .counts(ctx.env)
    .filter((one) => one.step === step && one.state !== 'kept')
    .reduce((sum, one) => sum + one.n, 0);
  if (total === 0) return;
  ctx.emit({ type: 'step-started', step: `undo ${step}`, total });
  let done = 0;
  let below: { readonly resId: number; readonly key: string } | undefined;
  const pool = lanePool(SIDE_BY_SIDE.has(step) ? ctx.concurrency : 1);
  while (!ctx.signal.aborted && !pool.failed()) {
    const page = ctx.store.ledger.newestFirst(ctx.env, step, PAGE, below);
    const last = page.at(-1);
    if (!last) break;
    below = { resId: last.resId, key: last.key };
    await pool.add('', async () => {
      await undoPage(ctx, page, since, dryRun, totals);
      done += page.length;
      ctx.emit({ type: 'step-progress', step: `undo ${step}`, done });
    });
  }
  await pool.drain();
  if (ctx.signal.aborted) throw stopped();
  ctx.emit({ type: 'step-ended', step: `undo ${step}`, done });
}

async function undoPage(
  ctx: Context,
  page: readonly LedgerRow[],
  since: string,
  dryRun: boolean,
  totals: Totals,
): Promise<void> {
  const model = page[0]?.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const fields = [...new Set(page.flatMap((row) => Object.keys(row.after)))].filter(
    (field) => field in info,
  );
  const found = await ctx.destination.read(
    model,
    page.map((row) => row.resId),
    [...fields, 'write_date', 'write_uid'],
    ctx.signal,
  );
  const byId = new Map(found.map((one) => [one.id, one]));
  const created = page.filter((row) => row.op === 'create').map((row) => row.resId);
  const used = await usesOf(ctx, model, created, totals.released);
  const removable: LedgerRow[] = [];
  for (const row of page) {
    const current = byId.get(row.resId);
    const reason = current && conflict(row, current, info, since, used);
    if (reason) totals.kept.push({ key: row.key, model, resId: row.resId, reason });
    if (reason && !dryRun) ctx.store.ledger.setState(ctx.env, [row.key], 'kept');
    if (reason) continue;
    if (row.op === 'create') removable.push(row);
    else await restore(ctx, row, current, dryRun, totals);
  }
  await removeRows(ctx, model, removable, dryRun, totals);
}

function conflict(
  row: LedgerRow,
  current: OdooRow,
  info: Readonly<Record<string, { type: string }>>,
  since: string,
  used: ReadonlyMap<number, string>,
): string | undefined {
  const changed = Object.entries(row.after)
    .filter(
      ([field, sent]) => !sameValue(info[field]?.type, sent, current[field]) && row.op !== 'match',
    )
    .map(([field]) => field);
  if (changed.length > 0 && row.state === 'done')
    return `changed since: ${changed.join(', ')} (last write ${String(current['write_date'])} by user ${String(current['write_uid'])})`;
  if (row.op !== 'create' || row.state === 'intent') return undefined;
  const user = used.get(row.resId);
  if (user) return user;
  const written = String(current['write_date'] ?? '');
  return since !== '' && written > since
    ? `written again at ${written} by user ${String(current['write_uid'])}`
    : undefined;
}

async function restore(
  ctx: Context,
  row: LedgerRow,
  current: OdooRow | undefined,
  dryRun: boolean,
  totals: Totals,
): Promise<void> {
  if (current && row.op === 'update') totals.restored++;
  if (dryRun) return void totals.released.add(`${row.model} ${row.resId}`);
  if (current && row.op === 'update')
    await ctx.destination.write(row.model, [row.resId], row.before as Record<string, OdooValue>);
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
    totals.kept.push({ key: only.key, model, resId: only.resId, reason: why });
    return ctx.store.ledger.setState(ctx.env, [only.key], 'kept');
  }
  const middle = Math.ceil(rows.length / 2);
  await removeRows(ctx, model, rows.slice(0, middle), false, totals);
  await removeRows(ctx, model, rows.slice(middle), false, totals);
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
