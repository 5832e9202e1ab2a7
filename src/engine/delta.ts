/**
 * What changed at the source since the load, brought to Odoo without undoing what people did there meanwhile.
 * New records go through `load`; this file is about those that are in Odoo already.
 */
import { isFileRef, isRef, isRefs, type Value, type Values } from '../core/record.ts';
import type { FieldInfo, OdooRow, OdooValue } from '../destination/destination.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import type { ChangedRow } from '../store/delta.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Change } from './change.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { noTotals, raise, write, type Delta, type DeltaTotals } from './delta-context.ts';
import { decideFile, FILE_FIELDS, isFileField, writeFiles, type FileField } from './delta-files.ts';
import { applyGone, restoreReturned } from './delta-gone.ts';
import { relatives, spreads } from './match.ts';
import { isOurs, markFields } from './ours.ts';
import { isBlocked, makeResolver } from './resolve.ts';
import { decide, type Decision } from './three-way.ts';
import type { Touched } from './touched.ts';

const PAGE = 500;

export async function applyDelta(
  ctx: Context,
  run: number,
  special: ReadonlyMap<string, number | null>,
  touched: Touched,
): Promise<DeltaTotals> {
  const delta = { ctx, run, resolver: makeResolver(ctx, special), touched, totals: noTotals() };
  ctx.store.delta.clearRaised(ctx.env);
  await restoreReturned(delta);
  await applyChanged(delta);
  await applyGone(delta);
  return delta.totals;
}

async function applyChanged(delta: Delta): Promise<void> {
  const { ctx } = delta;
  ctx.emit({ type: 'step-started', step: 'changes', total: null });
  let after = '';
  for (;;) {
    if (ctx.signal.aborted) throw stopped();
    const page = ctx.store.delta.changed(ctx.env, after, PAGE);
    const last = page.at(-1);
    if (!last) break;
    after = last.row.key;
    for (const rows of Map.groupBy(page, (one) => one.row.model).values())
      await applyPage(delta, rows);
    ctx.emit({ type: 'step-progress', step: 'changes', done: delta.totals.changed });
  }
  ctx.emit({ type: 'step-ended', step: 'changes', done: delta.totals.changed });
}

async function applyPage(delta: Delta, page: readonly ChangedRow[]): Promise<void> {
  const { ctx } = delta;
  const model = page[0]?.row.model ?? '';
  const keys = page.map((one) => one.row.key);
  const ledger = new Map(
    ctx.store.ledger
      .get(ctx.env, keys)
      .filter((row) => row.state === 'done')
      .map((row) => [row.key, row]),
  );
  const info = await ctx.destination.fields(model, ctx.signal);
  const fields = [...new Set(page.flatMap(fieldsToRead))].filter((field) => field in info);
  const rows = await ctx.destination.read(
    model,
    [...ledger.values()].map((row) => row.resId),
    [...new Set([...fields, ...relatives(model), ...markFields(info), 'write_date', 'write_uid'])],
    ctx.signal,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const changes: Change[] = [];
  for (const one of page) {
    const row = ledger.get(one.row.key);
    if (!row) continue;
    const there = found.get(row.resId);
    const current = there && isOurs(row, there) ? there : undefined;
    const { change, files } = planChange(delta, one, row, current, info);
    // One at a time: the bytes of a page would not fit into memory.
    if (change && files.length > 0) await writeFiles(delta, one, change, files);
    else if (change) changes.push(change);
  }
  await write(delta, changes);
}

const fieldsToRead = (one: ChangedRow): string[] =>
  changedFields(one).flatMap((field) => (isFileField(one, field) ? FILE_FIELDS : [field]));

const changedFields = ({ row, base }: ChangedRow): string[] =>
  [...new Set([...Object.keys(row.values), ...Object.keys(base)])].filter(
    (field) => identity(row.values[field]) !== identity(base[field]),
  );

/** A file is what it holds, wherever the export keeps it. */
const identity = (value: Value | undefined): string =>
  canonicalJson(isFileRef(value) ? value.sha256 : (value ?? null));

/** At most one change; what it does not settle stays different from the base and comes up again. */
function planChange(
  delta: Delta,
  one: ChangedRow,
  row: LedgerRow,
  found: OdooRow | undefined,
  info: Readonly<Record<string, FieldInfo>>,
): { readonly change?: Change; readonly files: readonly FileField[] } {
  delta.totals.changed++;
  if (!found) {
    removedInOdoo(delta, one, row);
    return { files: [] };
  }
  const after: Record<string, OdooValue> = {};
  const files: FileField[] = [];
  const taken: string[] = [];
  const open = changedFields(one);
  const base: Record<string, Value> = {
    ...one.row.values,
    ...Object.fromEntries(open.map((field) => [field, one.base[field] ?? null])),
  };
  for (const field of open) {
    const answer = isFileField(one, field)
      ? decideFile(delta, one.row, row, found, field)
      : decideField(delta, one, row, found, field, info[field]?.type);
    if (answer.kind === 'conflict') continue;
    if (answer.kind === 'write') after[field] = answer.value;
    if (answer.kind === 'file') files.push([field, answer.file]);
    if (answer.kind === 'keep') delta.totals.kept++;
    if (answer.kind === 'same') taken.push(field);
    base[field] = one.row.values[field] ?? null;
  }
  delta.ctx.store.delta.forgetUntaken(delta.ctx.env, row.key, taken);
  if (files.length > 0 || Object.keys(after).length > 0)
    return { change: { row, found, after, base: withoutEmpty(base, one) }, files };
  delta.ctx.store.delta.setBase(delta.ctx.env, row.key, withoutEmpty(base, one));
  return { files };
}

/** In the shape of the planned values, so that equal values are equal text. */
function withoutEmpty(base: Values, { row }: ChangedRow): Values {
  const names = [...Object.keys(row.values), ...Object.keys(base)];
  return Object.fromEntries(
    [...new Set(names)].flatMap((name) => {
      const value = base[name] ?? null;
      return value === null && !(name in row.values) ? [] : [[name, value]];
    }),
  );
}

function decideField(
  delta: Delta,
  { row: planned, base }: ChangedRow,
  row: LedgerRow,
  found: OdooRow,
  field: string,
  type: string | undefined,
): Decision {
  if (type === undefined) return { kind: 'keep' };
  const resolve = (value: Value): OdooValue | undefined => {
    const answer = delta.resolver({ ...planned, values: { [field]: value } });
    return isBlocked(answer) ? undefined : (answer.values[field] ?? null);
  };
  const wanted = planned.values[field] ?? null;
  const now = resolve(wanted);
  if (now === undefined) return { kind: 'conflict' };
  const answer = decide({
    type,
    was: resolve(stillKnown(base[field] ?? null, resolve)) ?? null,
    now,
    found: found[field] ?? null,
    sent: row.after[field] as OdooValue | undefined,
    before: row.before[field] as OdooValue | undefined,
    created: row.op === 'create',
    untouched: delta.touched(row, found) === '',
    existing: delta.ctx.choices.existing,
  });
  if (answer.kind === 'keep' || answer.kind === 'same') return answer;
  const spreading = spreads(field, found);
  return spreading || answer.kind === 'conflict'
    ? byPolicy(delta, planned, row, found, field, now, spreading)
    : answer;
}

/** Without references to records that are no longer in the ledger. */
function stillKnown(value: Value, resolve: (value: Value) => OdooValue | undefined): Value {
  if (isRefs(value)) return value.filter((ref) => resolve([ref]) !== undefined);
  return isRef(value) && resolve(value) === undefined ? null : value;
}

/** `spreading`: no policy covers what Odoo would do to other people's addresses, so a person decides each. */
function byPolicy(
  delta: Delta,
  planned: ChangedRow['row'],
  row: LedgerRow,
  found: OdooRow,
  field: string,
  now: OdooValue,
  spreading: boolean,
): Decision {
  const { ctx } = delta;
  const key = `${row.key}#${field}#${sha256(canonicalJson(now)).slice(0, 8)}`;
  const decided = ctx.store.review.decided({
    env: ctx.env,
    object: planned.object,
    key,
    code: 'WB_DELTA_CONFLICT',
    column: field,
  });
  const unasked = spreading ? 'queue' : ctx.choices.conflicts;
  const policy = decided === '' ? unasked : decided === 'source' ? 'source' : 'odoo';
  if (policy === 'source') return { kind: 'write', value: now };
  if (policy === 'odoo') return { kind: 'keep' };
  const why = spreading
    ? 'Odoo would copy it to the company, or to the contacts, that this one belongs together with, over what they have'
    : delta.touched(row, found) || 'changed by a rule';
  raise(delta, row, 'WB_DELTA_CONFLICT', key, {
    message: `${field}: the source changed it from ${show(row.after[field])} to ${show(now)}, and Odoo holds ${show(found[field])} (${why}). Resolve with "source" or "odoo".`,
    column: field,
    raw: show(now),
    candidates: ['source', 'odoo'],
  });
  return { kind: 'conflict' };
}

const show = (value: unknown): string =>
  value === null || value === undefined || value === false
    ? 'nothing'
    : `"${(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 100)}"`;

/** Somebody deleted or merged it in Odoo. `source` makes it anew at the next delta; `odoo` lets it be. */
function removedInOdoo(delta: Delta, one: ChangedRow, row: LedgerRow): void {
  const { ctx } = delta;
  const key = `${row.key}#removed`;
  const decided = ctx.store.review.decided({
    env: ctx.env,
    object: one.row.object,
    key,
    code: 'WB_DELTA_CONFLICT',
  });
  if (decided === 'source') ctx.store.ledger.forget(ctx.env, [row.key]);
  else if (decided !== '') ctx.store.delta.setBase(ctx.env, row.key, one.row.values);
  else
    raise(delta, row, 'WB_DELTA_CONFLICT', key, {
      message: `The source changed ${changedFields(one).join(', ')}, but ${row.model} ${row.resId} is no longer in Odoo: it was deleted or merged there. Resolve with "source" (made anew by the next run) or "odoo".`,
      candidates: ['source', 'odoo'],
    });
}
