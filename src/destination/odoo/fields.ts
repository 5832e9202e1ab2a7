/** What fields a model has (`fields_get`): asked, never assumed, as they differ by version and by installed apps. */
import type { FieldInfo } from '../destination.ts';
import type { OdooCall } from './transport.ts';

export type Fields = Readonly<Record<string, FieldInfo>>;

interface RawField {
  readonly type: string;
  readonly string?: string;
  readonly required?: boolean;
  readonly readonly?: boolean;
  readonly relation?: string;
  readonly selection?: unknown;
  readonly manual?: boolean;
}

const ATTRIBUTES = ['type', 'string', 'required', 'readonly', 'relation', 'selection', 'manual'];

export async function readFields(
  read: (call: OdooCall, signal?: AbortSignal) => Promise<unknown>,
  model: string,
  signal?: AbortSignal,
): Promise<Fields> {
  const args = { attributes: ATTRIBUTES };
  const call = { model, method: 'fields_get', args, context: { lang: 'en_US' } };
  const raw = (await read(call, signal)) as Record<string, RawField>;
  return Object.fromEntries(
    Object.entries(raw).map(([name, field]) => [name, toInfo(name, field)]),
  );
}

const toInfo = (name: string, field: RawField): FieldInfo => ({
  type: field.type,
  label: field.string ?? name,
  required: field.required === true,
  readonly: field.readonly === true,
  relation: field.relation || null,
  selection: Array.isArray(field.selection) ? (field.selection as [string, string][]) : [],
  // 14 does not say `manual`; Odoo lets nobody name a manual field otherwise, and no module's so.
  manual: field.manual === true || name.startsWith('x_'),
});
