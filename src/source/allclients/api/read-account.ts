/** The order in which an account is read: what is cheap and tells of trouble first, what costs a call per contact last. */
import type { PerContact } from './address.ts';
import { readAttachments, type AttachmentStore } from './attachments.ts';
import { estimateText, sizeOf } from './estimate.ts';
import { readAppointments, readDeals, readTodos } from './read-activities.ts';
import { readContacts } from './read-contacts.ts';
import { readNotes, readSpecialEvents, type Gone } from './read-per-contact.ts';
import { readSettings } from './read-settings.ts';
import { readAutomations, readLetters, readTodoPlans, readWebForms } from './read-templates.ts';
import type { Reading, Sheet } from './reading.ts';

/** `has`: objects that an export gives already; nothing is asked for those. */
export async function readAccount(
  reading: Reading,
  store: AttachmentStore,
  has: ReadonlySet<string>,
  lettersIn: (sheet: Sheet) => ReadonlySet<string>,
): Promise<void> {
  const settings = await readSettings(reading, reading.address.account);
  const kinds = kindsAsked(reading, has);
  const size = await sizeOf(reading, settings.flags.size);
  if (size) {
    const message = estimateText(size, kinds, reading.address.callsPerSecond);
    reading.emit({ type: 'notice', level: 'info', message });
  }
  const contacts = await readContacts(reading, settings, size?.contacts);
  if (!has.has('deal')) await readDeals(reading, settings);
  if (!has.has('todo')) await readTodos(reading, settings, contacts);
  if (!has.has('appointment')) await readAppointments(reading, settings);
  const plans = await readTodoPlans(reading);
  await readAutomations(reading);
  const letters = new Set(
    [...reading.sheets.filter((sheet) => sheet.object === 'todo'), plans].flatMap((sheet) => [
      ...lettersIn(sheet),
    ]),
  );
  await readLetters(reading, letters);
  await readWebForms(reading);
  const gone: Gone = new Set();
  if (kinds.includes('notes')) await readNotes(reading, contacts, gone);
  if (kinds.includes('specialevents')) await readSpecialEvents(reading, contacts, gone);
  if (kinds.includes('attachments')) await readAttachments(reading, contacts, store, gone);
}

const OBJECT_OF: Readonly<Record<PerContact, string>> = {
  notes: 'note',
  attachments: 'attachment',
  specialevents: 'special events of an export',
};

function kindsAsked(reading: Reading, has: ReadonlySet<string>): PerContact[] {
  const all = ['notes', 'specialevents', 'attachments'] as const;
  for (const kind of reading.address.without)
    reading.notice(`${kind} are not read: left out in waybill.yaml, source.api.without.`);
  return all.filter((kind) => !has.has(OBJECT_OF[kind]) && !reading.address.without.includes(kind));
}
