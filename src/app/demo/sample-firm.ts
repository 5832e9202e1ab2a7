/**
 * A sample law firm on AgileCase, made from a seed: cases with parties, custom fields of every type, letters, e-mail
 * threads, SMS, documents, audit trail. Written as CSV, XLSX or JSON; the same firm each time.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeXlsx } from 'hucre/xlsx';
import { seededRandom, type Random } from '../../lib/random.ts';

export interface FirmOptions {
  readonly seed: number;
  readonly cases: number;
  readonly contacts: number;
  readonly notes: number;
  readonly communications: number;
  readonly documents: number;
}

/** A day, or a moment on the firm's own clock in London. */
export interface Day {
  readonly day: string;
  readonly time?: string;
}
export type FirmCell = string | number | boolean | Day | null;
export interface FirmTable {
  readonly name: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly FirmCell[])[];
}
export interface FirmDocument {
  readonly path: string;
  readonly content: Buffer;
}
export type FirmFormat = 'csv' | 'xlsx' | 'json';

export interface SampleFirm {
  readonly tables: readonly FirmTable[];
  readonly documents: readonly FirmDocument[];
  /** Shown within letters; no row names them. */
  readonly pictures: readonly FirmDocument[];
  readonly workflows: readonly FirmDocument[];
  /** The rows of a table as objects, values as in the JSON form. */
  rows(table: string): Record<string, string | number | boolean | null>[];
  writeTo(folder: string, format: FirmFormat): Promise<void>;
  /** The tables alone, as CSV beside each other. */
  writeTables(folder: string): void;
}

export const FIRM_USERS = [
  { id: 'u1', name: 'Jane Poole', email: 'jane@firm.example', admin: true, active: true },
  { id: 'u2', name: 'Amir Shah', email: 'amir@firm.example', admin: false, active: true },
  { id: 'u3', name: 'Siân Rees', email: 'sian@firm.example', admin: false, active: true },
  { id: 'u4', name: 'Tom Gone', email: 'tom.gone@firm.example', admin: false, active: false },
] as const;

export const FIRM_STAGES = [
  'Instruction received',
  'Conflict check',
  'Evidence',
  'Awaiting report',
  'Negotiation',
  'Settled',
] as const;
const STATUSES = ['Open', 'Open', 'Open', 'On hold', 'Closed'] as const;
const CASE_TYPES = ['Residential Claim', 'Commercial Claim', 'Conveyancing'] as const;
const ROLES = [
  'Insurer',
  'Loss adjuster',
  'Witness',
  'Expert',
  'Opponent',
  'loss  adjuster',
] as const;
const FIRST = [
  'John',
  'Aoife',
  'Priya',
  'Gwen',
  'Hamish',
  'Zoë',
  'Łukasz',
  'María',
  'Chen',
  'Olu',
] as const;
const LAST = [
  'Doe',
  'O’Neill',
  'Patel',
  'Davies',
  'MacLeod',
  'Brontë',
  'Nowak',
  'Núñez',
  'Wei',
  'Adeyemi',
] as const;
const TOWNS = ['Ipswich', 'Cardiff', 'Leeds', 'Glasgow', 'St Albans'] as const;
const LABELS = [
  'Property > Flood',
  'Property > Fire',
  'Urgent',
  'Finance > Urgent',
  'VIP',
  'Claims > Motor > Theft',
] as const;
const FOLDERS = ['Reports/Surveyor', 'Letters', 'Photos', 'Court bundle'] as const;

/** Key, label, type, options: one of each type that AgileCase can have. */
export const FIRM_FIELDS = [
  ['policy_no', 'Policy number', 'text', []],
  ['circumstances', 'Circumstances', 'long_text', []],
  ['floors', 'Number of floors', 'integer', []],
  ['area', 'Area in m²', 'decimal', []],
  ['reserve', 'Reserve', 'money', []],
  ['loss_date', 'Date of loss', 'date', []],
  ['inspected_at', 'Inspected at', 'datetime', []],
  ['habitable', 'Habitable?', 'bool', []],
  ['cause', 'Cause', 'choice', ['Flood', 'Fire', 'Theft', 'Escape of water']],
  [
    'heads',
    'Heads of claim',
    'multi_choice',
    ['Buildings', 'Contents', 'Alternative accommodation'],
  ],
  ['broker_email', 'Broker e-mail', 'email', []],
  ['site_phone', 'Site phone', 'phone', []],
  ['portal_url', 'Portal link', 'url', []],
  ['inspection_time', 'Inspection time', 'time', []],
  ['surveyor', 'Surveyor', 'contact', []],
] as const;

const at = (random: Random, year = 2021): Day => ({
  day: `${year + random.int(4)}-${two(1 + random.int(12))}-${two(1 + random.int(28))}`,
  time: `${two(8 + random.int(10))}:${two(random.int(60))}`,
});
const on = (random: Random, year = 2021): Day => ({ day: at(random, year).day });
const two = (n: number): string => String(n).padStart(2, '0');
const contactId = (index: number): string => String(900 + index);
const caseId = (index: number): string => String(44_000 + index);

export function generateSampleFirm(options: FirmOptions): SampleFirm {
  const documents = makeDocuments(options);
  const tables = [
    usersTable(),
    contactsTable(options),
    casesTable(options),
    partiesTable(options),
    fieldsTable(),
    optionsTable(),
    ...customTables(options),
    labelsTable(),
    notesTable(options),
    communicationsTable(options),
    documents.table,
    auditTable(options),
    tasksTable(options),
    milestonesTable(options),
    eventsTable(options),
    ...moneyTables(options),
    portalTable(options),
  ];
  const pictures = [{ path: 'emails/inline/logo.png', content: PIXEL }];
  const workflows = workflowFiles();
  const files = [...documents.files, ...pictures, ...workflows];
  return {
    tables,
    documents: documents.files,
    pictures,
    workflows,
    rows: (name) =>
      (tables.find((table) => table.name === name)?.rows ?? []).map((row) =>
        jsonRow(tables, name, row),
      ),
    writeTables(folder) {
      for (const table of tables) write(join(folder, `${table.name}.csv`), csvText(table));
    },
    async writeTo(folder, format) {
      mkdirSync(folder, { recursive: true });
      for (const { path, content } of files) write(join(folder, path), content);
      if (format === 'xlsx') write(join(folder, 'firm.xlsx'), await workbook(tables));
      else
        for (const table of tables)
          write(
            join(folder, 'data', `${table.name}.${format}`),
            format === 'csv' ? csvText(table) : jsonText(table),
          );
    },
  };
}

/** Every record from its own seed, so that one table's size does not change another's content. */
const randomOf = (options: FirmOptions, kind: number, index: number): Random =>
  seededRandom(options.seed * 1_000_003 + kind * 7_919 + index * 104_729);

const usersTable = (): FirmTable => ({
  name: 'users',
  headers: ['id', 'name', 'email', 'is_admin', 'system_role', 'registered_on', 'active'],
  rows: FIRM_USERS.map((user) => [
    user.id,
    user.name,
    user.email,
    user.admin,
    'Basic user',
    { day: '2019-02-04' },
    user.active,
  ]),
});

function contactsTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.contacts }, (_, index): FirmCell[] => {
    // Every 50th is the contact before it once more, under another id.
    const made = index % 50 === 49 ? index - 1 : index;
    const random = randomOf(options, 1, made);
    const company = made % 6 === 5;
    const first = random.pick(FIRST);
    const last = `${random.pick(LAST)} ${letters(made)}`;
    const email = random.chance(0.15) ? '' : `contact${made}@example${made % 5}.org`;
    const phone = `0${String(1_473_200_000 + made)}`;
    const town = random.pick(TOWNS);
    return [
      contactId(index),
      company ? 'company' : 'person',
      `${last.slice(0, 4).toUpperCase()}${String(index).padStart(3, '0')}`,
      company ? '' : random.pick(['Mr', 'Ms', 'Dr']),
      company ? '' : first,
      company ? '' : last,
      company ? `${last} & Sons Ltd` : '',
      email,
      phone,
      `${1 + random.int(200)} High St`,
      town,
      'IP1 1AA',
      'GB',
      random.chance(0.2) ? 'VIP' : '',
      at(random),
      at(random, 2024),
      index % 40 !== 7,
    ];
  });
  return {
    name: 'contacts',
    headers: [
      'id',
      'kind',
      'code',
      'title',
      'first_name',
      'last_name',
      'company',
      'email',
      'phone',
      'address_line1',
      'town',
      'postcode',
      'country',
      'labels',
      'created_at',
      'updated_at',
      'active',
    ],
    rows,
  };
}

const letters = (n: number): string =>
  n < 26
    ? String.fromCharCode(65 + n)
    : letters(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26));

const clientOf = (options: FirmOptions, index: number): number =>
  randomOf(options, 2, index).int(options.contacts);

function casesTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.cases }, (_, index): FirmCell[] => {
    const random = randomOf(options, 3, index);
    const stage = random.int(FIRM_STAGES.length);
    const status = stage === FIRM_STAGES.length - 1 ? 'Closed' : random.pick(STATUSES);
    const opened = on(random);
    return [
      caseId(index),
      `DOEJ/${String(index).padStart(5, '0')}/24`,
      `${random.pick(CASE_TYPES)} ${index}: ${random.pick(['escape of water', 'fire, kitchen', 'sale of "Rose Cottage"', 'theft'])}`,
      `Line one of ${index}.\nLine two, with <angle> brackets & more.`,
      'Insurance',
      random.pick(CASE_TYPES),
      contactId(clientOf(options, index)),
      `YR-${index}`,
      random.pick(FIRM_USERS).name,
      random.pick(FIRM_USERS).name,
      'fixed',
      String(100 + random.int(5_000)) + '.50',
      status,
      FIRM_STAGES[stage] ?? '',
      random.pick(['Low', 'Normal', 'High']),
      opened,
      on(random, 2025),
      status === 'Closed' ? on(random, 2025) : null,
      random.chance(0.6) ? [random.pick(LABELS), random.pick(LABELS)].join('; ') : '',
      { day: opened.day, time: '09:15' },
      at(random, 2024),
      true,
    ];
  });
  return {
    name: 'cases',
    headers: [
      'id',
      'number',
      'title',
      'description',
      'practice_area',
      'case_type',
      'client',
      'client_reference',
      'partner',
      'fee_earner',
      'fee_type',
      'fee_amount',
      'status',
      'stage',
      'priority',
      'opened_on',
      'planned_completion_on',
      'closed_on',
      'labels',
      'created_at',
      'updated_at',
      'active',
    ],
    rows,
  };
}

function partiesTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.cases }, (_, index): FirmCell[][] => {
    const random = randomOf(options, 4, index);
    const others = Array.from({ length: 1 + random.int(3) }, (): FirmCell[] => [
      caseId(index),
      contactId(random.int(options.contacts)),
      random.pick(ROLES),
      false,
      false,
    ]);
    return [[caseId(index), contactId(clientOf(options, index)), 'Client', true, false], ...others];
  });
  return {
    name: 'case_contacts',
    headers: ['case', 'contact', 'role', 'is_client', 'is_joint_client'],
    rows: rows.flat(),
  };
}

const fieldsTable = (): FirmTable => ({
  name: 'custom_fields',
  headers: [
    'key',
    'label',
    'scope',
    'case_type',
    'group',
    'tab',
    'position',
    'is_table',
    'type',
    'mandatory',
    'help_text',
  ],
  rows: [
    ...FIRM_FIELDS.map(([key, label, type], index): FirmCell[] => [
      key,
      label,
      'case',
      '',
      'Policy',
      'Case Data',
      index + 1,
      false,
      type,
      false,
      `${label}, as on the claim form.`,
    ]),
    ['item', 'Item', 'case', '', 'Inventory of loss', 'Case Data', 20, true, 'text', false, ''],
    ['cost', 'Cost', 'case', '', 'Inventory of loss', 'Case Data', 21, true, 'money', false, ''],
  ],
});

const optionsTable = (): FirmTable => ({
  name: 'custom_field_options',
  headers: ['field', 'value', 'label', 'position'],
  rows: FIRM_FIELDS.flatMap(([key, , , options]) =>
    options.map((option, index): FirmCell[] => [
      key,
      option.toLowerCase().replaceAll(' ', '_'),
      option,
      index + 1,
    ]),
  ),
});

function customTables(options: FirmOptions): FirmTable[] {
  const values: FirmCell[][] = [];
  const tableRows: FirmCell[][] = [];
  for (let index = 0; index < options.cases; index++) {
    const random = randomOf(options, 5, index);
    for (const [key, , type] of FIRM_FIELDS) {
      const value = customValue(random, type, index);
      if (value !== null && random.chance(0.7)) values.push(['case', caseId(index), key, value]);
    }
    for (let row = 1; row <= random.int(3); row++)
      tableRows.push(
        ['case', caseId(index), 'item', row, random.pick(['Boiler', 'Carpet', 'Sofa'])],
        ['case', caseId(index), 'cost', row, `£${1 + random.int(9)},${100 + random.int(900)}.00`],
      );
  }
  return [
    { name: 'custom_values', headers: ['owner_type', 'owner', 'field', 'value'], rows: values },
    {
      name: 'custom_rows',
      headers: ['owner_type', 'owner', 'field', 'row', 'value'],
      rows: tableRows,
    },
  ];
}

/** As text in every form: the long table has one column for values of all types. */
function customValue(random: Random, type: string, index: number): string | null {
  switch (type) {
    case 'long_text':
      return `Told by phone.\nBurst pipe "upstairs", ${index}.`;
    case 'integer':
      return String(1 + random.int(5));
    case 'decimal':
      return `${50 + random.int(200)}.25`;
    case 'money':
      return `£${1 + random.int(90)},${100 + random.int(900)}.40`;
    case 'date':
      return ukText(on(random));
    case 'datetime':
      return ukText(at(random));
    case 'bool':
      return random.pick(['Yes', 'No']);
    case 'choice':
      return random.pick(['flood', 'fire', 'theft', 'escape_of_water']);
    case 'multi_choice':
      return random.pick([
        'Buildings; Contents',
        'Contents',
        'Buildings; Alternative accommodation',
      ]);
    case 'email':
      return `broker${index % 7}@brokers.example`;
    case 'phone':
      return '01473 555 012';
    case 'url':
      return `https://portal.example/c/${index}`;
    case 'time':
      return `${two(9 + random.int(8))}:30`;
    case 'contact':
      return `Surveyor ${letters(index % 20)}`;
    default:
      return `AB-${String(12_000 + index)}`;
  }
}

const labelsTable = (): FirmTable => ({
  name: 'labels',
  headers: ['id', 'name', 'parent', 'scope'],
  rows: [
    ['l1', 'Property', null, 'case'],
    ['l2', 'Flood', 'l1', 'case'],
    ['l3', 'Finance', null, 'case'],
  ],
});

function notesTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.notes }, (_, index): FirmCell[] => {
    const random = randomOf(options, 6, index);
    const text = random.pick([
      'Called the surveyor.',
      'Client wants <b>no</b> letters.',
      'Second line\nfollows here',
      'Grüße an Frau Müller',
    ]);
    return [
      `n${index}`,
      caseId(random.int(options.cases)),
      at(random),
      random.pick(FIRM_USERS).name,
      random.chance(0.5) ? 'Phone call' : '',
      `${text} #${index}`,
      random.chance(0.2) ? 'public' : 'internal',
    ];
  });
  return {
    name: 'notes',
    headers: ['id', 'case', 'at', 'author', 'subject', 'body', 'visibility'],
    rows,
  };
}

/** A PNG of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Some letters show a picture that stands in their text, some one that lies beside it, some one in the web. */
const pictureIn = (index: number): string => {
  const src = [
    `data:image/png;base64,${PIXEL.toString('base64')}`,
    'inline/logo.png',
    'https://firm.example/logo.png',
  ][(index % 15) - 3];
  return src === undefined ? '' : `<p><img src="${src}"></p>`;
};

/** Threads of three: a question, the answer, an answer to that; every other thread knows its message ids. */
function communicationsTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.communications }, (_, index): FirmCell[] => {
    const thread = Math.floor(index / 3);
    const random = randomOf(options, 7, thread);
    const of = random.int(options.cases);
    const client = `contact${clientOf(options, of)}@example${clientOf(options, of) % 5}.org`;
    const handler = random.pick(FIRM_USERS);
    const day = at(random);
    const place = index % 3;
    const when: Day = { day: day.day, time: `${two(9 + place * 3)}:${two(random.int(60))}` };
    if (thread % 5 === 4)
      return [
        `m${index}`,
        caseId(of),
        'sms',
        place === 1 ? 'in' : 'out',
        when,
        place === 1 ? '01473 200 111' : handler.name,
        place === 1 ? handler.name : '01473 200 111',
        '',
        '',
        '',
        '',
        `Text ${index}: surveyor at 10.`,
        'internal',
      ];
    const known = thread % 2 === 0;
    const id = (n: number): string => (known ? `<t${thread}.${n}@mail.example>` : '');
    return [
      `m${index}`,
      caseId(of),
      'email',
      place === 1 ? 'in' : 'out',
      when,
      place === 1 ? client : `${handler.name} <${handler.email}>`,
      place === 1 ? handler.email : client,
      place === 2 ? 'partner@firm.example' : '',
      id(place),
      place === 0 ? '' : id(place - 1),
      `${place === 0 ? '' : 'RE: '}Your claim ${thread}`,
      `<p>Dear all,</p><p>mail ${index} &amp; more<br>Regards</p>${pictureIn(index)}`,
      random.chance(0.5) ? 'public' : 'internal',
    ];
  });
  return {
    name: 'communications',
    headers: [
      'id',
      'case',
      'channel',
      'direction',
      'at',
      'from',
      'to',
      'cc',
      'message_id',
      'in_reply_to',
      'subject',
      'body',
      'visibility',
    ],
    rows,
  };
}

const TYPES = [
  ['txt', 'text/plain'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
] as const;

/** The same name in two folders, two versions of one document, a file that has no row, a row that has no file. */
function makeDocuments(options: FirmOptions): { table: FirmTable; files: FirmDocument[] } {
  const files: FirmDocument[] = [];
  const rows = Array.from({ length: options.documents }, (_, index): FirmCell[] => {
    const random = randomOf(options, 8, index);
    const of = caseId(random.int(options.cases));
    const [extension, mime] = random.pick(TYPES);
    const folder = random.pick(FOLDERS);
    const name = index % 9 === 8 ? `report.${extension}` : `document ${index}.${extension}`;
    const path = `documents/${of}/${folder}/${index % 9 === 8 ? `${index}/` : ''}${name}`;
    const content = documentBytes(random, extension, index);
    const missing = index % 125 === 124;
    if (!missing) files.push({ path, content });
    const sha256 = createHash('sha256').update(content).digest('hex');
    return [
      `d${index}`,
      of,
      folder,
      name,
      content.length,
      mime,
      sha256,
      index % 4 === 3 ? '' : path,
      random.pick(FIRM_USERS).name,
      at(random),
      random.chance(0.3) ? 'public' : 'internal',
      1,
    ];
  });
  files.push({
    path: `documents/${caseId(0)}/Loose/found.txt`,
    content: Buffer.from('no row names me'),
  });
  return {
    table: {
      name: 'documents',
      headers: [
        'id',
        'case',
        'folder',
        'filename',
        'size',
        'mime',
        'sha256',
        'path',
        'uploaded_by',
        'uploaded_at',
        'visibility',
        'version',
      ],
      rows,
    },
    files,
  };
}

const MAGIC: Readonly<Record<string, string>> = {
  pdf: '%PDF-1.4\n',
  png: '\u0089PNG\r\n\u001a\n',
  docx: 'PK\u0003\u0004',
};

const documentBytes = (random: Random, extension: string, index: number): Buffer =>
  Buffer.concat([
    Buffer.from(MAGIC[extension] ?? '', 'latin1'),
    Buffer.from(
      Array.from({ length: 200 + random.int(2_000) }, () =>
        extension === 'txt' ? 97 + random.int(26) : random.int(256),
      ),
    ),
    Buffer.from(` ${index}`),
  ]);

function auditTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: options.cases }, (_, index): FirmCell[][] => {
    const random = randomOf(options, 9, index);
    return [
      [
        `a${index}.2`,
        at(random, 2023),
        random.pick(FIRM_USERS).name,
        'case',
        caseId(index),
        'update',
        'status',
        'Open',
        'On hold',
      ],
      [
        `a${index}.1`,
        at(random, 2019),
        random.pick(FIRM_USERS).name,
        'case',
        caseId(index),
        'create',
        '',
        '',
        '',
      ],
    ];
  });
  return {
    name: 'audit_log',
    headers: ['id', 'at', 'user', 'object_type', 'object', 'action', 'field', 'old', 'new'],
    rows: rows.flat(),
  };
}

function tasksTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: Math.ceil(options.cases / 3) }, (_, index): FirmCell[] => {
    const random = randomOf(options, 10, index);
    const due = at(random, 2025);
    const done = random.chance(0.5);
    return [
      `k${index}`,
      caseId(random.int(options.cases)),
      `Chase surveyor ${index}`,
      'By phone',
      random.pick(FIRM_USERS).name,
      due,
      done ? { ...due, time: '18:00' } : null,
      done ? 'Done' : 'Open',
    ];
  });
  return {
    name: 'tasks',
    headers: [
      'id',
      'case',
      'title',
      'description',
      'assigned_to',
      'due_at',
      'completed_at',
      'status',
    ],
    rows,
  };
}

function milestonesTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: Math.ceil(options.cases / 2) }, (_, index): FirmCell[] => {
    const random = randomOf(options, 11, index);
    return [
      caseId(index),
      'Acknowledge',
      on(random, 2024),
      random.chance(0.6) ? on(random, 2024) : null,
      true,
    ];
  });
  return {
    name: 'case_milestones',
    headers: ['case', 'milestone', 'due_on', 'actual_on', 'mandatory'],
    rows,
  };
}

function eventsTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: Math.ceil(options.cases / 10) }, (_, index): FirmCell[] => {
    const random = randomOf(options, 12, index);
    const day = on(random, 2025).day;
    return [
      `e${index}`,
      caseId(random.int(options.cases)),
      `Hearing ${index}`,
      { day, time: '10:00' },
      { day, time: '11:30' },
      false,
      'County Court',
      FIRM_USERS[0].name,
    ];
  });
  return {
    name: 'events',
    headers: ['id', 'case', 'title', 'starts_at', 'ends_at', 'all_day', 'location', 'attendees'],
    rows,
  };
}

function moneyTables(options: FirmOptions): FirmTable[] {
  const n = Math.ceil(options.cases / 4);
  const time = Array.from({ length: n }, (_, index): FirmCell[] => [
    `t${index}`,
    caseId(index),
    { day: '2024-01-15' },
    '01:30',
    'Site visit',
    'Partner',
    '185.00',
    'VAT 20%',
    FIRM_USERS[0].name,
    index < 20 ? `B${index}` : '',
  ]);
  const expenses = Array.from({ length: n }, (_, index): FirmCell[] => [
    `x${index}`,
    caseId(index),
    { day: '2024-01-16' },
    'Train',
    FIRM_USERS[1].name,
    '42.10',
    'No VAT',
    '',
  ]);
  const bills = Array.from({ length: Math.min(20, n) }, (_, index): FirmCell[] => [
    `B${index}`,
    contactId(clientOf(options, index)),
    caseId(index),
    { day: '2024-01-31' },
    { day: '2024-03-01' },
    '277.50',
    '55.50',
    '333.00',
    '133.00',
    '200.00',
    'Sent',
  ]);
  const payments = bills.map((bill, index): FirmCell[] => [
    `p${index}`,
    bill[0] ?? '',
    { day: '2024-02-12' },
    '133.00',
    'Bank transfer',
    'Office account',
    '1st instalment',
  ]);
  return [
    {
      name: 'time_entries',
      headers: [
        'id',
        'case',
        'date',
        'duration',
        'description',
        'rate_name',
        'rate',
        'tax',
        'user',
        'bill',
      ],
      rows: time,
    },
    {
      name: 'expenses',
      headers: ['id', 'case', 'date', 'description', 'user', 'amount', 'tax', 'bill'],
      rows: expenses,
    },
    {
      name: 'bills',
      headers: [
        'id',
        'customer',
        'cases',
        'issued_on',
        'due_on',
        'net',
        'tax',
        'gross',
        'paid',
        'balance',
        'status',
      ],
      rows: bills,
    },
    {
      name: 'payments',
      headers: ['id', 'bill', 'at', 'amount', 'source', 'destination_account', 'note'],
      rows: payments,
    },
  ];
}

function portalTable(options: FirmOptions): FirmTable {
  const rows = Array.from({ length: Math.ceil(options.cases / 8) }, (_, index): FirmCell[] => [
    contactId(clientOf(options, index)),
    caseId(index),
    index % 3 === 0 ? 'invited' : 'registered',
  ]);
  return { name: 'portal_access', headers: ['contact', 'case', 'state'], rows };
}

// The word of the format, not a promise's method.
// oxlint-disable-next-line unicorn/no-thenable
const THEN = 'then';

const workflowFiles = (): FirmDocument[] =>
  CASE_TYPES.map((name) => ({
    path: `workflows/${name}.json`,
    content: Buffer.from(
      JSON.stringify(
        {
          format: 'agilecase-workflow/1',
          case_type: name,
          plan: 'Claim plan',
          milestones: [
            {
              key: 'm1',
              title: 'Open case',
              parent: null,
              anchor: 'open_date',
              days: 0,
              mandatory: true,
            },
            {
              key: 'm2',
              title: 'Acknowledge',
              parent: 'm1',
              anchor: 'milestone',
              days: 3,
              mandatory: true,
            },
          ],
          statuses: [{ key: 'open', label: 'Open', closed: false }],
          steps: FIRM_STAGES.map((label, index) => ({ key: `s${index}`, label })),
          rules: [
            {
              key: 'r1',
              when: 'milestone_completed:m2',
              if: 'status = Open',
              stage: 'Evidence',
              [THEN]: [
                { do: 'create_task', title: 'Chase client' },
                { do: 'send_email', template: 'Acknowledgement' },
              ],
              source_text: 'When Acknowledge is completed, create a task and send the letter.',
            },
            {
              key: 'r2',
              when: 'stage_changed:Settled',
              [THEN]: [{ do: 'run_script', name: 'on_close' }],
              source_text: 'run on_close',
            },
          ],
          scripts: [{ name: 'on_close', language: 'unknown', source_text: 'case.close()' }],
        },
        null,
        2,
      ),
    ),
  }));

// --- forms

const isDay = (cell: FirmCell | undefined): cell is Day =>
  typeof cell === 'object' && cell !== null;
const ukText = ({ day, time }: Day): string =>
  `${day.split('-').toReversed().join('/')}${time === undefined ? '' : ` ${time}`}`;
const isoText = ({ day, time }: Day): string => (time === undefined ? day : `${day}T${time}:00`);

function jsonRow(
  tables: readonly FirmTable[],
  name: string,
  row: readonly FirmCell[],
): Record<string, string | number | boolean | null> {
  const headers = tables.find((table) => table.name === name)?.headers ?? [];
  return Object.fromEntries(
    headers.map((header, index) => [header, plainCell(row[index] ?? null)]),
  );
}

const plainCell = (cell: FirmCell): string | number | boolean | null =>
  isDay(cell) ? isoText(cell) : cell;

const jsonText = (table: FirmTable): string =>
  JSON.stringify(
    table.rows.map((row) => jsonRow([table], table.name, row)),
    null,
    1,
  );

const csvCell = (cell: FirmCell): string => {
  const text = cell === null ? '' : isDay(cell) ? ukText(cell) : String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csvText = ({ headers, rows }: FirmTable): string =>
  [headers, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';

/** As Excel has it: dates are dates, the id column is hidden. */
const workbook = (tables: readonly FirmTable[]): Promise<Uint8Array> =>
  writeXlsx({
    sheets: tables.map(({ name, headers, rows }) => ({
      name,
      columns: headers.map((header, index) => ({
        key: header,
        ...(header === 'id' && { hidden: true }),
        ...dateFormat(rows, index),
      })),
      rows: [
        [...headers],
        ...rows.map((row) =>
          row.map((cell) =>
            isDay(cell) ? new Date(`${cell.day}T${cell.time ?? '00:00'}:00Z`) : cell,
          ),
        ),
      ],
    })),
  });

function dateFormat(rows: readonly (readonly FirmCell[])[], index: number): { numFmt?: string } {
  const day = rows.map((row) => row[index]).find(isDay);
  return day ? { numFmt: day.time === undefined ? 'dd/mm/yyyy' : 'dd/mm/yyyy hh:mm' } : {};
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
