/** Odoo's way of writing values, and ours: `false` for empty, [id, name] for many2one, commands for x2many. */
import type { FieldInfo, OdooRow, OdooValue, OdooValues } from '../destination.ts';

type Fields = Readonly<Record<string, FieldInfo>>;

export function fromOdoo(row: Readonly<Record<string, unknown>>, fields: Fields): OdooRow {
  const out: Record<string, OdooValue> = {};
  for (const [name, value] of Object.entries(row)) out[name] = readValue(value, fields[name]?.type);
  return out as OdooRow;
}

function readValue(value: unknown, type: string | undefined): OdooValue {
  if (type === 'boolean') return value === true;
  if (value === false || value === null || value === undefined) return null;
  if (type === 'many2one' && Array.isArray(value)) return Number(value[0]);
  if (type === 'many2one_reference') return Number(value);
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  return value as OdooValue;
}

const REPLACE = 6;

export function toOdoo(values: OdooValues): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) out[name] = value === null ? false : Array.isArray(value) ? [[REPLACE, 0, value]] : value;
  return out;
}
