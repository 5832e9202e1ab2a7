/** Finds the Odoo user of every owner. Who cannot be found is replaced by the fallback, and shown. */
import { WaybillError } from '../core/errors.ts';
import type { Owner } from '../core/contact.ts';
import type { OdooRow } from '../destination/destination.ts';
import type { OwnerMatch } from '../store/runs.ts';
import type { Context } from './context.ts';
import { wasMade } from './provision.ts';
import { createUsers, rememberUsers } from './users.ts';

/** Keys of owners (the user, or `ownerpartner.` the user's contact) and authors -> Odoo ids. An author without a user stays empty: `email_from` names him. */
export function ownerIds(ctx: Context): Map<string, number | null> {
  const ids = new Map<string, number | null>();
  for (const match of ctx.store.runs.ownerMatches(ctx.env)) {
    ids.set(match.key, match.userId);
    ids.set(match.key.replace(/^owner\./, 'ownerpartner.'), match.partnerId);
    ids.set(
      match.key.replace(/^owner\./, 'author.'),
      match.how === 'fallback' ? null : match.partnerId,
    );
  }
  return ids;
}

/** Matches by login or e-mail, else by exact name when only one user bears it. Writes the result to the store. */
export async function resolveOwners(ctx: Context, run: number): Promise<void> {
  const owners = ctx.store.plan.owners();
  const users = ctx.choices.createUsers
    ? await withNewUsers(ctx, run, owners)
    : await readUsers(ctx);
  const fallback = fallbackUser(ctx, users);
  const matches = [
    ...owners.map((owner) => matchOwner(ctx, owner, users, fallback)),
    nobody(fallback),
  ];
  rememberFallback(ctx, fallback.id);
  ctx.store.runs.setOwnerMatches(ctx.env, matches);
}

/** Users that stood in for owners at any time. Whoever was given something for an owner is found by them. */
export const fallbacks = (ctx: Context): number[] =>
  ctx.store.runs.meta<number[]>(`fallbacks.${ctx.env}`) ?? [];

function rememberFallback(ctx: Context, id: number): void {
  const former = ctx.store.runs
    .ownerMatches(ctx.env)
    .flatMap(({ how, userId }) => (how === 'fallback' && userId !== null ? [userId] : []));
  const all = [...new Set([...fallbacks(ctx), ...former, id])];
  ctx.store.runs.setMeta(`fallbacks.${ctx.env}`, all);
}

async function withNewUsers(
  ctx: Context,
  run: number,
  owners: readonly Owner[],
): Promise<OdooRow[]> {
  const there = await readUsers(ctx);
  const missing = owners.filter((owner) => !findUser(owner, there));
  await createUsers(ctx, run, missing);
  const users = missing.length > 0 ? await readUsers(ctx) : there;
  rememberUsers(ctx, run, users);
  return users;
}

const readUsers = (ctx: Context): Promise<OdooRow[]> =>
  ctx.destination.find(
    'res.users',
    [['share', '=', false]],
    ['login', 'email', 'name', 'partner_id', 'active', 'create_uid'],
    { archived: true },
    ctx.signal,
  );

const findUser = (owner: Owner, users: readonly OdooRow[]): OdooRow | undefined =>
  byEmail(owner.email, users) ?? byName(owner.name || owner.label, users);

function matchOwner(
  ctx: Context,
  owner: Owner,
  users: readonly OdooRow[],
  fallback: OdooRow,
): OwnerMatch {
  const found = findUser(owner, users);
  const user = found ?? fallback;
  return {
    key: owner.key,
    userId: user.id,
    partnerId: user['partner_id'] as number | null,
    how: !found ? 'fallback' : isOurs(ctx, found) ? 'created' : 'matched',
  };
}

/** Who gets what names no owner but needs one: a task. */
const nobody = (fallback: OdooRow): OwnerMatch => ({
  key: 'owner.fallback',
  userId: fallback.id,
  partnerId: fallback['partner_id'] as number | null,
  how: 'fallback',
});

const isOurs = (ctx: Context, user: OdooRow): boolean =>
  wasMade(ctx, 'res.users', fold(user['login']));

const fold = (text: unknown): string => (typeof text === 'string' ? text.trim().toLowerCase() : '');

const byEmail = (email: string, users: readonly OdooRow[]): OdooRow | undefined =>
  email === ''
    ? undefined
    : users.find(
        (user) => fold(user['login']) === fold(email) || fold(user['email']) === fold(email),
      );

function byName(name: string, users: readonly OdooRow[]): OdooRow | undefined {
  const named = users.filter((user) => name !== '' && fold(user['name']) === fold(name));
  return named.length === 1 ? named[0] : undefined;
}

function fallbackUser(ctx: Context, users: readonly OdooRow[]): OdooRow {
  const login = ctx.choices.fallbackOwner;
  const user =
    login === ''
      ? users.find((one) => one.id === ctx.facts.user.id)
      : users.find((one) => fold(one['login']) === fold(login));
  if (user) return user;
  throw new WaybillError(
    'WB_MAPPING_INVALID',
    `The fallback owner "${login || ctx.facts.user.login}" is not a user of this Odoo.`,
    {
      next: 'Set choices.fallbackOwner in mapping.yaml to the login of an Odoo user, then approve the mapping again.',
    },
  );
}
