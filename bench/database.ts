/** A fresh Odoo database in which everything stands ready that is not part of the measurement. */
import { freshOdoo, type TestOdoo } from '../test/support/odoo.ts';
import { plainRpc, type PlainRpc } from '../test/support/plain-rpc.ts';
import { resolve, toCreate, type BenchRecords, type Ids } from './records.ts';

export interface BenchDatabase {
  readonly odoo: TestOdoo;
  readonly rpc: PlainRpc;
  /** Refs of the planned records -> ids in this database. */
  readonly ids: Map<string, number>;
}

/** The context Waybill creates with (src/destination/odoo/odoo.ts), given to every rival but the naive one. */
export const QUIET = {
  tz: 'UTC',
  lang: 'en_US',
  tracking_disable: true,
  mail_create_nolog: true,
  mail_create_nosubscribe: true,
  mail_notrack: true,
  mail_auto_subscribe_no_notify: true,
  mail_notify_force_send: false,
  mail_activity_automation_skip: true,
  no_reset_password: true,
  _partners_skip_fields_sync: true,
};

/** Custom fields and tags are there; owners are the user of the key, as nobody else is. */
export async function prepareDatabase(records: BenchRecords, hint: string): Promise<BenchDatabase> {
  const odoo = await freshOdoo(19, hint);
  const rpc = await plainRpc(odoo);
  await makeFields(rpc, records);
  const ids = new Map<string, number>();
  const names = records.tags.map((row) => toCreate(resolve(row, ids)));
  const tags = await rpc.execute<number[]>('res.partner.category', 'create', [names]);
  for (const [index, row] of records.tags.entries()) ids.set(row.key, tags[index] ?? 0);
  for (const key of ownersOf(records)) ids.set(key, rpc.uid);
  ids.set('subtype.note', await noteSubtype(rpc));
  // The first call on a new database loads its registry; that is nobody's speed.
  await rpc.execute('res.partner', 'search_count', [[]]);
  return { odoo, rpc, ids };
}

async function makeFields(rpc: PlainRpc, { fields }: BenchRecords): Promise<void> {
  const [model] = await rpc.readAll('ir.model', [['model', '=', 'res.partner']], ['id']);
  const values = fields.map((field) => ({
    model_id: model?.id,
    name: field.name,
    field_description: field.label,
    ttype: field.type,
    state: 'manual',
    ...(field.options && {
      selection_ids: field.options.map(([value, name], sequence) => [
        0,
        0,
        { value, name, sequence },
      ]),
    }),
  }));
  await rpc.execute('ir.model.fields', 'create', [values]);
}

const ownersOf = ({ contacts }: BenchRecords): Set<string> =>
  new Set(
    contacts.flatMap(({ values }) => {
      const owner = values['user_id'];
      return typeof owner === 'object' && owner !== null && 'ref' in owner ? [owner.ref] : [];
    }),
  );

async function noteSubtype(rpc: PlainRpc): Promise<number> {
  const domain = [
    ['module', '=', 'mail'],
    ['name', '=', 'mt_note'],
  ];
  const [row] = await rpc.readAll('ir.model.data', domain, ['res_id']);
  return Number(row?.['res_id']);
}

/** Contacts for the notes to stand on; not measured. */
export async function addContacts(
  { rpc, ids }: BenchDatabase,
  { contacts }: BenchRecords,
): Promise<Ids> {
  for (let at = 0; at < contacts.length; at += 500) {
    const some = contacts.slice(at, at + 500);
    const values = some.map((row) => toCreate(resolve(row, ids)));
    const made = await rpc.execute<number[]>('res.partner', 'create', [values], { context: QUIET });
    for (const [index, row] of some.entries()) ids.set(row.key, made[index] ?? 0);
  }
  return ids;
}
