/** Finds out what answers at the address, and speaks to it the newest way it knows. */
import { WaybillError } from '../../core/errors.ts';
import { httpClient, type HttpClient } from '../../lib/http.ts';
import { json2 } from './json2.ts';
import { jsonrpc } from './jsonrpc.ts';
import { answerToError, odooError, toOdooError } from './odoo-errors.ts';
import { parseJson } from './parse-json.ts';
import type { OdooAddress, Transport } from './transport.ts';

export const FIRST_JSON2_VERSION = 19;

/** The transport is logged in: a wrong key or database fails here, not in the middle of the work. */
export async function openTransport(
  address: OdooAddress,
  forced: 'json2' | 'jsonrpc' | undefined,
  timeoutMs: number,
): Promise<Transport> {
  checkUrl(address.url);
  const http = httpClient(address.url, timeoutMs);
  try {
    const version = await probe(http, address);
    const newest = majorOf(version) >= FIRST_JSON2_VERSION ? 'json2' : 'jsonrpc';
    if ((forced ?? newest) === 'jsonrpc') return await jsonrpc(http, address, version);
    const transport = json2(http, address, version);
    await transport.call({ model: 'res.users', method: 'context_get' });
    return transport;
  } catch (error) {
    await http.close();
    throw error;
  }
}

/** A key over plain HTTP can be read by anybody on the way; on the machine itself there is no way. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return;
  const fault = url ? `${url.origin}: the API key would travel in the clear.` : 'Not a URL.';
  throw new WaybillError('WB_CONFIG_INVALID', fault, {
    next: 'Write "url" in waybill.yaml as https://…; plain http is for this machine only.',
  });
}

/** '19.0' -> 19, 'saas~18.2' -> 18. */
export const majorOf = (version: string): number => Number(/\d+/.exec(version)?.[0] ?? 0);

/** Works without a key and a database, 14 to 19 (addons/web/controllers). */
async function probe(http: HttpClient, address: OdooAddress): Promise<string> {
  const place = { what: 'asking for the version', address, write: false };
  const body = { jsonrpc: '2.0', method: 'call', id: 1, params: {} };
  const answer = await http
    .call('POST', '/web/webclient/version_info', {}, body)
    .catch((error: unknown) => toOdooError(error, place));
  const parsed = answer.status < 400 ? parseJson(answer) : undefined;
  if (!parsed) throw answerToError(answer, place);
  const { result } = (parsed.value ?? {}) as { result?: { server_version?: unknown } };
  if (typeof result?.server_version === 'string') return result.server_version;
  throw odooError('WB_ODOO_NOT_ODOO', place, 'something answers, but not which Odoo it is');
}
