/**
 * Odoo learns from every lead that is won or lost (crm.lead.scoring.frequency), and forgets it when the lead is
 * reopened, but not when it is deleted; nobody may write those counts over RPC. So ours are reopened before they go.
 * (Its daily job counts all leads anew in any case: crm/models/crm_lead.py, _rebuild_pls_frequency_table.)
 */
import type { OdooValues } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

const HALF = 50;

/** A lost one keeps its stage: Odoo takes off what it counts for the stage that it finds then. */
export async function reopen(ctx: Context, rows: readonly LedgerRow[]): Promise<void> {
  const won = rows.filter(({ after }) => after['probability'] === 100);
  const lost = rows.filter(({ after }) => after['active'] === false && after['probability'] === 0);
  if (won.length + lost.length === 0 || !(await countsExactly(ctx))) return;
  const [open] = await ctx.destination.find('crm.stage', [['is_won', '=', false]], ['id'], {
    limit: 1,
  });
  // Dying between these writes and the removal must not make the next rollback take them for a person's change.
  const keys = [...won, ...lost].map((row) => row.key);
  ctx.store.ledger.setState(ctx.env, keys, 'intent');
  await write(ctx, lost, { active: true, probability: HALF });
  if (open) await write(ctx, won, { stage_id: open.id, probability: HALF });
}

async function write(ctx: Context, rows: readonly LedgerRow[], values: OdooValues): Promise<void> {
  const ids = rows.map((row) => row.resId);
  const there = await ctx.destination.read('crm.lead', ids, ['id']);
  const left = there.map((one) => one.id);
  await ctx.destination.write('crm.lead', left, values);
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
