/**
 * Takes back what the run made in Odoo's schema: fields, options, the page, the fence. Last, and only what nobody
 * needs any more: neither a record that was kept, nor a person who filled in one of the fields, nor another project.
 */
import { isWaybillError, type WaybillError } from '../core/errors.ts';
import { FENCE_FIELD, KEY_FIELD, type Domain, type Made } from '../destination/destination.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Context } from './context.ts';
import type { Totals } from './rollback-totals.ts';

const ROWS = 10_000;

export async function undoSchema(ctx: Context, dryRun: boolean, totals: Totals): Promise<void> {
  const rows = ctx.store.ledger.newestFirst(ctx.env, 'provision', ROWS);
  const all = totals.kept.length === 0;
  if (rows.length === 0 || (dryRun && !all)) return;
  const held: LedgerRow[] = [];
  for (const { row, strangers } of await filledRows(ctx, dryRun, rows, totals)) {
    held.push(row);
    if (strangers) keepRow(ctx, dryRun, row, totals, valuesIn(row));
  }
  const others = all ? await neededByOthers(ctx, rows, totals) : [];
  const stay = new Set(
    [...held, ...others, ...(all ? [] : rows.filter((row) => !isOwnValue(row)))].map(keyOf),
  );
  const going = rows.filter((row) => !stay.has(row.key) && !isPage(row));
  const pages = rows.filter(isPage);
  if (dryRun) {
    totals.removed += going.length + pages.length;
    return;
  }
  const { empty, theirs } = await leavePages(ctx, pages, going, held);
  await removeInOrder(ctx, [...empty, ...going], totals);
  if (all) ctx.store.ledger.forget(ctx.env, theirs.map(keyOf));
  if (others.length > 0) leaveFence(ctx, others);
}

const keyOf = (row: LedgerRow): string => row.key;
const nameOf = (row: LedgerRow): string => String(row.after['name']);
/** An option is called `<model>.<field>=<value>`. */
const placeOf = (row: LedgerRow): string => nameOf(row).split('=')[0] ?? '';
const modelOf = (row: LedgerRow): string => placeOf(row).slice(0, placeOf(row).lastIndexOf('.'));
const fieldOf = (row: LedgerRow): string => placeOf(row).slice(placeOf(row).lastIndexOf('.') + 1);
const optionOf = (row: LedgerRow): string => nameOf(row).slice(placeOf(row).length + 1);

const isPage = (row: LedgerRow): boolean => row.model === 'ir.ui.view';
const isFence = (row: LedgerRow): boolean => row.after['part'] === 'fence' && !isPage(row);
const isOption = (row: LedgerRow): boolean => row.model === 'ir.model.fields.selection';
/** A field, or an option of somebody else's field: with it go the values that records hold in it. */
const isOwnValue = (row: LedgerRow): boolean =>
  isOption(row) || (row.model === 'ir.model.fields' && !isFence(row));

interface Filled {
  readonly row: LedgerRow;
  /** Not only records that were kept: people filled it in on others, which nobody would think of. */
  readonly strangers: boolean;
}

/** Fields and options that some record still has a value of: one that was kept, or one that was never ours. */
async function filledRows(
  ctx: Context,
  dryRun: boolean,
  rows: readonly LedgerRow[],
  totals: Totals,
): Promise<Filled[]> {
  const found: Filled[] = [];
  const kept = new Set(totals.kept.map((one) => `${one.model} ${one.resId}`));
  for (const row of rows.filter(isOwnValue)) {
    const [model, field] = [modelOf(row), fieldOf(row)];
    const info = await ctx.destination.fields(model, ctx.signal);
    if (!(field in info)) continue;
    // In a rehearsal what we made is still there, with our key on it.
    const keyed = dryRun && KEY_FIELD in info ? ([[KEY_FIELD, '=', false]] as const) : [];
    const domain = [...keyed, ...filled(row, info[field]?.type)];
    const holders = await ctx.destination.find(model, domain, ['id'], {}, ctx.signal);
    const emptied = totals.emptied.get(`${model}.${field}`);
    const left = holders.filter((one) => !emptied?.has(one.id));
    const strangers = left.some((one) => !kept.has(`${model} ${one.id}`));
    if (left.length > 0) found.push({ row, strangers });
  }
  return found;
}

const NUMBERS: ReadonlySet<string | undefined> = new Set(['integer', 'float', 'monetary']);

/** A number that was emptied is 0, which is not nothing to Odoo's search. */
function filled(row: LedgerRow, type: string | undefined): Domain {
  const field = fieldOf(row);
  if (isOption(row)) return [[field, '=', optionOf(row)]];
  return NUMBERS.has(type) ? ['|', [field, '>', 0], [field, '<', 0]] : [[field, '!=', false]];
}

const valuesIn = (row: LedgerRow): string =>
  `records that this project did not make hold values in ${nameOf(row)}`;

function keepRow(
  ctx: Context,
  dryRun: boolean,
  row: LedgerRow,
  totals: Totals,
  reason: string,
): void {
  totals.kept.push({ key: row.key, model: row.model, resId: row.resId, reason });
  if (!dryRun) ctx.store.ledger.setState(ctx.env, [row.key], 'kept');
}

/**
 * Parts of the fence that another Waybill project goes on needing: its records carry their keys in the same fields.
 * They stand in its own ledger too (a part of the fence is everybody's), so its own rollback removes them.
 */
async function neededByOthers(
  ctx: Context,
  rows: readonly LedgerRow[],
  { unmade }: Totals,
): Promise<LedgerRow[]> {
  const fence = rows.filter(isFence);
  const used = new Set<string>();
  for (const model of new Set(fence.filter(isFenceField).map(modelOf))) {
    const info = await ctx.destination.fields(model, ctx.signal);
    const mark = marks(model);
    if (!(mark.field in info)) continue;
    const there = await ctx.destination.count(model, mark.domain);
    if (there > (unmade.get(model) ?? 0)) used.add(model);
  }
  if (used.size === 0) return [];
  return fence.filter((row) => !isFenceField(row) || used.has(modelOf(row)));
}

const isFenceField = (row: LedgerRow): boolean =>
  row.model === 'ir.model.fields' && [KEY_FIELD, FENCE_FIELD].includes(fieldOf(row));

/** How records of any project are found. */
const marks = (model: string): { readonly field: string; readonly domain: Domain } =>
  model === 'mail.message'
    ? { field: 'message_id', domain: [['message_id', 'like', '@waybill>']] }
    : { field: KEY_FIELD, domain: [[KEY_FIELD, '!=', false]] };

function leaveFence(ctx: Context, others: readonly LedgerRow[]): void {
  ctx.store.ledger.forget(ctx.env, others.map(keyOf));
  ctx.emit({
    type: 'notice',
    level: 'info',
    message:
      'Another Waybill project has records in this Odoo: the fields that hold its keys stay, and go with its own rollback.',
  });
}

/** Takes our fields off the pages. Some show nothing any more, some only fields of another project, which are its own. */
async function leavePages(
  ctx: Context,
  pages: readonly LedgerRow[],
  going: readonly LedgerRow[],
  held: readonly LedgerRow[],
): Promise<{ readonly empty: LedgerRow[]; readonly theirs: LedgerRow[] }> {
  const left = { empty: [] as LedgerRow[], theirs: [] as LedgerRow[] };
  for (const page of pages) {
    const isOn = (row: LedgerRow): boolean => modelOf(row) === modelOfPage(page);
    const fields = going.filter(isOn).map(fieldOf);
    if (await ctx.schema.leavePage(modelOfPage(page), fields, ctx.signal)) left.empty.push(page);
    else if (!held.some(isOn)) left.theirs.push(page);
  }
  return left;
}

/** `res.partner.waybill.migrated_data` is the page of res.partner. */
const modelOfPage = (row: LedgerRow): string => nameOf(row).split('.').slice(0, -2).join('.');

/** In few calls: after each, Odoo loads its models anew. */
async function removeInOrder(
  ctx: Context,
  rows: readonly LedgerRow[],
  totals: Totals,
): Promise<void> {
  const step = 'undo schema';
  ctx.emit({ type: 'step-started', step, total: rows.length });
  let done = 0;
  const groups = Map.groupBy(rows, (row) => `${undoOrder(row)} ${modelOrder(row)}`);
  for (const key of [...groups.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    const some = groups.get(key) ?? [];
    await removeSome(ctx, some, totals);
    done += some.length;
    ctx.emit({ type: 'step-progress', step, done });
  }
  ctx.destination.forgetSchema();
  ctx.emit({ type: 'step-ended', step, done });
}

/** What Odoo refuses (a field that somebody put into a view) is found by halving, kept and named; the others go. */
async function removeSome(ctx: Context, rows: readonly LedgerRow[], totals: Totals): Promise<void> {
  try {
    await ctx.schema.removeMade(rows.map(toMade));
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    const [only] = rows;
    if (rows.length === 1 && only) return keepRow(ctx, false, only, totals, refusal(error));
    const middle = Math.ceil(rows.length / 2);
    await removeSome(ctx, rows.slice(0, middle), totals);
    return removeSome(ctx, rows.slice(middle), totals);
  }
  ctx.store.ledger.forget(ctx.env, rows.map(keyOf));
  totals.removed += rows.length;
}

const refusal = ({ message, data }: WaybillError): string =>
  `Odoo refuses to remove it: ${typeof data['said'] === 'string' ? data['said'] : message}`;

/** The page shows the fields and a user its contact, so they go before them; the fence goes last. */
const undoOrder = (row: LedgerRow): number =>
  ['ir.ui.view', 'res.users'].includes(row.model) ? 0 : isFence(row) ? 2 : 1;

/** Fields before the model they point at, users before their contacts. */
const MODEL_ORDER = [
  'ir.ui.view',
  'res.users',
  'ir.model.fields',
  'ir.model.fields.selection',
  'ir.model.access',
  'ir.model',
];
const modelOrder = ({ model }: LedgerRow): string =>
  `${MODEL_ORDER.includes(model) ? MODEL_ORDER.indexOf(model) : MODEL_ORDER.length} ${model}`;

const toMade = (row: LedgerRow): Made => ({
  model: row.model,
  id: row.resId,
  name: nameOf(row),
  created: true,
});
