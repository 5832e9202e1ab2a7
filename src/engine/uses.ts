/** Who refers to the records that a rollback is about to remove: what people made since must not lose its footing. */
import type { OdooRow, OdooValue } from '../destination/destination.ts';
import type { Context } from './context.ts';

/** model -> where others point at it: model, field, and what that is called. Models and fields this Odoo lacks are skipped. */
const USES: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'res.partner': [
    ['crm.lead', 'partner_id', 'a lead'],
    ['res.users', 'partner_id', 'a user'],
    ['res.partner', 'parent_id', 'a contact below it'],
    ['calendar.event', 'partner_ids', 'a meeting'],
    ['mail.message', 'author_id', 'a message written by it'],
  ],
  'res.partner.category': [
    ['res.partner', 'category_id', 'a contact with this tag'],
    // Odoo deletes it with the tag above.
    ['res.partner.category', 'parent_id', 'a tag below it'],
  ],
  'crm.lead': [['calendar.event', 'opportunity_id', 'a meeting']],
  'crm.tag': [['crm.lead', 'tag_ids', 'a lead with this tag']],
  'crm.stage': [['crm.lead', 'stage_id', 'a lead in this stage']],
  'crm.team': [
    ['crm.lead', 'team_id', 'a lead of this team'],
    ['res.users', 'sale_team_id', 'a user of this team'],
  ],
  'crm.lost.reason': [
    ['crm.lead', 'lost_reason_id', 'a lead lost for this reason'],
    ['crm.lead', 'lost_reason', 'a lead lost for this reason'],
  ],
  'utm.campaign': [['crm.lead', 'campaign_id', 'a lead of this campaign']],
};

/** Models with a chatter: messages, activities and attachments go with the record, so they are looked for. */
const WITH_CHATTER = new Set(['res.partner', 'crm.lead', 'calendar.event']);
const HANGERS: readonly (readonly [string, string, string, string])[] = [
  ['mail.message', 'model', 'message_id', 'a message on it'],
  ['mail.activity', 'res_model', 'summary', 'an activity on it'],
  ['ir.attachment', 'res_model', 'name', 'an attachment of it'],
];

/** Odoo id -> reason. `released` are records (`model id`) that a rehearsal counts as gone or put back. */
export async function usesOf(
  ctx: Context,
  model: string,
  ids: readonly number[],
  released: ReadonlySet<string>,
): Promise<Map<number, string>> {
  const used = new Map<number, string>();
  if (ids.length === 0) return used;
  for (const [user, field, label] of USES[model] ?? []) {
    const info = await fieldsOf(ctx, user);
    if (!(field in info)) continue;
    const rows = await ctx.destination.find(user, [[field, 'in', ids]], [field]);
    for (const one of others(user, rows, released))
      mark(used, ids, one[field], `${label} (${user} ${one.id}) refers to it`);
  }
  if (WITH_CHATTER.has(model)) await markHangers(ctx, model, ids, released, used);
  return used;
}

async function markHangers(
  ctx: Context,
  model: string,
  ids: readonly number[],
  released: ReadonlySet<string>,
  used: Map<number, string>,
): Promise<void> {
  for (const [user, field, name, label] of HANGERS) {
    const also = user === 'mail.message' ? [WRITTEN] : [];
    const domain = [[field, '=', model] as const, ['res_id', 'in', ids] as const, ...also];
    const rows = await ctx.destination.find(user, domain, ['res_id', name]);
    for (const one of others(user, rows, released))
      mark(used, ids, one['res_id'], `${label} (${user} ${one.id}) stays`);
  }
}

/** Not what Odoo notes by itself. */
const WRITTEN = ['message_type', 'in', ['comment', 'email', 'sms']] as const;

const others = (
  model: string,
  rows: readonly OdooRow[],
  released: ReadonlySet<string>,
): OdooRow[] => rows.filter((one) => !released.has(`${model} ${one.id}`));

async function fieldsOf(ctx: Context, model: string): Promise<Readonly<Record<string, unknown>>> {
  if ((await ctx.destination.count('ir.model', [['model', '=', model]])) === 0) return {};
  return ctx.destination.fields(model, ctx.signal);
}

function mark(
  used: Map<number, string>,
  ids: readonly number[],
  value: OdooValue | undefined,
  reason: string,
): void {
  const mine = new Set(ids);
  for (const id of Array.isArray(value) ? (value as number[]) : [value as number])
    if (mine.has(id)) used.set(id, reason);
}
