/** Whether the record behind an id is still the one we made: after a restored backup, ids are given away anew. */
import { KEY_FIELD, type FieldInfo, type OdooRow } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { WaybillError } from '../core/errors.ts';
import type { Context } from './context.ts';

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
 * Throws WB_DATABASE_CHANGED when not one of our newest records is there any more: then Odoo was restored to a backup
 * from before them, and going on would load the children of parents that are gone.
 */
export async function checkNotRestored(ctx: Context): Promise<void> {
  const rows = ctx.store.ledger.newestCreated(ctx.env, LOOKED_AT);
  if (rows.length < FEW) return;
  for (const [model, same] of Map.groupBy(rows, (row) => row.model)) {
    const info = await ctx.destination.fields(model, ctx.signal);
    const ids = same.map((row) => row.resId);
    const found = await ctx.destination.read(model, ids, ['id', ...markFields(info)], ctx.signal);
    const there = new Map(found.map((one) => [one.id, one]));
    if (same.some((row) => isThere(row, there.get(row.resId)))) return;
  }
  throw new WaybillError(
    'WB_DATABASE_CHANGED',
    `None of the ${rows.length} records that were loaded last into "${ctx.env}" is in Odoo any more: it was probably restored to an older backup.`,
    {
      next: 'Restore a backup from after the load; or take the migration back (waybill rollback), which then removes only what is still there, and run it anew.',
    },
  );
}

const FEW = 3;
const isThere = (row: LedgerRow, found: OdooRow | undefined): boolean =>
  found !== undefined && isOurs(row, found);
