/** Where the API of an account is, and how gently it is asked. */
import { WaybillError } from '../../../core/errors.ts';
import type { PaceTime } from '../../../lib/pace.ts';

export interface ApiAddress {
  /** `https://www.allclients.com`, a white label's host, or either with the path of its API. */
  readonly url: string;
  readonly account: string;
  readonly key: string;
  readonly format: 'xml' | 'json';
  readonly callsPerSecond: number;
  /** Kinds of a contact's data that a person chose to leave behind: each costs a call per contact. */
  readonly without: readonly PerContact[];
  /** Nothing lists these: a person names them in waybill.yaml. */
  readonly workflows: readonly string[];
  readonly autoresponders: readonly string[];
  /** Team member number -> name or e-mail, where the API does not tell. */
  readonly users: Readonly<Record<string, string>>;
  /** Set by tests: the pauses between two tries, and who tells the time. */
  readonly pausesMs?: readonly number[];
  readonly timeoutMs?: number;
  readonly time?: PaceTime;
}

export type PerContact = 'notes' | 'attachments' | 'specialevents';

const API_PATH = '/api/2';

/** The address of the functions, without a slash at its end. Throws WB_CONFIG_INVALID. */
export function apiBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback);
  if (!url || !safe || url.username !== '' || url.search !== '')
    throw new WaybillError('WB_CONFIG_INVALID', why(url, safe), {
      next: 'Write source.api.url in waybill.yaml like https://www.allclients.com; plain http is for this machine only.',
    });
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path === '' ? API_PATH : path}`;
}

/** A link of the API may lead to another host, but not out of the safe ways the API itself came by. */
export function safeLink(text: string, api: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || (url !== undefined && url.origin === new URL(api).origin);
}

const why = (url: URL | undefined, safe: boolean): string => {
  if (!url) return "The address of the source's API is no URL.";
  return safe
    ? `${url.origin}: the address holds more than host and path.`
    : `${url.origin}: the API key would travel in the clear.`;
};
