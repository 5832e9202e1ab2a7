/**
 * What AgileCase keeps in tables of their own and Odoo on the record: custom values, parties, labels, audit trail.
 * Gathered by case and contact in memory, some 100 bytes a value; the rows themselves are staged as they came.
 */
import type { CsvRow } from '../../lib/csv.ts';
import type { DateOrder } from '../../lib/dates.ts';
import { foldText } from '../../lib/names.ts';
import { ownCopy } from '../../lib/own-copy.ts';
import { foldHeader } from '../recognise.ts';
import { dataRows, judgeRow } from '../read-file.ts';
import type { DeclaredField, LoadedName, SourceFile } from '../source.ts';
import type { Table } from '../table.ts';
import { auditText, momentReader, wallReader, type AuditEntry } from './audit.ts';
import { customFields, declaredType, toDeclared, type CustomFields } from './custom-fields.ts';
import { labelTree, type LabelTree } from './labels.ts';
import { cellOf, type Kind, type References } from './references.ts';

export interface Part {
  readonly file: SourceFile;
  readonly table: Table;
}

export interface JoinedColumn {
  readonly id: string;
  readonly slot: string | null;
  readonly declared?: DeclaredField;
}

/** `case:44120`, `contact:902`, `definition`, `missing:<slot that names nothing>`, `ring:<slot>:<the ring>`. */
export type Belongs = string;

export interface Joins {
  readonly fields: CustomFields;
  columns(kind: Kind): readonly JoinedColumn[];
  cells(kind: Kind, key: string): readonly string[];
  labels(kind: Kind, key: string, own: string): string;
  client(key: string): string;
  belongs(file: SourceFile, cells: readonly string[]): Belongs;
  readonly clashes: () => readonly { readonly leaf: string; readonly paths: readonly string[] }[];
}

const ROLE = 'Role';

export async function joinDetails(
  parts: readonly Part[],
  known: References,
  loaded: readonly LoadedName[],
): Promise<Joins> {
  const fields = customFields();
  const tree = labelTree();
  const store = valueStore();
  const clients = new Map<string, string>();
  const roles = new Map<string, string>();
  const formers = new Map<string, string>();
  const audits = {
    case: new Map<string, AuditEntry[]>(),
    contact: new Map<string, AuditEntry[]>(),
  };
  const linked = { case: new Map<string, string[]>(), contact: new Map<string, string[]>() };
  const owner = (file: SourceFile, cells: readonly string[]) => ownerOf(file, cells, known);

  const use: Readonly<Record<string, (part: SourceFile, cells: readonly string[]) => void>> = {
    custom_field: (file, cells) => defineField(fields, file, cells),
    custom_option: (file, cells) =>
      fields.option(
        cellOf(file, cells, 'field'),
        cellOf(file, cells, 'option_value'),
        cellOf(file, cells, 'option_label'),
      ),
    custom_value: (file, cells) => addValue(store, fields, owner(file, cells), file, cells),
    custom_row: (file, cells) => addValue(store, fields, owner(file, cells), file, cells),
    label: (file, cells) =>
      tree.define(
        cellOf(file, cells, 'label_id'),
        cellOf(file, cells, 'name'),
        cellOf(file, cells, 'parent_label'),
      ),
    label_link(file, cells) {
      const to = owner(file, cells);
      if (to) push(linked[to.kind], to.key, cellOf(file, cells, 'label_ref'));
    },
    case_contact: (file, cells) => addParty({ store, clients, roles, known }, file, cells),
    audit(file, cells) {
      const to = owner(file, cells);
      if (!to) return;
      push(audits[to.kind], to.key, auditEntry(file, cells));
      if (to.kind === 'case') auditedNumber({ store, known, formers }, to.key, file, cells);
    },
  };
  store.column('case', FORMER_NUMBERS);
  // Definitions first: a value must find its field, a link its label.
  for (const object of Object.keys(use))
    for (const part of parts.filter((one) => one.file.object === object))
      for await (const cells of rowsOf(part)) use[object]?.(part.file, cells);

  for (const { object, key, name } of loaded)
    if (object === 'case') loadedNumber({ store, known, formers }, key, name);
  for (const kind of ['case', 'contact'] as const) {
    for (const [key, entries] of audits[kind])
      store.set(kind, key, AUDIT_COLUMN, auditText(entries));
    // What is returned below keeps them alive, and nobody asks for them again.
    audits[kind].clear();
  }
  return {
    fields,
    columns: (kind) => store.columns(kind),
    cells: (kind, key) => store.cells(kind, key),
    labels: (kind, key, own) =>
      [...own.split(/[;,|]/), ...(linked[kind].get(key) ?? [])]
        .map((label) => label.trim())
        .filter((label) => label !== '')
        .map((label) => tree.leaf(label))
        .join('; '),
    client: (key) => clients.get(key) ?? '',
    belongs: (file, cells) => belongsTo(file, cells, known, tree),
    clashes: () => tree.clashes(),
  };
}

const AUDIT_COLUMN: JoinedColumn = { id: '(audit history)', slot: 'audit_history' };

export async function* rowsOf({ file, table }: Part): AsyncGenerator<readonly string[]> {
  const width = file.columns.length;
  for await (const rows of dataRows(table, file.headerLine, file.columns.length))
    for (const row of rows as readonly CsvRow[]) {
      const verdict = judgeRow(row, width);
      if (verdict.kind === 'record') yield verdict.cells;
    }
}

/** Values by record and column; a column exists once it has a value. In arrays: a map per record would take thrice as much. */
function valueStore() {
  const columns = {
    case: new Map<string, { readonly column: JoinedColumn; readonly index: number }>(),
    contact: new Map<string, { readonly column: JoinedColumn; readonly index: number }>(),
  };
  const values = { case: new Map<string, string[]>(), contact: new Map<string, string[]>() };
  const indexOf = (kind: Kind, column: JoinedColumn): number => {
    const known = columns[kind].get(column.id);
    if (known) return known.index;
    const index = columns[kind].size;
    columns[kind].set(column.id, { column, index });
    return index;
  };
  return {
    /** There whatever the values are: what comes with a later export must find its column approved. */
    column: (kind: Kind, column: JoinedColumn): unknown => indexOf(kind, column),
    set(kind: Kind, key: string, column: JoinedColumn, value: string): void {
      const own = values[kind].get(key) ?? [];
      values[kind].set(key, own);
      own[indexOf(kind, column)] = ownCopy(value);
    },
    append(kind: Kind, key: string, column: JoinedColumn, value: string, between: string): void {
      const had = values[kind].get(key)?.[indexOf(kind, column)];
      this.set(kind, key, column, had === undefined ? value : had + between + value);
    },
    columns: (kind: Kind): JoinedColumn[] => [...columns[kind].values()].map((one) => one.column),
    cells: (kind: Kind, key: string): string[] => {
      const own = values[kind].get(key);
      return Array.from({ length: columns[kind].size }, (_, index) => own?.[index] ?? '');
    },
  };
}
type ValueStore = ReturnType<typeof valueStore>;

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function defineField(fields: CustomFields, file: SourceFile, cells: readonly string[]): void {
  const read = (slot: string): string => cellOf(file, cells, slot);
  const label = read('label') || read('field_key');
  const field = {
    key: read('field_key') || label,
    label,
    group: read('field_group'),
    isTable: /^(1|y|yes|t|true)$/i.test(read('is_table')),
    type: declaredType(read('field_type')),
    help: read('help'),
    options: read('options')
      .split(/[;|\n]/)
      .map((option) => option.trim())
      .filter(Boolean)
      .map((option): [string, string] => [option, option]),
  };
  fields.define(field, read('scope'));
}

interface Owner {
  readonly kind: Kind;
  readonly key: string;
  /** Set where the value belongs to a contact within a case. */
  readonly contact?: string;
  readonly role: string;
}

function ownerOf(file: SourceFile, cells: readonly string[], known: References): Owner | undefined {
  const read = (slot: string): string => cellOf(file, cells, slot);
  const type = (read('owner_type') || read('object_type')).toLowerCase();
  const record = read('record');
  const isContact = type.startsWith('contact') || type.startsWith('client');
  const caseText = read('case') || (isContact ? '' : record);
  const contactText = read('contact') || (isContact ? record : '');
  const caseKey = caseText === '' ? undefined : known.resolve('case', caseText);
  const contactKey = contactText === '' ? undefined : known.resolve('contact', contactText);
  // An audit entry of a document or a task says so: its id may well be some case's, too.
  if (type !== '' && !isContact && !/case|matter/.test(type) && read('case') === '')
    return undefined;
  if (caseKey !== undefined)
    return {
      kind: 'case',
      key: caseKey,
      role: read('role'),
      ...(contactKey !== undefined && { contact: contactKey }),
    };
  return caseText === '' && contactKey !== undefined
    ? { kind: 'contact', key: contactKey, role: '' }
    : undefined;
}

function addValue(
  store: ValueStore,
  fields: CustomFields,
  to: Owner | undefined,
  file: SourceFile,
  cells: readonly string[],
): void {
  const value = cellOf(file, cells, 'value');
  if (!to || value === '') return;
  const field = fields.find(cellOf(file, cells, 'field'));
  const row = cellOf(file, cells, 'row');
  if (field.isTable || row !== '') {
    const label = field.group || field.label;
    const declared = {
      label,
      type: 'longtext',
      help: `The table "${label}" of AgileCase, a line per value.`,
    } as const;
    const text = `${row || '1'}. ${field.label}: ${value}`;
    return store.append(to.kind, to.key, { id: label, slot: null, declared }, text, '\n');
  }
  const label = to.role === '' ? field.label : `${field.label} (${to.role})`;
  const column = { id: label, slot: null, declared: toDeclared(field, label) };
  store.append(to.kind, to.key, column, value, field.type === 'list' ? '; ' : '\n');
}

interface Parties {
  readonly store: ValueStore;
  readonly clients: Map<string, string>;
  /** As first written: roles are free text, and typed in every way. */
  readonly roles: Map<string, string>;
  readonly known: References;
}

/** The role is on the link: one contact may be client here and witness there. */
function addParty(
  { store, clients, roles, known }: Parties,
  file: SourceFile,
  cells: readonly string[],
): void {
  const caseKey = known.resolve('case', cellOf(file, cells, 'case'));
  const contact = known.resolve('contact', cellOf(file, cells, 'contact'));
  if (caseKey === undefined || contact === undefined) return;
  const yes = (slot: string): boolean => /^(1|y|yes|t|true)$/i.test(cellOf(file, cells, slot));
  const written =
    cellOf(file, cells, 'role').replace(/\s+/g, ' ') ||
    (yes('is_joint_client') ? 'Joint client' : yes('is_client') ? 'Client' : 'Party');
  const role = roles.get(foldText(written)) ?? written;
  roles.set(foldText(written), role);
  if (yes('is_client') && !clients.has(caseKey)) clients.set(caseKey, contact);
  store.append(
    'case',
    caseKey,
    { id: '(parties)', slot: 'related' },
    `${contact} (${role.replace(/[();|]/g, ' ').trim()})`,
    '; ',
  );
  const declared = {
    label: ROLE,
    type: 'list',
    help: 'Roles of the contact in cases of AgileCase.',
  } as const;
  store.append('contact', contact, { id: ROLE, slot: null, declared }, role, '; ');
}

function auditEntry(file: SourceFile, cells: readonly string[]): AuditEntry {
  const read = (slot: string): string => ownCopy(cellOf(file, cells, slot));
  return {
    when: wallReader(orderOf(file))(read('date')) ?? read('date'),
    who: read('actor'),
    action: read('action'),
    field: read('changed_field'),
    old: read('old_value'),
    new: read('new_value'),
  };
}

interface Numbers {
  readonly store: ValueStore;
  readonly known: References;
  readonly formers: Map<string, string>;
}

const NUMBER = /^(case|matter|file|our)?(number|no|ref|reference)$/;

function auditedNumber(
  numbers: Numbers,
  key: string,
  file: SourceFile,
  cells: readonly string[],
): void {
  const former = cellOf(file, cells, 'old_value');
  if (former !== '' && NUMBER.test(foldHeader(cellOf(file, cells, 'changed_field'))))
    keepFormerNumber(numbers, key, former);
}

/** An export without an audit trail does not say that a case was numbered anew: what was loaded does. */
function loadedNumber(numbers: Numbers, key: string, number: string): void {
  const { known } = numbers;
  if (known.has('case', key) && known.resolve('case', number) !== key)
    keepFormerNumber(numbers, key, number);
}

/** A case that was numbered anew is still asked for, and pointed at, by the number it had. */
function keepFormerNumber({ store, known, formers }: Numbers, key: string, former: string): void {
  const [other, now] = [formers.get(former), known.resolve('case', former)];
  // What a case is called today goes before what another was called once.
  if (now === undefined || other !== undefined) known.add('case', key, [former]);
  formers.set(former, key);
  store.append('case', key, FORMER_NUMBERS, former, '; ');
}

const FORMER_NUMBERS: JoinedColumn = { id: '(former numbers)', slot: 'former_numbers' };

const readers = new WeakMap<SourceFile, (when: string) => string | undefined>();

/** Reads the file's date column in the order that all its values agree on. */
export function momentOf(file: SourceFile, timeZone: string): (when: string) => string | undefined {
  const reader = readers.get(file) ?? momentReader(timeZone, orderOf(file));
  readers.set(file, reader);
  return reader;
}

function orderOf(file: SourceFile): DateOrder {
  const order = file.columns.find((one) => one.slot === 'date')?.profile.dateOrder;
  return order === undefined || order === 'ambiguous' || order === 'mixed' ? 'dmy' : order;
}

const DEFINITIONS = new Set(['custom_field', 'custom_option', 'label']);

function belongsTo(
  file: SourceFile,
  cells: readonly string[],
  known: References,
  tree: LabelTree,
): Belongs {
  const read = (slot: string): string => cellOf(file, cells, slot);
  if (file.object === 'label') {
    const ring = tree.ring(read('label_id') || read('name'));
    return ring === undefined ? 'definition' : `ring:parent_label:${ring}`;
  }
  if (DEFINITIONS.has(file.object)) return 'definition';
  if (file.object === 'case_contact') {
    const caseKey = known.resolve('case', read('case'));
    if (caseKey === undefined) return 'missing:case';
    const contact = known.resolve('contact', read('contact'));
    return contact === undefined ? 'missing:contact' : `case:${caseKey}`;
  }
  const to = ownerOf(file, cells, known);
  if (to) return `${to.kind}:${to.key}`;
  return `missing:${['case', 'record', 'contact'].find((slot) => read(slot) !== '') ?? 'record'}`;
}
