/**
 * Odoo learns from every lead that is won or lost (crm.lead.scoring.frequency), and forgets it when the lead is
 * reopened, but not when it is deleted; nobody may write those counts over RPC. So ours are reopened before they go.
 */
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';

const HALF = 50;

export async function reopen(ctx: Context, rows: readonly LedgerRow[]): Promise<void> {
  const counted = await countedStates(ctx);
  const closed = rows.filter(({ after }) =>
    counted.some(([field, value]) => after[field] === value),
  );
  if (closed.length === 0) return;
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

/** 14 counts a lead that is made won, but not one that is made lost; with `won_status` came one rule for both. */
async function countedStates(ctx: Context): Promise<[string, unknown][]> {
  const fields = await ctx.destination.fields('crm.lead', ctx.signal);
  const won: [string, unknown] = ['probability', 100];
  return 'won_status' in fields ? [won, ['active', false]] : [won];
}
