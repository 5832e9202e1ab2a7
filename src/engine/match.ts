/** Finds the Odoo record that a planned one already is, by the confirmed rule, and what would change on it. */
import type { OdooRow, OdooValue } from '../destination/destination.ts';
import { KEY_FIELD } from '../destination/destination.ts';
import type { PlannedRow } from '../store/plan.ts';
import type { Context } from './context.ts';
import { sameValue } from './compare.ts';
import type { Resolved } from './resolve.ts';
import { RULES, type StepRule } from './steps.ts';

export type Match =
  | { readonly kind: 'new' }
  /** `chosen`: by a person, who may give two contacts one record. */
  | { readonly kind: 'existing'; readonly found: OdooRow; readonly chosen?: boolean }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly OdooRow[] };

/** Answers for all rows of a batch with one read. */
export async function matchRows(ctx: Context, rows: readonly Resolved[]): Promise<Match[]> {
  const first = rows[0];
  if (!first) return [];
  const { match } = RULES[first.row.step];
  const none = match === 'never' || (ctx.choices.match === 'none' && first.row.model === PARTNER);
  if (none) return rows.map(() => ({ kind: 'new' }));
  return match === 'email' ? matchByEmail(ctx, rows) : matchByFields(ctx, rows, match);
}

const PARTNER = 'res.partner';

export const fold = (value: OdooValue | undefined): string =>
  typeof value === 'string' ? value.trim().replace(/\s+/g, ' ').toLowerCase() : '';

async function matchByFields(
  ctx: Context,
  rows: readonly Resolved[],
  { by, and, also }: Exclude<StepRule['match'], string>,
): Promise<Match[]> {
  const model = rows[0]?.row.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const first = by.find((field) => field in info) ?? 'name';
  const more = and.filter((field) => field in info);
  const found = await ctx.destination.find(
    model,
    [[first, 'in', rows.map(({ values }) => values[first])], [KEY_FIELD, '=', false], ...also],
    [...new Set([...fieldsToRead(rows), first, ...more])],
    { archived: true },
    ctx.signal,
  );
  return rows.map(({ values }) => {
    const same = found.filter(
      (one) =>
        one[first] === values[first] &&
        more.every((field) => sameValue(info[field]?.type, values[field], one[field])),
    );
    // Several tags or companies of one name are interchangeable to whoever sees only the name: take the oldest.
    const oldest = same.sort((a, b) => a.id - b.id)[0];
    return oldest ? { kind: 'existing', found: oldest } : { kind: 'new' };
  });
}

/** Records that this project made are no matches: two contacts kept apart must not find each other. */
async function matchByEmail(ctx: Context, rows: readonly Resolved[]): Promise<Match[]> {
  const emails = [...new Set(rows.map(({ row }) => row.match).filter((email) => email !== ''))];
  if (emails.length === 0) return rows.map(() => ({ kind: 'new' }));
  const fields = ['name', ...fieldsToRead(rows), 'email_normalized', 'active'];
  const found = await ctx.destination.find(
    'res.partner',
    [
      ['email_normalized', 'in', emails],
      [KEY_FIELD, '=', false],
    ],
    [...new Set(fields)],
    { archived: true },
    ctx.signal,
  );
  const byEmail = Map.groupBy(found, (one) => fold(one['email_normalized']));
  const shared = ctx.store.plan.sharedMatches(emails);
  return rows.map(({ row, values }) =>
    choose(ctx, row, values, byEmail.get(row.match) ?? [], shared.has(row.match)),
  );
}

function choose(
  ctx: Context,
  row: PlannedRow,
  values: Resolved['values'],
  candidates: readonly OdooRow[],
  shared: boolean,
): Match {
  if (row.match === '' || candidates.length === 0) return { kind: 'new' };
  const decided = ctx.store.review.decided({
    env: ctx.env,
    object: row.object,
    key: row.key,
    code: 'WB_MATCH_AMBIGUOUS',
  });
  if (decided === 'create') return { kind: 'new' };
  const chosen = candidates.find((one) => String(one.id) === decided);
  if (chosen) return { kind: 'existing', found: chosen, chosen: true };
  return recognise(ctx.choices.match, { name: fold(values['name']), shared }, candidates);
}

/**
 * Which of the Odoo contacts with one address a contact is. `shared`: an address that several contacts of the export
 * have says nothing about which of them Odoo has.
 */
export function recognise(
  rule: Context['choices']['match'],
  { name, shared }: { readonly name: string; readonly shared: boolean },
  candidates: readonly OdooRow[],
): Match {
  if (candidates.length === 0 || rule === 'none') return { kind: 'new' };
  const named = candidates.filter((one) => fold(one['name']) === name);
  const only = named.length === 1 ? named[0] : undefined;
  if (only) return { kind: 'existing', found: only };
  if (named.length > 1) return { kind: 'ambiguous', candidates: named };
  if (rule === 'email-and-name' || shared) return { kind: 'new' };
  const [single, ...others] = candidates;
  return single && others.length === 0
    ? { kind: 'existing', found: single }
    : { kind: 'ambiguous', candidates };
}

const fieldsToRead = (rows: readonly Resolved[]): string[] => [
  ...new Set([
    ...relatives(rows[0]?.row.model ?? ''),
    ...rows.flatMap(({ values }) => Object.keys(values)),
  ]),
];

/** What the rule writes on an existing record. Lists are joined: a tag that is there stays. */
export function changes(
  rule: Context['choices']['existing'],
  found: OdooRow,
  wanted: Resolved['values'],
): Record<string, OdooValue> {
  if (rule === 'leave') return {};
  const out: Record<string, OdooValue> = {};
  for (const [field, value] of Object.entries(wanted)) {
    const current = found[field] ?? null;
    if (spreads(field, found)) continue;
    if (Array.isArray(value)) {
      const joined = [
        ...new Set([
          ...(Array.isArray(current) ? (current as number[]) : []),
          ...(value as number[]),
        ]),
      ].sort((a, b) => a - b);
      if (joined.length > (Array.isArray(current) ? current.length : 0)) out[field] = joined;
    } else if (
      value !== null &&
      value !== current &&
      (rule === 'overwrite' || isFree(field, current))
    )
      out[field] = value;
  }
  return out;
}

const ADDRESS = new Set(['street', 'street2', 'city', 'zip', 'state_id', 'country_id']);

/** What tells whether an address would spread. */
export const relatives = (model: string): readonly string[] =>
  model === PARTNER ? ['parent_id', 'child_ids'] : [];

/**
 * Writing a company on a contact that exists, or the address of one that has a company or contacts below it, makes
 * Odoo copy the address and commercial fields between the contact, the company and everybody below it
 * (base/models/res_partner.py, _fields_sync): values nobody approved on records nobody named, and no rollback could
 * find them all.
 */
export const spreads = (field: string, found: OdooRow): boolean =>
  field === 'parent_id' || addressSpreads(field, found);

/** Taking a company off a contact copies nothing, so of what is put back it is addresses alone. */
export const addressSpreads = (field: string, found: OdooRow): boolean =>
  ADDRESS.has(field) && hasRelatives(found);

const hasRelatives = ({ parent_id: parent, child_ids: children }: OdooRow): boolean =>
  typeof parent === 'number' || (Array.isArray(children) && children.length > 0);

/** What the source says and the rule did not write, to be shown: it is neither in Odoo nor anybody's loss unseen. */
export function untaken(
  { values }: Resolved,
  found: OdooRow,
  written: Readonly<Record<string, OdooValue>>,
): Record<string, OdooValue> {
  const left = Object.entries(values).filter(
    ([field, value]) => !(field in written) && !holds(found[field] ?? null, value),
  );
  return Object.fromEntries(left);
}

const holds = (current: OdooValue, value: OdooValue): boolean =>
  Array.isArray(value)
    ? (value as number[]).every((id) => Array.isArray(current) && current.includes(id))
    : value === null || value === current;

/** A checkbox has no "empty". That a custom one is not set says nothing; that a contact is not active does. */
const isFree = (field: string, current: OdooValue): boolean =>
  isEmpty(current) || (current === false && field.startsWith('x_'));

const isEmpty = (value: OdooValue): boolean =>
  value === null || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
