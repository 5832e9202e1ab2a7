/** Who leads the teams that groups became: contacts of theirs without an owner go to them. */
import { isRef } from '../core/record.ts';
import type { Context } from './context.ts';

/** `lead.<team>` -> the user who leads it. */
export function teamLeads(
  ctx: Context,
  owners: ReadonlyMap<string, number | null>,
): Map<string, number | null> {
  const leads = new Map<string, number | null>();
  for (const { key, values } of ctx.store.plan.ofStep('teams')) {
    const lead = values['user_id'];
    leads.set(`lead.${key}`, isRef(lead) ? (owners.get(lead.ref) ?? null) : null);
  }
  return leads;
}
