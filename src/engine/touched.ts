/** Whether somebody edited a record since we last wrote it: by Odoo's own clock and user, never by ours. */
import { isoNow } from '../lib/clock.ts';
import type { OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

const SECOND_MS = 1_000;

/** OdooBot: scheduled jobs, like the one that scores leads every day. */
const ODOO_ITSELF = 1;

/** Empty, or who and when. `found` must hold `write_date` and `write_uid`. */
export type Touched = (row: LedgerRow, found: OdooRow) => string;

/** Reads the names of users and the times of the runs once. */
export async function touchedSince(ctx: Context): Promise<Touched> {
  const windows = await runWindows(ctx);
  const names = await userNames(ctx);
  const ours = ourUsers(ctx);
  return (row, found) => {
    const written = String(found['write_date'] ?? '');
    const end = windows.get(row.run)?.end ?? '';
    const since = row.stamp ? written > row.stamp : end !== '' && written >= end;
    const who = Number(found['write_uid'] ?? 0);
    const stranger = !ours.has(who) && who !== 0;
    const late = since && !isInside(windows, written) && !ctx.store.delta.wroteAt(ctx.env, written);
    if (who === ODOO_ITSELF || !(late || stranger)) return row.touched ?? '';
    return `${names.get(who) ?? 'a user who is gone'} at ${written} UTC`;
  };
}

/** Keys last three months, and the next one may be another user's: what either writes is ours. */
export const ourUsers = (ctx: Context): ReadonlySet<number> =>
  new Set([...(ctx.store.runs.meta<number[]>(`users.${ctx.env}`) ?? []), ctx.facts.user.id]);

/** Before anything is written. */
export const rememberOurUser = (ctx: Context): void =>
  ctx.store.runs.setMeta(`users.${ctx.env}`, [...ourUsers(ctx)]);

async function userNames(ctx: Context): Promise<Map<number, string>> {
  const users = await ctx.destination.find('res.users', [], ['name'], {}, ctx.signal);
  return new Map(users.map((user) => [user.id, String(user['name'])]));
}

interface Window {
  readonly start: string;
  /** The first second that is not of it. */
  readonly end: string;
}

/** While a run of ours was at work, Odoo may have written a record once more for its children. */
const isInside = (windows: ReadonlyMap<number, Window>, written: string): boolean =>
  [...windows.values()].some(({ start, end }) => start <= written && written < end);

/**
 * From when to when each run wrote, by Odoo's clock. A run that was killed could not note its end: then it is when
 * its newest record came to be.
 */
async function runWindows(ctx: Context): Promise<Map<number, Window>> {
  const runs = ctx.store.runs.list(ctx.env);
  const skew = skewOf(runs);
  const windows = new Map<number, Window>();
  for (const run of runs)
    windows.set(run.id, {
      start: odooTime(new Date(run.started_at).getTime() + skew),
      end: run.server_ended_at || (await lastCreation(ctx, run.id)),
    });
  for (const [at, { start, end }] of rollbacks(ctx).entries())
    windows.set(-1 - at, {
      start: odooTime(new Date(start).getTime() + skew),
      end: end === '' ? LAST : odooTime(new Date(end).getTime() + skew + SECOND_MS),
    });
  return windows;
}

/** Removing the children of a record may write it too, so rollbacks have their times as runs do; by our own clock. */
const rollbacks = (ctx: Context): Window[] =>
  ctx.store.runs.meta<Window[]>(`rollbacks.${ctx.env}`) ?? [];

/** One that was killed stays open: until the next one ends, what our user writes counts as its work. */
const LAST = '9999';

export function rollbackBegins(ctx: Context): void {
  const known = rollbacks(ctx);
  if (known.at(-1)?.end !== '')
    ctx.store.runs.setMeta(`rollbacks.${ctx.env}`, [...known, { start: isoNow(), end: '' }]);
}

export function rollbackEnds(ctx: Context): void {
  const ended = rollbacks(ctx).map((one) => (one.end === '' ? { ...one, end: isoNow() } : one));
  ctx.store.runs.setMeta(`rollbacks.${ctx.env}`, ended);
}

/** How far Odoo's clock is ahead of ours, from a run that noted its end by both. */
function skewOf(runs: readonly { ended_at: string; server_ended_at: string }[]): number {
  const run = runs.findLast((one) => one.ended_at !== '' && one.server_ended_at !== '');
  if (!run) return 0;
  const server = new Date(`${run.server_ended_at.replace(' ', 'T')}Z`).getTime();
  return server - new Date(run.ended_at).getTime();
}

const odooTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

async function lastCreation(ctx: Context, run: number): Promise<string> {
  const dates: string[] = [];
  for (const { model, resId } of ctx.store.ledger.newestOfRun(ctx.env, run)) {
    const [found] = await ctx.destination.read(model, [resId], ['create_date'], ctx.signal);
    if (found) dates.push(String(found['create_date']));
  }
  const last = dates.sort().at(-1);
  return last === undefined
    ? ''
    : odooTime(new Date(`${last.replace(' ', 'T')}Z`).getTime() + SECOND_MS);
}
