import type { PlainRpc } from './plain-rpc.ts';

/** What Odoo holds, without ids and clocks: those differ between any two runs. */
export async function picture(rpc: PlainRpc) {
  const partners = await rpc.readAll(
    'res.partner',
    [],
    ['name', 'email', 'x_waybill_key', 'parent_id', 'x_allclients_id', 'category_id', 'phone'],
  );
  const messages = await rpc.readAll(
    'mail.message',
    [['model', '=', 'res.partner']],
    ['message_id', 'date', 'body', 'res_id'],
  );
  const tags = new Map(
    (await rpc.readAll('res.partner.category', [], ['name'])).map((one) => [
      one.id,
      String(one['name']),
    ]),
  );
  const keys = new Map(partners.map((one) => [one.id, String(one['x_waybill_key'])]));
  const xids = await rpc.readAll(
    'ir.model.data',
    [['module', '=', '__waybill__']],
    ['name', 'model'],
  );
  return {
    partners: partners
      .map(({ id: _id, ...one }) =>
        JSON.stringify({
          ...one,
          parent_id: Array.isArray(one['parent_id'])
            ? keys.get(one['parent_id'][0] as number)
            : false,
          category_id: (one['category_id'] as number[])
            .map((id) => tags.get(id) ?? '')
            .sort(compareText),
        }),
      )
      .sort(),
    // In the order of the chatter, so that the order itself is compared.
    messages: Map.groupBy(
      messages
        .filter((one) => String(one['message_id']).includes('@waybill'))
        .map(({ id: _id, ...one }) => ({ ...one, res_id: keys.get(one['res_id'] as number) })),
      (one) => one.res_id,
    ),
    others: messages.filter((one) => !String(one['message_id']).includes('@waybill')).length,
    tags: [...tags.values()].sort(),
    further: await further(rpc, keys),
    xids: xids.map((one) => `${String(one['model'])} ${String(one['name'])}`).sort(),
    batches: await rpc.execute('ir.model.fields', 'search_count', [
      [['name', 'like', 'x_waybill']],
    ]),
  };
}

/** model -> the fields that tell one record from another and say what it is. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  'crm.lead': ['name', 'active', 'probability', 'expected_revenue', 'date_closed', 'partner_id'],
  'crm.stage': ['name', 'is_won'],
  'crm.tag': ['name'],
  'crm.team': ['name'],
  'crm.lost.reason': ['name'],
  'calendar.event': ['name', 'start', 'stop', 'partner_ids'],
  'mail.activity': ['summary', 'active', 'date_deadline', 'date_done', 'res_id'],
  'mail.blacklist': ['email', 'active'],
  'mail.template': ['name', 'subject', 'body_html'],
  'ir.attachment': ['name', 'checksum', 'file_size', 'res_id'],
};
const LINKS = ['partner_id', 'partner_ids', 'res_id'];

/** Every record of ours of each model, links told by the key of what they point at. */
async function further(rpc: PlainRpc, keys: ReadonlyMap<number, string>) {
  const found: Record<string, string[]> = {};
  for (const [model, fields] of Object.entries(FURTHER)) {
    const rows = await rpc.readAll(model, [], [...fields, 'x_waybill_key']);
    const mine = rows.filter((row) => row['x_waybill_key'] !== false);
    found[model] = mine
      .map(({ id: _id, ...row }) =>
        JSON.stringify({
          ...row,
          ...Object.fromEntries(
            LINKS.filter((name) => name in row).map((name) => [name, linked(row[name], keys)]),
          ),
        }),
      )
      .sort();
  }
  return found;
}

/** [id, name] of a many2one, ids of a many2many, or the id itself. */
function linked(value: unknown, keys: ReadonlyMap<number, string>): string[] {
  const ids = Array.isArray(value)
    ? typeof value[1] === 'string'
      ? [value[0] as number]
      : (value as number[])
    : [value as number];
  return ids.map((id) => keys.get(id) ?? 'none').sort(compareText);
}

const compareText = (a: string, b: string): number => a.localeCompare(b);
