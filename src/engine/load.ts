/** Loads what is planned and not yet in this Odoo, step by step, and gives every record its external id. */
import { watchDeleted, type Deleted } from './deleted.ts';
import { isWaybillError, type ErrorCode, type WaybillError } from '../core/errors.ts';
import { STEPS, type Step } from '../core/record.ts';
import type { OdooRow, OdooValue } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { noteFollowers } from './followers.ts';
import { claimSummaries, planLateHistory } from './late.ts';
import { batches, byBytes, inTurn, lanePool } from './batches.ts';
import type { Context } from './context.ts';
import { inCalls, makeCreator, stopped, untilReachable, type Creator } from './create.ts';
import { changes, matchRows, untaken, type Match } from './match.ts';
import { RULES } from './steps.ts';
import { settleUpdates } from './settle-updates.ts';
import { isBlocked, makeResolver, type Resolved, type Resolver } from './resolve.ts';

export interface LoadTotals {
  readonly created: number;
  readonly updated: number;
  readonly matched: number;
  readonly queued: number;
  readonly settled: number;
  /** Messages that were older than their chatter, and went into a summary. */
  readonly late: number;
}

interface Loading {
  readonly ctx: Context;
  readonly run: number;
  readonly resolver: Resolver;
  readonly creator: Creator;
  readonly totals: {
    created: number;
    updated: number;
    matched: number;
    queued: number;
    settled: number;
    late: number;
  };
  /** Odoo records that a contact was matched to, in this run or before, so that no second one takes the same. */
  readonly taken: Set<number>;
  readonly deleted: Deleted;
}

/** `special`: ids that are not in the ledger (owners, authors, subtypes). Safe to call again at any time. */
export async function load(
  ctx: Context,
  run: number,
  special: ReadonlyMap<string, number | null>,
): Promise<LoadTotals> {
  const totals = { created: 0, updated: 0, matched: 0, queued: 0, settled: 0, late: 0 };
  const creator = makeCreator(ctx, run, (row, error) =>
    queue(loading, row.row, error.code, refusal(error), [], columnOf(row, error)),
  );
  const resolver = makeResolver(ctx, special);
  const loading: Loading = {
    ctx,
    run,
    resolver,
    creator,
    totals,
    taken: ctx.store.ledger.recognised(ctx.env),
    deleted: watchDeleted(ctx, run),
  };
  totals.settled = await creator.settleOpen((keys) =>
    resolvedOnly(ctx.store.plan.byKeys(keys).map(resolver)),
  );
  await settleUpdates(ctx);
  for (const step of STEPS) {
    if (step === 'activities') await noteFollowers(ctx, special);
    if (step === 'notes' && !ctx.sampled) totals.late = await planLateHistory(ctx, run);
    await loadStep(loading, step);
  }
  claimSummaries(ctx);
  await giveExternalIds(ctx);
  return totals;
}

/** Settles what an interrupted run left open, while the plan that it was loading still stands. */
export async function settleOpenBatches(
  ctx: Context,
  run: number,
  special: ReadonlyMap<string, number | null>,
): Promise<number> {
  const resolver = makeResolver(ctx, special);
  const creator = makeCreator(ctx, run, () => {});
  return creator.settleOpen((keys) => resolvedOnly(ctx.store.plan.byKeys(keys).map(resolver)));
}

const resolvedOnly = (rows: readonly ReturnType<Resolver>[]): Resolved[] =>
  rows.filter((row): row is Resolved => !isBlocked(row));

async function loadStep(loading: Loading, step: Step): Promise<void> {
  const { ctx } = loading;
  const total = ctx.store.plan.missingCount(ctx.env, step, ctx.sampled);
  if (total === 0) return;
  ctx.emit({ type: 'step-started', step: `load ${step}`, total });
  const pool = lanePool(() => ctx.pace.concurrency);
  let done = 0;
  for (const batch of batches(ctx, step)) {
    if (ctx.signal.aborted || pool.failed()) break;
    await pool.add(batch[0]?.lane ?? '', async () => {
      for (const part of inTurn(batch)) await loadBatch(loading, part);
      done += batch.length;
      ctx.emit({ type: 'step-progress', step: `load ${step}`, done });
    });
  }
  await pool.drain();
  if (ctx.signal.aborted) throw stopped();
  ctx.emit({ type: 'step-ended', step: `load ${step}`, done });
}

async function loadBatch(
  loading: Loading,
  batch: readonly ReturnType<Context['store']['plan']['byKeys']>[number][],
): Promise<void> {
  const { ctx } = loading;
  ctx.store.review.clearEnv(
    ctx.env,
    batch.map((row) => row.key),
  );
  const answers = batch.map(loading.resolver);
  for (const answer of answers) {
    if (isBlocked(answer))
      queue(loading, answer.row, 'WB_ODOO_RECORD', waiting(ctx, answer.waitsFor));
  }
  const rows = await onlyOnWhatIsThere(loading, resolvedOnly(answers));
  const matches = await matchRows(ctx, rows);
  const fresh: Resolved[] = [];
  // By a person's answer two of a batch may be one, and the second must not write over what the first one wrote.
  const written = new Map<number, OdooRow>();
  for (const [index, row] of rows.entries()) {
    const match = matches[index] ?? { kind: 'new' };
    if (match.kind === 'new') fresh.push(row);
    else await settleMatch(loading, row, match, written);
  }
  const failedBefore = loading.totals.queued;
  for (const some of byBytes(fresh)) await loading.creator.create(some);
  loading.totals.created += fresh.length - (loading.totals.queued - failedBefore);
}

/** Without those that point at what somebody deleted in Odoo: they wait. */
async function onlyOnWhatIsThere(
  loading: Loading,
  rows: readonly Resolved[],
): Promise<readonly Resolved[]> {
  const deleted = await loading.deleted(rows.map(({ row }) => row));
  for (const { row } of rows) {
    const gone = deleted.get(row.key);
    if (gone) queue(loading, row, 'WB_ODOO_RECORD', hangsOn(loading.ctx, gone));
  }
  return rows.filter(({ row }) => !deleted.has(row.key));
}

function hangsOn(ctx: Context, { key, model, resId }: LedgerRow): string {
  const [other] = ctx.store.plan.byKeys([key]);
  const name = other ? placeOf(ctx, other) : key;
  return `It belongs to ${name}, which somebody deleted in Odoo (${model} ${resId}) since it was loaded. Resolve with "accept" to leave this out too.`;
}

/** Of the table of the source; what Odoo refuses it refuses as a whole. */
const columnOf = ({ files }: Resolved, { code }: WaybillError): string =>
  code.startsWith('WB_FILE_') ? (files[0]?.[1].column ?? '') : '';

/** Odoo's own words, without the call and the address: the same for every record of the queue. */
function refusal({ code, message, next, data }: WaybillError): string {
  if (code.startsWith('WB_FILE_')) return [message, next].filter(Boolean).join(' ');
  const said = typeof data['said'] === 'string' ? data['said'] : message;
  return `Odoo refuses it: ${said.replace(/\.?$/, '.')} Mend it at the source, in mapping.yaml or in Odoo, then run again.`;
}

/** The reason lies with another record, so that is what has to be named. */
function waiting(ctx: Context, key: string): string {
  const [other] = ctx.store.plan.byKeys([key]);
  const name = other ? placeOf(ctx, other) : key;
  return `Waits for ${name}, which Odoo does not have yet. It follows by itself once that one is in.`;
}

/** File and line; tags and companies are made from many rows, so they are called by name. */
function placeOf(ctx: Context, row: Resolved['row']): string {
  const [record] = ctx.store.staging.at(row.object, [row.position]);
  if (record) return `${record.file}, line ${record.line}`;
  const { name } = row.values;
  return `${row.step} "${typeof name === 'string' ? name : row.key}"`;
}

function queue(
  loading: Loading,
  row: Resolved['row'],
  code: ErrorCode,
  message: string,
  candidates: readonly string[] = [],
  column = '',
): void {
  loading.totals.queued++;
  const { ctx } = loading;
  ctx.store.review.add([
    {
      env: ctx.env,
      object: row.object,
      position: row.position,
      key: row.key,
      place: placeOf(ctx, row),
      issue: { code, message, candidates, column },
    },
  ]);
}

async function settleMatch(
  loading: Loading,
  row: Resolved,
  match: Exclude<Match, { kind: 'new' }>,
  written: Map<number, OdooRow>,
): Promise<void> {
  if (match.kind === 'ambiguous') return queueAmbiguous(loading, row, match.candidates);
  const found = written.get(match.found.id) ?? match.found;
  const { existing } = RULES[row.row.step];
  if (row.row.step === 'contacts' && loading.taken.has(found.id) && !match.chosen)
    return queueAmbiguous(loading, row, [found]);
  if (row.row.step === 'contacts') loading.taken.add(found.id);
  const wanted = changes(
    existing === 'choice' ? loading.ctx.choices.existing : existing,
    found,
    row.values,
  );
  // Where a stage or a tag stands in its list is nobody's loss.
  const left = row.row.model === 'res.partner' ? untaken(row, found, wanted) : {};
  try {
    await update(loading.ctx, loading.run, row, found, wanted, left);
    written.set(found.id, { ...found, ...wanted });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return queue(loading, row.row, error.code, refusal(error));
  }
  if (Object.keys(wanted).length > 0) loading.totals.updated++;
  else loading.totals.matched++;
}

const queueAmbiguous = (loading: Loading, row: Resolved, candidates: readonly OdooRow[]): void =>
  queue(
    loading,
    row.row,
    'WB_MATCH_AMBIGUOUS',
    `Odoo has ${candidates.length} contact(s) with this e-mail: ${candidates.map((one) => `${String(one['name'])} (id ${one.id})`).join(', ')}. Resolve with the id to use, or with "create".`,
    candidates.map((one) => String(one.id)),
  );

/** The former values are on disk before the write: without them it could not be undone. */
async function update(
  ctx: Context,
  run: number,
  { row }: Resolved,
  found: OdooRow,
  wanted: Record<string, OdooValue>,
  left: Record<string, OdooValue>,
): Promise<void> {
  const before = Object.fromEntries(
    Object.keys(wanted).map((field) => [field, found[field] ?? null]),
  );
  const op = Object.keys(wanted).length > 0 ? 'update' : 'match';
  const entry: LedgerRow = {
    env: ctx.env,
    key: row.key,
    step: row.step,
    model: row.model,
    resId: found.id,
    op,
    state: 'done',
    before,
    after: wanted,
    untaken: left,
    xid: false,
    run,
    batch: 0,
  };
  if (op === 'match') return ctx.store.ledger.put([entry]);
  const intent: LedgerRow = { ...entry, state: 'intent' };
  ctx.store.ledger.put([intent]);
  await writeIntent(ctx, intent);
}

const isRefusal = (error: unknown): error is WaybillError =>
  isWaybillError(error) && error.class === 'record';

async function writeIntent(ctx: Context, { model, resId, key, after }: LedgerRow): Promise<void> {
  try {
    await untilReachable(ctx, () =>
      ctx.destination.write(model, [resId], after as Record<string, OdooValue>),
    );
  } catch (error) {
    // Nothing of it was written, so nothing of it may stand in the ledger.
    if (isRefusal(error)) ctx.store.ledger.forget(ctx.env, [key]);
    throw error;
  }
  ctx.store.ledger.setState(ctx.env, [key], 'done');
}

const XIDS_AT_ONCE = 500;
export const XID_MODULE = '__waybill__';

async function giveExternalIds(ctx: Context): Promise<void> {
  const step = 'give external ids';
  ctx.emit({ type: 'step-started', step, total: null });
  let done = 0;
  for (;;) {
    if (ctx.signal.aborted) throw stopped();
    const rows = ctx.store.ledger.withoutXid(ctx.env, XIDS_AT_ONCE * ctx.pace.concurrency);
    if (rows.length === 0) break;
    const pool = lanePool(() => ctx.pace.concurrency);
    for (let at = 0; at < rows.length; at += XIDS_AT_ONCE)
      await pool.add('', () => giveSome(ctx, rows.slice(at, at + XIDS_AT_ONCE)));
    await pool.drain();
    done += rows.length;
    ctx.emit({ type: 'step-progress', step, done });
  }
  ctx.emit({ type: 'step-ended', step, done });
}

/**
 * External ids for everything but messages (their message_id serves, and 600,000 rows in ir.model.data would
 * slow the customer's Odoo for nothing). Asked for before made: the pair (module, name) is unique in Odoo.
 */
async function giveSome(ctx: Context, rows: readonly LedgerRow[]): Promise<void> {
  await inCalls(ctx, rows, (some) => createMissingXids(ctx, some));
  ctx.store.ledger.setXid(
    ctx.env,
    rows.map((row) => row.key),
  );
}

async function createMissingXids(ctx: Context, rows: readonly LedgerRow[]): Promise<void> {
  const have = await ctx.destination.find(
    'ir.model.data',
    [
      ['module', '=', XID_MODULE],
      ['name', 'in', rows.map((row) => row.key)],
    ],
    ['name'],
    {},
    ctx.signal,
  );
  const known = new Set(have.map((one) => one['name']));
  const missing = rows.filter((row) => !known.has(row.key));
  if (missing.length === 0) return;
  await ctx.destination.create(
    'ir.model.data',
    missing.map((row) => ({
      module: XID_MODULE,
      name: row.key,
      model: row.model,
      res_id: row.resId,
      noupdate: true,
    })),
  );
}
