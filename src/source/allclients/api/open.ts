/** What waybill.yaml says of the API, made an address; alone, or beside an export. */
import type { Source } from '../../source.ts';
import { apiBase, type ApiAddress, type PerContact } from './address.ts';
import { openAllClientsApi } from './api-source.ts';
import { openCompletedExport } from './completed-export.ts';

export interface ApiSettings {
  readonly url: string;
  readonly account: string;
  readonly format?: 'xml' | 'json' | undefined;
  readonly callsPerSecond?: number | undefined;
  readonly without?: readonly PerContact[] | undefined;
  readonly workflows?: readonly string[] | undefined;
  readonly autoresponders?: readonly string[] | undefined;
  readonly users?: Readonly<Record<string, string>> | undefined;
}

/** No limit is documented; this is slower than a person who clicks quickly. */
const CALLS_PER_SECOND = 2;

export function openAllClients(
  settings: ApiSettings,
  key: () => string,
  folder: string,
  beside?: Source,
): Source {
  apiBase(settings.url);
  const address = (): ApiAddress => ({
    url: settings.url,
    account: settings.account,
    key: key(),
    format: settings.format ?? 'xml',
    callsPerSecond: settings.callsPerSecond ?? CALLS_PER_SECOND,
    without: settings.without ?? [],
    workflows: settings.workflows ?? [],
    autoresponders: settings.autoresponders ?? [],
    users: settings.users ?? {},
  });
  return beside ? openCompletedExport(beside, address, folder) : openAllClientsApi(address, folder);
}
