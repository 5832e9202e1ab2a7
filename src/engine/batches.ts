/** Cuts the missing records of a step into batches whose lanes may run side by side. */
import { isRef, type Step } from '../core/record.ts';
import type { PlannedRow } from '../store/plan.ts';
import type { Context } from './context.ts';
import type { Resolved } from './resolve.ts';

/**
 * A lane (one record's messages) is kept whole in one batch where it fits, since messages of one record must
 * get their ids in order; a lane longer than a batch goes in consecutive batches, which the pool runs in turn.
 */
export function* batches(ctx: Context, step: Step): Generator<PlannedRow[]> {
  let after = { lane: '', sort: '', seq: 0 };
  for (;;) {
    const { batchSize } = ctx.pace;
    const page = ctx.store.plan.missing(ctx.env, step, after, batchSize + 1, ctx.sampled);
    const batch = page.length > batchSize ? cut(page) : page;
    const last = batch.at(-1);
    if (!last) return;
    after = { lane: last.lane, sort: last.sort, seq: last.seq };
    yield batch;
  }
}

/** Without the extra row, and without the lane it cuts through, unless that lane is all there is. */
function cut(page: readonly PlannedRow[]): PlannedRow[] {
  const whole = page.slice(0, -1);
  const lane = page.at(-1)?.lane ?? '';
  if (lane === '' || whole.at(-1)?.lane !== lane) return whole;
  const before = whole.filter((row) => row.lane !== lane);
  return before.length > 0 ? before : whole;
}

/**
 * Cuts a batch where a record points at another one of it, like an answer at its letter: that one must have its id
 * first. Only the order within a lane counts, so every lane goes as far as it can in each part.
 */
export function* inTurn(batch: readonly PlannedRow[]): Generator<readonly PlannedRow[]> {
  const waiting = new Set(batch.map((row) => row.key));
  let rest = batch;
  while (rest.length > 0) {
    const stopped = new Set<string>();
    const part = rest.filter((row) => {
      const free =
        !(row.lane !== '' && stopped.has(row.lane)) && !refsOf(row).some((key) => waiting.has(key));
      if (!free) stopped.add(row.lane);
      return free;
    });
    // Records that wait for each other never get their turn; they are shown to a person.
    if (part.length === 0) return yield rest;
    for (const row of part) waiting.delete(row.key);
    yield part;
    const done = new Set(part);
    rest = rest.filter((row) => !done.has(row));
  }
}

const refsOf = (row: PlannedRow): string[] =>
  Object.values(row.values).flatMap((value) =>
    isRef(value) && value.ref !== row.key ? [value.ref] : [],
  );

/** Small files travel together, a large one alone: a request is held in memory whole, and Odoo takes only so much. */
const BYTES_AT_ONCE = 8 * 1024 ** 2;

export function* byBytes(rows: readonly Resolved[]): Generator<Resolved[]> {
  let some: Resolved[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = row.files.reduce((sum, [, file]) => sum + file.bytes, 0);
    if (some.length > 0 && bytes + size > BYTES_AT_ONCE) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(row);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

/** Runs tasks at most `size()` at once; one whose lane is in flight waits for it. The first failure stops the rest. */
export function lanePool(size: () => number) {
  const running = new Map<Promise<void>, string>();
  const failures: Error[] = [];
  const blocked = (lane: string): boolean =>
    running.size >= size() || (lane !== '' && [...running.values()].includes(lane));
  return {
    async add(lane: string, task: () => Promise<void>): Promise<void> {
      while (failures.length === 0 && blocked(lane)) await Promise.race(running.keys());
      if (failures.length > 0) return;
      const promise: Promise<void> = task()
        .catch((error: unknown) => void failures.push(asError(error)))
        .finally(() => running.delete(promise));
      running.set(promise, lane);
    },
    failed: (): boolean => failures.length > 0,
    async drain(): Promise<void> {
      await Promise.all(running.keys());
      if (failures[0]) throw failures[0];
    },
  };
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('not an error was thrown', { cause: thrown });
