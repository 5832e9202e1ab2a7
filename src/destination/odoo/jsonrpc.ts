/** JSON-RPC, Odoo 14 to 21: POST /jsonrpc, service `object`, execute_kw. The API key stands for the password. */
import type { HttpClient } from '../../lib/http.ts';
import { isRead } from './methods.ts';
import {
  answerToError,
  faultToError,
  odooError,
  toOdooError,
  type CallPlace,
} from './odoo-errors.ts';
import { parseJson } from './parse-json.ts';
import type { OdooAddress, OdooCall, Transport } from './transport.ts';

interface RpcBody {
  readonly result?: unknown;
  readonly error?: {
    readonly message?: string;
    readonly data?: { readonly name?: string; readonly message?: string };
  };
}

type Service = (
  name: 'common' | 'object',
  method: string,
  args: readonly unknown[],
  place: CallPlace,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Logs in once. Throws WB_ODOO_LOGIN, WB_ODOO_DATABASE. */
export async function jsonrpc(
  http: HttpClient,
  address: OdooAddress,
  version: string,
): Promise<Transport> {
  const service = makeService(http, await openSession(http, address));
  const uid = await logIn(service, address);
  return {
    kind: 'jsonrpc',
    version,
    close: () => http.close(),
    call(call, signal) {
      const { model, method } = call;
      const place = { what: `${model}.${method}`, address, write: !isRead(method) };
      const [args, kwargs] = positional(call);
      const sent = [address.db, uid, address.apiKey, model, method, args, kwargs];
      return service('object', 'execute_kw', sent, place, signal);
    },
  };
}

/**
 * Odoo 14 and 15 with more than one database answer a failing call of a request that belongs to no database with a
 * bare HTML page, status 500: the class of the error is lost (odoo/http.py, _dispatch_nodb). A session that chose the
 * database gets errors as JSON. Later versions give JSON either way; there this costs one GET.
 */
async function openSession(
  http: HttpClient,
  address: OdooAddress,
): Promise<Readonly<Record<string, string>>> {
  const path = `/web/login?db=${encodeURIComponent(address.db)}`;
  const place = { what: 'opening a session', address, write: false };
  const answer = await http
    .call('GET', path, {})
    .catch((error: unknown) => toOdooError(error, place));
  const cookie = answer.cookies.find((one) => one.startsWith('session_id='));
  return cookie ? { cookie } : {};
}

async function logIn(service: Service, address: OdooAddress): Promise<number> {
  const place = { what: 'login', address, write: false };
  const args = [address.db, address.login, address.apiKey, {}];
  const uid = await service('common', 'authenticate', args, place);
  if (typeof uid === 'number') return uid;
  throw odooError('WB_ODOO_LOGIN', place, `Odoo refuses the key of ${address.login}`);
}

const makeService =
  (http: HttpClient, headers: Readonly<Record<string, string>>): Service =>
  async (name, method, args, place, signal) => {
    const body = { jsonrpc: '2.0', method: 'call', id: 1, params: { service: name, method, args } };
    const answer = await http
      .call('POST', '/jsonrpc', headers, body, signal)
      .catch((error: unknown) => toOdooError(error, place));
    const parsed = answer.status < 400 ? parseJson(answer) : undefined;
    if (!isRpcBody(parsed?.value)) throw answerToError(answer, place);
    const { result, error } = parsed.value;
    if (!error) return result ?? null;
    const message = error.data?.message ?? error.message ?? '';
    throw faultToError({ name: error.data?.name ?? '', message }, place);
  };

const isRpcBody = (value: unknown): value is RpcBody =>
  typeof value === 'object' && value !== null && 'jsonrpc' in value;

/**
 * Arguments that must go by position: `create` (the server looks at args[0]: odoo/api.py, _call_kw_model_create),
 * and those whose name differs by version or by model (`search_count(args)` on 14, `search_count(domain)` from 16;
 * `write(values)` of mail.blacklist on 14, where others say `vals`).
 */
const FIRST_ARGUMENT: Readonly<Record<string, string>> = {
  create: 'vals_list',
  search: 'domain',
  search_count: 'domain',
  write: 'vals',
};

/** What takes ids gets them first. */
function positional({
  method,
  ids,
  args = {},
  context,
}: OdooCall): [unknown[], Record<string, unknown>] {
  const first = FIRST_ARGUMENT[method];
  const named = Object.entries(args).filter(([name]) => name !== first);
  const kwargs = { ...Object.fromEntries(named), ...(context && { context }) };
  return [[...(ids ? [ids] : []), ...(first === undefined ? [] : [args[first]])], kwargs];
}
