/** Columns that are no slot, by the type of the field they go to. */
import type { Issue, StagedRecord, Value } from '../core/record.ts';
import { plainToHtml } from '../lib/html.ts';
import type { CompiledColumn } from './columns.ts';
import type { Draft, PartnerTools } from './compose-partner.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { splitList } from './transforms/lists.ts';
import { parseInteger, parseNumber } from './transforms/numbers.ts';
import { cleanText, singleLine } from './transforms/text.ts';

export interface CustomPlace {
  readonly record: StagedRecord;
  readonly model: string;
  /** What the record is called in messages. */
  readonly label: string;
  readonly tools: PartnerTools;
}

/** One column that is no slot: a custom field, a field of Odoo's, or tags. */
export function customValue(
  draft: Draft,
  { index, mapping }: CompiledColumn,
  { record, model, label, tools }: CustomPlace,
): void {
  const raw = cleanText(record.cells[index] ?? '');
  if (raw === '') return;
  if (mapping.to.startsWith('tags:')) {
    for (const name of splitList(raw)) draft.tags.add(mapping.to.slice('tags:'.length) + name);
    return;
  }
  const custom = mapping.to === 'custom' ? mapping.custom : undefined;
  const field = custom ? custom.name : mapping.to.slice('field:'.length);
  const known = tools.catalog.fields[model]?.[field];
  const type = custom ? custom.type : (known?.type ?? 'char');
  const options = custom ? custom.options : known?.selection;
  const value = convert(type, raw, mapping.dateOrder ?? 'mdy', options, tools);
  if (value === undefined)
    draft.issues.push(
      badValue(mapping.column, raw, type === 'selection' ? 'known option' : type, label),
    );
  else if (field in draft.values && draft.values[field] !== value)
    draft.issues.push({
      code: 'WB_VALUE_INVALID',
      message: `"${raw.slice(0, 100)}" was left: ${field} has its value from another column.`,
      column: mapping.column,
      raw,
    });
  else if (value !== null && value !== '') draft.values[field] = value;
}

function convert(
  type: string,
  raw: string,
  order: 'mdy' | 'dmy' | 'ymd',
  options: readonly (readonly [string, string])[] | undefined,
  tools: PartnerTools,
): Value | undefined {
  switch (type) {
    case 'integer':
      return parseInteger(raw);
    case 'float':
    case 'monetary':
      return parseNumber(raw);
    case 'boolean':
      return parseBoolean(raw);
    case 'date':
      return tools.dates(order).date(raw);
    case 'datetime':
      return tools.dates(order).datetime(raw);
    case 'selection':
      return options?.find(([value, label]) => value === raw || label === raw)?.[0];
    case 'text':
      return raw;
    case 'html':
      return plainToHtml(raw);
    default:
      return singleLine(raw);
  }
}

export const badValue = (column: string, raw: string, what: string, label: string): Issue => ({
  code: 'WB_VALUE_INVALID',
  message: `"${raw.slice(0, 100)}" is no ${what}; the ${label} was loaded without it.`,
  column,
  raw,
});
