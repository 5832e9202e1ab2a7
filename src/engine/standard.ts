/** Records that every Odoo has and that plans point at: `xml.<module>.<name>`, and `model.<name>` for a model itself. */
import { WaybillError } from '../core/errors.ts';
import type { Context } from './context.ts';

/** Without the first nothing can be loaded; the others are missing where a person removed them. */
const XML_IDS = [
  'mail.mt_note',
  'mail.mt_comment',
  'mail.mail_activity_data_email',
  'mail.mail_activity_data_call',
  'mail.mail_activity_data_meeting',
  'mail.mail_activity_data_todo',
  'sales_team.team_sales_department',
] as const;
const MODELS = ['res.partner', 'crm.lead'];

/** Keys for Refs -> Odoo ids. What this Odoo lacks is not in it, so that what needs it waits and is shown. */
export async function standardIds(ctx: Context): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const found = await ctx.destination.find(
    'ir.model.data',
    [
      ['module', 'in', ['mail', 'sales_team']],
      ['name', 'in', XML_IDS.map((id) => id.split('.')[1])],
    ],
    ['module', 'name', 'res_id'],
    {},
    ctx.signal,
  );
  for (const one of found)
    ids.set(`xml.${String(one['module'])}.${String(one['name'])}`, Number(one['res_id']));
  const models = await ctx.destination.find('ir.model', [['model', 'in', MODELS]], ['model']);
  for (const one of models) ids.set(`model.${String(one['model'])}`, one.id);
  const note = ids.get('xml.mail.mt_note');
  if (note !== undefined) return ids.set('subtype.note', note);
  throw new WaybillError(
    'WB_ODOO_MODULE',
    'This Odoo has no subtype for internal notes (mail.mt_note).',
    { next: 'Install or update the Discuss app (mail) in Odoo.' },
  );
}
