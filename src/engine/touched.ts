/** Whether somebody edited a record since we last wrote it: by Odoo's own clock and user, never by ours. */
import type { OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

/** OdooBot: scheduled jobs, like the one that scores leads every day. */
const ODOO_ITSELF = 1;

/** Empty, or who and when. `found` must hold `write_date` and `write_uid`. */
export type Touched = (row: LedgerRow, found: OdooRow) => string;

/** Reads the names of users once. */
export async function touchedSince(ctx: Context): Promise<Touched> {
  const ends = await runEnds(ctx);
  const names = await userNames(ctx);
  return (row, found) => {
    const written = String(found['write_date'] ?? '');
    const ours = row.stamp || ends.get(row.run) || '';
    const who = Number(found['write_uid'] ?? 0);
    const late = ours !== '' && written > ours;
    const stranger = who !== ctx.facts.user.id && who !== 0;
    if (who === ODOO_ITSELF || !(late || stranger)) return row.touched ?? '';
    return `${names.get(Number(found['write_uid'])) ?? 'a user who is gone'} at ${written} UTC`;
  };
}

async function userNames(ctx: Context): Promise<Map<number, string>> {
  const users = await ctx.destination.find('res.users', [], ['name'], {}, ctx.signal);
  return new Map(users.map((user) => [user.id, String(user['name'])]));
}

/** When each run wrote last. A run that was killed could not note it: then it is when its newest record came to be. */
async function runEnds(ctx: Context): Promise<Map<number, string>> {
  const ends = new Map<number, string>();
  for (const run of ctx.store.runs.list(ctx.env))
    ends.set(run.id, run.server_ended_at || (await lastCreation(ctx, run.id)));
  return ends;
}

async function lastCreation(ctx: Context, run: number): Promise<string> {
  const dates: string[] = [];
  for (const { model, resId } of ctx.store.ledger.newestOfRun(ctx.env, run)) {
    const [found] = await ctx.destination.read(model, [resId], ['create_date'], ctx.signal);
    if (found) dates.push(String(found['create_date']));
  }
  return dates.sort().at(-1) ?? '';
}
