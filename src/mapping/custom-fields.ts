/** Every field that must exist in Odoo before the first record moves. */
import type { Shape, SourceDeclaration } from '../source/source.ts';
import type {
  Catalog,
  ColumnMapping,
  CustomField,
  CustomType,
  MappingDocument,
} from './mapping.ts';

/** Slots that no field of Odoo's takes on every version, and the field made for them instead. */
type Standard = readonly [slot: string, suffix: string, label: string, type: CustomType];

const STANDARD: readonly Standard[] = [
  ['record_id', 'id', 'record id', 'char'],
  ['created', 'created', 'created', 'datetime'],
  ['edited', 'edited', 'last edited', 'datetime'],
  ['phone2', 'phone_2', 'phone 2', 'char'],
  ['phone3', 'phone_3', 'phone 3', 'char'],
  ['phone4', 'phone_4', 'phone 4', 'char'],
  ['phone1_note', 'phone_1_note', 'phone 1 note', 'char'],
  ['phone2_note', 'phone_2_note', 'phone 2 note', 'char'],
  ['phone3_note', 'phone_3_note', 'phone 3 note', 'char'],
  ['phone4_note', 'phone_4_note', 'phone 4 note', 'char'],
  ['fax', 'fax', 'fax', 'char'],
  ['birthday', 'birthday', 'birthday', 'char'],
  ['person2_birthday', 'person2_birthday', 'birthday of the second person', 'char'],
  ['other_email', 'other_email', 'other e-mail', 'char'],
  ['category', 'category', 'category', 'char'],
  ['category2', 'category2', 'category 2', 'char'],
  ['source', 'source', 'source', 'char'],
  ['memo', 'memo', 'memo', 'text'],
  ['audit_history', 'audit_history', 'audit history', 'text'],
  ['other_system_id', 'other_system_id', 'other system id', 'char'],
  ['opt_in', 'opt_in', 'e-mail opt-in', 'char'],
  ['state', 'state', 'state as written', 'char'],
  ['country', 'country', 'country as written', 'char'],
  ['full_name', 'full_name', 'full name as written', 'char'],
  ['kind', 'contact_kind', 'kind of contact', 'char'],
  ['code', 'client_code', 'client code', 'char'],
  ['title', 'courtesy_title', 'title', 'char'],
];

const LEAD_STANDARD: readonly Standard[] = [
  ['deal_id', 'id', 'record id', 'char'],
  ['stage', 'stage', 'stage', 'char'],
  ['status', 'status', 'status', 'char'],
  ['type', 'type', 'deal type', 'char'],
  ['commission', 'commission', 'commission', 'float'],
  ['opened', 'opened', 'opened', 'date'],
  ['actual_close', 'closed', 'closed', 'date'],
  ['next_step', 'next_step', 'next step', 'char'],
  ['created', 'created', 'created', 'datetime'],
  ['number', 'number', 'number', 'char'],
  ['former_numbers', 'former_numbers', 'former numbers', 'char'],
  ['original_create', 'original_create_date', 'original creation date', 'datetime'],
  ['related', 'related', 'related contacts', 'text'],
  ['audit_history', 'audit_history', 'audit history', 'text'],
];

const MODELS: Readonly<Partial<Record<Shape, { model: string; standard: readonly Standard[] }>>> = {
  partner: { model: 'res.partner', standard: STANDARD },
  lead: { model: 'crm.lead', standard: LEAD_STANDARD },
};

/** The model on which a shape's further columns become custom fields; undefined where they cannot. */
export const customModel = (shape: Shape): string | undefined => MODELS[shape]?.model;

/** Names of the fields that the composers make themselves, without the prefix. */
export const reservedNames = (model: string): ReadonlySet<string> =>
  new Set(
    Object.values(MODELS)
      .filter((one) => one.model === model)
      .flatMap(({ standard }) => standard.map(([, suffix]) => suffix))
      .concat('email', 'website', 'related_ids'),
  );

export const standardField = (slot: string, shape: Shape = 'partner'): string | undefined =>
  MODELS[shape]?.standard.find(([name]) => name === slot)?.[1];

export function customFields(
  document: MappingDocument,
  declaration: SourceDeclaration,
  catalog: Catalog,
): CustomField[] {
  const fields = declaration.objects.flatMap((object) => {
    const made = MODELS[object.shape];
    const columns = document.objects[object.name] ?? [];
    if (!made) return [];
    const standard = made.standard.filter(
      ([slot]) =>
        hasSlot(columns, slot) &&
        !(slot === 'phone2' && hasMobile(catalog)) &&
        // Alone it is the name itself.
        !(
          slot === 'full_name' &&
          !hasSlot(columns, 'first_name') &&
          !hasSlot(columns, 'last_name')
        ),
    );
    return [
      ...standard.flatMap((one) => standardFields(declaration, made.model, one)),
      ...columns.flatMap(custom),
    ];
  });
  return [...new Map(fields.map((field) => [`${field.model}.${field.name}`, field])).values()];
}

const hasSlot = (columns: readonly ColumnMapping[], slot: string): boolean =>
  columns.some((one) => one.to === `slot:${slot}`);
const hasMobile = (catalog: Catalog): boolean => 'mobile' in (catalog.fields['res.partner'] ?? {});

function standardFields(
  declaration: SourceDeclaration,
  model: string,
  [slot, suffix, label, type]: Standard,
): CustomField[] {
  const field: CustomField = {
    model,
    name: declaration.fieldPrefix + suffix,
    label: `${declaration.name} ${label}`,
    type,
    help: `From ${declaration.name}.`,
  };
  if (slot !== 'related') return [field];
  // The text keeps who is what; the links make them be found.
  const links = { type: 'many2many', relation: 'res.partner' } as const;
  const label2 = `${declaration.name} related contacts (links)`;
  return [field, { ...field, ...links, name: `${field.name}_ids`, label: label2 }];
}

const custom = (column: ColumnMapping): CustomField[] =>
  column.to === 'custom' && column.custom ? [column.custom] : [];
