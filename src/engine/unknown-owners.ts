/** To-dos and appointments of somebody whom neither the source nor Odoo knows: they are in Odoo, and a person is told. */
import type { Shape, SourceDeclaration } from '../source/source.ts';
import type { OwnedRow } from '../store/plan.ts';
import type { NewReview } from '../store/review.ts';
import type { Context } from './context.ts';

const CODE = 'WB_OWNER_UNKNOWN';
/** Contacts and deals whose owner is not there stand in the report of owners; work that nobody does is lost. */
const SHAPES: ReadonlySet<Shape> = new Set<Shape>(['task', 'event']);

/** Raised anew by every run, so that an item goes when its owner comes. */
export function queueUnknownOwners(ctx: Context, declaration: SourceDeclaration): void {
  const { store, env } = ctx;
  const unknown = unknownOwners(ctx);
  const works = declaration.objects.filter(({ shape }) => SHAPES.has(shape));
  const names = works.map(({ name }) => name);
  store.transaction(() => {
    store.review.clearCode(env, CODE);
    if (unknown.size === 0) return;
    for (const row of store.plan.loadedOf(env, names, [...unknown.keys()]))
      store.review.add(items(ctx, declaration, row, unknown.get(row.owner) ?? ''));
  });
}

/** Key -> what the source calls him. */
function unknownOwners({ store, env }: Context): Map<string, string> {
  const matches = new Map(store.runs.ownerMatches(env).map(({ key, how }) => [key, how]));
  return new Map(
    store.plan
      .owners()
      .filter(({ key, listed }) => !listed && matches.get(key) === 'fallback')
      .map(({ key, label }) => [key, label]),
  );
}

function items(
  { store, env, choices, facts }: Context,
  { name, objects }: SourceDeclaration,
  { object, position }: OwnedRow,
  owner: string,
): NewReview[] {
  const label = objects.find((one) => one.name === object)?.label ?? object;
  const fallback = choices.fallbackOwner || facts.user.login;
  return store.staging.at(object, [position]).map(({ key, file, line }) => {
    const message = `${label} ${key} belongs to "${owner}", who is in no list of users of ${name} and no user of this Odoo. It is in Odoo, where ${fallback} stands in. Make the user and run again, or give it to somebody in Odoo and answer "accept".`;
    const place = `${file}, line ${line}`;
    return { env, object, position, key, place, issue: { code: CODE, message, raw: owner } };
  });
}
