/**
 * What changed at the source since the load, brought to Odoo without undoing what people did there meanwhile.
 * New records go through `load`; this file is about those that are in Odoo already.
 */
import { isWaybillError } from '../core/errors.ts';
import { isFileRef, isRef, isRefs, type FileRef, type Value, type Values } from '../core/record.ts';
import type { FieldInfo, OdooRow, OdooValue, OdooValues } from '../destination/destination.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import type { ChangedRow } from '../store/delta.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { writeChanges, type Change } from './change.ts';
import type { Context } from './context.ts';
import { stopped } from './create.ts';
import { withBytes } from './files.ts';
import { isOurs, markFields } from './ours.ts';
import { isBlocked, makeResolver, type Resolver } from './resolve.ts';
import { decide, type Decision } from './three-way.ts';
import type { Touched } from './touched.ts';

export interface DeltaTotals {
  changed: number;
  written: number;
  /** Fields that differ at the source, where Odoo keeps its own by the confirmed rule. */
  kept: number;
  queued: number;
  archived: number;
  restored: number;
  /** Deleted at the source, left as they are by decision or since their kind cannot be archived. */
  left: number;
}

export const noTotals = (): DeltaTotals => ({
  changed: 0,
  written: 0,
  kept: 0,
  queued: 0,
  archived: 0,
  restored: 0,
  left: 0,
});

interface Delta {
  readonly ctx: Context;
  readonly run: number;
  readonly resolver: Resolver;
  readonly touched: Touched;
  readonly totals: DeltaTotals;
}

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
    [...new Set([...fields, ...markFields(info), 'write_date', 'write_uid'])],
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

async function write(delta: Delta, changes: readonly Change[]): Promise<void> {
  const refused = await writeChanges(delta.ctx, delta.run, changes, delta.touched);
  for (const { change, message } of refused) raiseRefused(delta, change.row, message);
  delta.totals.written += changes.length - refused.length;
}

const raiseRefused = (delta: Delta, row: LedgerRow, message: string): void =>
  raise(delta, row, 'WB_DELTA_CONFLICT', row.key, {
    message: `The change cannot be made: ${message}`,
    candidates: ['odoo'],
  });

type FileField = readonly [field: string, file: FileRef];

async function writeFiles(
  delta: Delta,
  { row: planned }: ChangedRow,
  change: Change,
  files: readonly FileField[],
): Promise<void> {
  const named = { ...change.after, name: planned.values['name'] as OdooValue };
  try {
    const { sent, values } = await withBytes(delta.ctx, { row: planned, values: named, files });
    await write(delta, [{ ...change, after: values, sent }]);
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    raiseRefused(delta, change.row, error.message);
  }
}

/** Of a file its checksum and size: its bytes are never read back for a comparison. */
const fieldsToRead = (one: ChangedRow): string[] =>
  changedFields(one).flatMap((field) => (isFileField(one, field) ? FILE_FIELDS : [field]));
const FILE_FIELDS = ['checksum', 'file_size', 'name', 'mimetype'];
const isFileField = ({ row, base }: ChangedRow, field: string): boolean =>
  isFileRef(row.values[field]) || isFileRef(base[field]);

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
    base[field] = one.row.values[field] ?? null;
  }
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
  return answer.kind === 'conflict' ? byPolicy(delta, planned, row, found, field, now) : answer;
}

type FileDecision =
  Exclude<Decision, { kind: 'write' }> | { readonly kind: 'file'; readonly file: FileRef };

/** Bytes are not merged: the new ones replace those we sent. What somebody replaced in Odoo is a person's to decide. */
function decideFile(
  delta: Delta,
  planned: ChangedRow['row'],
  row: LedgerRow,
  found: OdooRow,
  field: string,
): FileDecision {
  const { ctx } = delta;
  const file = planned.values[field];
  const there = isFileRef(file) && file.bytes > 0;
  if (
    there &&
    SEALS.every((seal) => row.after[seal] === undefined || row.after[seal] === found[seal])
  )
    return { kind: 'file', file };
  const key = `${row.key}#file#${there ? file.sha256.slice(0, 8) : 'gone'}`;
  const code = 'WB_DELTA_CONFLICT';
  const decided = ctx.store.review.decided({ env: ctx.env, object: planned.object, key, code });
  const policy = decided || (there ? ctx.choices.conflicts : 'queue');
  if (there && policy === 'source') return { kind: 'file', file };
  if (policy !== 'queue') return { kind: 'keep' };
  const where = `${row.model} ${row.resId}`;
  raise(delta, row, code, key, {
    message: there
      ? `The file changed at the source (${file.file}, ${file.bytes} bytes), and ${where} holds another than was sent (${delta.touched(row, found) || 'changed by a rule'}). Resolve with "source" or "odoo".`
      : `The file is no longer at the source, or empty there; ${where} still holds the former. Resolve with "odoo".`,
    candidates: there ? ['source', 'odoo'] : ['odoo'],
  });
  return { kind: 'conflict' };
}

/** What Odoo says of a file without its bytes. */
const SEALS = ['checksum', 'file_size'];

/** Without references to records that are no longer in the ledger. */
function stillKnown(value: Value, resolve: (value: Value) => OdooValue | undefined): Value {
  if (isRefs(value)) return value.filter((ref) => resolve([ref]) !== undefined);
  return isRef(value) && resolve(value) === undefined ? null : value;
}

function byPolicy(
  delta: Delta,
  planned: ChangedRow['row'],
  row: LedgerRow,
  found: OdooRow,
  field: string,
  now: OdooValue,
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
  const policy = decided === '' ? ctx.choices.conflicts : decided === 'source' ? 'source' : 'odoo';
  if (policy === 'source') return { kind: 'write', value: now };
  if (policy === 'odoo') return { kind: 'keep' };
  raise(delta, row, 'WB_DELTA_CONFLICT', key, {
    message: `${field}: the source changed it from ${show(row.after[field])} to ${show(now)}, and Odoo holds ${show(found[field])} (${delta.touched(row, found) || 'changed by a rule'}). Resolve with "source" or "odoo".`,
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

async function applyGone(delta: Delta): Promise<void> {
  const { ctx } = delta;
  let after = '';
  for (;;) {
    if (ctx.signal.aborted) throw stopped();
    const page = ctx.store.delta.gone(ctx.env, after, PAGE);
    const last = page.at(-1);
    if (!last) return;
    after = last.key;
    const objects = new Map(page.map((one) => [one.key, one.object]));
    const rows = ctx.store.ledger.get(ctx.env, [...objects.keys()]);
    for (const same of Map.groupBy(rows, (row) => row.model).values())
      await settleGone(delta, same, objects);
  }
}

async function settleGone(
  delta: Delta,
  rows: readonly LedgerRow[],
  objects: ReadonlyMap<string, string>,
): Promise<void> {
  const { ctx } = delta;
  const model = rows[0]?.model ?? '';
  const info = await ctx.destination.fields(model, ctx.signal);
  const canArchive = 'active' in info;
  const read = await ctx.destination.read(
    model,
    rows.map((row) => row.resId),
    [...markFields(info), 'write_date', 'write_uid', ...(canArchive ? ['active'] : [])],
    ctx.signal,
  );
  const found = new Map(read.map((one) => [one.id, one]));
  const archive: Change[] = [];
  for (const row of rows) {
    const there = found.get(row.resId);
    const current = there && isOurs(row, there) ? there : undefined;
    const fate = goneFate(delta, row, current, objects.get(row.key) ?? '', canArchive);
    if (fate === 'left') delta.totals.left++;
    if (fate === 'archive' && current)
      archive.push({ row, found: current, after: { active: false }, base: {} });
    if (fate !== 'queued') ctx.store.delta.setGone(ctx.env, [row.key], true);
  }
  const refused = await writeChanges(ctx, delta.run, archive, delta.touched);
  for (const { change, message } of refused)
    raise(delta, change.row, 'WB_DELTA_DELETED', change.row.key, { message, candidates: ['keep'] });
  delta.totals.archived += archive.length - refused.length;
}

function goneFate(
  delta: Delta,
  row: LedgerRow,
  found: OdooRow | undefined,
  object: string,
  canArchive: boolean,
): 'archive' | 'left' | 'queued' {
  const { ctx } = delta;
  if (!found) return 'left';
  const decided = ctx.store.review.decided({
    env: ctx.env,
    object,
    key: row.key,
    code: 'WB_DELTA_DELETED',
  });
  const policy = decided === 'accept' ? 'keep' : decided || ctx.choices.deletions;
  if (policy === 'keep' || (policy === 'archive' && !canArchive)) return 'left';
  const edited = delta.touched(row, found);
  const safe = row.op === 'create' && edited === '';
  if (policy === 'archive' && (safe || decided === 'archive')) return 'archive';
  raise(delta, row, 'WB_DELTA_DELETED', row.key, {
    message: `Deleted at the source; ${row.model} ${row.resId} is still in Odoo${edited ? `, edited by ${edited}` : ''}${row.op === 'create' ? '' : ', where it was before the migration'}. Resolve with ${canArchive ? '"archive" or ' : ''}"keep".`,
    candidates: canArchive ? ['archive', 'keep'] : ['keep'],
  });
  return 'queued';
}

/** What was archived since it was gone comes back into view, unless somebody else had archived it. */
async function restoreReturned(delta: Delta): Promise<void> {
  const { ctx } = delta;
  const planned = ctx.store.delta.returned(ctx.env);
  if (planned.length === 0) return;
  const keys = planned.map((row) => row.key);
  const archived = ctx.store.ledger
    .get(ctx.env, keys)
    .filter((row) => row.after['active'] === false && row.state === 'done');
  for (const [model, rows] of Map.groupBy(archived, (row) => row.model)) {
    const ids = rows.map((row) => row.resId);
    const read = await ctx.destination.read(model, ids, ['active', 'write_date', 'write_uid']);
    const found = new Map(read.map((one) => [one.id, one]));
    const after: OdooValues = { active: true };
    const changes = rows.flatMap((row) => {
      const current = found.get(row.resId);
      return current?.['active'] === false ? [{ row, found: current, after, base: {} }] : [];
    });
    const refused = await writeChanges(ctx, delta.run, changes, delta.touched);
    delta.totals.restored += changes.length - refused.length;
  }
  ctx.store.delta.setGone(ctx.env, keys, false);
}

function raise(
  delta: Delta,
  row: LedgerRow,
  code: 'WB_DELTA_CONFLICT' | 'WB_DELTA_DELETED',
  key: string,
  issue: {
    readonly message: string;
    readonly column?: string;
    readonly raw?: string;
    readonly candidates: readonly string[];
  },
): void {
  const { ctx } = delta;
  delta.totals.queued++;
  const [planned] = ctx.store.plan.byKeys([row.key]);
  const object = planned?.object ?? ctx.store.delta.objectOf(ctx.env, row.key);
  ctx.store.review.add([
    {
      env: ctx.env,
      object,
      position: 0,
      key,
      place: `${row.model} ${row.resId} (${row.key})`,
      issue: { code, ...issue },
    },
  ]);
}
