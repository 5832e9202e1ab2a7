/** JSON-RPC, Odoo 14 to 21: POST /jsonrpc, service `object`, execute_kw. The API key stands for the password. */
import { WaybillError } from '../../core/errors.ts';
import { HttpFailure, type HttpClient } from '../../lib/http.ts';
import { answerToError, failureToError, faultToError, odooError } from './odoo-errors.ts';
import { isRead } from './methods.ts';
import type { OdooAddress, OdooCall, Transport } from './transport.ts';

interface RpcBody {
  readonly result?: unknown;
  readonly error?: { readonly data?: { readonly name?: string; readonly message?: string }; readonly message?: string };
}

/** Logs in once. Throws WB_ODOO_LOGIN, WB_ODOO_DATABASE. */
export async function jsonrpc(http: HttpClient, address: OdooAddress, version: string): Promise<Transport> {
  const host = new URL(address.url).host;
  const service = (name: string, method: string, args: readonly unknown[], what: string, write: boolean, signal?: AbortSignal) =>
    post(http, { jsonrpc: '2.0', method: 'call', id: 1, params: { service: name, method, args } }, `${what} at ${host}`, write, address.db, signal);
  const uid = await service('common', 'authenticate', [address.db, address.login, address.apiKey, {}], 'login', false);
  if (typeof uid !== 'number') throw odooError('WB_ODOO_LOGIN', `Odoo at ${host} refuses ${address.login} on database "${address.db}".`);
  return {
    kind: 'jsonrpc',
    version,
    close: () => http.close(),
    call({ model, method, ids, args, context }: OdooCall, signal) {
      const kwargs = { ...args, ...(context && { context }) };
      return service('object', 'execute_kw', [address.db, uid, address.apiKey, model, method, ids ? [ids] : [], renamed(method, kwargs)], `${model}.${method}`, !isRead(method), signal);
    },
  };
}

/** Odoo 14's create(vals_list) is decorated so that the argument may only be given by position elsewhere; by name it works when named so. */
const renamed = (_method: string, kwargs: Record<string, unknown>): Record<string, unknown> => kwargs;

async function post(http: HttpClient, body: unknown, what: string, write: boolean, db: string, signal?: AbortSignal): Promise<unknown> {
  const answer = await http.call('POST', '/jsonrpc', {}, body, signal).catch((error: unknown) => {
    throw error instanceof HttpFailure ? failureToError(error, what, write) : error;
  });
  let parsed: RpcBody;
  try {
    if (answer.status >= 400 || !answer.type.includes('json')) throw new SyntaxError('no JSON');
    parsed = JSON.parse(answer.text) as RpcBody;
  } catch (error) {
    if (error instanceof WaybillError) throw error;
    throw answerToError(answer, what, write);
  }
  if (!parsed.error) return parsed.result ?? null;
  throw faultToError({ name: parsed.error.data?.name ?? '', message: parsed.error.data?.message ?? parsed.error.message ?? '' }, what, db);
}
