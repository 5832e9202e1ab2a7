/** Odoo's way of writing values, and ours: `false` for empty, [id, name] for many2one, commands for x2many. */
import { FileContent } from '../../lib/json-body.ts';
import type { NewRecord, OdooRow, OdooValue } from '../destination.ts';
import type { Fields } from './fields.ts';

export function fromOdoo(row: Readonly<Record<string, unknown>>, fields: Fields): OdooRow {
  const out: Record<string, OdooValue> = {};
  for (const [name, value] of Object.entries(row)) out[name] = readValue(value, fields[name]?.type);
  return out as OdooRow;
}

/** `false` is a value only where the field is a boolean; a 0 stays a 0. */
function readValue(value: unknown, type: string | undefined): OdooValue {
  if (type === 'boolean') return value === true;
  if (value === false || value === null || value === undefined) return null;
  if (type === 'many2one' && Array.isArray(value)) return Number(value[0]);
  // Odoo gives 0 for a reference that points nowhere.
  if (type === 'many2one_reference') return Number(value) || null;
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  return value as OdooValue;
}

/** Odoo's command "the set is exactly these" (odoo/fields.py, Command.SET). */
const REPLACE = 6;

export function toOdoo(values: NewRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sent(value)]));
}

function sent(value: OdooValue | FileContent): unknown {
  if (value === null) return false;
  if (value instanceof FileContent) return value;
  return Array.isArray(value) ? [[REPLACE, 0, value]] : value;
}
