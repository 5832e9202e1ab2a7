/** Finds out what answers at the address, and speaks to it the newest way it knows. */
import { WaybillError } from '../../core/errors.ts';
import { HttpFailure, httpClient, type HttpClient } from '../../lib/http.ts';
import { answerToError, failureToError, odooError } from './odoo-errors.ts';
import { json2 } from './json2.ts';
import { jsonrpc } from './jsonrpc.ts';
import type { OdooAddress, Transport } from './transport.ts';

export const FIRST_JSON2_VERSION = 19;

export async function openTransport(address: OdooAddress, forced: 'json2' | 'jsonrpc' | undefined, timeoutMs: number): Promise<Transport> {
  checkUrl(address.url);
  const http = httpClient(address.url, timeoutMs);
  try {
    const version = await probe(http, address);
    const kind = forced ?? (majorOf(version) >= FIRST_JSON2_VERSION ? 'json2' : 'jsonrpc');
    return kind === 'json2' ? json2(http, address, version) : await jsonrpc(http, address, version);
  } catch (error) {
    await http.close();
    throw error;
  }
}

/** A key over plain HTTP can be read by anybody on the way; on the machine itself there is no way. */
function checkUrl(text: string): void {
  const url = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return;
  throw new WaybillError('WB_CONFIG_INVALID', `${url.origin}: the API key would travel in the clear.`, { next: 'Use https:// in waybill.yaml; plain http is for this machine only.' });
}

/** 19 -> 19, 'saas~18.2' -> 18. */
export const majorOf = (version: string): number => Number(/\d+/.exec(version)?.[0] ?? 0);

async function probe(http: HttpClient, { url }: OdooAddress): Promise<string> {
  const what = `Looking for Odoo at ${new URL(url).host}`;
  const body = { jsonrpc: '2.0', method: 'call', id: 1, params: {} };
  const answer = await http.call('POST', '/web/webclient/version_info', {}, body).catch((error: unknown) => {
    throw error instanceof HttpFailure ? failureToError(error, what, false) : error;
  });
  if (answer.status >= 400 || !answer.type.includes('json')) throw answerToError(answer, what, false);
  const version = (JSON.parse(answer.text) as { result?: { server_version?: unknown } }).result?.server_version;
  if (typeof version !== 'string') throw odooError('WB_ODOO_NOT_ODOO', `${what}: something answers, but it does not say which Odoo it is.`);
  return version;
}
