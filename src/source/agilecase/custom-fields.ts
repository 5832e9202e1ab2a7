/** The firm's own fields as the export declares them, and whether values keep to the declaration. */
import { parseDate } from '../../lib/dates.ts';
import { foldText } from '../../lib/names.ts';
import type { DeclaredField } from '../source.ts';

export interface CustomDefinition {
  readonly key: string;
  readonly label: string;
  readonly group: string;
  readonly isTable: boolean;
  readonly type: DeclaredField['type'];
  readonly help: string;
  readonly options: [string, string][];
}

const TYPES: Readonly<Record<string, DeclaredField['type']>> = {
  longtext: 'longtext',
  textarea: 'longtext',
  multiline: 'longtext',
  memo: 'longtext',
  integer: 'integer',
  int: 'integer',
  wholenumber: 'integer',
  decimal: 'float',
  number: 'float',
  numeric: 'float',
  money: 'float',
  currency: 'float',
  float: 'float',
  date: 'date',
  datetime: 'datetime',
  bool: 'boolean',
  boolean: 'boolean',
  checkbox: 'boolean',
  yesno: 'boolean',
  choice: 'choice',
  picklist: 'choice',
  dropdown: 'choice',
  list: 'choice',
  select: 'choice',
  radio: 'choice',
  multichoice: 'list',
  multiselect: 'list',
  multipicklist: 'list',
};

/** A type that is not known is kept as text, which holds anything. */
export const declaredType = (written: string): DeclaredField['type'] =>
  TYPES[written.toLowerCase().replace(/[^a-z]/g, '')] ?? 'text';

export function customFields() {
  const byName = new Map<string, CustomDefinition>();
  return {
    define(field: CustomDefinition): void {
      for (const name of [field.key, field.label])
        if (name !== '' && !byName.has(foldText(name))) byName.set(foldText(name), field);
    },
    option(field: string, value: string, label: string): void {
      byName.get(foldText(field))?.options.push([value, label || value]);
    },
    /** A value of a field that nobody declared declares it, as text. */
    find(name: string): CustomDefinition {
      const known = byName.get(foldText(name));
      if (known) return known;
      const made: CustomDefinition = {
        key: name,
        label: name,
        group: '',
        isTable: false,
        type: 'text',
        help: '',
        options: [],
      };
      byName.set(foldText(name), made);
      return made;
    },
    declared: (name: string): CustomDefinition | undefined => byName.get(foldText(name)),
  };
}
export type CustomFields = ReturnType<typeof customFields>;

export const toDeclared = (field: CustomDefinition, label = field.label): DeclaredField => ({
  label,
  type: field.type === 'choice' && field.options.length === 0 ? 'text' : field.type,
  help: field.help || `The field "${label}" of AgileCase${field.group ? `, ${field.group}` : ''}.`,
  ...(field.type === 'choice' && field.options.length > 0 && { options: field.options }),
});

/** Whether a value can be of the type at all; what an option is, the loading decides value by value. */
export function fitsType(type: DeclaredField['type'], value: string): boolean {
  switch (type) {
    case 'integer':
      return /^-?\d[\d,]*$/.test(value);
    case 'float':
      return /^\(?-?[£$€]?\s?-?[\d,]*\.?\d+\)?\s?%?$/.test(value);
    case 'date':
    case 'datetime':
      return parseDate(value, 'dmy') !== undefined || parseDate(value, 'mdy') !== undefined;
    case 'boolean':
      return /^(1|0|yes|no|y|n|true|false|t|f|x|on|off)$/i.test(value);
    case 'text':
    case 'longtext':
    case 'choice':
    case 'list':
      return true;
  }
}
