/**
 * Odoo learns from every lead that is won or lost (crm.lead.scoring.frequency), and forgets it when the lead is
 * reopened, but not when it is deleted; nobody may write those counts over RPC. So ours are reopened before they go.
 * (Its daily job counts all leads anew in any case: crm/models/crm_lead.py, _rebuild_pls_frequency_table.)
 */
import type { OdooValues } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

const HALF = 50;

export async function reopen(ctx: Context, rows: readonly LedgerRow[]): Promise<void> {
  const closed = rows.filter(
    ({ after }) => after['active'] === false || after['probability'] === 100,
  );
  if (closed.length === 0 || !(await countsExactly(ctx))) return;
  const [stage] = await ctx.destination.find('crm.stage', [['is_won', '=', false]], ['id'], {
    limit: 1,
  });
  if (!stage) return;
  const there = await ctx.destination.read(
    'crm.lead',
    closed.map((row) => row.resId),
    ['id'],
  );
  // Dying between this write and the removal must not make the next rollback take it for a person's change.
  const keys = closed.map((row) => row.key);
  ctx.store.ledger.setState(ctx.env, keys, 'intent');
  const ids = there.map((one) => one.id);
  const values = { active: true, stage_id: stage.id, probability: HALF };
  await ctx.destination.write('crm.lead', ids, values);
}

/** 14 counts a lead that is made won but not one that is made lost, and reopening does not undo it exactly. */
const countsExactly = async (ctx: Context): Promise<boolean> =>
  'won_status' in (await ctx.destination.fields('crm.lead', ctx.signal));

const CLOSING = ['active', 'stage_id', 'probability'];

/** Odoo would not let it go: then it is as it was. */
export async function closeAgain(ctx: Context, { resId, after }: LedgerRow): Promise<void> {
  const values = Object.fromEntries(
    Object.entries(after as OdooValues).filter(([field]) => CLOSING.includes(field)),
  );
  await ctx.destination.write('crm.lead', [resId], values);
}
