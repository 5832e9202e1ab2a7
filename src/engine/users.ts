/** Makes Odoo users of owners that have none: only when the mapping says so, and without an invitation. */
import type { Owner } from '../core/contact.ts';
import type { OdooRow } from '../destination/destination.ts';
import type { Context } from './context.ts';
import { announceMade, rememberMade } from './provision.ts';

const MODEL = 'res.users';

/**
 * `owners`: those without a user. One without an address cannot log in, so none is made for it. One by one: a
 * refusal (the plan's seats are used up) names its owner, and there are tens, not thousands.
 */
export async function createUsers(
  ctx: Context,
  run: number,
  owners: readonly Owner[],
): Promise<void> {
  for (const owner of owners.filter(({ email }) => email !== '')) {
    announceMade(ctx, run, MODEL, owner.email);
    const values = { name: owner.name || owner.label, login: owner.email, email: owner.email };
    await ctx.destination.create(MODEL, [{ ...values, active: owner.active !== false }]);
  }
}

/**
 * Notes the users that were made, also by a run that died right after Odoo's answer, and the contacts that Odoo
 * made for them: removing a user leaves its contact behind.
 */
export function rememberUsers(ctx: Context, run: number, users: readonly OdooRow[]): void {
  const announced = new Set(ctx.store.ledger.intents(ctx.env).map((row) => row.after['name']));
  for (const user of users) {
    const name = String(user['login']).toLowerCase();
    if (!announced.has(name)) continue;
    const partner = Number(user['partner_id']);
    rememberMade(ctx, run, { model: 'res.partner', id: partner, name, created: true });
    rememberMade(ctx, run, { model: MODEL, id: user.id, name, created: false });
  }
}
