/** Whether the record behind an id is still the one we made: after a restored backup, ids are given away anew. */
import { KEY_FIELD, type FieldInfo, type OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { WaybillError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { endMark } from './run-end.ts';

/** What must be read for it. */
export const markFields = (info: Readonly<Record<string, FieldInfo>>): string[] =>
  ['message_id', KEY_FIELD].filter((field) => field in info);

/** A recognised record bears no mark of ours: there the id is all there is. */
export function isOurs(row: LedgerRow, found: OdooRow): boolean {
  if (row.op !== 'create') return true;
  if (row.model === 'mail.message')
    return found['message_id'] === undefined || found['message_id'] === row.after['message_id'];
  return found[KEY_FIELD] === undefined || found[KEY_FIELD] === row.key;
}

const LOOKED_AT = 20;

/**
 * Throws WB_DATABASE_CHANGED when Odoo was restored to a backup from before our last writes: it lacks the mark that the
 * last run left at its end, or, after a run that was killed and left none, every one of the newest records. Going on
 * would take what the backup holds for a person's edits, and load the children of parents that are gone.
 */
export async function checkNotRestored(ctx: Context): Promise<void> {
  const mark = endMark(ctx);
  if (mark && !(await ctx.schema.hasMark(mark.name, ctx.signal)))
    throw restored(
      ctx,
      `The mark that run ${mark.run} left in "${ctx.env}" at its end is not there`,
    );
  if (mark && mark.run === ctx.store.runs.lastWriting(ctx.env)) return;
  const rows = ctx.store.ledger.newestCreated(ctx.env, LOOKED_AT);
  if (rows.length < FEW) return;
  for (const [model, same] of Map.groupBy(rows, (row) => row.model)) {
    const info = await ctx.destination.fields(model, ctx.signal);
    const ids = same.map((row) => row.resId);
    const found = await ctx.destination.read(model, ids, ['id', ...markFields(info)], ctx.signal);
    const there = new Map(found.map((one) => [one.id, one]));
    if (same.some((row) => isThere(row, there.get(row.resId)))) return;
  }
  throw restored(
    ctx,
    `None of the ${rows.length} records that were loaded last into "${ctx.env}" is in Odoo any more`,
  );
}

const restored = (ctx: Context, what: string): WaybillError =>
  new WaybillError(
    'WB_DATABASE_CHANGED',
    `${what}: this Odoo was restored to an older backup. Nothing was written.`,
    {
      next: `Restore a backup from after the last run; or take back what is still there (waybill rollback, with --env ${ctx.env}) and run anew.`,
    },
  );

const FEW = 3;
const isThere = (row: LedgerRow, found: OdooRow | undefined): boolean =>
  found !== undefined && isOurs(row, found);

/** Models that records of every project are in. */
const KEYED = ['res.partner', 'crm.lead'];

/**
 * Throws WB_DATABASE_TAKEN when this project's ledger knows of no record and Odoo has some of the same source: they
 * bear the keys that this project would give, so nobody could tell afterwards whose is whose. It is another project's
 * work, or this project's store was lost.
 */
export async function checkNoOtherProject(
  ctx: Context,
  source: { readonly id: string; readonly name: string },
): Promise<void> {
  if (ctx.store.ledger.counts(ctx.env).some((one) => one.step !== 'provision')) return;
  for (const model of KEYED) {
    const info = await ctx.destination.fields(model, ctx.signal);
    if (!(KEY_FIELD in info)) continue;
    const domain = [[KEY_FIELD, '=like', `${source.id}\\_%`] as const];
    const n = await ctx.destination.count(model, domain, ctx.signal);
    if (n === 0) continue;
    throw new WaybillError(
      'WB_DATABASE_TAKEN',
      `${n} records of ${model} in "${ctx.env}" were loaded from ${source.name} before, and this project knows nothing of them.`,
      {
        next: 'Go on with the project that loaded them (or with a copy of its .waybill folder, if this is the same one); or take them back with it: waybill rollback.',
      },
    );
  }
}
