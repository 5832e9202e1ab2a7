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
import { guessStatus } from './lead-status.ts';
import type {
  Catalog,
  Choices,
  ColumnMapping,
  CustomField,
  CustomType,
  MappingDocument,
} from './mapping.ts';

/** Below this a person decides. */
const SURE = 0.8;
const MAX_OPTIONS = 60;
const NAME_LENGTH = 60;
const MAX_CHAR = 250;

const defaults = (declaration: SourceDeclaration): Choices => ({
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
  for (const object of declaration.objects) {
    const columns = uniqueColumns(inspection, object.name);
    if (columns.length === 0) continue;
    const there = Object.keys(catalog.fields[customModel(object.shape) ?? ''] ?? {});
    const names = new Set(there.filter((name) => !name.startsWith(declaration.fieldPrefix)));
    objects[object.name] = columns.map(
      (column) =>
        kept(previous, object.name, column) ??
        withValues(
          previousOf(previous, object.name, column),
          proposeColumn(declaration, object, column, names),
        ),
    );
  }
  return {
    version: 1,
    source: declaration.id,
    choices: previous?.choices ?? defaults(declaration),
    objects,
  };
}

const uniqueColumns = (inspection: Inspection, object: string): SourceColumn[] => [
  ...new Map(
    inspection.files
      .filter((file) => file.object === object)
      .flatMap((file) => file.columns)
      .map((column) => [column.id, column]),
  ).values(),
];

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
  object: string,
  column: SourceColumn,
): ColumnMapping | undefined {
  const found = previousOf(previous, object, column);
  return found?.decided ? { ...found, profile: shortProfile(column.profile) } : undefined;
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

function proposeColumn(
  declaration: SourceDeclaration,
  object: SourceObject,
  column: SourceColumn,
  names: Set<string>,
): ColumnMapping {
  const base = {
    column: column.id,
    alternatives: column.alternatives.map((name) => `slot:${name}`),
    profile: shortProfile(column.profile),
    decided: false,
  };
  const order = dateOrderOf(declaration, column.profile);
  const dated = order ? { dateOrder: order.order } : {};
  if (column.slot !== null && column.confidence < SURE) {
    return {
      ...base,
      ...dated,
      to: '?',
      confidence: column.confidence,
      reason: column.reason,
      alternatives: [`slot:${column.slot}`, ...base.alternatives, 'custom', 'drop'],
    };
  }
  if (column.slot !== null)
    return {
      ...base,
      ...dated,
      ...(object.shape === 'lead' && valueMap(column)),
      to: `slot:${column.slot}`,
      confidence: column.confidence,
      reason: [column.reason, order?.reason].filter(Boolean).join('; '),
    };
  if (column.spare !== undefined)
    return { ...base, to: 'drop', confidence: 0.95, reason: column.spare };
  if (column.profile.filled === 0)
    return { ...base, to: 'drop', confidence: 0.95, reason: 'never filled' };
  if (object.shape === 'inventory' || object.shape === 'campaign')
    return { ...base, to: 'drop', confidence: 0.95, reason: 'it stands in the inventory' };
  if (object.shape === 'detail')
    return { ...base, to: 'drop', confidence: 0.9, reason: 'it stays in the export' };
  const model = customModel(object.shape);
  if (model === undefined)
    return {
      ...base,
      to: '?',
      confidence: 0.5,
      reason: `${column.reason}; ${object.plural} have no custom fields: drop it, or name a slot`,
      alternatives: [...base.alternatives, 'drop'],
    };
  if (column.declared && column.confidence < SURE)
    return {
      ...base,
      ...dated,
      to: '?',
      custom: customField(declaration, model, column, names),
      confidence: column.confidence,
      reason: column.reason,
      alternatives: ['custom', 'drop'],
    };
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
    custom: customField(declaration, model, column, names),
    confidence: Math.max(SURE, column.confidence),
    reason: [column.reason, order?.reason].filter(Boolean).join('; '),
  };
}

/** Stages and statuses, value by value; in the source's own order where it tells one. */
function valueMap({ slot, profile, declared }: SourceColumn): Pick<ColumnMapping, 'values'> {
  const seen = (profile.options ?? []).map(({ value }) => value);
  if (seen.length === 0 || (slot !== 'stage' && slot !== 'status')) return {};
  const told = (declared?.options ?? []).map(([value]) => value);
  const known = told.filter((value) => seen.includes(value));
  const values = [...known, ...seen.filter((value) => !known.includes(value))];
  return {
    values: Object.fromEntries(
      values.map((value) => [value, slot === 'status' ? guessStatus(value) : value]),
    ),
  };
}

function dateOrderOf(
  declaration: SourceDeclaration,
  profile: ColumnProfile,
): { order: 'mdy' | 'dmy' | 'ymd'; reason: string } | undefined {
  if (profile.dateOrder === undefined) return undefined;
  if (profile.dateOrder !== 'ambiguous')
    return { order: profile.dateOrder, reason: `its values are ${profile.dateOrder} dates` };
  const order = declaration.country === 'US' ? 'mdy' : 'dmy';
  return { order, reason: `no value tells day from month; ${declaration.name} writes ${order}` };
}

function customField(
  declaration: SourceDeclaration,
  model: string,
  column: SourceColumn,
  names: Set<string>,
): CustomField {
  const { declared, profile } = column;
  const type = declared ? declaredType(declared, profile) : customType(profile);
  const options =
    type === 'selection' ? (declared?.options ?? selectionOptions(profile)) : undefined;
  const label = declared?.label ?? column.id;
  return {
    model,
    name: uniqueName(declaration.fieldPrefix, label, names, reservedNames(model)),
    label,
    type,
    help: declared?.help ?? `The column "${column.id}" of ${declaration.name}.`,
    ...(options && { options }),
  };
}

function uniqueName(
  prefix: string,
  label: string,
  taken: Set<string>,
  reserved: ReadonlySet<string>,
): string {
  const base = `${prefix}${slug(label) || 'field'}`.slice(0, NAME_LENGTH - 3);
  let name = base;
  for (let n = 2; taken.has(name) || reserved.has(name.slice(prefix.length)); n++)
    name = `${base}_${n}`;
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
