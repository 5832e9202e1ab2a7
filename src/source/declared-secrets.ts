/** Secrets that a connector file names and never holds. */
import { WaybillError } from '../core/errors.ts';
import { registerSecret } from '../lib/redact.ts';

export type Secrets = Readonly<Record<string, string | undefined>>;

export function secretOf(reference: string, secrets: Secrets): string {
  const name = reference.slice('env:'.length);
  const value = secrets[name];
  if (value) {
    registerSecret(value);
    return value;
  }
  throw new WaybillError(
    'WB_KEY_MISSING',
    `The connector file names the secret ${name}, which is not set.`,
    { next: `export ${name}=…` },
  );
}

/** Without the query: a key or a signature may stand in it. */
export const shown = (url: URL): string => `${url.origin}${url.pathname}`;

export const refusedLogin = (url: URL, what: string): WaybillError =>
  new WaybillError('WB_SOURCE_LOGIN', `The API at ${shown(url)} ${what}.`, {
    place: shown(url),
    next: 'Look at the connector file (base_url, allowed_hosts, auth), then: waybill connector check <file>',
  });
