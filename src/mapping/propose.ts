/** Proposes where every column goes, with a confidence and a reason a person can check. */
import { slug } from '../lib/names.ts';
import type {
  ColumnProfile,
  DeclaredField,
  Inspection,
  SourceColumn,
  SourceDeclaration,
  SourceObject,
} from '../source/source.ts';
import { customModel, reservedNames } from './custom-fields.ts';
import type {
  Catalog,
  Choices,
  ColumnMapping,
  CustomField,
  CustomType,
  MappingDocument,
} from './mapping.ts';
import { namesakes, valuesFor, withOptions, type ValuesAsked } from './propose-values.ts';

/** Below this a person decides. */
const SURE = 0.8;
const MAX_OPTIONS = 60;
const NAME_LENGTH = 60;
const MAX_CHAR = 250;

export const defaultChoices = (declaration: SourceDeclaration): Choices => ({
  duplicates: 'same-name',
  match: 'email',
  existing: 'fill-empty',
  companies: 'text',
  noteJoin: 'id-first',
  fallbackOwner: '',
  conflicts: 'queue',
  deletions: 'queue',
  createUsers: false,
  groupsAsTeams: false,
  campaigns: 'tags',
  pictures: 'listed',
  pipeline: '',
  leadType: 'opportunity',
  timeZone: declaration.timeZone,
  country: declaration.country,
  tagPrefix: '',
  groupPrefix: 'Group: ',
});

/** What `previous` has as decided by a person is kept, as are its choices. */
export function propose(
  declaration: SourceDeclaration,
  inspection: Inspection,
  catalog: Catalog,
  previous?: MappingDocument,
): MappingDocument {
  const objects: Record<string, ColumnMapping[]> = {};
  const held = heldNames(previous);
  const choices = previous?.choices ?? {
    ...defaultChoices(declaration),
    ...(inspection.timeZone !== undefined && { timeZone: inspection.timeZone }),
  };
  const asked = { declaration, inspection, catalog, choices };
  for (const object of declaration.objects) {
    const columns = uniqueColumns(inspection, object.name);
    if (columns.length === 0) continue;
    const there = Object.keys(catalog.fields[customModel(object.shape) ?? ''] ?? {});
    const names = new Set(there.filter((name) => !name.startsWith(declaration.fieldPrefix)));
    objects[object.name] = columns.map(
      (column) =>
        kept(previous, asked, object, column) ??
        withValues(
          previousOf(previous, object.name, column),
          completed(
            asked,
            object,
            column,
            proposeColumn(declaration, object, column, (wanted) =>
              uniqueName(
                wanted,
                previousOf(previous, object.name, column)?.custom?.name,
                names,
                held,
              ),
            ),
          ),
        ),
    );
  }
  return {
    version: 1,
    source: declaration.id,
    choices,
    objects,
  };
}

/** Names of the former proposal and of what a person wrote: another column may not take them. */
const heldNames = (previous: MappingDocument | undefined): Set<string> =>
  new Set(
    Object.values(previous?.objects ?? {})
      .flat()
      .flatMap((one) => (one.custom ? [one.custom.name] : [])),
  );

/** A column that stands in several files is as sure as in the least sure of them. */
function uniqueColumns(inspection: Inspection, object: string): SourceColumn[] {
  const columns = new Map<string, SourceColumn>();
  for (const file of inspection.files.filter((one) => one.object === object))
    for (const column of file.columns) {
      const other = columns.get(column.id);
      columns.set(column.id, other ? together(other, column) : column);
    }
  return [...columns.values()];
}

function together(a: SourceColumn, b: SourceColumn): SourceColumn {
  const unsure = b.confidence < a.confidence ? b : a;
  const orders = [a, b].flatMap(({ profile: { dateOrder } }) =>
    dateOrder === undefined || dateOrder === 'ambiguous' || dateOrder === 'ymd' ? [] : [dateOrder],
  );
  const dateOrder = new Set(orders).size > 1 ? 'mixed' : (orders[0] ?? unsure.profile.dateOrder);
  const filled = a.profile.filled + b.profile.filled;
  return { ...unsure, profile: { ...unsure.profile, filled, ...(dateOrder && { dateOrder }) } };
}

const previousOf = (
  previous: MappingDocument | undefined,
  object: string,
  column: SourceColumn,
): ColumnMapping | undefined => previous?.objects[object]?.find((one) => one.column === column.id);

/** A stage that a person sent elsewhere stays sent there; new ones join. */
const withValues = (previous: ColumnMapping | undefined, proposed: ColumnMapping): ColumnMapping =>
  proposed.values && previous?.values
    ? { ...proposed, values: { ...previous.values, ...missing(proposed.values, previous.values) } }
    : proposed;

const missing = (
  values: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([value]) => !(value in there)));

function kept(
  previous: MappingDocument | undefined,
  asked: ValuesAsked,
  object: SourceObject,
  column: SourceColumn,
): ColumnMapping | undefined {
  const found = previousOf(previous, object.name, column);
  if (!found?.decided) return undefined;
  return { ...withOptions(asked, object, column, found), profile: shortProfile(column.profile) };
}

/** With its values one by one where they need it, and Odoo's own fields of the same name. */
function completed(
  asked: ValuesAsked,
  object: SourceObject,
  column: SourceColumn,
  line: ColumnMapping,
): ColumnMapping {
  const { values, note } = valuesFor(asked, object, column, line.to);
  const own = line.to === 'custom' || line.to === '?' ? namesakes(asked, object, column) : [];
  return {
    ...line,
    ...(values && { values }),
    ...(note && { reason: `${line.reason}; ${note}` }),
    alternatives: [...own, ...line.alternatives],
  };
}

const shortProfile = ({
  type,
  rows,
  filled,
  distinct,
  examples,
}: ColumnProfile): NonNullable<ColumnMapping['profile']> => ({
  type,
  rows,
  filled,
  distinct,
  examples,
});

/** Of what is matched or becomes a tag, what Odoo is told; everything else is written down (app/inventories.ts). */
const TAKEN: Readonly<Partial<Record<SourceObject['shape'], ReadonlySet<string>>>> = {
  user: new Set(['user_id', 'name', 'first_name', 'last_name', 'email', 'login', 'active']),
  group: new Set(['group_id', 'name']),
};

/** Why a column needs no place in Odoo; undefined: it does. */
function leftBehind(
  { shape }: SourceObject,
  { slot, spare, profile }: SourceColumn,
): Pick<ColumnMapping, 'confidence' | 'reason'> | undefined {
  const taken = TAKEN[shape];
  if (taken && !taken.has(slot ?? ''))
    return { confidence: 0.9, reason: 'it stands in the inventory' };
  if (slot !== null) return undefined;
  if (spare !== undefined) return { confidence: 0.95, reason: spare };
  if (profile.filled === 0) return { confidence: 0.95, reason: 'never filled' };
  if (shape === 'inventory' || shape === 'campaign')
    return { confidence: 0.95, reason: 'it stands in the inventory' };
  return shape === 'detail' ? { confidence: 0.9, reason: 'it stays in the export' } : undefined;
}

function proposeColumn(
  declaration: SourceDeclaration,
  object: SourceObject,
  column: SourceColumn,
  nameOf: (wanted: string) => string,
): ColumnMapping {
  const base = {
    column: column.id,
    alternatives: column.alternatives.map((name) => `slot:${name}`),
    profile: shortProfile(column.profile),
    decided: false,
  };
  const order = dateOrderOf(declaration, object, column);
  const dated = order?.order ? { dateOrder: order.order } : {};
  const ask = (reason: string, ...alternatives: string[]): ColumnMapping => ({
    ...base,
    ...dated,
    to: '?',
    confidence: Math.min(column.confidence, 0.5),
    reason,
    alternatives: [...new Set([...alternatives, ...base.alternatives, 'drop'])],
  });
  const own = customModel(object.shape) === undefined ? [] : ['custom'];
  if (column.slot !== null && column.confidence < SURE)
    return ask(column.reason, `slot:${column.slot}`, ...own);
  if (order && !order.order)
    return ask(
      `${column.reason}; ${order.reason}`,
      ...(column.slot === null ? [] : [`slot:${column.slot}`]),
      ...own,
    );
  const left = leftBehind(object, column);
  if (left) return { ...base, to: 'drop', ...left };
  if (column.slot !== null)
    return {
      ...base,
      ...dated,
      to: `slot:${column.slot}`,
      confidence: column.confidence,
      reason: [column.reason, order?.reason].filter(Boolean).join('; '),
    };
  const model = customModel(object.shape);
  if (model === undefined)
    return ask(`${column.reason}; ${object.plural} have no custom fields: drop it, or name a slot`);
  if (column.declared && column.confidence < SURE)
    return {
      ...base,
      ...dated,
      to: '?',
      custom: customField(declaration, model, column, nameOf),
      confidence: column.confidence,
      reason: column.reason,
      alternatives: ['custom', 'drop'],
    };
  if (column.confidence < SURE) return ask(column.reason, ...own);
  if ((column.declared?.type ?? column.profile.type) === 'list')
    return {
      ...base,
      to: `tags:${column.declared?.label ?? column.id}: `,
      confidence: 0.85,
      reason: 'several values in one cell, from a small set: each becomes a tag',
    };
  return {
    ...base,
    ...dated,
    to: 'custom',
    custom: customField(declaration, model, column, nameOf),
    confidence: column.confidence,
    reason: [column.reason, order?.reason].filter(Boolean).join('; '),
  };
}

/** Without an order in the answer, a person must say it: half of the dates would be of another day. */
function dateOrderOf(
  declaration: SourceDeclaration,
  object: SourceObject,
  { slot, profile }: SourceColumn,
): { order?: 'mdy' | 'dmy' | 'ymd'; reason: string } | undefined {
  const type = object.slots.find((one) => one.name === slot)?.type ?? profile.type;
  if (profile.dateOrder === undefined || (type !== 'date' && type !== 'datetime')) return undefined;
  switch (profile.dateOrder) {
    case 'mixed':
      return {
        reason:
          'some of its dates have the day first and some the month: set dateOrder beside your "to:"',
      };
    case 'ambiguous': {
      const order = declaration.country === 'US' ? 'mdy' : 'dmy';
      return {
        order,
        reason: `no value tells day from month; ${declaration.name} writes ${order}`,
      };
    }
    case 'mdy':
    case 'dmy':
    case 'ymd':
      return { order: profile.dateOrder, reason: `its values are ${profile.dateOrder} dates` };
  }
}

function customField(
  declaration: SourceDeclaration,
  model: string,
  column: SourceColumn,
  nameOf: (wanted: string) => string,
): CustomField {
  const { declared, profile } = column;
  const type = declared ? declaredType(declared, profile) : customType(profile);
  const options =
    type === 'selection' ? (declared?.options ?? selectionOptions(profile)) : undefined;
  const label = declared?.label ?? column.id;
  return {
    model,
    name: nameOf(fieldName(declaration.fieldPrefix, label, reservedNames(model))),
    label,
    type,
    help: declared?.help ?? `The column "${column.id}" of ${declaration.name}.`,
    ...(options && { options }),
  };
}

/** Fields that the composer makes itself keep their names. */
const fieldName = (prefix: string, label: string, reserved: ReadonlySet<string>): string => {
  const name = slug(label) || 'field';
  return `${prefix}${reserved.has(name) ? `${name}_2` : name}`.slice(0, NAME_LENGTH - 4);
};

function uniqueName(
  wanted: string,
  former: string | undefined,
  taken: Set<string>,
  held: ReadonlySet<string>,
): string {
  let name = wanted;
  if (former !== undefined && !taken.has(former)) name = former;
  else for (let n = 2; taken.has(name) || held.has(name); n++) name = `${wanted}_${n}`;
  taken.add(name);
  return name;
}

function declaredType({ type }: DeclaredField, profile: ColumnProfile): CustomType {
  if (type === 'choice') return 'selection';
  if (type === 'longtext') return 'text';
  return type === 'text' || type === 'list'
    ? profile.maxLength > MAX_CHAR
      ? 'text'
      : 'char'
    : type;
}

function customType(profile: ColumnProfile): CustomType {
  switch (profile.type) {
    case 'integer':
    case 'float':
    case 'date':
    case 'datetime':
    case 'boolean':
      return profile.type;
    case 'choice':
      return (profile.options?.length ?? 0) <= MAX_OPTIONS ? 'selection' : 'char';
    case 'longtext':
      return 'text';
    case 'empty':
    case 'text':
    case 'email':
    case 'phone':
    case 'url':
    case 'list':
      return profile.maxLength > MAX_CHAR ? 'text' : 'char';
  }
}

/** The value is the label itself: readable in any export of Odoo's, and the same however often it is proposed. */
const selectionOptions = (profile: ColumnProfile): [string, string][] =>
  (profile.options ?? [])
    .map(({ value }): [string, string] => [value, value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
