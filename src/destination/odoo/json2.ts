/** JSON-2, Odoo 19 and later: POST /json/2/<model>/<method> (odoo/addons/rpc/controllers/json2.py). */
import type { HttpClient } from '../../lib/http.ts';
import { isRead } from './methods.ts';
import { answerToError, faultToError, toOdooError, type CallPlace } from './odoo-errors.ts';
import { parseJson } from './parse-json.ts';
import type { OdooAddress, OdooCall, Transport } from './transport.ts';

/** Does not log in: the first call with a wrong key or database fails. */
export function json2(http: HttpClient, address: OdooAddress, version: string): Transport {
  const headers = { authorization: `bearer ${address.apiKey}`, 'x-odoo-database': address.db };
  return {
    kind: 'json2',
    version,
    close: () => http.close(),
    async call({ model, method, ids, args, context }: OdooCall, signal) {
      const place = { what: `${model}.${method}`, address, write: !isRead(method) };
      const body = { ...(ids && { ids }), ...(context && { context }), ...args };
      const path = `/json/2/${model}/${method}`;
      const answer = await http
        .call('POST', path, headers, body, signal)
        .catch((error: unknown) => toOdooError(error, place));
      const parsed = parseJson(answer);
      if (!parsed) throw answerToError(answer, place);
      if (answer.status < 400) return parsed.value;
      throw toFault(parsed.value, place) ?? answerToError(answer, place);
    },
  };
}

/** Undefined for JSON that is not Odoo's: a proxy can speak JSON too. */
function toFault(value: unknown, place: CallPlace): Error | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined;
  const { name, message } = value as { name: unknown; message?: unknown };
  return faultToError(
    { name: String(name), message: typeof message === 'string' ? message : '' },
    place,
  );
}
