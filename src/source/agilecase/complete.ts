/** What a row gets on its way into the staging store: references as keys, joined columns, the file of a document. */
import { createHash } from 'node:crypto';
import type { BundleFile } from '../bundle.ts';
import type { KeySlots } from '../extract-table.ts';
import { keyMaker } from '../extract-table.ts';
import { isMarkup } from '../markup.ts';
import { profileBuilder } from '../profile.ts';
import { dataRows, judgeRow } from '../read-file.ts';
import type { ColumnProfile, SourceColumn, SourceFile } from '../source.ts';
import { fitsType, toDeclared } from './custom-fields.ts';
import { flatNames, type Documents, type Match } from './documents.ts';
import { AGILECASE } from './declaration.ts';
import { momentOf, rowsOf, type Joins, type JoinedColumn, type Part } from './join.ts';
import { moneyNotices } from './money.ts';
import { stageOrder, WORKFLOW_SLOTS, workflowRows } from './workflows.ts';
import { threadRoots, type Letter } from './threads.ts';
import { cellOf, slotIndex, type Kind, type References } from './references.ts';

/** What identifies a record where it has an id, and where it has none; never a case's number. */
export const KEYS: Readonly<Record<string, KeySlots>> = {
  user: { id: 'user_id', natural: ['email', 'name'] },
  group: { id: 'group_id', natural: ['name'] },
  contact: {
    id: 'record_id',
    natural: ['email', 'first_name', 'last_name', 'full_name', 'company'],
  },
  case: { id: 'deal_id', natural: ['contact', 'opened', 'name', 'details'] },
  note: { id: 'note_id' },
  communication: { id: 'communication_id' },
  document: { id: 'document_id' },
  task: { id: 'task_id' },
  event: { id: 'event_id' },
  time_entry: { id: 'time_id' },
  expense: { id: 'expense_id' },
  bill: { id: 'bill_id' },
  payment: { id: 'payment_id' },
  custom_field: { id: 'field_key' },
  workflow: { id: 'workflow_file' },
  milestone_template: { id: 'milestone_id' },
  label: { id: 'label_id' },
  audit: { id: 'audit_id' },
};

export interface CompleterInput {
  readonly parts: readonly Part[];
  readonly known: References;
  readonly joins: Joins;
  readonly documents: Documents;
  readonly workflows: readonly BundleFile[];
  readonly markup: (path: string) => boolean;
}

export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Completer {
  /** The files of the inspection, with the columns that the rows get. */
  readonly files: readonly SourceFile[];
  readonly notices: readonly string[];
  complete(
    part: Part,
    cells: readonly string[],
    key: string,
    line: number,
  ): Promise<readonly string[]>;
  /** Rows of a file that is no table: workflows, documents without a row. */
  made(path: string): AsyncIterable<Row>;
  /** Files that nothing is known of; they wait for a person. */
  readonly strangers: readonly BundleFile[];
}

/** Files that no row names, but whose folder does. */
export const LOOSE_DOCUMENTS = 'documents (files without a row)';
export const WORKFLOWS = 'workflows';

export async function completer(input: CompleterInput): Promise<Completer> {
  const { parts, known, joins, documents } = input;
  const threads = await threadsOf(parts, known);
  const matches = await matchDocuments(parts, known, documents);
  const { loose, strangers } = looseFiles(documents, known);
  const names = await namesOf(parts, known, loose);
  const stages = await stageOrder(input.workflows);
  const files: SourceFile[] = [];
  for (const part of parts) files.push(ordered(await describe(part, input), stages));
  if (loose.length > 0) files.push(looseFile(loose));
  const workflows: string[][] = [];
  for (const file of input.workflows) workflows.push(...(await workflowRows(file)));
  if (workflows.length > 0) files.push(workflowFile(workflows.length));
  return {
    files,
    strangers,
    notices: [
      ...joins
        .clashes()
        .map(
          ({ leaf, paths }) => `The labels ${paths.join(' and ')} both become the tag "${leaf}".`,
        ),
      ...(await moneyNotices(parts)),
      ...documentNotices(matches, loose, strangers),
      ...parts
        .filter(({ file }) => hasBody(file) && slotIndex(file, 'body_format') === -1)
        .map(
          ({ file }) =>
            `${file.path}: bodies are read as ${input.markup(file.path) ? 'HTML where they have tags' : 'plain text'}.`,
        ),
      ...parts
        .filter(({ file }) => hasVisibility(file))
        .map(
          ({ file }) =>
            `${file.path} does not say what is public: everything in it is taken for internal.`,
        ),
    ],
    async complete({ file }, cells, key, line) {
      const own = resolved(file, cells, key, input);
      const extra = [
        ...joinedCells(file, own, key, joins),
        ...bodyCell(file, own, input),
        ...(isThreaded(file) ? [threads.get(key) ?? ''] : []),
        ...(saysActive(file) ? [NOT_ACTIVE.test(cellOf(file, own, 'active')) ? 'yes' : ''] : []),
      ];
      const match = matches.get(`${file.path}:${line}`);
      if (!isFiled(file)) return [...own, ...extra];
      const name = file.object === 'document' ? [names.get(`${file.path}:${line}`) ?? ''] : [];
      return [...own, ...extra, ...name, ...(await fileCells(match, documents))];
    },
    made: (path) => (path === WORKFLOWS ? numbered(workflows) : looseRows(loose, documents, names)),
  };
}

const hasBody = (file: SourceFile): boolean => slotIndex(file, 'body') !== -1;
const hasVisibility = (file: SourceFile): boolean =>
  ['note', 'communication'].includes(file.object) && slotIndex(file, 'visibility') === -1;
const isThreaded = (file: SourceFile): boolean => file.object === 'communication';
/** A record in the recovery bin says that it is not active; Odoo's archive asks the other way round. */
const saysActive = (file: SourceFile): boolean =>
  kindOf(file) !== undefined &&
  slotIndex(file, 'active') !== -1 &&
  slotIndex(file, 'inactive') === -1;
const NOT_ACTIVE = /^(0|n|no|f|false|inactive|archived|deleted)$/i;
const isFiled = (file: SourceFile): boolean =>
  file.object === 'document' ||
  (file.object === 'communication' && slotIndex(file, 'mail_file') !== -1);

// --- columns

async function describe(part: Part, input: CompleterInput): Promise<SourceFile> {
  const { file } = part;
  const kind = kindOf(file);
  const extra: JoinedColumn[] = [
    ...(kind ? joinedColumns(kind, file, input.joins) : []),
    ...(isDetail(file.object) ? [{ id: '(belongs to)', slot: 'belongs_to' }] : []),
    ...(hasBody(file) && slotIndex(file, 'body_format') === -1
      ? [{ id: '(format)', slot: 'body_format' }]
      : []),
    ...(isThreaded(file) ? [{ id: '(thread)', slot: 'thread' }] : []),
    ...(saysActive(file) ? [{ id: '(inactive)', slot: 'inactive' }] : []),
    ...(file.object === 'document' ? [NAME_COLUMN] : []),
    ...(isFiled(file) ? FILE_COLUMNS : []),
  ];
  const profiles = kind ? await profilesOf(part, kind, input) : new Map<string, Profiled>();
  const columns = [
    ...file.columns.map((column) => declaredColumn(column, input.joins, profiles)),
    ...extra.map((column, n) =>
      extraColumn(column, file.columns.length + n, file.rows, profiles.get(column.id)),
    ),
  ];
  return { ...file, columns };
}

const kindOf = (file: SourceFile): Kind | undefined =>
  file.object === 'case' || file.object === 'contact' ? file.object : undefined;
const DETAILS = new Set([
  'case_contact',
  'custom_field',
  'custom_option',
  'custom_value',
  'custom_row',
  'label',
  'label_link',
  'audit',
]);
export const isDetail = (object: string): boolean => DETAILS.has(object);

const NAME_COLUMN: JoinedColumn = { id: '(name)', slot: 'filename' };
const FILE_COLUMNS: readonly JoinedColumn[] = [
  { id: '(file)', slot: 'file' },
  { id: '(file bytes)', slot: 'bytes' },
  { id: '(file checksum)', slot: 'sha256' },
  { id: '(file problem)', slot: 'file_problem' },
];

/** Labels and the client go into the table's own column where it has one. */
function joinedColumns(kind: Kind, file: SourceFile, joins: Joins): JoinedColumn[] {
  const taken = new Set(file.columns.map((column) => column.id.toLowerCase()));
  const unique = joins
    .columns(kind)
    .map((column) =>
      taken.has(column.id.toLowerCase()) ? { ...column, id: `${column.id} (joined)` } : column,
    );
  return [
    ...unique,
    ...(slotIndex(file, 'tags') === -1 ? [{ id: '(labels)', slot: 'tags' }] : []),
    ...(kind === 'case' && slotIndex(file, 'contact') === -1
      ? [{ id: '(client)', slot: 'contact' }]
      : []),
  ];
}

/** The stages in the order that the workflows give them: a pipeline is read from left to right. */
function ordered(file: SourceFile, stages: readonly string[]): SourceFile {
  const index = slotIndex(file, 'stage');
  if (file.object !== 'case' || index === -1 || stages.length === 0) return file;
  const options = stages.map((stage): [string, string] => [stage, stage]);
  const declared = { label: 'Stage', type: 'choice', options, help: '' } as const;
  const columns = file.columns.map((column, at) =>
    at === index ? { ...column, declared } : column,
  );
  return { ...file, columns };
}

interface Profiled {
  readonly profile: ColumnProfile;
  readonly misfits: number;
  readonly example: string;
}

/** The joined columns of cases and contacts are looked at like any others: a person decides about them too. */
async function profilesOf(
  part: Part,
  kind: Kind,
  input: CompleterInput,
): Promise<Map<string, Profiled>> {
  const { file } = part;
  const joined = joinedColumns(kind, file, input.joins);
  const width = file.columns.length;
  const watched = [
    ...file.columns.map((column) => ({
      id: column.id,
      declared: ownDeclared(column, input.joins),
    })),
    ...joined,
  ].map((column) => ({
    id: column.id,
    declared: column.declared,
    builder: profileBuilder(),
    filled: 0,
    misfits: 0,
    example: '',
  }));
  const keyOf = keyMaker(file, KEYS[kind] ?? {});
  let rows = 0;
  for await (const chunk of dataRows(part.table, file.headerLine))
    for (const row of chunk) {
      const verdict = judgeRow(row, width);
      if (verdict.kind !== 'record') continue;
      rows++;
      const key = keyOf(verdict.cells);
      const cells = [
        ...resolved(file, verdict.cells, key, input),
        ...joinedCells(file, verdict.cells, key, input.joins),
      ];
      for (const [index, one] of watched.entries()) {
        const value = (cells[index] ?? '').trim();
        if (index >= width) one.builder.add(value, row.line);
        if (value === '' || !one.declared || fitsType(one.declared.type, value)) continue;
        one.misfits++;
        one.example ||= value.slice(0, 40);
      }
    }
  return new Map(
    watched.map((one) => [
      one.id,
      { profile: one.builder.build(rows), misfits: one.misfits, example: one.example },
    ]),
  );
}

function ownDeclared(column: SourceColumn, joins: Joins): SourceColumn['declared'] {
  const field =
    column.slot === null
      ? joins.fields.declared(column.header.replace(/^custom_fields\./, ''))
      : undefined;
  return field && toDeclared(field);
}

const DOUBT = 0.1;

const contradiction = (
  declared: SourceColumn['declared'],
  filled: number,
  seen: Profiled | undefined,
): string =>
  declared && seen && filled > 0 && seen.misfits > filled * DOUBT
    ? `AgileCase declares it as ${declared.type}, but ${seen.misfits} of its ${filled} values are none, like "${seen.example}"`
    : '';

function declaredColumn(
  column: SourceColumn,
  joins: Joins,
  profiles: ReadonlyMap<string, Profiled>,
): SourceColumn {
  const declared = ownDeclared(column, joins);
  if (!declared) return column;
  const doubt = contradiction(declared, column.profile.filled, profiles.get(column.id));
  return {
    ...column,
    declared,
    confidence: doubt === '' ? 0.97 : 0.5,
    reason: doubt || `declared in AgileCase as ${declared.type}`,
  };
}

function extraColumn(
  column: JoinedColumn,
  index: number,
  rows: number,
  seen: Profiled | undefined,
): SourceColumn {
  const { id, slot, declared } = column;
  const profile = seen?.profile ?? {
    type: 'text' as const,
    rows,
    filled: rows,
    distinct: 0,
    maxLength: 0,
    examples: [],
    misfits: { count: 0, examples: [] },
  };
  const doubt = contradiction(declared, profile.filled, seen);
  return {
    id,
    header: '',
    index,
    slot,
    confidence: doubt === '' ? 0.97 : 0.5,
    reason:
      doubt ||
      (slot === null
        ? `joined from the custom values, declared as ${declared?.type ?? 'text'}`
        : 'filled by Waybill from the other tables'),
    alternatives: [],
    profile,
    ...(declared && { declared }),
  };
}

// --- cells

/** References become keys, labels leaves; everything else stays as it is written. */
function resolved(
  file: SourceFile,
  cells: readonly string[],
  key: string,
  { known, joins }: CompleterInput,
): string[] {
  const out = [...cells];
  if (isDetail(file.object)) return out;
  for (const { slot, index } of file.columns) {
    const text = (out[index] ?? '').trim();
    if (slot === 'case' || slot === 'contact') {
      out[index] =
        text === '' && file.object === 'case' && slot === 'contact'
          ? joins.client(key)
          : (known.resolve(slot, text) ?? text);
    } else if (slot === 'tags' && kindOf(file))
      out[index] = joins.labels(kindOf(file) ?? 'case', key, text);
  }
  return out;
}

function joinedCells(
  file: SourceFile,
  cells: readonly string[],
  key: string,
  joins: Joins,
): readonly string[] {
  const kind = kindOf(file);
  if (isDetail(file.object)) return [joins.belongs(file, cells)];
  if (!kind) return [];
  return [
    ...joins.cells(kind, key),
    ...(slotIndex(file, 'tags') === -1 ? [joins.labels(kind, key, '')] : []),
    ...(kind === 'case' && slotIndex(file, 'contact') === -1 ? [joins.client(key)] : []),
  ];
}

function bodyCell(file: SourceFile, cells: readonly string[], input: CompleterInput): string[] {
  if (!hasBody(file) || slotIndex(file, 'body_format') !== -1) return [];
  return [input.markup(file.path) && isMarkup(cellOf(file, cells, 'body')) ? 'html' : 'text'];
}

/** Only letters of one case can be a thread: a message hangs on its case. */
async function threadsOf(
  parts: readonly Part[],
  known: References,
): Promise<ReadonlyMap<string, string>> {
  const letters: Letter[] = [];
  for (const part of parts.filter(({ file }) => isThreaded(file))) {
    const { file } = part;
    const keyOf = keyMaker(file, KEYS[file.object] ?? {});
    const moment = momentOf(file, AGILECASE.timeZone);
    for await (const cells of rowsOf(part)) {
      const read = (slot: string): string => cellOf(file, cells, slot);
      letters.push({
        key: keyOf(cells),
        case: known.resolve('case', read('case')) ?? '',
        at: moment(read('date')) ?? '',
        messageId: read('message_id'),
        inReplyTo: read('in_reply_to'),
        subject: /^(sms|text)/i.test(read('channel')) ? '' : read('subject'),
      });
    }
  }
  return threadRoots(letters.filter((one) => one.case !== ''));
}

// --- files

async function matchDocuments(
  parts: readonly Part[],
  known: References,
  documents: Documents,
): Promise<Map<string, Match>> {
  const matches = new Map<string, Match>();
  for (const { file, table } of parts.filter((part) => isFiled(part.file)))
    for await (const rows of dataRows(table, file.headerLine))
      for (const row of rows) {
        const verdict = judgeRow(row, file.columns.length);
        if (verdict.kind !== 'record') continue;
        const read = (slot: string): string => cellOf(file, verdict.cells, slot);
        const mail = read('mail_file');
        if (file.object === 'communication' && mail === '') continue;
        const wanted = {
          path: read('path') || mail,
          folder: read('folder'),
          name: read('file_name'),
          sha256: read('checksum'),
          size: read('size'),
          case: known.resolve('case', read('case')) ?? '',
        };
        matches.set(`${file.path}:${row.line}`, await documents.match(wanted));
      }
  return matches;
}

/** `<path of the table>:<line>`, or the path of a loose file -> name. */
async function namesOf(
  parts: readonly Part[],
  known: References,
  loose: readonly Loose[],
): Promise<ReadonlyMap<string, string>> {
  const flat = flatNames();
  const names = new Map<string, string>();
  for (const { file, table } of parts.filter((part) => part.file.object === 'document'))
    for await (const rows of dataRows(table, file.headerLine))
      for (const row of rows) {
        const verdict = judgeRow(row, file.columns.length);
        if (verdict.kind !== 'record') continue;
        const read = (slot: string): string => cellOf(file, verdict.cells, slot);
        const name = lastPart(read('file_name')) || lastPart(read('path')) || read('doc_title');
        const of = known.resolve('case', read('case')) ?? read('contact');
        const folder = read('folder') || folderOf(read('path'), of);
        names.set(`${file.path}:${row.line}`, flat(of, name, folder, read('version')));
      }
  for (const { file, case: of } of loose)
    names.set(file.path, flat(of, lastPart(file.path), folderOf(file.path, of), ''));
  return names;
}

const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';

/** What stands between the case's own folder and the file. */
const folderOf = (path: string, of: string): string => {
  const folders = path.split(/[/\\]/).slice(0, -1);
  return folders.slice(folders.indexOf(of) + 1).join('/');
};

async function fileCells(match: Match | undefined, documents: Documents): Promise<string[]> {
  if (!match || match.file === '') return ['', '', '', match?.problem ?? ''];
  const { bytes, sha256 } = await checksum(documents.file(match.file));
  return [match.file, String(bytes), sha256, ''];
}

/** Read once here, so that what is sent later can be held against it. */
async function checksum(file: BundleFile): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await file.open()) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

interface Loose {
  readonly file: BundleFile;
  readonly case: string;
}

/** `documents/<case key>/…` says whose it is without a row; anything else waits for a person. */
function looseFiles(
  documents: Documents,
  known: References,
): { loose: Loose[]; strangers: BundleFile[] } {
  const loose: Loose[] = [];
  const strangers: BundleFile[] = [];
  for (const file of documents.unclaimed()) {
    const key = file.path
      .split('/')
      .slice(0, -1)
      .map((part) => known.resolve('case', part))
      .find((one) => one !== undefined);
    if (key === undefined) strangers.push(file);
    else loose.push({ file, case: key });
  }
  return { loose, strangers };
}

const documentNotices = (
  matches: ReadonlyMap<string, Match>,
  loose: readonly Loose[],
  strangers: readonly BundleFile[],
): string[] => {
  const without = [...matches.values()].filter((match) => match.file === '').length;
  return [
    ...(without > 0
      ? [`${without} document row(s) have no file in the export; they wait in the review queue.`]
      : []),
    ...(loose.length > 0
      ? [
          `${loose.length} file(s) have no row; the name of their folder says which case they belong to.`,
        ]
      : []),
    ...(strangers.length > 0
      ? [
          `${strangers.length} file(s) have no row and belong to no case that is known, like ${strangers[0]?.path ?? ''}; they wait in the review queue.`,
        ]
      : []),
  ];
};

const madeColumn = (id: string, slot: string, index: number, rows: number): SourceColumn =>
  extraColumn({ id, slot }, index, rows, undefined);

const madeFile = (
  object: string,
  path: string,
  rows: number,
  columns: readonly (readonly [string, string])[],
): SourceFile => ({
  object,
  fingerprint: object,
  confidence: 1,
  reason: 'files of the export that are no tables',
  path,
  encoding: 'utf-8',
  delimiter: '',
  headerLine: 0,
  sha256: '',
  bytes: 0,
  rows,
  columns: columns.map(([id, slot], index) => madeColumn(id, slot, index, rows)),
});

const looseFile = (loose: readonly Loose[]): SourceFile =>
  madeFile('document', LOOSE_DOCUMENTS, loose.length, [
    ['Path', 'path'],
    ['File Name', 'file_name'],
    ['Case', 'case'],
    ['(name)', 'filename'],
    ...FILE_COLUMNS.map(({ id, slot }) => [id, slot ?? ''] as const),
  ]);

const workflowFile = (rows: number): SourceFile =>
  madeFile(
    'workflow',
    WORKFLOWS,
    rows,
    WORKFLOW_SLOTS.map((slot) => [slot, slot] as const),
  );

async function* numbered(rows: readonly (readonly string[])[]): AsyncGenerator<Row> {
  for (const [index, cells] of rows.entries())
    yield await Promise.resolve({ line: index + 1, cells });
}

async function* looseRows(
  loose: readonly Loose[],
  documents: Documents,
  names: ReadonlyMap<string, string>,
): AsyncGenerator<Row> {
  for (const [index, one] of loose.entries())
    yield {
      line: index + 1,
      cells: [
        one.file.path,
        one.file.path.split('/').at(-1) ?? '',
        one.case,
        names.get(one.file.path) ?? '',
        ...(await fileCells({ file: one.file.path, problem: '' }, documents)),
      ],
    };
}
