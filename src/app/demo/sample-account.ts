/**
 * A sample AllClients account, made from a seed: what an export of some years' work looks like, dirt included.
 * `truth` is what was meant, as plain data, so that a test can look for it in Odoo without asking our own code.
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { seededRandom, type Random } from '../../lib/random.ts';
import { SAMPLE_USERS, type SampleContact, type SampleOptions } from './sample-types.ts';
export { SAMPLE_USERS, type SampleContact, type SampleOptions } from './sample-types.ts';
import { rowTables, sampleRows, writeFiles, type SampleRows } from './sample-rows.ts';

export interface SampleNote {
  /** Record id as exported; may be empty or unknown. */
  readonly contactId: string;
  readonly email: string;
  /** Index of the contact it was written for; -1 when there is none. */
  readonly of: number;
  readonly date: string;
  readonly body: string;
  readonly author: string;
}

const FIRST = ['Ana', 'Bob', 'Carla', 'David', 'Eve', 'Frank', 'Grace', 'Hugo', 'Inés', 'Jürgen', 'Kateřina', 'Liam', 'Mária', 'Noël', 'Olga', 'Pedro', 'Quinn', 'Rosa', 'Søren', 'Tina', 'Uma', 'Víctor', 'Wei', 'Ximena', 'Yuki', 'Zoë', '太郎', 'Мария', 'محمد', 'Þór'];
const LAST = ['Keller', 'Smith', 'O’Brien', 'García', 'Müller', 'Nguyen', 'Johnson', 'Lee', 'Brown', 'Díaz', 'Kowalski', 'Åberg', 'van der Berg', 'Patel', 'Rossi', 'Silva', '山田', 'Иванова', 'Smith-Jones', 'D\'Angelo'];
const COMPANIES = ['Keller Bikes', 'Acme, Inc.', 'Blue Sky Realty', 'Northwind "Traders"', 'Müller & Söhne', 'Sunrise Dental', 'Pine Street Books', 'Harbor Law LLP', 'Lone Star Roofing', 'Café Olé'];
const STATES = ['TX', 'Texas', 'CA', 'California', 'NY', 'new york', 'FL', 'WA'];
const CITIES = ['Austin', 'San José', 'New York', 'Miami', 'Seattle', 'St. Paul'];
const GROUPS = ['Past Clients', 'Hot Leads', 'Vendors', 'Newsletter', 'Sphere', 'Open House', 'Referrals', 'Do Not Call'];
const TAGS = Array.from({ length: 40 }, (_, i) => ['VIP', 'Buyer', 'Seller', 'Investor', 'Renter', 'Holiday Card', 'Golf', 'Café'][i] ?? `Tag ${i + 1}`);
const INTERESTS = ['Golf', 'Wine', 'Sailing', 'Chess', 'Opera'];
const NOTE_TEXTS = ['Left a voicemail.', 'Called back; wants the offer by Friday.', 'Met at the open house 🏡', 'Sent the brochure, <b>not</b> the price list.', 'Second line follows\nwith a "quote", a comma, and; a semicolon', '[[System]][[Icon:Email]]Email sent: Spring newsletter', 'Ruft nächste Woche zurück – grüßt herzlich', '電話しました。'];

const CUSTOM_LABELS = ['Lead Score', 'Budget', 'Closing Date', 'Newsletter?', 'Client Type', 'Interests', 'Portal', 'Discount', 'Member No', 'Background Story', 'Satisfaction', 'Nickname'] as const;
const CONTACT_HEADER = ['Contact ID', 'First Name', 'Last Name', 'Other First Name', 'Other Last Name', 'Company', 'Address', 'City', 'State', 'Postal Code', 'Phone 1', 'Phone 1 Note', 'Phone 2', 'Phone 2 Note', 'Phone 3', 'Phone 4', 'Email', 'Other Email', 'Category', 'Source', 'Flags', 'Groups', 'Team Member', 'Add Date', 'Edit Date', ...CUSTOM_LABELS];
const NOTE_HEADER = ['Contact ID', 'First Name', 'Last Name', 'Email', 'Date', 'Note', 'Team Member'];

export function generateSampleAccount(options: SampleOptions) {
  return {
    contact: (index: number): SampleContact => makeContact(options, index),
    note: (index: number): SampleNote => makeNote(options, index),
    /** To-dos, deals, appointments, files, opt-outs: in numbers that follow those of the contacts. */
    rows: (): SampleRows => sampleRows(options, (index) => makeContact(options, index)),
    options,
    /** Contacts.csv and Notes.csv, streamed, so that a large account needs no memory; the other tables; the files. */
    async writeTo(folder: string): Promise<void> {
      await writeRows(join(folder, 'Contacts.csv'), contactRows(options));
      await writeRows(join(folder, 'Notes.csv'), noteRows(options));
      writeFileSync(join(folder, 'Users.csv'), csv([['Team Member ID', 'Name', 'Email', 'Active'], ...SAMPLE_USERS.map((user) => [user.id, user.name, user.email, user.active])]));
      const rows = this.rows();
      for (const [name, table] of Object.entries(rowTables(rows, (index) => makeContact(options, index))))
        await writeRows(join(folder, name), table);
      writeFiles(folder, rows.files);
      writeFileSync(join(folder, 'Groups.csv'), csv([['Group Name', 'Description'], ...GROUPS.map((name) => [name, `The group ${name}`])]));
    },
  };
}

/** Every record from its own seed: the hundredth can be made without the ninety-nine before. */
const randomOf = (options: SampleOptions, kind: number, index: number): Random => seededRandom(options.seed * 1_000_003 + kind * 7_919 + index * 104_729);

function makeContact(options: SampleOptions, index: number): SampleContact {
  const random = randomOf(options, 1, index);
  // Every 60th is the contact before it once more; every 45th shares the address of the one before under another name.
  const twin = index % 60 === 59 ? makeContact(options, index - 1) : undefined;
  const spouse = index % 45 === 44 ? makeContact(options, index - 1) : undefined;
  const first = twin?.first ?? random.pick(FIRST);
  const last = twin?.last ?? `${random.pick(LAST)}${index >= FIRST.length ? ` ${letters(index)}` : ''}`;
  const email = twin?.email ?? spouse?.email ?? (random.chance(0.12) ? '' : `contact${index}@example${index % 7}.com`);
  const two = random.chance(0.08);
  return {
    id: String(70_000 + index), first, last, email,
    company: random.chance(0.4) ? random.pick(COMPANIES) : '',
    phones: [phone(random, 0.8), phone(random, 0.3), phone(random, 0.1), phone(random, 0.05)],
    street: random.chance(0.7) ? `${1 + random.int(9_000)} Main St, Apt ${random.int(90)}` : '',
    city: random.chance(0.7) ? random.pick(CITIES) : '',
    state: random.chance(0.6) ? random.pick(STATES) : '',
    zip: random.chance(0.7) ? `0${String(1_000 + random.int(8_999))}` : '',
    owner: random.chance(0.9) ? random.pick(SAMPLE_USERS).name : '',
    created: usDate(random, true),
    tags: some(random, TAGS, 3), groups: some(random, GROUPS, 2),
    second: two ? { first: random.pick(FIRST), last: last, email: random.chance(0.5) ? `second${index}@example.org` : '' } : null,
    custom: customValues(random, index),
  };
}

/** Ordinal letters, so that names differ without looking numbered. */
const letters = (n: number): string => (n < 26 ? String.fromCharCode(65 + n) : letters(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26)));

const phone = (random: Random, share: number): string => (random.chance(share) ? (random.chance(0.05) ? `call ${random.int(99)} first` : `(512) 555-${String(1_000 + random.int(8_999))}`) : '');

function some(random: Random, from: readonly string[], most: number): string[] {
  const wanted = random.int(most + 1);
  return [...new Set(Array.from({ length: wanted }, () => random.pick(from)))];
}

function usDate(random: Random, timed: boolean): string {
  const day = `${1 + random.int(12)}/${1 + random.int(28)}/${2012 + random.int(13)}`;
  return timed ? `${day} ${1 + random.int(12)}:${String(random.int(60)).padStart(2, '0')}:${String(random.int(60)).padStart(2, '0')} ${random.pick(['AM', 'PM'])}` : day;
}

function customValues(random: Random, index: number): Record<string, string> {
  const maybe = (value: string): string => (random.chance(0.6) ? value : '');
  return {
    'Lead Score': maybe(String(random.int(100))),
    Budget: maybe(`$${(100 + random.int(900)).toString()},${String(random.int(1_000)).padStart(3, '0')}.50`),
    'Closing Date': index % 97 === 5 ? '31/02/2024' : maybe(usDate(random, false)),
    'Newsletter?': maybe(random.pick(['Yes', 'No'])),
    'Client Type': maybe(random.pick(['Residential', 'Commercial', 'Land & Farm'])),
    Interests: maybe(some(random, INTERESTS, 3).join('; ')),
    Portal: maybe(`https://portal.example.com/c/${index}`),
    Discount: maybe(`${random.int(30)}.5`),
    'Member No': maybe(`00${String(10_000 + index)}`),
    'Background Story': index % 200 === 7 ? 'Long story. '.repeat(60).trim() : maybe('Met through a friend.'),
    Satisfaction: maybe(String(random.int(11))),
    Nickname: maybe(`Nick ${letters(index)} 😀`),
  };
}

function contactCells(contact: SampleContact): string[] {
  const [p1 = '', p2 = '', p3 = '', p4 = ''] = contact.phones;
  return [
    contact.id, contact.first, contact.last, contact.second?.first ?? '', contact.second?.last ?? '', contact.company, contact.street, contact.city, contact.state, contact.zip,
    p1, p1 ? 'home' : '', p2, p2 ? 'mobile' : '', p3, p4, contact.email, contact.second?.email ?? '', 'Client', 'Web', contact.tags.join(', '), contact.groups.join(', '), contact.owner, contact.created, contact.created,
    ...CUSTOM_LABELS.map((label) => contact.custom[label] ?? ''),
  ];
}

function* contactRows(options: SampleOptions): Generator<readonly string[]> {
  yield ['AllClients Contact Export'];
  yield CONTACT_HEADER;
  for (let index = 0; index < options.contacts; index++) yield contactCells(makeContact(options, index));
  yield [`Total: ${options.contacts}`];
}

function makeNote(options: SampleOptions, index: number): SampleNote {
  const random = randomOf(options, 2, index);
  const of = random.int(options.contacts);
  const contact = makeContact(options, of);
  const orphan = index % 500 === 3;
  const byEmail = index % 50 === 9 && contact.email !== '';
  return {
    contactId: orphan ? '999999999' : byEmail ? '' : contact.id,
    email: orphan ? '' : contact.email,
    of: orphan ? -1 : of,
    date: index % 700 === 11 ? '13/32/2020 9:00 AM' : noteDate(random),
    body: index % 1_000 === 17 ? `${'A long call. '.repeat(1_600)}End ${index}.` : `${random.pick(NOTE_TEXTS)} #${index}`,
    author: random.chance(0.8) ? random.pick(SAMPLE_USERS).name : '',
  };
}

const noteDate = (random: Random): string => `${usDate(random, false)} ${1 + random.int(12)}:${String(random.int(60)).padStart(2, '0')} ${random.pick(['AM', 'PM'])}`;

function* noteRows(options: SampleOptions): Generator<readonly string[]> {
  yield NOTE_HEADER;
  for (let index = 0; index < options.notes; index++) {
    const note = makeNote(options, index);
    const contact = note.of === -1 ? undefined : makeContact(options, note.of);
    yield [note.contactId, contact?.first ?? '', contact?.last ?? '', note.email, note.date, note.body, note.author];
  }
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csv = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');

async function writeRows(path: string, rows: Iterable<readonly string[]>): Promise<void> {
  const stream = createWriteStream(path);
  let text = '';
  for (const row of rows) {
    text += `${row.map(quoted).join(',')}\r\n`;
    if (text.length < 1 << 18) continue;
    if (!stream.write(text)) await once(stream, 'drain');
    text = '';
  }
  stream.end(text);
  await once(stream, 'finish');
}
