/** Changes to Odoo's schema through ir.model, ir.model.fields and ir.ui.view; each finds by name before it makes. */
import { WaybillError } from '../../core/errors.ts';
import { FENCE_FIELD, KEY_FIELD, type Destination, type DestinationSchema, type FieldSpec, type Made, type OdooValues } from '../destination.ts';

const MARKER_MODEL = 'x_waybill_batch';
const PAGE_VIEW = 'waybill.migrated_data';
/** Seen on 14 and 19: the form that every contact opens in. */
const FORMS: Readonly<Record<string, { module: string; name: string }>> = { 'res.partner': { module: 'base', name: 'view_partner_form' } };

export function odooSchema(destination: Destination): DestinationSchema {
  return {
    async ensureFence(models) {
      const made = [await ensureMarkerModel(destination)];
      made.push(await ensureAccess(destination, made[0]?.id ?? 0));
      destination.forgetSchema();
      for (const model of models) {
        made.push(await ensureManual(destination, model, FENCE_FIELD, { field_description: 'Waybill batch', ttype: 'many2one', relation: MARKER_MODEL, on_delete: 'set null', help: 'Which batch of the migration made this record.' }));
        if (model !== 'mail.message') made.push(await ensureManual(destination, model, KEY_FIELD, { field_description: 'Waybill key', ttype: 'char', index: true, help: 'The record of the former CRM that this one was made from.' }));
      }
      destination.forgetSchema();
      return made;
    },
    ensureField: (field) => ensureField(destination, field),
    ensurePage: (model, fields) => ensurePage(destination, model, fields),
    removeMade: async (made) => destination.remove(made.model, [made.id]),
    openMarkers: (count) => destination.create(MARKER_MODEL, Array.from({ length: count }, () => ({ x_name: 'batch' }))),
    dropMarker: (id) => destination.remove(MARKER_MODEL, [id]),
    async serverTime() {
      const [id] = await destination.create(MARKER_MODEL, [{ x_name: 'end of run' }]);
      const [row] = await destination.read(MARKER_MODEL, [id ?? 0], ['create_date']);
      return String(row?.['create_date'] ?? '');
    },
  };
}

async function ensureMarkerModel(destination: Destination): Promise<Made> {
  const [found] = await destination.find('ir.model', [['model', '=', MARKER_MODEL]], ['model']);
  if (found) return { model: 'ir.model', id: found.id, name: MARKER_MODEL, created: false };
  const [id] = await destination.create('ir.model', [{ name: 'Waybill batch', model: MARKER_MODEL, state: 'manual' }]);
  return { model: 'ir.model', id: id ?? 0, name: MARKER_MODEL, created: true };
}

/** Only settings administrators may touch the markers; they alone can run a migration. */
async function ensureAccess(destination: Destination, modelId: number): Promise<Made> {
  const name = 'waybill.batch.access';
  const [found] = await destination.find('ir.model.access', [['name', '=', name]], ['name']);
  if (found) return { model: 'ir.model.access', id: found.id, name, created: false };
  const [group] = await destination.find('ir.model.data', [['module', '=', 'base'], ['name', '=', 'group_system']], ['res_id']);
  const values = { name, model_id: modelId, group_id: Number(group?.['res_id']), perm_read: true, perm_write: true, perm_create: true, perm_unlink: true };
  const [id] = await destination.create('ir.model.access', [values]);
  return { model: 'ir.model.access', id: id ?? 0, name, created: true };
}

async function ensureManual(destination: Destination, model: string, name: string, values: OdooValues): Promise<Made> {
  const [found] = await destination.find('ir.model.fields', [['model', '=', model], ['name', '=', name]], ['ttype']);
  if (found) return { model: 'ir.model.fields', id: found.id, name: `${model}.${name}`, created: false };
  const [owner] = await destination.find('ir.model', [['model', '=', model]], ['model']);
  if (!owner) throw new WaybillError('WB_ODOO_MODULE', `This Odoo has no model ${model}.`);
  const [id] = await destination.create('ir.model.fields', [{ model_id: owner.id, name, state: 'manual', ...values }]);
  return { model: 'ir.model.fields', id: id ?? 0, name: `${model}.${name}`, created: true };
}

async function ensureField(destination: Destination, field: FieldSpec): Promise<Made[]> {
  const made = await ensureManual(destination, field.model, field.name, { field_description: field.label, ttype: field.type, help: field.help, ...(field.type === 'selection' && { copied: true }) });
  const [there] = await destination.read('ir.model.fields', [made.id], ['ttype']);
  if (there?.['ttype'] !== field.type) {
    throw new WaybillError('WB_ODOO_RECORD', `Odoo has a field ${field.model}.${field.name} of type ${String(there?.['ttype'])}; the mapping wants ${field.type}.`, { next: 'Choose another field name in mapping.yaml, then approve again.' });
  }
  destination.forgetSchema();
  return [made, ...(await ensureOptions(destination, made, field))];
}

async function ensureOptions(destination: Destination, made: Made, field: FieldSpec): Promise<Made[]> {
  if (!field.options) return [];
  const have = await destination.find('ir.model.fields.selection', [['field_id', '=', made.id]], ['value']);
  const known = new Set(have.map((one) => one['value']));
  const missing = field.options.map(([value, name], sequence) => ({ field_id: made.id, value, name, sequence })).filter((option) => !known.has(option.value));
  const ids = await destination.create('ir.model.fields.selection', missing);
  // Options of a field of ours go with the field; those added to somebody else's must be taken back one by one.
  return made.created ? [] : ids.map((id, index) => ({ model: 'ir.model.fields.selection', id, name: `${field.model}.${field.name}=${missing[index]?.value ?? ''}`, created: true }));
}

async function ensurePage(destination: Destination, model: string, fields: readonly string[]): Promise<Made[]> {
  const form = FORMS[model];
  if (!form || fields.length === 0) return [];
  const arch = pageArch(fields);
  const [found] = await destination.find('ir.ui.view', [['name', '=', PAGE_VIEW], ['model', '=', model]], ['arch_db']);
  if (found) {
    if (!fields.every((field) => String(found['arch_db']).includes(`"${field}"`))) await destination.write('ir.ui.view', [found.id], { arch: arch });
    return [{ model: 'ir.ui.view', id: found.id, name: PAGE_VIEW, created: false }];
  }
  const [base] = await destination.find('ir.model.data', [['module', '=', form.module], ['name', '=', form.name]], ['res_id']);
  if (!base) return [];
  const [id] = await destination.create('ir.ui.view', [{ name: PAGE_VIEW, model, inherit_id: Number(base['res_id']), type: 'form', priority: 99, arch }]);
  return [{ model: 'ir.ui.view', id: id ?? 0, name: PAGE_VIEW, created: true }];
}

/** Two columns; field names are [a-z0-9_], so nothing needs escaping. */
function pageArch(fields: readonly string[]): string {
  const half = Math.ceil(fields.length / 2);
  const group = (names: readonly string[]): string => `<group>${names.map((name) => `<field name="${name}"/>`).join('')}</group>`;
  return `<data><xpath expr="//notebook" position="inside"><page string="Migrated data" name="waybill_migrated_data"><group>${group(fields.slice(0, half))}${group(fields.slice(half))}</group></page></xpath></data>`;
}
