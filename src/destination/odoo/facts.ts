/** What this Odoo is, and what the user may do in it. Tolerant: a fact that may not be read is left empty, not fatal. */
import { isWaybillError, WaybillError } from '../../core/errors.ts';
import type { Destination, DestinationFacts, OdooRow } from '../destination.ts';
import { majorOf } from './connect.ts';
import type { OdooCall, Transport } from './transport.ts';

interface Access {
  readonly transport: Transport;
  readonly login: string;
  readonly find: Destination['find'];
  readonly read: (call: OdooCall, signal?: AbortSignal) => Promise<unknown>;
}

const RIGHTS = [
  'res.partner',
  'res.partner.category',
  'res.users',
  'mail.message',
  'mail.activity',
  'mail.blacklist',
  'mail.template',
  'calendar.event',
  'crm.lead',
  'crm.lost.reason',
  'crm.stage',
  'crm.tag',
  'crm.team',
  'utm.campaign',
  'ir.attachment',
  'ir.model',
  'ir.model.fields',
  'ir.model.fields.selection',
  'ir.model.access',
  'ir.ui.view',
  'ir.model.data',
];
const COUNTED = ['res.partner', 'res.partner.category', 'res.users', 'mail.message', 'crm.lead'];

/**
 * odoo/http.py of 19, DEFAULT_MAX_CONTENT_LENGTH; the parameter overrules it (base/models/ir_http.py). 14 has none;
 * those between are taken as 19, the safe side.
 */
const REQUEST_LIMIT = 'web.max_file_upload_size';
const LIMIT_BYTES = 128 * 1024 ** 2;
const LAST_WITHOUT = 14;

function requestLimit(major: number, parameter: string | null): number | null {
  if (major <= LAST_WITHOUT) return null;
  const said = Number(parameter ?? Number.NaN);
  return Number.isInteger(said) && said > 0 ? said : LIMIT_BYTES;
}

export async function readFacts(access: Access, signal?: AbortSignal): Promise<DestinationFacts> {
  const { transport, find } = access;
  const major = majorOf(transport.version);
  const user = await readUser(access, signal);
  const modules = await orEmpty(() =>
    find('ir.module.module', [['state', '=', 'installed']], ['name'], {}, signal),
  );
  const names = modules.map((one) => String(one['name']));
  const parameters = await orEmpty(() =>
    find(
      'ir.config_parameter',
      [['key', 'in', ['database.uuid', 'database.expiration_date', REQUEST_LIMIT]]],
      ['key', 'value'],
      {},
      signal,
    ),
  );
  const parameter = (key: string): string | null =>
    (parameters.find((one) => one['key'] === key)?.['value'] as string | undefined) ?? null;
  const languages = await orEmpty(() =>
    find('res.lang', [['active', '=', true]], ['code'], {}, signal),
  );
  const companies = await orEmpty(() => find('res.company', [], ['name'], {}, signal));
  return {
    version: transport.version,
    major,
    transport: transport.kind,
    edition:
      /\+e/.test(transport.version) || names.includes('web_enterprise')
        ? 'enterprise'
        : 'community',
    databaseUuid: parameter('database.uuid') ?? '',
    expires: parameter('database.expiration_date'),
    requestLimit: requestLimit(major, parameter(REQUEST_LIMIT)),
    user,
    modules: names,
    languages: languages.map((one) => String(one['code'])),
    companies: companies.map((one) => ({ id: one.id, name: String(one['name']) })),
    rights: await readRights(access, major, signal),
    counts: await readCounts(access, signal),
    mailServers: (
      await orEmpty(() => find('ir.mail_server', [['active', '=', true]], ['id'], {}, signal))
    ).length,
    automations: names.includes('base_automation')
      ? (await orEmpty(() => find('base.automation', [['active', '=', true]], ['id'], {}, signal)))
          .length
      : 0,
  };
}

/**
 * The user the key belongs to. JSON-2 never hears of the login, so a key of somebody else would go unnoticed;
 * there Odoo 19 says whose it is (`uid` of base/models/res_users.py, context_get).
 */
async function readUser(
  { find, read, login }: Access,
  signal?: AbortSignal,
): Promise<DestinationFacts['user']> {
  const context = (await read({ model: 'res.users', method: 'context_get' }, signal)) as {
    uid?: number;
  };
  const [user] = await find(
    'res.users',
    [['login', '=', login]],
    ['login', 'name', 'tz'],
    {},
    signal,
  );
  if (user && (context.uid ?? user.id) === user.id) {
    const timeZone = String(user['tz'] ?? 'UTC');
    return { id: user.id, login, name: String(user['name']), timeZone };
  }
  const fault = user ? 'The API key belongs to another user than' : 'This Odoo has no user';
  throw new WaybillError('WB_ODOO_LOGIN', `${fault} "${login}".`, {
    next: 'Correct "login" in waybill.yaml, or give the key of that user.',
  });
}

async function orEmpty(work: () => Promise<OdooRow[]>): Promise<OdooRow[]> {
  try {
    return await work();
  } catch (error) {
    if (
      isWaybillError(error) &&
      ['WB_ODOO_RIGHTS', 'WB_ODOO_MODULE', 'WB_ODOO_RECORD'].includes(error.code)
    )
      return [];
    throw error;
  }
}

const FIRST_HAS_ACCESS = 18;

async function readRights(
  { read }: Access,
  major: number,
  signal?: AbortSignal,
): Promise<DestinationFacts['rights']> {
  const may = async (model: string, operation: string): Promise<boolean> => {
    try {
      const call =
        major >= FIRST_HAS_ACCESS
          ? { model, method: 'has_access', ids: [], args: { operation } }
          : { model, method: 'check_access_rights', args: { operation, raise_exception: false } };
      return (await read(call, signal)) === true;
    } catch (error) {
      if (isWaybillError(error) && error.class !== 'retriable') return false;
      throw error;
    }
  };
  const entries = RIGHTS.map(
    async (model) =>
      [
        model,
        {
          read: await may(model, 'read'),
          create: await may(model, 'create'),
          write: await may(model, 'write'),
          unlink: await may(model, 'unlink'),
        },
      ] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function readCounts({ read }: Access, signal?: AbortSignal): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const model of COUNTED) {
    try {
      counts[model] = Number(
        await read(
          { model, method: 'search_count', args: { domain: [] }, context: { active_test: false } },
          signal,
        ),
      );
    } catch (error) {
      if (!isWaybillError(error) || error.class === 'retriable') throw error;
    }
  }
  return counts;
}
