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
import { ensurePage, leavePage } from './page.ts';

export const MARKER_MODEL = 'x_waybill_batch';
const ACCESS_NAME = 'waybill.batch.access';
/** Messages carry their key in `message_id`, which is indexed. */
const KEYED_BY_MESSAGE_ID = 'mail.message';

export function odooSchema(destination: Destination): DestinationSchema {
  return {
    ensureFence: (models, signal) => ensureFence(destination, models, signal),
    ensureFields: (fields, signal) => ensureFields(destination, fields, signal),
    ensurePage: (model, fields, signal) => ensurePage(destination, model, fields, signal),
    leavePage: (model, fields, signal) => leavePage(destination, model, fields, signal),
    removeMade: (made, signal) => removeMade(destination, made, signal),
    openMarkers: (count, signal) => openMarkers(destination, count, signal),
    dropMarker: (id, signal) => dropMarker(destination, id, signal),
    leaveMark: async (name, signal) =>
      void (await destination.create(MARKER_MODEL, [{ x_name: name }], signal)),
    hasMark: (name, signal) => hasMark(destination, name, signal),
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
  const access = await ensureAccess(destination, marker.id, signal);
  destination.forgetSchema();
  const wanted = models.flatMap((model) => [
    { model, name: FENCE_FIELD, values: FENCE },
    ...(model === KEYED_BY_MESSAGE_ID ? [] : [{ model, name: KEY_FIELD, values: KEY }]),
  ]);
  const made = await ensureManual(destination, wanted, signal);
  destination.forgetSchema();
  return [marker, access, ...made];
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

interface ManualField {
  readonly model: string;
  readonly name: string;
  readonly values: OdooValues;
}

/**
 * Odoo 19 reloads its schema once for a call that makes fields, however many; 14 once for each. So many go in one
 * call, but not so many that 14 would be cut off by its time limit.
 */
const FIELDS_AT_ONCE = 25;

/** In the order asked for. */
async function ensureManual(
  destination: Destination,
  wanted: readonly ManualField[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const ids = await findFields(destination, wanted, signal);
  const missing = wanted.filter((field) => !ids.has(nameOf(field)));
  const models = await modelIds(destination, missing, signal);
  const fresh = new Map<string, number>();
  for (let at = 0; at < missing.length; at += FIELDS_AT_ONCE) {
    const some = missing.slice(at, at + FIELDS_AT_ONCE);
    const records = some.map(({ model, name, values }) => {
      return { model_id: models.get(model) ?? 0, name, state: 'manual', ...values };
    });
    const made = await destination.create('ir.model.fields', records, signal);
    for (const [index, field] of some.entries()) fresh.set(nameOf(field), made[index] ?? 0);
  }
  return wanted.map((field) => {
    const name = nameOf(field);
    const id = ids.get(name) ?? fresh.get(name) ?? 0;
    return { model: 'ir.model.fields', id, name, created: fresh.has(name) };
  });
}

const nameOf = ({ model, name }: Pick<ManualField, 'model' | 'name'>): string => `${model}.${name}`;

async function findFields(
  destination: Destination,
  wanted: readonly ManualField[],
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const domain = [
    ['model', 'in', [...new Set(wanted.map((field) => field.model))]] as const,
    ['name', 'in', [...new Set(wanted.map((field) => field.name))]] as const,
  ];
  const rows = await destination.find('ir.model.fields', domain, ['model', 'name'], {}, signal);
  return new Map(rows.map((row) => [`${String(row['model'])}.${String(row['name'])}`, row.id]));
}

async function modelIds(
  destination: Destination,
  fields: readonly ManualField[],
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const names = [...new Set(fields.map((field) => field.model))];
  if (names.length === 0) return new Map();
  const domain = [['model', 'in', names] as const];
  const rows = await destination.find('ir.model', domain, ['model'], {}, signal);
  const ids = new Map(rows.map((row) => [String(row['model']), row.id]));
  const lacking = names.find((name) => !ids.has(name));
  if (lacking === undefined) return ids;
  throw new WaybillError('WB_ODOO_MODULE', `This Odoo has no model ${lacking}.`, {
    next: 'Install the app it belongs to in Odoo, then run the same command again.',
  });
}

async function ensureFields(
  destination: Destination,
  fields: readonly FieldSpec[],
  signal?: AbortSignal,
): Promise<Made[]> {
  if (fields.length === 0) return [];
  const wanted = fields.map(({ model, name, label, type, help, relation }) => {
    const values = { field_description: label, ttype: type, help, ...(relation && { relation }) };
    return { model, name, values };
  });
  const made = await ensureManual(destination, wanted, signal);
  await checkTypes(destination, made, fields, signal);
  destination.forgetSchema();
  return [...made, ...(await ensureOptions(destination, made, fields, signal))];
}

/** Of those that were there before. */
async function checkTypes(
  destination: Destination,
  made: readonly Made[],
  fields: readonly FieldSpec[],
  signal?: AbortSignal,
): Promise<void> {
  const old = made.filter((one) => !one.created).map((one) => one.id);
  const rows = await destination.read('ir.model.fields', old, ['ttype'], signal);
  const types = new Map(rows.map((row) => [row.id, String(row['ttype'])]));
  for (const [index, field] of fields.entries()) {
    const type = types.get(made[index]?.id ?? 0);
    if (type === undefined || type === field.type) continue;
    const name = `${field.model}.${field.name}`;
    throw new WaybillError(
      'WB_ODOO_RECORD',
      `Odoo has ${name} of type ${type}; the mapping wants ${field.type}.`,
      { next: `Name another field than ${field.name} in mapping.yaml, then approve it again.` },
    );
  }
}

const OPTIONS_MODEL = 'ir.model.fields.selection';

/**
 * Options of a field of ours go with the field; those added to somebody else's must be taken back one by one. In a
 * call of their own: dying before it leaves fields without options, and the next run adds what is missing.
 */
async function ensureOptions(
  destination: Destination,
  made: readonly Made[],
  fields: readonly FieldSpec[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const selections = made.filter((_, index) => fields[index]?.options);
  if (selections.length === 0) return [];
  const domain = [['field_id', 'in', selections.map((one) => one.id)] as const];
  const have = await destination.find(OPTIONS_MODEL, domain, ['field_id', 'value'], {}, signal);
  const known = new Set(have.map((one) => `${String(one['field_id'])}=${String(one['value'])}`));
  const missing = made.flatMap((field, index) =>
    (fields[index]?.options ?? [])
      .map(([value, name], sequence) => ({ field_id: field.id, value, name, sequence }))
      .filter(({ value }) => !known.has(`${field.id}=${value}`))
      .map((option) => ({ field, option })),
  );
  const options = missing.map(({ option }) => option);
  const ids = await destination.create(OPTIONS_MODEL, options, signal);
  if (missing.length > 0) destination.forgetSchema();
  return missing.flatMap(({ field, option }, at) =>
    field.created
      ? []
      : [
          {
            model: OPTIONS_MODEL,
            id: ids[at] ?? 0,
            name: `${field.name}=${option.value}`,
            created: true,
          },
        ],
  );
}

async function removeMade(
  destination: Destination,
  made: readonly Made[],
  signal?: AbortSignal,
): Promise<void> {
  for (const [model, some] of Map.groupBy(made, (one) => one.model)) {
    const fields = model === 'ir.model.fields';
    const ids = some.map((one) => one.id).filter((id) => id > 0);
    const unknown = fields ? await byName(destination, some, signal) : [];
    await destination.remove(model, [...ids, ...unknown], signal);
    if (fields) await removeReflections(destination, some, signal);
  }
  destination.forgetSchema();
}

/** Fields that were announced and made, but whose id nobody lived to note. */
async function byName(
  destination: Destination,
  made: readonly Made[],
  signal?: AbortSignal,
): Promise<number[]> {
  const ids: number[] = [];
  for (const { name } of made.filter((one) => one.id === 0)) {
    const dot = name.lastIndexOf('.');
    const domain = [
      ['model', '=', name.slice(0, dot)] as const,
      ['name', '=', name.slice(dot + 1)] as const,
      ['state', '=', 'manual'] as const,
    ];
    const rows = await destination.find('ir.model.fields', domain, ['id'], {}, signal);
    ids.push(...rows.map((row) => row.id));
  }
  return ids;
}

/** By name, so that it also happens where the field itself went away before. See unlinkContext in odoo.ts. */
async function removeReflections(
  destination: Destination,
  made: readonly Made[],
  signal?: AbortSignal,
): Promise<void> {
  const names = made.map(({ name }) => name.split('.').at(-1) ?? '');
  const ours = [...new Set(names.filter((name) => name.startsWith('x_')))];
  const model = 'ir.model.fields';
  const rows = await destination.find(model, [['name', 'in', ours]], ['name', 'state'], {}, signal);
  // While a manual field of that name is left on any model, the row may be that one's.
  const manual = new Set(rows.filter((row) => row['state'] === 'manual').map((row) => row['name']));
  const left = rows.filter((row) => !manual.has(row['name'])).map((row) => row.id);
  await destination.remove(model, left, signal);
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

/** Where the model is not there, no mark is. */
async function hasMark(
  destination: Destination,
  name: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    return (await destination.count(MARKER_MODEL, [['x_name', '=', name]], signal)) > 0;
  } catch (error) {
    if (isWaybillError(error, 'WB_ODOO_MODULE')) return false;
    throw error;
  }
}

async function serverTime(destination: Destination, signal?: AbortSignal): Promise<string> {
  const [id = 0] = await destination.create(MARKER_MODEL, [{ x_name: 'clock' }], signal);
  const [row] = await destination.read(MARKER_MODEL, [id], ['create_date'], signal);
  await destination.remove(MARKER_MODEL, [id], signal);
  return String(row?.['create_date'] ?? '');
}
