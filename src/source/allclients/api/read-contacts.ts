/** All contacts, page by page, and what only a filter tells: who carries which flag, category, source. */
import { callText, type Params } from './client.ts';
import { askOnto, newSheet, required, type Reading, type Sheet } from './reading.ts';
import { ownerName, type Settings } from './read-settings.ts';
import { rowsOf, textOf, type Branch, type Row } from './tree.ts';

export interface Contacts {
  readonly sheet: Sheet;
  /** In the order they came. */
  readonly ids: readonly string[];
  /** Contact -> its special events as lines; filled when they are read. */
  readonly events: Map<string, string>;
}

export const CONTACTS = 'api:GetContacts';
export const PAGE = 100;

export const contactId = (row: Row): string => (row['id'] ?? row['contactid'] ?? '').trim();
const contactRows = (tree: Branch): Row[] => rowsOf(tree, 'contact');

/** How many there are, from the statistics; undefined where they are not to be had. */
export async function countContacts(reading: Reading): Promise<number | undefined> {
  const tree = await reading.ask('StatsContactsAdded', {});
  const count = tree ? textOf(tree, 'count') : '';
  return /^\d+$/.test(count) ? Number(count) : undefined;
}

export async function readContacts(
  reading: Reading,
  settings: Settings,
  expected: number | undefined,
): Promise<Contacts> {
  const members = new Membership();
  const events = new Map<string, string>();
  const sheet = newSheet({
    object: 'contact',
    path: CONTACTS,
    ids: ['id', 'contactid'],
    rows: contactRows,
    refine: (row) => refine(row, settings, members, events),
  });
  reading.emit({ type: 'step-started', step: 'read contacts', total: expected ?? null });
  const elements = new Set<string>();
  const size = { full: PAGE, sure: false };
  const main = await readPages(reading, sheet, {}, size, expected, elements);
  reading.emit({ type: 'step-ended', step: 'read contacts', done: main.ids.length });
  reading.sheets.push(sheet);
  compareCount(reading, main.ids.length, expected);
  await readMemberships(reading, settings, elements, { full: main.pageSize, sure: true }, members);
  return { sheet, ids: main.ids, events };
}

function compareCount(reading: Reading, found: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== found)
    reading.notice(
      `AllClients counts ${expected} contacts and its list holds ${found}. Somebody may have worked in it meanwhile: read it again at a quiet time.`,
    );
}

/** How many contacts a page holds at most, and whether this server was seen to keep to it. */
interface PageSize {
  readonly full: number;
  readonly sure: boolean;
}

interface Pages {
  readonly ids: readonly string[];
  /** What this server gives at most. */
  readonly pageSize: number;
}

/**
 * `pagingoffset` counts records, not pages. The end is a page that is not full; a server that gives smaller pages than
 * it was asked for shows in the first one, one that ignores the offset in a page that brings nobody new.
 */
async function readPages(
  reading: Reading,
  sheet: Sheet,
  filter: Params,
  size: PageSize,
  expected: number | undefined,
  elements: Set<string>,
): Promise<Pages> {
  const seen = new Set<string>();
  let [offset, full, repeats] = [0, size.full, 0];
  for (;;) {
    const params = { ...filter, pagingsize: PAGE, pagingoffset: offset };
    const rows = await askPage(reading, sheet, params);
    const before = seen.size;
    for (const row of rows) {
      seen.add(contactId(row));
      for (const name of Object.keys(row)) elements.add(name);
    }
    repeats += rows.length - (seen.size - before);
    offset += rows.length;
    reading.emit({ type: 'step-progress', step: 'read contacts', done: seen.size });
    if (rows.length === 0 || seen.size === before) break;
    const first = offset === rows.length;
    if (rows.length < full && (size.sure || !first || expected === seen.size)) break;
    full = Math.min(full, rows.length);
  }
  if (repeats > 0)
    reading.notice(
      `${repeats} contact(s) came more than once while the pages were read: the list moved under the reading. Each was taken once.`,
    );
  return { ids: [...seen].filter((id) => id !== ''), pageSize: full };
}

async function askPage(reading: Reading, sheet: Sheet, params: Params): Promise<readonly Row[]> {
  return required(
    await askOnto(reading, sheet, 'GetContacts', params),
    `A page of contacts cannot be read (${callText('GetContacts', params)}). ${reading.notices().join(' ')}`,
    'Try again at a quiet time with: waybill scope   It goes on where it stopped.',
  );
}

/** Which contact is in which list, where the contact itself does not say. */
class Membership {
  readonly #names = new Map<string, Map<string, string[]>>();
  add(element: string, id: string, name: string): void {
    const of = this.#names.get(element) ?? new Map<string, string[]>();
    this.#names.set(element, of);
    of.set(id, [...(of.get(id) ?? []), name]);
  }
  of(element: string, id: string): readonly string[] {
    return this.#names.get(element)?.get(id) ?? [];
  }
}

const LISTS = [
  { element: 'flags', filter: 'flagid', names: (settings: Settings) => settings.flags },
  { element: 'category', filter: 'categoryid', names: (settings: Settings) => settings.categories },
  {
    element: 'category2',
    filter: 'category2id',
    names: (settings: Settings) => settings.categories2,
  },
  { element: 'source', filter: 'sourceid', names: (settings: Settings) => settings.sources },
] as const;

/** One listing per flag (category, source) tells who carries it: asked only where no contact says it itself. */
async function readMemberships(
  reading: Reading,
  settings: Settings,
  elements: ReadonlySet<string>,
  size: PageSize,
  members: Membership,
): Promise<void> {
  for (const { element, filter, names } of LISTS) {
    if (saysItself(element, elements)) continue;
    for (const [id, name] of names(settings)) {
      const listing = newSheet({ object: 'contact', path: CONTACTS, rows: contactRows });
      const { ids } = await readPages(
        reading,
        listing,
        { [filter]: id },
        size,
        undefined,
        new Set(),
      );
      for (const contact of ids) members.add(element, contact, name);
    }
  }
}

const saysItself = (element: string, elements: ReadonlySet<string>): boolean =>
  [...elements].some((name) =>
    element === 'flags'
      ? name === 'flags' || name.startsWith('flags.')
      : [element, `${element}id`, `${element}name`].includes(name) ||
        name.startsWith(`${element}.`),
  );

function refine(
  row: Row,
  settings: Settings,
  members: Membership,
  events: Contacts['events'],
): Row {
  const id = contactId(row);
  const out: Record<string, string> = id === '' ? {} : { id };
  for (const [name, value] of Object.entries(row))
    if (name !== 'contactid') out[settings.labels.get(name) ?? name] = value;
  for (const [element, names] of [
    ['category', settings.categories],
    ['category2', settings.categories2],
    ['source', settings.sources],
  ] as const)
    put(out, element, nameIn(row, element, names) || members.of(element, id).join('; '));
  put(out, 'flags', listed(flagsIn(row) ?? members.of('flags', id)));
  put(out, 'owner', ownerName(row['teammemberid'], settings));
  put(out, 'Special Events', events.get(id) ?? '');
  put(out, 'optin', optIn(row['email'], settings));
  return out;
}

function put(out: Record<string, string>, name: string, value: string): void {
  if (value !== '') out[name] = value;
}

/** The text itself, a name beside or below it, or the name its id has in the list. */
function nameIn(row: Row, element: string, names: ReadonlyMap<string, string>): string {
  const text =
    row[element] ??
    row[`${element}name`] ??
    row[`${element}.name`] ??
    row[`${element}.${element}name`];
  const id = row[`${element}id`] ?? row[`${element}.id`] ?? row[`${element}.${element}id`];
  return text ?? (id === undefined ? '' : (names.get(id) ?? id));
}

function flagsIn(row: Row): readonly string[] | undefined {
  const text = row['flags'] ?? row['flags.flag.name'] ?? row['flags.flag'] ?? row['flags.name'];
  return text === undefined ? undefined : text.split(';').map((one) => one.trim());
}

/** A name that holds a separator stands in quotes, as in a file. */
const listed = (names: readonly string[]): string =>
  names
    .toSorted()
    .map((name) => (/[,;|"]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(', ');

const optIn = (address: string | undefined, settings: Settings): string =>
  address === undefined ? '' : (settings.optIns.get(address.trim().toLowerCase()) ?? '');
