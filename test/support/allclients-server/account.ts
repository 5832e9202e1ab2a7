/** The sample account of the demo, as AllClients would hold it: the same people and notes that the export's files hold. */
import {
  generateSampleAccount,
  SAMPLE_USERS,
  type SampleOptions,
} from '../../../src/app/demo/sample-account.ts';

export type Elements = Readonly<Record<string, string>>;

export interface HeldAttachment {
  readonly filename: string;
  readonly uploaddate: string;
  readonly size: string;
  /** Without `content` made up while it is sent, so that a large one needs no memory. */
  readonly bytes: number;
  readonly content?: Buffer;
}

export interface HeldAccount {
  readonly id: string;
  readonly key: string;
  readonly contacts: Elements[];
  readonly labels: Elements[];
  readonly categories: Elements[];
  readonly categories2: Elements[];
  readonly sources: Elements[];
  readonly flags: Elements[];
  readonly members: Elements[];
  /** Contact id -> names of its flags. */
  readonly flagsOf: Map<string, readonly string[]>;
  readonly notesOf: Map<string, Elements[]>;
  readonly eventsOf: Map<string, Elements[]>;
  readonly attachmentsOf: Map<string, HeldAttachment[]>;
  readonly optIns: Elements[];
  readonly todos: Elements[];
  readonly appointments: Elements[];
  readonly deals: (Elements & { readonly relatedXml?: string })[];
  readonly letters: Elements[];
}

/** Of the shape of real ones, and nobody's. */
export const TEST_ACCOUNT = '4711';
export const TEST_KEY = '0123456789ABCDEF0123456789ABCDEF';

export function emptyAccount(): HeldAccount {
  return {
    id: TEST_ACCOUNT,
    key: TEST_KEY,
    contacts: [],
    labels: [],
    categories: [{ categoryid: '1', name: 'Client' }],
    categories2: [],
    sources: [{ sourceid: '5', name: 'Web' }],
    flags: [],
    members: [],
    flagsOf: new Map(),
    notesOf: new Map(),
    eventsOf: new Map(),
    attachmentsOf: new Map(),
    optIns: [],
    todos: [],
    appointments: [],
    deals: [],
    letters: [],
  };
}

export function sampleAccount(options: SampleOptions): HeldAccount {
  const sample = generateSampleAccount(options);
  const account = emptyAccount();
  const flags = new Set<string>();
  for (let index = 0; index < options.contacts; index++) {
    const contact = sample.contact(index);
    const labels = Object.keys(contact.custom);
    if (index === 0)
      account.labels.push(...labels.map((name, n) => ({ field: `custom${n + 1}`, label: name })));
    for (const tag of contact.tags) flags.add(tag);
    account.flagsOf.set(contact.id, contact.tags);
    account.contacts.push({
      id: contact.id,
      teammemberid: SAMPLE_USERS.find((user) => user.name === contact.owner)?.id ?? '',
      firstname: contact.first,
      lastname: contact.last,
      otherfirstname: contact.second?.first ?? '',
      otherlastname: contact.second?.last ?? '',
      company: contact.company,
      address: contact.street,
      city: contact.city,
      state: contact.state,
      postalcode: contact.zip,
      ...phones(contact.phones),
      email: contact.email,
      otheremail: contact.second?.email ?? '',
      category: 'Client',
      source: 'Web',
      adddate: contact.created,
      editdate: contact.created,
      ...Object.fromEntries(
        labels.map((name, n) => [`custom${n + 1}`, contact.custom[name] ?? '']),
      ),
    });
  }
  account.flags.push(
    ...[...flags].sort().map((name, n) => ({ flagid: String(n + 1), name, imageurl: '' })),
  );
  account.members.push(
    ...SAMPLE_USERS.map((user) => ({
      teammemberid: user.id,
      email: user.email,
      user_level: 'User',
      display_fullname: user.name,
      active: user.active,
    })),
  );
  for (let index = 0; index < options.notes; index++) {
    const note = sample.note(index);
    const of = account.contacts[note.of]?.['id'];
    // A note of nobody is nothing that an account can hold: it stands in the export only.
    if (of === undefined) continue;
    push(account.notesOf, of, { date: note.date, notecontent: note.body });
  }
  return account;
}

function phones(numbers: readonly string[]): Elements {
  const [p1 = '', p2 = '', p3 = '', p4 = ''] = numbers;
  return {
    phone1: p1,
    phone1note: p1 ? 'home' : '',
    phone2: p2,
    phone2note: p2 ? 'mobile' : '',
    phone3: p3,
    phone4: p4,
  };
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
