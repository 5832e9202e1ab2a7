/**
 * Gives what went to the fallback to its real owner once that user exists. What there is to do is read from the ledger
 * each time, so a run that was stopped before it came to this leaves nothing behind.
 */
import { isRef, isRefs, type Value } from '../core/record.ts';
import type { OdooRow, OdooValue } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { PlannedRow } from '../store/plan.ts';
import { writeChanges, type Change } from './change.ts';
import type { Context } from './context.ts';
import { isOurs, markFields } from './ours.ts';
import { fallbacks } from './owners.ts';
import { isBlocked, makeResolver, type Resolver } from './resolve.ts';
import { teamLeads } from './team-leads.ts';
import { touchedSince, type Touched } from './touched.ts';

const AT_ONCE = 500;

interface Reassigning {
  readonly ctx: Context;
  readonly run: number;
  readonly resolver: Resolver;
  readonly touched: Touched;
}

/**
 * `special`: as for `load`. Only where the fallback that we wrote is still in place: a person's own assignment is left
 * alone. Returns the number of records changed.
 */
export async function reassign(
  ctx: Context,
  run: number,
  special: ReadonlyMap<string, number | null>,
): Promise<number> {
  const real = realOwners(ctx);
  const reassigning: Reassigning = {
    ctx,
    run,
    resolver: makeResolver(ctx, special),
    touched: await touchedSince(ctx),
  };
  let changed = 0;
  let after = '';
  for (;;) {
    const keys = ctx.store.ledger.givenTo(ctx.env, fallbacks(ctx), after, AT_ONCE);
    const last = keys.at(-1);
    if (last === undefined) return changed;
    after = last;
    const rows = new Map(ctx.store.ledger.get(ctx.env, keys).map((row) => [row.key, row]));
    const due = ctx.store.plan.byKeys(keys).flatMap((planned) => {
      const row = rows.get(planned.key);
      const owner = real.get(refOf(planned.values['user_id']));
      return row && typeof owner === 'number' && owner !== row.after['user_id']
        ? [{ planned, row }]
        : [];
    });
    for (const [model, same] of Map.groupBy(due, (one) => one.row.model))
      changed += await reassignSome(reassigning, model, same);
  }
}

const refOf = (value: Value | undefined): string => (isRef(value) ? value.ref : '');

/** Owners, and leads of teams, that are users of this Odoo and no stand-in. */
function realOwners(ctx: Context): Map<string, number | null> {
  const owners = new Map(
    ctx.store.runs
      .ownerMatches(ctx.env)
      .flatMap(({ key, how, userId }) => (how === 'fallback' ? [] : [[key, userId] as const])),
  );
  return new Map([...owners, ...teamLeads(ctx, owners)]);
}

interface Due {
  readonly planned: PlannedRow;
  readonly row: LedgerRow;
}

async function reassignSome(
  { ctx, run, resolver, touched }: Reassigning,
  model: string,
  due: readonly Due[],
): Promise<number> {
  const info = await ctx.destination.fields(model, ctx.signal);
  const fields = new Set(due.flatMap(({ planned }) => ownerFields(planned)));
  const asked = [...fields, 'team_id', ...markFields(info)].filter((field) => field in info);
  const ids = due.map(({ row }) => row.resId);
  const all = [...new Set([...asked, 'write_date', 'write_uid'])];
  const read = await ctx.destination.read(model, ids, all, ctx.signal);
  const found = new Map(read.map((one) => [one.id, one]));
  const changes = due.flatMap(({ planned, row }): Change[] => {
    const current = found.get(row.resId);
    if (!current || !isOurs(row, current) || current['user_id'] !== row.after['user_id']) return [];
    const after = ownedAnew(resolver, planned, row, current);
    // Odoo chooses a lead's team anew for a new salesperson, unless it is told (crm/models/crm_lead.py, _compute_team_id).
    const team = model === LEAD ? { team_id: current['team_id'] ?? null } : {};
    return [{ row, found: current, after, sent: { ...after, ...team }, base: {} }];
  });
  let refused = 0;
  for (const same of Map.groupBy(changes, (one) => one.found['team_id']).values())
    refused += (await writeChanges(ctx, run, same, touched)).length;
  if (refused > 0)
    ctx.emit({
      type: 'notice',
      level: 'warn',
      message: `Odoo refuses to give ${refused} record(s) of ${model} to their owner: they stay with the fallback.`,
    });
  return changes.length - refused;
}

const LEAD = 'crm.lead';

/** Fields that name the owner, or the owner's contact: of a meeting also who takes part, of a to-do of one's own where it stands. */
const ownerFields = ({ values }: PlannedRow): string[] => {
  const user = refOf(values['user_id']);
  const names = [user, user.replace(/^owner\./, 'ownerpartner.')];
  return Object.keys(values).filter((field) => {
    const value = values[field];
    if (isRefs(value)) return value.some((one) => names.includes(one.ref));
    return names.includes(refOf(value));
  });
};

function ownedAnew(
  resolver: Resolver,
  planned: PlannedRow,
  row: LedgerRow,
  found: OdooRow,
): Record<string, OdooValue> {
  const after: Record<string, OdooValue> = {};
  for (const field of ownerFields(planned)) {
    const value = planned.values[field] ?? null;
    const answer = resolver({ ...planned, values: { [field]: value } });
    if (isBlocked(answer) || !(field in row.after)) continue;
    const now = answer.values[field] ?? null;
    const [sent, there] = [row.after[field], found[field] ?? null];
    if (Array.isArray(now)) after[field] = exchanged(now as number[], sent, there);
    else if (there === sent) after[field] = now;
  }
  return after;
}

/** The stand-in goes, the owner comes, everybody else stays. */
function exchanged(now: readonly number[], sent: unknown, there: OdooValue): number[] {
  const was = Array.isArray(sent) ? (sent as number[]) : [];
  const is = Array.isArray(there) ? (there as number[]) : [];
  const stay = is.filter((id) => now.includes(id) || !was.includes(id));
  return [...new Set([...stay, ...now.filter((id) => !was.includes(id))])].sort((a, b) => a - b);
}
