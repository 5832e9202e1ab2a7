/** Makes Odoo users of owners that have none: only when the mapping says so, and without an invitation. */
import type { WaybillError } from '../core/errors.ts';
import type { Owner } from '../core/contact.ts';
import type { OdooRow } from '../destination/destination.ts';
import type { Context } from './context.ts';
import { announceMade, didNotHappen, forgetAnnounced, rememberMade } from './provision.ts';
import { ourUsers } from './touched.ts';

const MODEL = 'res.users';

/**
 * `owners`: those without a user. One without an address cannot log in, so none is made for it. One by one: a
 * refusal (the plan's seats are used up, the login is a portal user's) names its owner, and there are tens, not
 * thousands.
 */
export async function createUsers(
  ctx: Context,
  run: number,
  owners: readonly Owner[],
): Promise<void> {
  for (const owner of owners.filter(({ email }) => email !== '')) {
    announceMade(ctx, run, MODEL, owner.email);
    try {
      await createUser(ctx, owner);
    } catch (error) {
      if (!didNotHappen(error)) throw error;
      forgetAnnounced(ctx, MODEL, owner.email);
      if (!isRefusal(error)) throw error;
      const message = `Odoo has no user for ${owner.label} (${owner.email}) and refuses to make one: ${saidBy(error)} What belongs to this owner goes to the fallback; it comes right with the next run once the user exists.`;
      ctx.emit({ type: 'notice', level: 'warn', message });
    }
  }
}

async function createUser(ctx: Context, owner: Owner): Promise<void> {
  const values = { name: owner.name || owner.label, login: owner.email, email: owner.email };
  await ctx.destination.create(MODEL, [{ ...values, active: owner.active !== false }]);
}

const isRefusal = ({ class: kind, code }: WaybillError): boolean =>
  kind === 'record' || code === 'WB_ODOO_RIGHTS';

const saidBy = ({ message, data }: WaybillError): string =>
  (typeof data['said'] === 'string' ? data['said'] : message).replace(/\.?$/, '.');

/**
 * Notes the users that were made, also by a run that died right after Odoo's answer, and the contacts that Odoo
 * made for them: removing a user leaves its contact behind. One that another user made meanwhile is not ours.
 */
export function rememberUsers(ctx: Context, run: number, users: readonly OdooRow[]): void {
  const announced = new Set(ctx.store.ledger.intents(ctx.env).map((row) => row.after['name']));
  const ours = ourUsers(ctx);
  for (const user of users) {
    const name = String(user['login']).toLowerCase();
    if (!announced.has(name)) continue;
    if (!ours.has(Number(user['create_uid']))) {
      forgetAnnounced(ctx, MODEL, name);
      continue;
    }
    const partner = Number(user['partner_id']);
    rememberMade(ctx, run, { model: 'res.partner', id: partner, name, created: true });
    rememberMade(ctx, run, { model: MODEL, id: user.id, name, created: false });
  }
}
