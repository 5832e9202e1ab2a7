/** Proposes where every column goes, with a confidence and a reason a person can check. */
import { slug } from '../lib/names.ts';
import type {
  ColumnProfile,
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
        kept(previous, object.name, column) ?? proposeColumn(declaration, object, column, names),
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

function kept(
  previous: MappingDocument | undefined,
  object: string,
  column: SourceColumn,
): ColumnMapping | undefined {
  const found = previous?.objects[object]?.find((one) => one.column === column.id);
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
  const model = customModel(object.shape);
  if (model === undefined)
    return {
      ...base,
      to: '?',
      confidence: 0.5,
      reason: `${column.reason}; ${object.plural} have no custom fields: drop it, or name a slot`,
      alternatives: [...base.alternatives, 'drop'],
    };
  if (column.profile.type === 'list')
    return {
      ...base,
      to: `tags:${column.id}: `,
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
  const type = customType(column.profile);
  const options = type === 'selection' ? selectionOptions(column.profile) : undefined;
  return {
    model,
    name: uniqueName(declaration.fieldPrefix, column.id, names, reservedNames(model)),
    label: column.id,
    type,
    help: `The column "${column.id}" of ${declaration.name}.`,
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
