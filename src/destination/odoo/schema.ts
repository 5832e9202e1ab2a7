/** Changes to Odoo's schema over RPC; each finds by name before it makes, so a second run makes nothing. */
import { isWaybillError, WaybillError } from '../../core/errors.ts';
import { retry, type Verdict } from '../../lib/retry.ts';
import {
  FENCE_FIELD,
  KEY_FIELD,
  type Destination,
  type DestinationSchema,
  type FieldSpec,
  type Made,
  type OdooValues,
} from '../destination.ts';
import { ensurePage } from './page.ts';

export const MARKER_MODEL = 'x_waybill_batch';
const ACCESS_NAME = 'waybill.batch.access';
/** Messages carry their key in `message_id`, which is indexed. */
const KEYED_BY_MESSAGE_ID = 'mail.message';

export function odooSchema(destination: Destination): DestinationSchema {
  return {
    ensureFence: (models, signal) => ensureFence(destination, models, signal),
    ensureFields: (fields, signal) => ensureFields(destination, fields, signal),
    ensurePage: (model, fields, signal) => ensurePage(destination, model, fields, signal),
    removeMade: (made, signal) => removeMade(destination, made, signal),
    openMarkers: (count, signal) => openMarkers(destination, count, signal),
    dropMarker: (id, signal) => dropMarker(destination, id, signal),
    serverTime: (signal) => serverTime(destination, signal),
  };
}

/**
 * The markers' model first, then the fields that point at it: only so does Odoo make a foreign key for them
 * (odoo/fields.py, Many2one.update_db_foreign_key), and without the foreign key there is no fence.
 */
async function ensureFence(
  destination: Destination,
  models: readonly string[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const marker = await ensureMarkerModel(destination, signal);
  const made = [marker, await ensureAccess(destination, marker.id, signal)];
  destination.forgetSchema();
  const fields = models.flatMap((model): Manual[] => [
    { model, name: FENCE_FIELD, values: FENCE },
    ...(model === KEYED_BY_MESSAGE_ID ? [] : [{ model, name: KEY_FIELD, values: KEY }]),
  ]);
  made.push(...(await ensureManuals(destination, fields, signal)));
  destination.forgetSchema();
  return made;
}

/** Not copied: somebody who duplicates a contact in Odoo must not make a second one with its key. */
const FENCE: OdooValues = {
  field_description: 'Waybill batch',
  ttype: 'many2one',
  relation: MARKER_MODEL,
  on_delete: 'set null',
  copied: false,
  help: 'Which batch of the migration made this record.',
};
const KEY: OdooValues = {
  field_description: 'Waybill key',
  ttype: 'char',
  index: true,
  copied: false,
  help: 'The record of the former CRM that this one was made from.',
};

async function ensureMarkerModel(destination: Destination, signal?: AbortSignal): Promise<Made> {
  const domain = [['model', '=', MARKER_MODEL]] as const;
  const values = { name: 'Waybill batch', model: MARKER_MODEL, state: 'manual' };
  return findOrMake(destination, 'ir.model', MARKER_MODEL, domain, values, signal);
}

/** For settings administrators: nobody else may make fields, so nobody else can run a migration. */
async function ensureAccess(
  destination: Destination,
  modelId: number,
  signal?: AbortSignal,
): Promise<Made> {
  const values = {
    name: ACCESS_NAME,
    model_id: modelId,
    group_id: await xmlId(destination, 'base', 'group_system', signal),
    perm_read: true,
    perm_write: true,
    perm_create: true,
    perm_unlink: true,
  };
  const domain = [['name', '=', ACCESS_NAME]] as const;
  return findOrMake(destination, 'ir.model.access', ACCESS_NAME, domain, values, signal);
}

async function xmlId(
  destination: Destination,
  module: string,
  name: string,
  signal?: AbortSignal,
): Promise<number> {
  const domain = [['module', '=', module] as const, ['name', '=', name] as const];
  const [row] = await destination.find('ir.model.data', domain, ['res_id'], {}, signal);
  if (row) return Number(row['res_id']);
  throw new WaybillError('WB_ODOO_MODULE', `This Odoo has no ${module}.${name}.`);
}

async function findOrMake(
  destination: Destination,
  model: string,
  name: string,
  domain: Parameters<Destination['find']>[1],
  values: OdooValues,
  signal?: AbortSignal,
): Promise<Made> {
  const [found] = await destination.find(model, domain, ['id'], {}, signal);
  if (found) return { model, id: found.id, name, created: false };
  const [id = 0] = await destination.create(model, [values], signal);
  return { model, id, name, created: true };
}

interface Manual {
  readonly model: string;
  readonly name: string;
  readonly values: OdooValues;
}

/** All in one call: after each, every worker of Odoo loads all of its models anew, which takes seconds. */
async function ensureManuals(
  destination: Destination,
  fields: readonly Manual[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const there = await existing(destination, fields, signal);
  const missing = fields.filter((field) => !there.has(fieldName(field)));
  const owners = await modelIds(destination, missing, signal);
  const ids = await destination.create(
    'ir.model.fields',
    missing.map(({ model, name, values }) => ({
      model_id: owners.get(model) ?? null,
      name,
      state: 'manual',
      ...values,
    })),
    signal,
  );
  const created = new Map(missing.map((field, at) => [fieldName(field), ids[at] ?? 0]));
  return fields.map((field) => {
    const name = fieldName(field);
    const id = there.get(name) ?? created.get(name) ?? 0;
    return { model: 'ir.model.fields', id, name, created: !there.has(name) };
  });
}

const fieldName = ({ model, name }: Pick<Manual, 'model' | 'name'>): string => `${model}.${name}`;

async function existing(
  destination: Destination,
  fields: readonly Manual[],
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const rows = await destination.find(
    'ir.model.fields',
    [
      ['model', 'in', [...new Set(fields.map(({ model }) => model))]],
      ['name', 'in', [...new Set(fields.map(({ name }) => name))]],
    ],
    ['model', 'name'],
    {},
    signal,
  );
  return new Map(rows.map((row) => [`${String(row['model'])}.${String(row['name'])}`, row.id]));
}

async function modelIds(
  destination: Destination,
  fields: readonly Manual[],
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const models = [...new Set(fields.map(({ model }) => model))];
  const rows = await destination.find('ir.model', [['model', 'in', models]], ['model'], {}, signal);
  const ids = new Map(rows.map((row) => [String(row['model']), row.id]));
  const lacking = models.find((model) => !ids.has(model));
  if (lacking === undefined) return ids;
  throw new WaybillError('WB_ODOO_MODULE', `This Odoo has no model ${lacking}.`, {
    next: 'Install the app it belongs to in Odoo, then run the same command again.',
  });
}

/** One `Made` per field, in order, then those of options that were added to fields of somebody else. */
async function ensureFields(
  destination: Destination,
  fields: readonly FieldSpec[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const wanted = fields.map(({ model, name, label, type, help, relation }) => ({
    model,
    name,
    values: { field_description: label, ttype: type, help, ...(relation && { relation }) },
  }));
  const made = await ensureManuals(destination, wanted, signal);
  const options: Made[] = [];
  for (const [at, field] of fields.entries()) {
    const one = made[at];
    if (!one) continue;
    if (!one.created) await checkType(destination, one.id, field, signal);
    options.push(...(await ensureOptions(destination, one, field, signal)));
  }
  destination.forgetSchema();
  return [...made, ...options];
}

async function checkType(
  destination: Destination,
  id: number,
  field: FieldSpec,
  signal?: AbortSignal,
): Promise<void> {
  const [there] = await destination.read('ir.model.fields', [id], ['ttype'], signal);
  const type = String(there?.['ttype']);
  if (type === field.type) return;
  const name = `${field.model}.${field.name}`;
  throw new WaybillError(
    'WB_ODOO_RECORD',
    `Odoo has ${name} of type ${type}; the mapping wants ${field.type}.`,
    { next: `Name another field than ${field.name} in mapping.yaml, then approve it again.` },
  );
}

/** Options of a field of ours go with the field; those added to somebody else's must be taken back one by one. */
async function ensureOptions(
  destination: Destination,
  made: Made,
  field: FieldSpec,
  signal?: AbortSignal,
): Promise<Made[]> {
  if (!field.options) return [];
  const model = 'ir.model.fields.selection';
  const have = await destination.find(model, [['field_id', '=', made.id]], ['value'], {}, signal);
  const known = new Set(have.map((one) => one['value']));
  const missing = field.options
    .map(([value, name], sequence) => ({ field_id: made.id, value, name, sequence }))
    .filter((option) => !known.has(option.value));
  const ids = await destination.create(model, missing, signal);
  if (missing.length > 0) destination.forgetSchema();
  if (made.created) return [];
  return ids.map((id, at) => ({
    model,
    id,
    name: `${made.name}=${missing[at]?.value}`,
    created: true,
  }));
}

async function removeMade(
  destination: Destination,
  made: Made,
  signal?: AbortSignal,
): Promise<void> {
  await destination.remove(made.model, [made.id], signal);
  if (made.model === 'ir.model.fields') await removeReflections(destination, made, signal);
  destination.forgetSchema();
}

/** By name, so that it also happens where the field itself went away before. See unlinkContext in odoo.ts. */
async function removeReflections(
  destination: Destination,
  made: Made,
  signal?: AbortSignal,
): Promise<void> {
  const name = made.name.split('.').at(-1) ?? '';
  if (!name.startsWith('x_')) return;
  const rows = await destination.find(made.model, [['name', '=', name]], ['state'], {}, signal);
  // While a manual field of that name is left on any model, the row may be that one's.
  if (rows.some((row) => row['state'] === 'manual')) return;
  await destination.remove(
    made.model,
    rows.map((row) => row.id),
    signal,
  );
}

const openMarkers = (destination: Destination, count: number, signal?: AbortSignal) =>
  destination.create(
    MARKER_MODEL,
    Array.from({ length: count }, () => ({ x_name: 'batch' })),
    signal,
  );

/** Longer than a call may run at Odoo (limit_time_real, 120 s by default; some set it higher). */
const DROP_PAUSES_MS = [500, 2_000, 5_000, 10_000, 20_000, 30_000, 30_000, 60_000];

/**
 * Repeated until Odoo says that the marker is gone: as long as it is there, a call with it may still arrive. A
 * call in flight holds FOR KEY SHARE on the marker's row, so the delete waits for its end; then Odoo sees a
 * serialisation failure (the rows that came meanwhile lose their marker) and does the delete again by itself
 * (odoo/service/model.py, retrying), which may use up its tries when many lanes write at once.
 */
const dropMarker = (destination: Destination, id: number, signal?: AbortSignal): Promise<void> =>
  retry(() => destination.remove(MARKER_MODEL, [id], signal), canDropAgain, signal, DROP_PAUSES_MS);

const canDropAgain = (error: unknown): Verdict =>
  isWaybillError(error) && (error.class === 'retriable' || error.class === 'uncertain')
    ? {}
    : false;

async function serverTime(destination: Destination, signal?: AbortSignal): Promise<string> {
  const [id = 0] = await destination.create(MARKER_MODEL, [{ x_name: 'clock' }], signal);
  const [row] = await destination.read(MARKER_MODEL, [id], ['create_date'], signal);
  await destination.remove(MARKER_MODEL, [id], signal);
  return String(row?.['create_date'] ?? '');
}
