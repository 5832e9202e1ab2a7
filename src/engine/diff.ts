/** Reads planned records back and lays every field out: cell at the source, value sent, value found, verdict. */
import type { PlannedRecord, StagedRecord, Value } from '../core/record.ts';
import { isFileRef, isRef, isRefs } from '../core/record.ts';
import type { FieldInfo, OdooRow } from '../destination/destination.ts';
import type { Mapper, MappingDocument, Parent } from '../mapping/mapping.ts';
import type { DiffField, DiffRecord, FieldVerdict } from '../report/sample-model.ts';
import type { Inspection, SourceColumn, SourceDeclaration } from '../source/source.ts';
import type { LedgerRow } from '../store/ledger.ts';
import { sameValue } from './compare.ts';
import type { Context } from './context.ts';
import { refsOf } from './bundle.ts';
import { composer, lineage, type Lineage } from './lineage.ts';
import { ownerIds } from './owners.ts';

export interface DiffInput {
  readonly inspection: Inspection;
  readonly declaration: SourceDeclaration;
  readonly document: MappingDocument;
  /** Not the mapper of the plan: it maps records with cells left out. */
  readonly mapper: Mapper;
}

interface Diffing extends DiffInput {
  readonly ctx: Context;
  readonly names: ReadonlyMap<string, string>;
  readonly raised: ReadonlyMap<string, string>;
  /** Owner and author keys -> ids of users and their contacts. */
  readonly people: ReadonlyMap<string, number | null>;
}

const PAGE = 500;

/** `keys` of planned records; those that many records share (tags, stages) are shown through the records that bear them. */
export async function diff(
  ctx: Context,
  input: DiffInput,
  keys: readonly string[],
): Promise<DiffRecord[]> {
  const diffing = {
    ...input,
    ctx,
    names: namesOf(ctx),
    raised: raisedOf(ctx),
    people: ownerIds(ctx),
  };
  const records: DiffRecord[] = [];
  for (let at = 0; at < keys.length; at += PAGE)
    records.push(...(await diffPage(diffing, keys.slice(at, at + PAGE))));
  return records.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function namesOf(ctx: Context): Map<string, string> {
  const names = new Map(
    ctx.store.plan.owners().flatMap((owner) => [
      [owner.key, owner.label],
      [owner.key.replace(/^owner\./, 'author.'), owner.label],
    ]),
  );
  for (const { key, values } of ctx.store.sample.shared())
    names.set(key, typeof values['name'] === 'string' ? values['name'] : key);
  return names;
}

function raisedOf(ctx: Context): Map<string, string> {
  const items = ctx.store.review.list(ctx.env, false, 100_000);
  return new Map(
    items.map((item) => [`${item.object} ${item.position} ${item.column}`, item.message]),
  );
}

async function diffPage(diffing: Diffing, keys: readonly string[]): Promise<DiffRecord[]> {
  const { ctx } = diffing;
  const planned = ctx.store.plan.byKeys(keys).filter((row) => row.object !== '');
  const ledger = new Map(ctx.store.ledger.get(ctx.env, keys).map((row) => [row.key, row]));
  const found = await readBack(ctx, planned, ledger);
  return [...Map.groupBy(planned, (row) => `${row.object} ${row.position}`).values()].flatMap(
    (rows) => diffSource(diffing, rows, ledger, found),
  );
}

type Found = ReadonlyMap<string, { row: OdooRow; info: Readonly<Record<string, FieldInfo>> }>;

async function readBack(
  ctx: Context,
  planned: readonly PlannedRecord[],
  ledger: ReadonlyMap<string, LedgerRow>,
): Promise<Found> {
  const found = new Map<string, { row: OdooRow; info: Readonly<Record<string, FieldInfo>> }>();
  for (const [model, rows] of Map.groupBy(planned, (row) => row.model)) {
    const info = await ctx.destination.fields(model, ctx.signal);
    const fields = [...new Set(rows.flatMap((row) => Object.keys(readable(row.values))))];
    const ids = rows.flatMap((row) => ledger.get(row.key)?.resId ?? []);
    const there = await ctx.destination.read(
      model,
      ids,
      fields.filter((field) => field in info),
      ctx.signal,
    );
    for (const row of there) found.set(`${model} ${row.id}`, { row, info });
  }
  return found;
}

/** Odoo tells a file's checksum and size without its bytes. */
const readable = (values: PlannedRecord['values']): PlannedRecord['values'] =>
  Object.values(values).some(isFileRef)
    ? {
        ...Object.fromEntries(Object.entries(values).filter(([, value]) => !isFileRef(value))),
        checksum: null,
        file_size: null,
      }
    : values;

function diffSource(
  diffing: Diffing,
  rows: readonly PlannedRecord[],
  ledger: ReadonlyMap<string, LedgerRow>,
  found: Found,
): DiffRecord[] {
  const [first] = rows;
  const [record] = first ? diffing.ctx.store.staging.at(first.object, [first.position]) : [];
  if (!record) return [];
  const columns = diffing.inspection.files.find((file) => file.path === record.file)?.columns ?? [];
  const from = lineage(
    record,
    columns,
    composer(
      diffing.mapper,
      diffing.declaration,
      parentOf(diffing.ctx, rows),
      diffing.ctx.store.staging.contactIndex(),
      rows.find((row) => row.step === 'contacts')?.key,
    ),
  );
  return rows.map((row, index) => {
    const entry = ledger.get(row.key);
    const at = entry && found.get(`${row.model} ${entry.resId}`);
    const fields = Object.entries(row.values).map(([field, value]) =>
      diffField(diffing, { row, field, value, record, from, entry, at }),
    );
    return {
      object: row.object,
      source: record.key,
      place: `${record.file}, line ${record.line}`,
      key: row.key,
      model: row.model,
      resId: entry?.resId ?? 0,
      op: entry?.op ?? '',
      verdict: at ? worst(fields) : 'missing',
      fields,
      left: index === 0 ? leftOut(diffing, record, from) : [],
    };
  });
}

/** What the record hangs on, as it was planned: by its lane, else by the first contact or lead it points at. */
function parentOf(ctx: Context, rows: readonly PlannedRecord[]): Parent | null {
  const keys = rows.flatMap((row) => [row.lane, ...refsOf(row.values)]).filter(Boolean);
  const own = new Set(rows.map((row) => row.key));
  const found = ctx.store.plan.byKeys(keys).filter((row) => !own.has(row.key));
  const holder = keys.flatMap((key) => found.filter((row) => row.key === key)).find(isHolder);
  return holder ? { key: holder.key, model: holder.model as Parent['model'] } : null;
}

const isHolder = ({ model }: PlannedRecord): boolean =>
  model === 'res.partner' || model === 'crm.lead';

const worst = (fields: readonly DiffField[]): FieldVerdict =>
  fields.find((one) => one.verdict === 'differs' || one.verdict === 'missing')?.verdict ?? 'equal';

interface FieldOf {
  readonly row: PlannedRecord;
  readonly field: string;
  readonly value: Value;
  readonly record: StagedRecord;
  readonly from: Lineage;
  readonly entry: LedgerRow | undefined;
  readonly at: { row: OdooRow; info: Readonly<Record<string, FieldInfo>> } | undefined;
}

function diffField(diffing: Diffing, one: FieldOf): DiffField {
  const { row, field, value, record, from, entry, at } = one;
  const sent = entry && field in entry.after ? entry.after[field] : undefined;
  const columns = from.columns.get(`${row.key} ${field}`) ?? [];
  const ids = refIds(diffing, value);
  if (isFileRef(value)) return diffFile(one, columns);
  return {
    field,
    label: at?.info[field]?.label ?? field,
    sources: cellsOf(record, columns),
    sent: show(value === null ? null : (sent ?? value), ids, diffing.names),
    found: at ? show(at.row[field], ids, diffing.names) : '',
    verdict: verdictOf(one, sent),
  };
}

function diffFile(
  { field, record, entry, at }: FieldOf,
  columns: readonly SourceColumn[],
): DiffField {
  const [sent, found] = [told(entry?.after), told(at?.row)];
  // Of a file without bytes, some versions of Odoo keep a checksum and some do not.
  const equal = sent === found || (sent.startsWith('0 bytes') && found.startsWith('0 bytes'));
  return {
    field,
    label: at?.info[field]?.label ?? field,
    sources: cellsOf(record, columns),
    sent,
    found,
    verdict: !at || !entry ? 'missing' : equal ? 'equal' : 'differs',
  };
}

const told = (values: Readonly<Record<string, unknown>> | undefined): string =>
  values
    ? `${Number(values['file_size'] ?? 0)} bytes, sha1 ${show(values['checksum'] ?? '-')}`
    : '';

const cellsOf = (record: StagedRecord, columns: readonly SourceColumn[]): DiffField['sources'] =>
  columns.map((column) => ({
    column: column.id,
    value: (record.cells[column.index] ?? '').trim(),
  }));

/** `kept`: the record was there before and the confirmed rule leaves this field as Odoo had it. */
function verdictOf({ field, value, at, entry }: FieldOf, sent: unknown): FieldVerdict {
  if (!at || !entry) return 'missing';
  if (!(field in entry.after) && entry.op !== 'create') return 'kept';
  const wanted = field in entry.after ? sent : value;
  return sameValue(at.info[field]?.type, wanted, at.row[field]) ? 'equal' : 'differs';
}

/** Odoo id -> key of the reference, to show a name beside the number. */
function refIds({ ctx, people }: Diffing, value: Value): Map<number, string> {
  const refs = isRef(value) ? [value] : isRefs(value) ? value : [];
  return new Map(
    refs.flatMap(({ ref }) => {
      const id = people.get(ref) ?? ctx.store.ledger.resId(ctx.env, ref);
      return id === undefined ? [] : [[id, ref] as const];
    }),
  );
}

function show(
  value: unknown,
  ids: ReadonlyMap<number, string> = new Map(),
  names: ReadonlyMap<string, string> = new Map(),
): string {
  if (value === null || value === undefined || value === false) return '';
  if (Array.isArray(value))
    return value
      .map((one) => show(one, ids, names))
      .sort()
      .join(', ');
  if (typeof value === 'number') {
    const name = names.get(ids.get(value) ?? '');
    return name === undefined ? String(value) : `${name} (${value})`;
  }
  if (typeof value === 'object' && 'sha256' in value)
    return `file, sha256 ${String(value.sha256).slice(0, 12)}`;
  if (typeof value === 'object' && 'ref' in value)
    return names.get(String(value.ref)) ?? String(value.ref);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function leftOut(diffing: Diffing, record: StagedRecord, from: Lineage): DiffRecord['left'] {
  const mapped = new Map(
    (diffing.document.objects[record.object] ?? []).map((one) => [one.column, one.to]),
  );
  return from.unused.map((column) => ({
    column: column.id,
    value: (record.cells[column.index] ?? '').trim(),
    why:
      mapped.get(column.id) === 'drop'
        ? 'left behind by a confirmed decision'
        : (diffing.raised.get(`${record.object} ${record.position} ${column.id}`) ??
          'used to find the record it belongs to'),
  }));
}
