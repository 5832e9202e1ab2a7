/** What an AllClients account holds beside contacts and notes, from the same seed, dirt included. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { seededRandom, type Random } from '../../lib/random.ts';
import { SAMPLE_USERS, type SampleContact, type SampleOptions } from './sample-types.ts';

export interface SampleTodo {
  readonly id: string;
  /** Index of its contact; -1: of nobody, -2: of one that is not in the export. */
  readonly of: number;
  readonly summary: string;
  readonly details: string;
  /** US dates; empty where there is none. */
  readonly due: string;
  readonly completed: string;
  readonly status: 'open' | 'closed';
  readonly priority: string;
  readonly category: string;
  readonly owner: string;
}

export interface SampleDeal {
  readonly id: string;
  readonly of: number;
  readonly name: string;
  readonly type: string;
  readonly stage: string;
  readonly status: 'Active' | 'Won' | 'Lost' | 'Back Burner';
  readonly amount: string;
  readonly commission: string;
  readonly probability: string;
  readonly opened: string;
  readonly expected: string;
  readonly closed: string;
  readonly nextStep: string;
  readonly lostReason: string;
  /** Indexes of other contacts with their roles; -2 is one that is not in the export. */
  readonly related: readonly { readonly of: number; readonly role: string }[];
  readonly owner: string;
  readonly lender: string;
  readonly squareFeet: string;
}

export interface SampleAppointment {
  readonly id: string;
  readonly of: number;
  readonly subject: string;
  readonly details: string;
  readonly start: string;
  readonly end: string;
  readonly location: string;
  readonly owner: string;
}

export interface SampleFile {
  readonly of: number;
  readonly name: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** False for a row whose bytes are not there. */
  readonly there: boolean;
  /** False for a file that no row speaks of. */
  readonly listed: boolean;
}

export interface SampleOptout {
  readonly of: number;
  readonly email: string;
  readonly status: string;
}

export interface SampleTemplate {
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly subject: string;
  readonly body: string;
}

export const SAMPLE_CAMPAIGNS = [
  { id: '1', name: 'Spring Newsletter', segment: 'Flag is Newsletter', date: '4/2/2024 9:00 AM', sent: '1204' },
  { id: '2', name: 'Open House May', segment: 'Category is Buyer and City is Austin', date: '5/11/2024 8:30 AM', sent: '312' },
  { id: '3', name: 'Holiday Cards', segment: 'Flag is Holiday Card', date: '12/1/2023 10:00 AM', sent: '2210' },
] as const;

export const SAMPLE_TEMPLATES: readonly SampleTemplate[] = [
  {
    id: '11',
    folder: 'Welcome',
    name: 'Welcome letter',
    subject: 'Welcome, {{FirstName}}!',
    body: '<p style="color:#333">Dear {{FirstName}} {{LastName}},</p><p>we are glad to work with [Company].</p><p><img src="https://images.allclients.com/acct/71/logo.png" alt="Logo"></p><p>{{OwnerName}}</p>',
  },
  {
    id: '12',
    folder: '',
    name: 'Follow-up',
    subject: 'About ${your} call & [[First Name]]',
    body: '<script>alert("x")</script><p onclick="steal()">Hello [[First Name]], your code is {{LoyaltyCode}}.</p><p>100 % of {{ you }} agree: ##City##.</p><a href="https://example.com/?id={{Contact ID}}">Your page</a>',
  },
  { id: '13', folder: 'Plain', name: 'Just text', subject: 'Hi', body: 'Line one\nLine two for %%Email%%' },
];

const SUMMARIES = ['Send offer', 'Call back', 'Prepare listing papers 📄', 'Check "final" numbers, again', 'Birthday card', 'Ask for referral'];
const CATEGORIES = ['Phone Call', 'Email', 'Letter', 'Meeting', ''];
const PIPELINES: Readonly<Record<string, readonly string[]>> = {
  Listing: ['Prospect', 'Signed', 'On the Market', 'Under Contract'],
  Purchase: ['Searching', 'Offer', 'Under Contract'],
};
const STATUSES = ['Active', 'Active', 'Active', 'Won', 'Lost', 'Back Burner'] as const;
const REASONS = ['Price', 'Went with a competitor', 'No answer'];

type ContactOf = (index: number) => SampleContact;

export interface SampleRows {
  readonly todos: readonly SampleTodo[];
  readonly deals: readonly SampleDeal[];
  readonly appointments: readonly SampleAppointment[];
  readonly files: readonly SampleFile[];
  readonly optouts: readonly SampleOptout[];
}

const randomOf = (options: SampleOptions, kind: number, index: number): Random =>
  seededRandom(options.seed * 1_000_003 + kind * 7_919 + index * 104_729);

export function sampleRows(options: SampleOptions, contact: ContactOf): SampleRows {
  const many = <T>(share: number, kind: number, make: (random: Random, index: number) => T): T[] =>
    Array.from({ length: Math.ceil(options.contacts * share) }, (_, index) =>
      make(randomOf(options, kind, index), index),
    );
  return {
    todos: many(0.2, 3, (random, index) => makeTodo(options, random, index)),
    deals: many(0.1, 4, (random, index) => makeDeal(options, random, index)),
    appointments: many(0.1, 5, (random, index) => makeAppointment(options, random, index)),
    files: many(0.05, 6, (random, index) => makeFile(options, random, index, contact)),
    optouts: many(0.04, 7, (random) => makeOptout(options, random, contact)),
  };
}

const usDay = (random: Random): string =>
  `${1 + random.int(12)}/${1 + random.int(28)}/${2020 + random.int(7)}`;
const user = (random: Random): string => random.pick(SAMPLE_USERS).name;

function makeTodo(options: SampleOptions, random: Random, index: number): SampleTodo {
  const closed = random.chance(0.5);
  const due = index % 41 === 9 ? '2/30/2024' : usDay(random);
  return {
    id: String(9_000 + index),
    of: index % 37 === 5 ? -2 : index % 19 === 3 ? -1 : random.int(options.contacts),
    summary: `${random.pick(SUMMARIES)} #${index}`,
    details: random.chance(0.4) ? `Two models\nand "one" <more> for ${index}` : '',
    due,
    completed: closed ? usDay(random) : '',
    status: closed ? 'closed' : 'open',
    priority: random.pick(['1', '3', '3', '5']),
    category: random.pick(CATEGORIES),
    owner: random.chance(0.8) ? user(random) : '',
  };
}

function makeDeal(options: SampleOptions, random: Random, index: number): SampleDeal {
  const type = random.pick(Object.keys(PIPELINES));
  const status = random.pick(STATUSES);
  const done = status === 'Won' || status === 'Lost';
  return {
    id: String(400 + index),
    of: index % 13 === 4 ? -1 : random.int(options.contacts),
    name: `${1 + random.int(900)} Main St #${index}`,
    type,
    stage: random.pick(PIPELINES[type] ?? []),
    status,
    amount: random.chance(0.9) ? `$${100 + random.int(900)},${String(random.int(1_000)).padStart(3, '0')}.25` : '',
    commission: random.chance(0.7) ? String(1_000 + random.int(9_000)) : '',
    probability: String(5 * random.int(20)),
    opened: usDay(random),
    expected: random.chance(0.8) ? usDay(random) : '',
    closed: done ? usDay(random) : '',
    nextStep: random.chance(0.5) ? 'Call the lender' : '',
    lostReason: status === 'Lost' ? random.pick(REASONS) : '',
    related: random.chance(0.4)
      ? [
          { of: random.int(options.contacts), role: 'Lawyer' },
          ...(index % 29 === 7 ? [{ of: -2, role: 'Buyer' }] : []),
        ]
      : [],
    owner: random.chance(0.9) ? user(random) : '',
    lender: random.chance(0.7) ? random.pick(['First Bank', 'Cash', 'Credit Union']) : '',
    squareFeet: random.chance(0.7) ? String(800 + random.int(3_000)) : '',
  };
}

function makeAppointment(options: SampleOptions, random: Random, index: number): SampleAppointment {
  const some = usDay(random);
  // One in five lies ahead: those are the ones that Odoo would invite to.
  const day = index % 5 === 1 ? '3/4/2031' : some;
  const hour = 1 + random.int(8);
  const wrong = index % 17 === 6;
  return {
    id: String(600 + index),
    of: index % 11 === 2 ? -1 : random.int(options.contacts),
    subject: `${random.pick(['Showing', 'Closing', 'Coffee ☕', 'Inspection'])} #${index}`,
    details: random.chance(0.5) ? `Bring keys.\nGate code ${1_000 + index}` : '',
    start: `${day} ${hour}:15:00 PM`,
    end: wrong ? `${day} ${hour}:15:00 AM` : `${day} ${hour + 1}:00:00 PM`,
    location: random.chance(0.6) ? `${1 + random.int(900)} Main St, Austin` : '',
    owner: random.chance(0.9) ? user(random) : '',
  };
}

const KINDS = ['offer.pdf', 'Foto grün.png', 'notes & terms.txt', 'empty.txt', 'list.csv'];

function makeFile(options: SampleOptions, random: Random, index: number, contact: ContactOf): SampleFile {
  const of = index % 23 === 22 ? -1 : random.int(options.contacts);
  const kind = KINDS[index % KINDS.length] ?? 'file.bin';
  const name = `${index}-${kind}`;
  const folder = of === -1 ? 'unsorted' : contact(of).id;
  return {
    of,
    name,
    path: `attachments/${folder}/${name}`,
    bytes: contentOf(kind, random, index),
    there: index % 19 !== 8,
    listed: of !== -1 && index % 7 !== 3,
  };
}

function contentOf(kind: string, random: Random, index: number): Buffer {
  if (kind.startsWith('empty')) return Buffer.alloc(0);
  if (kind.endsWith('.png')) return png(2_400, 2 + (index % 3), random.int(256));
  if (kind.endsWith('.pdf')) {
    const noise = Array.from({ length: 3_000 }, () => random.int(256));
    return Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.from(noise), Buffer.from('\n%%EOF\n')]);
  }
  return Buffer.from(`Contact ID,Text\r\n${index},"a, b" – ü\r\n`, 'utf8');
}

/** Wider than Odoo's limit for pictures, so that it would be scaled down if nobody asked it not to. */
function png(width: number, height: number, shade: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, shade)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function makeOptout(options: SampleOptions, random: Random, contact: ContactOf): SampleOptout {
  const of = random.int(options.contacts);
  const status = random.pick(['Opt Out', 'Bounced', 'Spam Report', 'Opt In', 'Pending']);
  return { of, status, email: contact(of).email || `stranger${random.int(99)}@example.net` };
}

/** Tables of everything but contacts, notes, users and groups, by file name. */
export function rowTables(rows: SampleRows, contact: ContactOf): Readonly<Record<string, readonly (readonly string[])[]>> {
  const id = (of: number): string => (of === -2 ? '999999999' : of === -1 ? '' : contact(of).id);
  const email = (of: number): string => (of < 0 ? '' : contact(of).email);
  return {
    'ToDos.csv': [
      ['To Do ID', 'Contact ID', 'Email', 'Summary', 'Details', 'Due Date', 'Complete Date', 'Status', 'Priority', 'Category', 'Team Member'],
      ...rows.todos.map((one) => [one.id, id(one.of), email(one.of), one.summary, one.details, one.due, one.completed, one.status, one.priority, one.category, one.owner]),
    ],
    'Deals.csv': [
      ['Deal ID', 'Primary Contact ID', 'Deal Name', 'Deal Type', 'Deal Stage', 'Deal Status', 'Amount', 'Commission', 'Probability', 'Opened Date', 'Expected Close Date', 'Actual Close Date', 'Next Step', 'Lost Reason', 'Related Contacts', 'Team Member', 'Lender', 'Square Feet'],
      ...rows.deals.map((one) => [
        one.id, id(one.of), one.name, one.type, one.stage, one.status, one.amount, one.commission, one.probability, one.opened, one.expected, one.closed, one.nextStep, one.lostReason,
        one.related.map((other) => `${id(other.of)} (${other.role})`).join('; '), one.owner, one.lender, one.squareFeet,
      ]),
    ],
    'Appointments.csv': [
      ['Appointment ID', 'Contact ID', 'Description', 'Details', 'Start Date Time', 'End Date Time', 'Location', 'Team Member'],
      ...rows.appointments.map((one) => [one.id, id(one.of), one.subject, one.details, one.start, one.end, one.location, one.owner]),
    ],
    'Attachments.csv': [
      ['Contact ID', 'File Name', 'Upload Date', 'Size'],
      ...rows.files.filter((one) => one.listed).map((one) => [id(one.of), one.name, '12/17/2019 1:24:56 AM', `${Math.ceil(one.bytes.length / 1_024)} KB`]),
    ],
    'OptInStatus.csv': [['Address', 'Status'], ...rows.optouts.map((one) => [one.email, one.status])],
    'EmailTemplates.csv': [
      ['Email Template ID', 'Folder', 'Template Name', 'Subject Line', 'Message Body'],
      ...SAMPLE_TEMPLATES.map((one) => [one.id, one.folder, one.name, one.subject, one.body]),
    ],
    'Campaigns.csv': [
      ['Campaign ID', 'Campaign Name', 'Segment', 'Sent Date', 'Recipients'],
      ...SAMPLE_CAMPAIGNS.map((one) => [one.id, one.name, one.segment, one.date, one.sent]),
    ],
    'Workflows.csv': WORKFLOWS,
    'WebForms.csv': WEB_FORMS,
  };
}

const WORKFLOWS: readonly (readonly string[])[] = [
  ['Workflow', 'Trigger', 'Condition', 'Branch', 'Step', 'Action', 'Linked Description', 'Delay'],
  ['New lead', 'Web form submitted', 'Source is Web', '', '1', 'Assign Flag', 'Buyer', ''],
  ['New lead', 'Web form submitted', 'Source is Web', '', '2', 'Send Email', 'Welcome letter', '1 day'],
  ['New lead', 'Web form submitted', 'Source is Web', 'if no reply', '3', 'Create To Do', 'Call back', '3 days'],
  ['New lead', 'Web form submitted', 'Source is Web', 'else', '4', 'Send Text Message', 'Thanks', '3 days'],
  ['Birthday', 'Contact birthday', '', '', '1', 'Send Email', 'Birthday card', ''],
  ['Deal won', 'Deal stage is Closed', '', '', '1', 'Start Autoresponder', 'Past client care', '7 days'],
];
const WEB_FORMS: readonly (readonly string[])[] = [
  ['Web Form ID', 'Web Form Name', 'Folder', 'URL', 'Form Fields', 'HTML', 'Starts Workflow'],
  ['5', 'Home value', 'Landing', 'https://www.allclients.com/LandingPage/5', 'First Name, Last Name, Email, Address', '<form action="/x"><input name="email"></form>', 'New lead'],
  ['6', 'Newsletter pop-up', '', '', 'Email', '', ''],
];

export function writeFiles(folder: string, files: readonly SampleFile[]): void {
  for (const file of files.filter((one) => one.there)) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.bytes);
  }
}
