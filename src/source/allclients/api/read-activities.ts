/** To-dos, appointments and deals of the whole account; the first two stop silently at a number. */
import type { Params } from './client.ts';
import type { Contacts } from './read-contacts.ts';
import { askOnto, newSheet, type Reading, type Sheet } from './reading.ts';
import { ownerName, type Settings } from './read-settings.ts';
import { branchesOf, flatten, isLeaf, rowsOf, type Branch, type Row } from './tree.ts';

/** GetToDos: "the first 2,500". */
const TODO_CAP = 2_500;
/** Numbers at which lists of this API end: a list that is exactly so long was cut, or is looked at twice. */
const ROUND: ReadonlySet<number> = new Set([500, 1_000, 2_000, TODO_CAP, 5_000, 10_000]);

export async function readTodos(
  reading: Reading,
  settings: Settings,
  contacts: Contacts,
): Promise<void> {
  const sheet = newSheet({
    object: 'todo',
    path: 'api:GetToDos',
    ids: ['todoid', 'id'],
    rows: (tree) => rowsOf(tree, 'todo'),
    refine: (row) => withTemplates(withOwner(row, settings)),
  });
  reading.sheets.push(sheet);
  await splitTodos(reading, sheet, settings, contacts, [{ teammemberid: -1, status: 'all' }]);
}

/** All; what is cut by status; what is still cut by team member; at last by contact. */
async function splitTodos(
  reading: Reading,
  sheet: Sheet,
  settings: Settings,
  contacts: Contacts,
  questions: readonly Params[],
): Promise<void> {
  for (const question of questions) {
    const rows = await askOnto(reading, sheet, 'GetToDos', question);
    if (!rows || rows.length < TODO_CAP) continue;
    const finer = finerTodos(question, settings, contacts);
    if (finer.length === 0)
      reading.notice(
        `To-dos may be incomplete: AllClients gives ${TODO_CAP} of them at most, and asking more narrowly (${JSON.stringify(question)}) reached that too.`,
      );
    if (question['contactid'] === undefined && finer[0]?.['contactid'] !== undefined)
      reading.notice(
        'One team member has more than 2,500 to-dos of one status: they were read contact by contact, so to-dos that belong to no contact may be missing.',
      );
    await splitTodos(reading, sheet, settings, contacts, finer);
  }
}

function finerTodos(question: Params, settings: Settings, contacts: Contacts): Params[] {
  if (question['status'] === 'all')
    return ['open', 'closed'].map((status) => ({ ...question, status }));
  if (
    question['teammemberid'] === -1 &&
    question['contactid'] === undefined &&
    settings.members.size > 0
  )
    return ['0', ...settings.members.keys()]
      .filter((id, index, all) => all.indexOf(id) === index)
      .map((teammemberid) => ({ ...question, teammemberid }));
  if (question['contactid'] !== undefined) return [];
  return contacts.ids.map((contactid) => ({ ...question, teammemberid: -1, contactid }));
}

/** A template that has a number and no name is called by its number. */
const withTemplates = (row: Row): Row => ({
  ...row,
  ...nameless(row, 'letter'),
  ...nameless(row, 'emailtemplate'),
});

function nameless(row: Row, kind: string): Row {
  const id = row[`${kind}id`] ?? '0';
  return id === '0' || row[`${kind}name`] !== undefined ? {} : { [`${kind}name`]: `number ${id}` };
}

/** Says whose it is by name, and calls custom fields what people call them. */
function withOwner(row: Row, settings: Settings): Row {
  const owner = ownerName(row['teammemberid'], settings);
  const named = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [settings.labels.get(name) ?? name, value]),
  );
  return owner === '' ? named : { ...named, owner };
}

interface Window {
  /** Days since 1970; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / DAY_MS;
/** A span of so many days is surely allowed; an error about a longer one may be about its length. */
const LONGEST_SURE = 366;
/** Before AllClients, and beyond any plan. */
const ALL_TIME: Window = { from: day('1990-01-01'), to: day('2100-01-01') };

/** StatsAppointmentDetail knows no limit and says every field; GetAppointments, capped, is for servers without it. */
export async function readAppointments(reading: Reading, settings: Settings): Promise<void> {
  const sheet = newSheet({
    object: 'appointment',
    path: 'api:StatsAppointmentDetail',
    ids: ['appointmentid', 'id'],
    rows: (tree) => rowsOf(tree, 'result', 'appointment'),
    refine: (row) => withOwner(row, settings),
  });
  reading.sheets.push(sheet);
  await readWindow(reading, sheet, 'StatsAppointmentDetail', ALL_TIME);
  if (reading.lacks('StatsAppointmentDetail'))
    await readWindow(reading, sheet, 'GetAppointments', ALL_TIME);
}

async function readWindow(
  reading: Reading,
  sheet: Sheet,
  name: string,
  window: Window,
): Promise<void> {
  const detail = name === 'StatsAppointmentDetail';
  const params = {
    startdate: usDate(window.from),
    // Exclusive for the one, inclusive for the other.
    enddate: usDate(detail ? window.to : window.to - 1),
    ...(detail && { detail: 1 }),
  };
  const answer = reading.lacks(name) ? undefined : await reading.outcome(name, params);
  const refused = answer?.kind === 'error' && window.to - window.from > LONGEST_SURE;
  const cut =
    refused || answer?.kind === 'failed' || (answer?.kind === 'tree' && isCut(answer.tree, sheet));
  if (!cut) {
    if (answer?.kind === 'tree') await askOnto(reading, sheet, name, params);
    if (answer?.kind === 'error') reading.notice(`${name} says "${answer.said}".`);
    return;
  }
  if (window.to - window.from <= 1) {
    await askOnto(reading, sheet, name, params);
    reading.notice(
      `Appointments of ${usDate(window.from)} may be incomplete: AllClients cut the list of that one day.`,
    );
    return;
  }
  const middle = Math.floor((window.from + window.to) / 2);
  await readWindow(reading, sheet, name, { from: window.from, to: middle });
  await readWindow(reading, sheet, name, { from: middle, to: window.to });
}

/** The documentation promises "an element with the value true" and no name for it. */
function isCut(tree: Branch, sheet: Sheet): boolean {
  const flagged = tree.children
    .flatMap((results) => results.children)
    .some((child) => isLeaf(child) && /^true$/i.test(child.text.trim()));
  return flagged || ROUND.has(sheet.rows(tree).length);
}

const two = (n: number): string => String(n).padStart(2, '0');

function usDate(days: number): string {
  const date = new Date(days * DAY_MS);
  return `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()}`;
}

/** Active, won, lost, back burner: what a blank status gives is not documented. */
const DEAL_STATUSES = [1, 2, 3, 4];

export async function readDeals(reading: Reading, settings: Settings): Promise<void> {
  const sheet = newSheet({
    object: 'deal',
    path: 'api:GetDeals',
    ids: ['dealid', 'id'],
    rows: (tree) => branchesOf(tree, ['deal']).map(dealRow),
    refine: (row) => withOwner(row, settings),
  });
  reading.sheets.push(sheet);
  for (const status of DEAL_STATUSES)
    await askOnto(reading, sheet, 'GetDeals', { status, customfields: 1, relatedcontacts: 1 });
}

/** The contacts of a deal: the primary one by its id, the others as a list with their roles. */
function dealRow(deal: Branch): Row {
  const related = branchesOf(deal, ['relatedcontact']).map(flatten);
  const primary = related.find((one) => /^(1|true)$/i.test(one['primary'] ?? ''));
  const row: Record<string, string> = {};
  for (const [name, value] of Object.entries(flatten(deal)))
    if (!name.includes('relatedcontact')) row[name.replace(/^customfields\./, '')] = value;
  const main = row['primarycontactid'] ?? primary?.['contactid'];
  if (main !== undefined) row['primarycontactid'] = main;
  const others = related
    .filter((one) => one !== primary)
    .map((one) =>
      one['role'] ? `${one['contactid']} (${one['role']})` : (one['contactid'] ?? ''),
    );
  if (others.length > 0) row['relatedcontacts'] = others.join('; ');
  return row;
}
