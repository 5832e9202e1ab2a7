/** Every field that must exist in Odoo before the first record moves. */
import type { SourceDeclaration } from '../source/source.ts';
import type {
  Catalog,
  ColumnMapping,
  CustomField,
  CustomType,
  MappingDocument,
} from './mapping.ts';

/** Slots that no field of Odoo's takes on every version, and the field made for them instead. */
const STANDARD: readonly (readonly [
  slot: string,
  suffix: string,
  label: string,
  type: CustomType,
])[] = [
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
  ['other_system_id', 'other_system_id', 'other system id', 'char'],
  ['opt_in', 'opt_in', 'e-mail opt-in', 'char'],
  ['state', 'state', 'state as written', 'char'],
  ['country', 'country', 'country as written', 'char'],
  ['full_name', 'full_name', 'full name as written', 'char'],
];
export const STANDARD_SUFFIXES: ReadonlySet<string> = new Set(STANDARD.map(([, suffix]) => suffix));

export const standardField = (slot: string): string | undefined =>
  STANDARD.find(([name]) => name === slot)?.[1];

export function customFields(
  document: MappingDocument,
  declaration: SourceDeclaration,
  catalog: Catalog,
): CustomField[] {
  const columns = declaration.objects
    .filter((object) => object.shape === 'partner')
    .flatMap((object) => document.objects[object.name] ?? []);
  const slots = new Set(
    columns.filter((one) => one.to.startsWith('slot:')).map((one) => one.to.slice('slot:'.length)),
  );
  const mobile = 'mobile' in (catalog.fields['res.partner'] ?? {});
  const standard = STANDARD.filter(
    ([slot]) =>
      slots.has(slot) &&
      !(slot === 'phone2' && mobile) &&
      // Alone it is the name itself.
      !(slot === 'full_name' && !slots.has('first_name') && !slots.has('last_name')),
  ).map(([, suffix, label, type]): CustomField => ({
    model: 'res.partner',
    name: declaration.fieldPrefix + suffix,
    label: `${declaration.name} ${label}`,
    type,
    help: `From ${declaration.name}.`,
  }));
  return [...standard, ...columns.flatMap((one) => custom(one))];
}

const custom = (column: ColumnMapping): CustomField[] =>
  column.to === 'custom' && column.custom ? [column.custom] : [];
