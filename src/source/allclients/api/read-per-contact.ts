/** Notes, special events, attachments: a call per contact, saved where the account's statistics say there is nothing. */
import { callText, type Params } from './client.ts';
import type { Contacts } from './read-contacts.ts';
import { newSheet, reject, type Reading, type Sheet } from './reading.ts';
import { rowsOf, type Row } from './tree.ts';

/** Contacts that disappeared since the list was read: not asked about again. */
export type Gone = Set<string>;

export async function readNotes(reading: Reading, contacts: Contacts, gone: Gone): Promise<void> {
  const sheet = newSheet({
    object: 'note',
    path: 'api:GetContactNotes',
    rows: (tree) => rowsOf(tree, 'note'),
    refine: (row) => ((row['notecontent'] ?? '').trim() === '' ? undefined : row),
  });
  reading.sheets.push(sheet);
  const wanted = (await contactsWithNotes(reading, contacts)) ?? contacts.ids;
  await eachContact(reading, sheet, 'GetContactNotes', wanted, gone);
}

/**
 * GetStatistics, notesummary: a note's date and its contact's id per item; how they are written is not documented. Used
 * only when every item names a contact of the account, else every contact is asked.
 */
export async function contactsWithNotes(
  reading: Reading,
  contacts: Contacts,
): Promise<readonly string[] | undefined> {
  const tree = await reading.ask('GetStatistics', {
    report_type: 'notesummary',
    teammemberid: -1,
  });
  if (!tree) return undefined;
  const known = new Set(contacts.ids);
  const noted = new Set<string>();
  for (const item of rowsOf(tree, 'item')) {
    const ids = idsIn(item).filter((id) => known.has(id));
    if (ids.length === 0) return undefined;
    for (const id of ids) noted.add(id);
  }
  return contacts.ids.filter((id) => noted.has(id));
}

const DATES = /\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?(\s*[AP]M)?)?/gi;

export function idsIn({ count: _count, ...item }: Row): string[] {
  return Object.values(item).flatMap((text) => text.replace(DATES, ' ').match(/\d+/g) ?? []);
}

/** Birthdays and anniversaries: lines of a column of the contact, since nothing else belongs to them. */
export async function readSpecialEvents(
  reading: Reading,
  contacts: Contacts,
  gone: Gone,
): Promise<void> {
  const asking = newSheet({
    object: 'contact',
    path: 'api:GetContactSpecialEvents',
    rows: (tree) => rowsOf(tree, 'specialevent'),
  });
  await eachContact(reading, asking, 'GetContactSpecialEvents', contacts.ids, gone, (id, rows) => {
    if (rows.length > 0) contacts.events.set(id, rows.map(eventLine).join('\n'));
    return Promise.resolve();
  });
  contacts.sheet.rejected.push(...asking.rejected);
}

const eventLine = ({ occasion, description, addresslabel, date }: Row): string =>
  [[date, occasion].filter(Boolean).join(' '), description, addresslabel]
    .filter(Boolean)
    .join(', ');

/** Asks for each contact by its id; one that fails is listed, and the others go on. */
export async function eachContact(
  reading: Reading,
  sheet: Sheet,
  name: string,
  ids: readonly string[],
  gone: Gone,
  use?: (id: string, rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const step = `read ${name.replace('GetContact', '').replace('Special', 'special ').toLowerCase()}`;
  reading.emit({ type: 'step-started', step, total: ids.length });
  for (const [done, id] of ids.entries()) {
    if (reading.lacks(name)) break;
    if (gone.has(id)) continue;
    const rows = await askOne(reading, sheet, name, id, gone);
    if (rows && use) await use(id, rows);
    reading.emit({ type: 'step-progress', step, done: done + 1 });
  }
  reading.emit({ type: 'step-ended', step, done: ids.length });
}

async function askOne(
  reading: Reading,
  sheet: Sheet,
  name: string,
  id: string,
  gone: Gone,
): Promise<readonly Row[] | undefined> {
  const params: Params = { identifymethod: 1, identifyvalue: id };
  const answer = await reading.outcome(name, params);
  if (answer.kind === 'tree') {
    const rows = sheet.rows(answer.tree);
    if (rows.length > 0)
      sheet.parts.push({ call: callText(name, params), extra: { contactid: id } });
    return rows;
  }
  if (answer.kind === 'error' && /not found/i.test(answer.said)) {
    gone.add(id);
    reject(
      sheet,
      'WB_SOURCE_GONE',
      `Contact ${id} was in the list and is no longer there ("${answer.said}"): somebody deleted it meanwhile. What the list said of it moves; its notes and attachments cannot be read.`,
      id,
    );
  } else if (answer.kind === 'error' || answer.kind === 'failed')
    reject(
      sheet,
      'WB_SOURCE_CALL',
      `${name} for contact ${id} failed: ${answer.kind === 'error' ? answer.said : answer.why}. To try again: waybill scope`,
      id,
    );
  return undefined;
}
