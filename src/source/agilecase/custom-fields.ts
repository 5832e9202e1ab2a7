/** The firm's own fields as the export declares them, and whether values keep to the declaration. */
import { parseDate } from '../../lib/dates.ts';
import { foldText } from '../../lib/names.ts';
import type { DeclaredField } from '../source.ts';

export interface CustomDefinition {
  readonly key: string;
  /** Its own within its scope: where two fields are called alike, the later one says its group or key too. */
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
  const byKey = new Map<string, CustomDefinition>();
  const byLabel = new Map<string, CustomDefinition>();
  const taken = new Set<string>();
  const known = (name: string): CustomDefinition | undefined =>
    byKey.get(foldText(name)) ?? byLabel.get(foldText(name));
  /** Values of two fields must not run into one column because their labels are the same. */
  const ownLabel = ({ key, label, group, isTable }: CustomDefinition, scope: string): string => {
    if (isTable) return label;
    const choices = [label, ...(group === '' ? [] : [`${label} (${group})`]), `${label} (${key})`];
    const free = (one: string): boolean => !taken.has(foldText(`${scope}/${one}`));
    const own = choices.find(free) ?? label;
    taken.add(foldText(`${scope}/${own}`));
    return own;
  };
  const add = (field: CustomDefinition): void => {
    byKey.set(foldText(field.key), field);
    if (!byLabel.has(foldText(field.label))) byLabel.set(foldText(field.label), field);
  };
  return {
    define(field: CustomDefinition, scope: string): void {
      if (!byKey.has(foldText(field.key))) add({ ...field, label: ownLabel(field, scope) });
    },
    option(field: string, value: string, label: string): void {
      known(field)?.options.push([value, label || value]);
    },
    /** A value of a field that nobody declared declares it, as text. */
    find(name: string): CustomDefinition {
      const found = known(name);
      if (found) return found;
      const made: CustomDefinition = {
        key: name,
        label: name,
        group: '',
        isTable: false,
        type: 'text',
        help: '',
        options: [],
      };
      add(made);
      return made;
    },
    declared: known,
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
