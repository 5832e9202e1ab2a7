/** A page "Migrated data" on a model's form: a view that inherits the form, so removing it leaves no trace. */
import type { Destination, Made } from '../destination.ts';

const PAGE_VIEW = 'waybill.migrated_data';
/** The form that every contact or lead opens in, on 14 and on 19 (base/views/res_partner_views.xml, crm/views/crm_lead_views.xml). */
const FORMS: Readonly<Record<string, { readonly module: string; readonly name: string }>> = {
  'res.partner': { module: 'base', name: 'view_partner_form' },
  'crm.lead': { module: 'crm', name: 'crm_lead_view_form' },
};
/** After the pages of installed apps. */
const PRIORITY = 99;

export async function ensurePage(
  destination: Destination,
  model: string,
  fields: readonly string[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const base = await formId(destination, model, signal);
  if (base === undefined || fields.length === 0) return [];
  const found = await findPage(destination, model, signal);
  if (found) {
    const all = [...new Set([...found.fields, ...fields])];
    const more = all.length > found.fields.length;
    if (more) await destination.write('ir.ui.view', [found.id], { arch: pageArch(all) }, signal);
    return [{ model: 'ir.ui.view', id: found.id, name: `${model}.${PAGE_VIEW}`, created: false }];
  }
  const arch = pageArch(fields);
  const values = { name: PAGE_VIEW, model, inherit_id: base, type: 'form', arch };
  const view = { ...values, priority: PRIORITY };
  const [id = 0] = await destination.create('ir.ui.view', [view], signal);
  return [{ model: 'ir.ui.view', id, name: `${model}.${PAGE_VIEW}`, created: true }];
}

export async function leavePage(
  destination: Destination,
  model: string,
  fields: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  const found = await findPage(destination, model, signal);
  const left = found?.fields.filter((field) => !fields.includes(field)) ?? [];
  if (!found || left.length === 0) return true;
  if (left.length < found.fields.length)
    await destination.write('ir.ui.view', [found.id], { arch: pageArch(left) }, signal);
  return false;
}

async function findPage(
  destination: Destination,
  model: string,
  signal?: AbortSignal,
): Promise<{ readonly id: number; readonly fields: readonly string[] } | undefined> {
  const domain = [['name', '=', PAGE_VIEW] as const, ['model', '=', model] as const];
  const [found] = await destination.find('ir.ui.view', domain, ['arch_db'], {}, signal);
  return found && { id: found.id, fields: fieldsIn(String(found['arch_db'])) };
}

async function formId(
  destination: Destination,
  model: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const form = FORMS[model];
  if (!form) return undefined;
  const domain = [['module', '=', form.module] as const, ['name', '=', form.name] as const];
  const [row] = await destination.find('ir.model.data', domain, ['res_id'], {}, signal);
  return row ? Number(row['res_id']) : undefined;
}

/** Two columns; field names are [a-z0-9_], so nothing needs escaping. */
function pageArch(fields: readonly string[]): string {
  const half = Math.ceil(fields.length / 2);
  const groups = [fields.slice(0, half), fields.slice(half)].map(group).join('');
  const page = `<page string="Migrated data" name="waybill_migrated_data"><group>${groups}</group></page>`;
  return `<data><xpath expr="//notebook" position="inside">${page}</xpath></data>`;
}

const group = (names: readonly string[]): string =>
  `<group>${names.map((name) => `<field name="${name}"/>`).join('')}</group>`;

/** Odoo stores the text laid out anew; what counts is which fields it shows. */
const fieldsIn = (arch: string): string[] =>
  [...arch.matchAll(/<field name="(\w+)"/g)].map((match) => match[1] ?? '');
