/** JSON-2, Odoo 19 and later: POST /json/2/<model>/<method> (odoo/addons/rpc/controllers/json2.py). */
import { WaybillError } from '../../core/errors.ts';
import { HttpFailure, type HttpAnswer, type HttpClient } from '../../lib/http.ts';
import { answerToError, failureToError, faultToError } from './odoo-errors.ts';
import { isRead } from './methods.ts';
import type { OdooAddress, OdooCall, Transport } from './transport.ts';

export function json2(http: HttpClient, address: OdooAddress, version: string): Transport {
  const headers = { authorization: `bearer ${address.apiKey}`, 'x-odoo-database': address.db };
  const host = new URL(address.url).host;
  return {
    kind: 'json2',
    version,
    close: () => http.close(),
    async call({ model, method, ids, args, context }: OdooCall, signal) {
      const what = `${model}.${method} at ${host}`;
      const write = !isRead(method);
      const body = { ...(ids && { ids }), ...(context && { context }), ...args };
      const answer = await http.call('POST', `/json/2/${model}/${method}`, headers, body, signal).catch((error: unknown) => {
        throw error instanceof HttpFailure ? failureToError(error, what, write) : error;
      });
      return read(answer, what, write, address.db);
    },
  };
}

function read(answer: HttpAnswer, what: string, write: boolean, db: string): unknown {
  const parsed = parse(answer);
  if (parsed === undefined) {
    if (answer.status === 404) throw new WaybillError('WB_ODOO_DATABASE', `${what}: Odoo answers 404; it has no database "${db}", or does not offer JSON-2.`, { next: 'Correct "db" in waybill.yaml, or set "transport: jsonrpc" for an Odoo older than 19.' });
    throw answerToError(answer, what, write);
  }
  if (answer.status < 400) return parsed.value;
  const fault = parsed.value as { name?: unknown; message?: unknown };
  throw faultToError({ name: String(fault?.name ?? ''), message: String(fault?.message ?? '') }, what, db);
}

function parse(answer: HttpAnswer): { value: unknown } | undefined {
  if (!answer.type.includes('json')) return undefined;
  try {
    return { value: JSON.parse(answer.text) };
  } catch {
    return undefined;
  }
}
