/**
 * Odoo makes whoever gets an activity a follower of its record (mail/models/mail_activity.py, create), whatever the
 * context says. On records we made, that goes when they go; on those that were there before, it must be taken back.
 */
import type { Context } from './context.ts';

interface Noted {
  /** model -> record id -> partners that followed before the first activity was made. */
  readonly records: Record<string, Record<string, readonly number[]>>;
  /** Partners of the users that activities are given to. */
  readonly assignees: readonly number[];
}

const AT_ONCE = 500;
const metaKey = (env: string): string => `followers.${env}`;

/** Before the activities; of a record that is known already, what was first noted stays. */
export async function noteFollowers(
  ctx: Context,
  special: ReadonlyMap<string, number | null>,
): Promise<void> {
  const former = ctx.store.runs.meta<Noted | null>(metaKey(ctx.env));
  const records = { ...former?.records };
  for (const [model, ids] of targets(ctx, special)) {
    const known = records[model] ?? {};
    const unknown = [...ids].filter((id) => known[id] === undefined);
    const found = await followersOf(ctx, model, unknown);
    records[model] = { ...known, ...Object.fromEntries(found) };
  }
  if (Object.keys(records).length === 0) return;
  const assignees = ctx.store.runs
    .ownerMatches(ctx.env)
    .flatMap(({ partnerId }) => (partnerId === null ? [] : [partnerId]));
  const all = [...new Set([...(former?.assignees ?? []), ...assignees])];
  ctx.store.runs.setMeta(metaKey(ctx.env), { records, assignees: all } satisfies Noted);
}

/** Records that activities are planned on and that we did not make. */
function targets(
  ctx: Context,
  special: ReadonlyMap<string, number | null>,
): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { model, ref, resId } of ctx.store.ledger.activityTargets(ctx.env)) {
    const id = resId ?? special.get(ref);
    if (typeof id === 'number') found.set(model, (found.get(model) ?? new Set()).add(id));
  }
  return found;
}

/** After the activities were removed: whoever got one and did not follow before, no longer follows. */
export async function restoreFollowers(ctx: Context): Promise<void> {
  const noted = ctx.store.runs.meta<Noted | null>(metaKey(ctx.env));
  if (!noted) return;
  for (const [model, records] of Object.entries(noted.records)) {
    const rows = await readFollowers(ctx, model, Object.keys(records).map(Number));
    const ours = rows.filter(
      ({ record, partner }) =>
        noted.assignees.includes(partner) && !records[record]?.includes(partner),
    );
    const ids = ours.map((one) => one.id);
    await ctx.destination.remove('mail.followers', ids);
  }
  ctx.store.runs.setMeta(metaKey(ctx.env), null);
}

async function followersOf(
  ctx: Context,
  model: string,
  ids: readonly number[],
): Promise<Map<number, number[]>> {
  const followers = new Map<number, number[]>(ids.map((id) => [id, []]));
  for (const { record, partner } of await readFollowers(ctx, model, ids))
    followers.get(record)?.push(partner);
  return followers;
}

async function readFollowers(
  ctx: Context,
  model: string,
  ids: readonly number[],
): Promise<{ id: number; record: number; partner: number }[]> {
  const rows: { id: number; record: number; partner: number }[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const found = await ctx.destination.find(
      'mail.followers',
      [
        ['res_model', '=', model],
        ['res_id', 'in', ids.slice(at, at + AT_ONCE)],
      ],
      ['res_id', 'partner_id'],
      {},
      ctx.signal,
    );
    for (const one of found)
      rows.push({ id: one.id, record: Number(one['res_id']), partner: Number(one['partner_id']) });
  }
  return rows;
}
