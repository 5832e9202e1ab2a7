/**
 * Creates records exactly once. Before the call an intent and a fence are on disk; an outcome that is not
 * known is settled by asking Odoo, never by trying again blindly. docs/decisions/0003-exactly-once.md
 */
import { isWaybillError, WaybillError } from '../core/errors.ts';
import { FENCE_FIELD, KEY_FIELD, type NewRecord } from '../destination/destination.ts';
import { sleep } from '../lib/sleep.ts';
import type { BatchRow, LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';
import { notTaken, withBytes, type Sendable } from './files.ts';
import type { Resolved } from './resolve.ts';

const BUSY_WAITS_MS = [500, 2_000, 5_000, 15_000, 30_000, 60_000];
const MARKERS_AT_ONCE = 20;
/** A request of files that was cut so often is larger than something on its way takes. */
const FILE_ATTEMPTS = 3;

export interface Creator {
  create(rows: readonly Resolved[]): Promise<void>;
  /** Settles what an earlier, interrupted run left open. */
  settleOpen(resolve: (keys: readonly string[]) => readonly Resolved[]): Promise<number>;
}

export function makeCreator(
  ctx: Context,
  run: number,
  onFailed: (row: Resolved, error: WaybillError) => void,
): Creator {
  const takeMarker = markerSource(ctx);

  async function create(rows: readonly Resolved[]): Promise<void> {
    const first = rows[0];
    if (!first) return;
    for (let attempt = 0; ; attempt++) {
      const outcome = await tryCreate(rows, first);
      if (outcome === 'done') return;
      if (outcome === 'split') return split(rows);
      if (ctx.signal.aborted) throw stopped();
      if (attempt + 1 >= FILE_ATTEMPTS && isCut(rows, outcome)) return refuse(rows, outcome);
      await waitForOdoo(ctx, attempt, outcome);
      // What did not come through in one call is not sent as one call again.
      if (rows.length > ctx.pace.batchSize) return createInPieces(rows);
    }
  }

  async function createInPieces(rows: readonly Resolved[]): Promise<void> {
    for (let at = 0; at < rows.length;) {
      const some = rows.slice(at, at + ctx.pace.batchSize);
      await create(some);
      at += some.length;
    }
  }

  async function tryCreate(
    rows: readonly Resolved[],
    first: Resolved,
  ): Promise<'done' | 'split' | WaybillError> {
    const { model, step } = first.row;
    const sendable = await readAll(rows);
    if (sendable.length === 0) return 'done';
    const marker = await takeMarker();
    const batch = ctx.store.ledger.openBatch({
      env: ctx.env,
      run,
      step,
      model,
      marker,
      keys: sendable.map(({ row }) => row.key),
    });
    let made: LedgerRow[];
    const began = performance.now();
    try {
      const ids = await ctx.destination.create(
        model,
        sendable.map((one) => marked(one, marker)),
      );
      made = sendable.map((one, index) => ledgerRow(ctx, run, batch, one, idAt(ids, index)));
      ctx.pace.cameThrough(sendable.length, performance.now() - began);
    } catch (error) {
      const keys = new Set(sendable.map(({ row }) => row.key));
      const sent = rows.filter(({ row }) => keys.has(row.key));
      return failed(batch, sent, { marker, model }, error);
    }
    // Outside the try: a full disk here is no failure of the call. The batch stays open, and the next run asks Odoo.
    ctx.store.ledger.closeBatch(batch, 'done', made);
    return 'done';
  }

  /** Those whose files can be read; the others are the review queue's. */
  async function readAll(rows: readonly Resolved[]): Promise<Sendable[]> {
    const sendable: Sendable[] = [];
    for (const row of rows) {
      try {
        sendable.push(await withBytes(ctx, row));
      } catch (error) {
        if (!isWaybillError(error) || error.class !== 'record') throw error;
        onFailed(row, error);
      }
    }
    return sendable;
  }

  async function failed(
    batch: number,
    rows: readonly Resolved[],
    at: { marker: number; model: string },
    error: unknown,
  ): Promise<'done' | 'split' | WaybillError> {
    if (!isWaybillError(error)) throw error;
    ctx.pace.failed(rows.length, error);
    switch (error.class) {
      case 'record':
        ctx.store.ledger.closeBatch(batch, 'failed', [], error.message);
        if (rows.length > 1) return 'split';
        if (rows[0]) onFailed(rows[0], ofSize(rows[0], error));
        return 'done';
      case 'uncertain':
        return (await settle(batch, at, rows)) === rows.length ? 'done' : error;
      case 'retriable':
        ctx.store.ledger.closeBatch(batch, 'failed', [], error.message);
        return error;
      case 'fatal':
        ctx.store.ledger.closeBatch(batch, 'failed', [], error.message);
        throw error;
    }
  }

  /** Odoo lives, for it answered when it was asked what became of the batch; so it is the batch that does not get through. */
  async function refuse(rows: readonly Resolved[], error: WaybillError): Promise<void> {
    if (rows.length > 1) return split(rows);
    for (const row of rows) onFailed(row, notTaken(row, error.message));
  }

  /** Halving finds a bad row in a batch of 500 in nine calls; the good ones are in by then. */
  async function split(rows: readonly Resolved[]): Promise<void> {
    const middle = Math.ceil(rows.length / 2);
    await create(rows.slice(0, middle));
    await create(rows.slice(middle));
  }

  /** How many of the batch's records Odoo has, once nothing can change that any more. */
  async function settle(
    batch: number,
    at: { marker: number; model: string },
    rows: readonly Resolved[],
  ): Promise<number> {
    await untilReachable(ctx, () => ctx.schema.dropMarker(at.marker));
    const found = await untilReachable(ctx, () =>
      ctx.destination.find(
        at.model,
        [[keyField(at.model), 'in', rows.map(markOf)]],
        [keyField(at.model)],
      ),
    );
    const ids = new Map(found.map((one) => [String(one[keyField(at.model)]), one.id]));
    const there = await Promise.all(
      rows.filter((row) => ids.has(markOf(row))).map((row) => rememberedOf(ctx, row)),
    );
    ctx.store.ledger.closeBatch(
      batch,
      there.length > 0 ? 'done' : 'failed',
      there.map((row) => ledgerRow(ctx, run, batch, row, ids.get(markOf(row)) ?? 0)),
      'settled by asking Odoo',
    );
    return there.length;
  }

  async function settleOpen(
    resolve: (keys: readonly string[]) => readonly Resolved[],
  ): Promise<number> {
    const open: BatchRow[] = ctx.store.ledger.openBatches(ctx.env);
    for (const batch of open) await settle(batch.id, batch, resolve(batch.keys));
    return open.length;
  }

  return { create, settleOpen };
}

const isCut = (rows: readonly Resolved[], { class: kind }: WaybillError): boolean =>
  kind === 'uncertain' && rows.some(({ files }) => files.length > 0);

const ofSize = (row: Resolved, error: WaybillError): WaybillError =>
  error.data['tooLarge'] === true && row.files.length > 0 ? notTaken(row, error.message) : error;

/** Markers are made many at a time: one call for each batch would add a round trip to every create. */
function markerSource(ctx: Context): () => Promise<number> {
  const ready: number[] = [];
  let fetching: Promise<void> | undefined;
  const refill = async (): Promise<void> =>
    // A marker that nobody heard of is never used and goes with the model on rollback: asking again is safe.
    void ready.push(...(await untilReachable(ctx, () => ctx.schema.openMarkers(MARKERS_AT_ONCE))));
  return async () => {
    for (;;) {
      const marker = ready.shift();
      if (marker !== undefined) return marker;
      fetching ??= refill().finally(() => (fetching = undefined));
      await fetching;
    }
  };
}

type Remembered = Pick<Sendable, 'row' | 'values'>;

/** Messages carry their key as message id, everything else in a field of its own. */
const keyField = (model: string): string => (model === 'mail.message' ? 'message_id' : KEY_FIELD);
const markOf = ({ row, values }: Remembered): string =>
  row.model === 'mail.message' ? String(values['message_id']) : row.key;

/** The bytes may be gone meanwhile: then verification says so. */
const rememberedOf = async (ctx: Context, row: Resolved): Promise<Remembered> => {
  try {
    return await withBytes(ctx, row);
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return { row: row.row, values: { ...row.values, checksum: `not known: ${error.message}` } };
  }
};

function marked({ row, sent }: Sendable, marker: number): NewRecord {
  const own = row.model === 'mail.message' ? {} : { [KEY_FIELD]: row.key };
  return { ...sent, ...own, [FENCE_FIELD]: marker };
}

function idAt(ids: readonly number[], index: number): number {
  const id = ids[index];
  if (id === undefined)
    throw new WaybillError('WB_ODOO_UNCERTAIN', 'Odoo returned fewer ids than records.');
  return id;
}

const ledgerRow = (
  ctx: Context,
  run: number,
  batch: number,
  { row, values }: Remembered,
  resId: number,
): LedgerRow => ({
  env: ctx.env,
  key: row.key,
  step: row.step,
  model: row.model,
  resId,
  op: 'create',
  state: 'done',
  before: {},
  after: values,
  xid: false,
  run,
  batch,
});

export const stopped = (): WaybillError =>
  new WaybillError('WB_STOPPED', 'Stopped. Everything that reached Odoo is in the ledger.', {
    next: 'Run the same command again; it goes on where it stopped.',
  });

async function waitForOdoo(ctx: Context, attempt: number, error: WaybillError): Promise<void> {
  const least = BUSY_WAITS_MS[attempt];
  if (least === undefined) throw error;
  const asked = error.data['retryAfterMs'];
  const wait = Math.max(least, typeof asked === 'number' ? asked : 0);
  const message = `Odoo gives no answer (${error.message}). Trying again in ${wait / 1_000} s; nothing is lost.`;
  ctx.emit({ type: 'notice', level: 'warn', message });
  await sleep(wait, ctx.signal);
}

/** For calls that may be made twice: all rows, in smaller calls where so many do not come through. */
export async function inCalls<T>(
  ctx: Context,
  rows: readonly T[],
  call: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < rows.length;)
    await untilReachable(ctx, async () => {
      const some = rows.slice(at, at + ctx.pace.batchSize);
      if (await cameThrough(ctx, some, call)) at += some.length;
    });
}

/** False when it was too much at once: fewer go with the next call. */
async function cameThrough<T>(
  ctx: Context,
  rows: readonly T[],
  call: (some: readonly T[]) => Promise<void>,
): Promise<boolean> {
  const began = performance.now();
  try {
    await call(rows);
    ctx.pace.cameThrough(rows.length, performance.now() - began);
    return true;
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    ctx.pace.failed(rows.length, error);
    if (error.data['tooLarge'] === true && rows.length > 1) return false;
    throw error;
  }
}

/** For calls that may be made twice. */
export async function untilReachable<T>(ctx: Context, call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isWaybillError(error) || (error.class !== 'retriable' && error.class !== 'uncertain'))
        throw error;
      await waitForOdoo(ctx, attempt, error);
      if (ctx.signal.aborted) throw stopped();
    }
  }
}
