/** How many calls a reading will make and how long they take at the asked pace; known before most of them are made. */
import type { PerContact } from './address.ts';
import { countContacts, PAGE } from './read-contacts.ts';
import type { Reading } from './reading.ts';
import { idsIn } from './read-per-contact.ts';
import { rowsOf } from './tree.ts';

export interface AccountSize {
  readonly contacts: number;
  readonly contactsWithNotes: number;
  readonly flags: number;
}

/** Lists, to-dos, deals, appointments, statistics, landing pages of a small account. */
const FIXED_CALLS = 18;

export function estimateCalls(size: AccountSize, kinds: readonly PerContact[]): number {
  const pages = Math.ceil(size.contacts / PAGE) + 1;
  const per = {
    notes: size.contactsWithNotes,
    attachments: size.contacts,
    specialevents: size.contacts,
  };
  return FIXED_CALLS + pages + size.flags * 2 + kinds.reduce((sum, kind) => sum + per[kind], 0);
}

export async function sizeOf(reading: Reading, flags: number): Promise<AccountSize | undefined> {
  const contacts = await countContacts(reading);
  if (contacts === undefined) return undefined;
  const summary = await reading.ask('GetStatistics', {
    report_type: 'notesummary',
    teammemberid: -1,
  });
  const noted = summary
    ? Math.min(contacts, new Set(rowsOf(summary, 'item').map((item) => idsIn(item).at(-1))).size)
    : contacts;
  return { contacts, contactsWithNotes: noted, flags };
}

export function estimateText(
  size: AccountSize,
  kinds: readonly PerContact[],
  callsPerSecond: number,
): string {
  const calls = estimateCalls(size, kinds);
  const minutes = Math.max(1, Math.ceil(calls / callsPerSecond / 60));
  return `The API will be asked about ${calls.toLocaleString('en-US')} times for ${size.contacts.toLocaleString('en-US')} contacts, one call at a time and ${callsPerSecond} a second at most: ${minutes.toLocaleString('en-US')} minute(s) or more. Attachments come on top. It can be stopped and goes on where it stopped.`;
}
