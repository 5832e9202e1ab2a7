/** What this Odoo is, as every command asks it. Tolerant: a fact that may not be read is left empty, not fatal. */
import { WaybillError } from '../../core/errors.ts';
import type { Destination, DestinationFacts } from '../destination.ts';
import { majorOf } from './connect.ts';
import { orEmpty } from './survey.ts';
import type { OdooCall, Transport } from './transport.ts';

interface Access {
  readonly transport: Transport;
  readonly login: string;
  readonly find: Destination['find'];
  readonly read: (call: OdooCall, signal?: AbortSignal) => Promise<unknown>;
}

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
