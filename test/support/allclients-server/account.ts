/** The sample account of the demo, as AllClients would hold it: the same people and notes that the export's files hold. */
import type { SampleRows } from '../../../src/app/demo/sample-rows.ts';
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
  key: string;
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
      account.labels.push(
        ...labels.map((name, n) => ({ field: `custom${n + 1}`, label: name })),
        { field: 'customtext1', label: 'Lender' },
        { field: 'customnumber1', label: 'Square Feet' },
      );
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
  addRows(account, sample.rows());
  return account;
}

const memberId = (name: string): string =>
  SAMPLE_USERS.find((user) => user.name === name)?.id ?? '';

/** To-dos, deals, appointments, files and opt-ins: those of the export that an account can hold. */
function addRows(account: HeldAccount, rows: SampleRows): void {
  const id = (of: number): string =>
    of === -2 ? '999999999' : (account.contacts[of]?.['id'] ?? '');
  for (const one of rows.todos.filter(({ of }) => of !== -2))
    account.todos.push({
      todoid: one.id,
      teammemberid: memberId(one.owner),
      contactid: id(one.of),
      priority: one.priority,
      summary: one.summary,
      status: one.status,
      details: one.details,
      duedate: one.due,
      completedate: one.completed,
      category: one.category,
    });
  for (const one of rows.deals) account.deals.push(dealElements(one, id));
  for (const one of rows.appointments)
    account.appointments.push({
      appointmentid: one.id,
      startdatetime: one.start,
      enddatetime: one.end,
      teammemberid: memberId(one.owner),
      contactid: id(one.of),
      description: one.subject,
      details: one.details,
    });
  for (const one of rows.files.filter(({ of, there }) => of !== -1 && there))
    push(account.attachmentsOf, id(one.of), {
      filename: one.name,
      uploaddate: '12/17/2019 1:24:56 AM',
      size: `${Math.ceil(one.bytes.length / 1_024)} KB`,
      bytes: one.bytes.length,
      content: one.bytes,
    });
  account.optIns.push(...optIns(rows));
  account.letters.push({
    id: '8',
    accountid: account.id,
    name: 'Thank you',
    description: 'After closing',
    margintop: '1',
    body: '<p>Dear {{FirstName}},</p><p>thank you.</p>',
  });
}

function dealElements(
  one: SampleRows['deals'][number],
  id: (of: number) => string,
): HeldAccount['deals'][number] {
  return {
    dealid: one.id,
    teammemberid: memberId(one.owner),
    dealname: one.name,
    dealtype: one.type,
    dealstage: one.stage,
    dealstatus: one.status,
    probability: one.probability,
    amount: one.amount.replace(/[$,]/g, ''),
    commission: one.commission,
    openeddate: one.opened,
    expectedclosedate: one.expected,
    actualcloseddate: one.closed,
    nextstep: one.nextStep,
    lostreason: one.lostReason,
    primarycontactid: id(one.of),
    customtext1: one.lender,
    customnumber1: one.squareFeet,
    relatedXml: one.related.map((other) => `${id(other.of)},0,${other.role}`).join(';'),
  };
}

/** An address has one status; where the export has two, the one that forbids mail. */
function optIns(rows: SampleRows): Elements[] {
  const status = new Map<string, string>();
  for (const one of rows.optouts)
    if (!/out|bounce|spam/i.test(status.get(one.email) ?? '')) status.set(one.email, one.status);
  return [...status].map(([address, value]) => ({ address, status: value }));
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
