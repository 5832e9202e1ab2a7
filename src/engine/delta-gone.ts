/** What the source deleted, or has again: nothing is ever deleted in Odoo. */
import type { OdooRow, OdooValues } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { writeChanges, type Change } from './change.ts';
import { stopped } from './create.ts';
import { raise, type Delta } from './delta-context.ts';
import { isOurs, markFields } from './ours.ts';

const PAGE = 500;
/** Nobody deletes a fifth of a CRM between two deltas; exports of a selection, or cut off, are made every day. */
const SHARE = 0.2;
const MANY = 20;

/** What is gone: the object of each key, and of which objects so much is gone that the export must be doubted. */
interface Gone {
  readonly objects: ReadonlyMap<string, string>;
  readonly doubted: ReadonlyMap<string, string>;
}

export async function applyGone(delta: Delta): Promise<void> {
  const { ctx } = delta;
  const doubted = new Map(
    ctx.store.delta
      .goneShares(ctx.env)
      .filter(({ gone, loaded }) => gone >= MANY && gone > loaded * SHARE)
      .map(({ object, gone, loaded }) => [object, `${gone} of ${loaded}`]),
  );
  let after = '';
  for (;;) {
    if (ctx.signal.aborted) throw stopped();
    const page = ctx.store.delta.gone(ctx.env, after, PAGE);
    const last = page.at(-1);
    if (!last) return;
    after = last.key;
    const objects = new Map(page.map((one) => [one.key, one.object]));
    const rows = ctx.store.ledger.get(ctx.env, [...objects.keys()]);
    for (const same of Map.groupBy(rows, (row) => row.model).values())
      await settleGone(delta, same, { objects, doubted });
  }
}

async function settleGone(delta: Delta, rows: readonly LedgerRow[], gone: Gone): Promise<void> {
  const { ctx } = delta;
  const model = rows[0]?.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const canArchive = 'active' in info;
  const read = await ctx.destination.read(
    model,
    rows.map((row) => row.resId),
    [...markFields(info), 'write_date', 'write_uid', ...(canArchive ? ['active'] : [])],
    ctx.signal,
  );
  const found = new Map(read.map((one) => [one.id, one]));
  const archive: Change[] = [];
  for (const row of rows) {
    const there = found.get(row.resId);
    const current = there && isOurs(row, there) ? there : undefined;
    const fate = goneFate(delta, row, current, gone, canArchive);
    if (fate === 'left') delta.totals.left++;
    if (fate === 'archive' && current)
      archive.push({ row, found: current, after: { active: false }, base: {} });
    if (fate !== 'queued') ctx.store.delta.setGone(ctx.env, [row.key], true);
  }
  const refused = await writeChanges(ctx, delta.run, archive, delta.touched);
  for (const { change, message } of refused)
    raise(delta, change.row, 'WB_DELTA_DELETED', change.row.key, { message, candidates: ['keep'] });
  delta.totals.archived += archive.length - refused.length;
}

function goneFate(
  delta: Delta,
  row: LedgerRow,
  found: OdooRow | undefined,
  { objects, doubted }: Gone,
  canArchive: boolean,
): 'archive' | 'left' | 'queued' {
  const { ctx } = delta;
  if (!found) return 'left';
  const object = objects.get(row.key) ?? '';
  const doubt = doubted.get(object);
  const decided = ctx.store.review.decided({
    env: ctx.env,
    object,
    key: row.key,
    code: 'WB_DELTA_DELETED',
  });
  const policy = decided === 'accept' ? 'keep' : decided || ctx.choices.deletions;
  if (policy === 'keep' || (policy === 'archive' && !canArchive)) return 'left';
  const edited = delta.touched(row, found);
  const safe = row.op === 'create' && edited === '' && doubt === undefined;
  if (policy === 'archive' && (safe || decided === 'archive')) return 'archive';
  const what = doubt
    ? `Not in this export, like ${doubt} of its kind: was the export whole?`
    : 'Deleted at the source;';
  const since = edited && `, edited by ${edited}`;
  const older = row.op === 'create' ? '' : ', where it was before the migration';
  raise(delta, row, 'WB_DELTA_DELETED', row.key, {
    message: `${what} ${row.model} ${row.resId} is still in Odoo${since}${older}. Resolve with ${canArchive ? '"archive" or ' : ''}"keep".`,
    candidates: canArchive ? ['archive', 'keep'] : ['keep'],
  });
  return 'queued';
}

/** What was archived since it was gone comes back into view, unless somebody else had archived it. */
export async function restoreReturned(delta: Delta): Promise<void> {
  const { ctx } = delta;
  const planned = ctx.store.delta.returned(ctx.env);
  if (planned.length === 0) return;
  const keys = planned.map((row) => row.key);
  const archived = ctx.store.ledger
    .get(ctx.env, keys)
    .filter((row) => row.after['active'] === false && row.state === 'done');
  for (const [model, rows] of Map.groupBy(archived, (row) => row.model)) {
    const ids = rows.map((row) => row.resId);
    const read = await ctx.destination.read(model, ids, ['active', 'write_date', 'write_uid']);
    const found = new Map(read.map((one) => [one.id, one]));
    const after: OdooValues = { active: true };
    const changes = rows.flatMap((row) => {
      const current = found.get(row.resId);
      return current?.['active'] === false ? [{ row, found: current, after, base: {} }] : [];
    });
    const refused = await writeChanges(ctx, delta.run, changes, delta.touched);
    delta.totals.restored += changes.length - refused.length;
  }
  ctx.store.delta.setGone(ctx.env, keys, false);
}
