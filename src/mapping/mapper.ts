/** Turns staged records into planned ones, by an approved mapping. Pure but for what it has met: tags, companies, owners. */
import {
  isRef,
  type Issue,
  type PlannedRecord,
  type Ref,
  type StagedRecord,
  type Value,
} from '../core/record.ts';
import { foldText, joinName } from '../lib/names.ts';
import { phoneFormatter } from '../lib/phones.ts';
import type { Inspection, SourceDeclaration, SourceObject } from '../source/source.ts';
import { compileColumns, type CompiledFile } from './columns.ts';
import { composeMessage } from './compose-message.ts';
import { blacklist, saysNo } from './compose-optout.ts';
import { composePartner, type PartnerDraft, type PartnerTools } from './compose-partner.ts';
import type {
  Catalog,
  Composed,
  Identity,
  Mapper,
  MappingDocument,
  Owner,
  Pictures,
} from './mapping.ts';
import { safeKey } from './keys.ts';
import { ownerBook, ownerKey, type OwnerBook } from './owner-book.ts';
import { sharedRecords, type SharedRecords } from './shared-records.ts';
import { composeChild, type ChildTools } from './compose-child.ts';
import { findParent, type ParentClues } from './parents.ts';
import { preparedMapper, preparer } from './prepare.ts';
import { placesOf } from './places.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { dateReader, type DateReader } from './transforms/dates.ts';
import { emailKey } from './transforms/emails.ts';
import { teamBook, type TeamBook } from './teams.ts';
import { singleLine } from './transforms/text.ts';

export function createMapper(
  document: MappingDocument,
  declaration: SourceDeclaration,
  inspection: Inspection,
  catalog: Catalog,
  pictures: Pictures = new Map(),
): Mapper {
  const { choices } = document;
  const order = declaration.country === 'US' ? 'mdy' : 'dmy';
  const columns = new Map(
    declaration.objects.map((object) => [
      object.name,
      compileColumns(document, inspection, object.name, order),
    ]),
  );
  const fileOf = (record: StagedRecord): CompiledFile => {
    const compiled = columns.get(record.object);
    if (!compiled) throw new Error(`no object ${record.object} in the declaration`);
    return compiled(record);
  };
  const readers = new Map<string, DateReader>();
  const dates = (wanted: 'mdy' | 'dmy' | 'ymd'): DateReader => {
    const reader = readers.get(wanted) ?? dateReader(choices.timeZone, wanted);
    readers.set(wanted, reader);
    return reader;
  };
  const shared = sharedRecords(declaration.id);
  const owners = ownerBook();
  const onPartner = 'team_id' in (catalog.fields['res.partner'] ?? {});
  const teams = choices.groupsAsTeams ? teamBook(declaration.id, onPartner) : undefined;
  const keyOf: Mapper['keyOf'] = (record) =>
    `${declaration.id}_${record.object}_${safeKey(record.key)}`;
  const tools: PartnerTools = {
    prefix: declaration.fieldPrefix,
    catalog,
    choices,
    places: placesOf(catalog, choices.country),
    dates,
    phone: phoneFormatter(choices.country),
    tag: shared.tag,
    company: shared.company,
    owner: (label, email) => owners.refOf(label, email),
    keyOf,
  };
  const merging = {
    units: unitsOf(declaration.fieldPrefix),
    readable: readableValues(catalog, (ref) => shared.nameOf(ref) ?? owners.nameOf(ref)),
    teams,
  };
  const objectOf = (record: StagedRecord): SourceObject => {
    const found = declaration.objects.find((object) => object.name === record.object);
    if (!found) throw new Error(`no object ${record.object} in the declaration`);
    return found;
  };
  const childTools: ChildTools = {
    ...tools,
    declaration,
    owners,
    shared,
    pictures,
    markup: objectsWithMarkup(declaration),
  };
  const identify = (record: StagedRecord): Identity => {
    const file = fileOf(record);
    const identity = identityOf(record, file, dates);
    // Here, not when the contact is composed: one that waits in the review queue said no all the same.
    const status = file.slot(record, 'opt_in');
    if (identity.email !== '' && saysNo(status, file.columnOf('opt_in')))
      blacklist(shared, identity.email, { status: singleLine(status), source: declaration.name });
    return identity;
  };

  const drafted = (record: StagedRecord): Drafted => ({
    record,
    draft: composePartner(record, fileOf(record), tools),
  });

  const mapper: Mapper = {
    identify,
    learn(record) {
      const file = fileOf(record);
      if (objectOf(record).shape === 'group')
        teams?.meet({ name: singleLine(file.slot(record, 'name')), owned: [] });
      return learn(record, file, declaration, owners, shared, choices.groupPrefix);
    },
    contact(record, merged, key = keyOf(record), loaded = () => false) {
      const [leader, others] = [drafted(record), merged.map(drafted)];
      return assemble(leader, others, { ...merging, tag: shared.tag, key, loaded });
    },
    parentObject: (record) => parentObject(objectOf(record), record, fileOf(record)),
    parentOf: (record, index) => {
      const object = objectOf(record);
      const { shape, label } = object;
      const file = fileOf(record);
      const name = parentObject(object, record, file);
      const parent = declaration.objects.find((one) => one.name === name)?.label ?? 'contact';
      const clues = cluesOf(object, record, file);
      const kind = { order: choices.noteJoin, shape, label, parent };
      return findParent(clues, index, { ...kind, column: parentColumn(name, record, file) });
    },
    childOrder: (record) => {
      const file = fileOf(record);
      const slot = DATE_SLOTS.find((name) => file.slot(record, name) !== '') ?? 'date';
      const date = dates(file.order(slot)).datetime(file.slot(record, slot)) ?? '';
      const version = file.slot(record, 'version');
      return version === '' ? date : `${date} ${version.padStart(VERSION_DIGITS, '0')}`;
    },
    child: (record, parent, contacts) =>
      composeChild(objectOf(record).shape, {
        record,
        file: fileOf(record),
        parent,
        contacts,
        tools: childTools,
      }),
    keyOf,
    news: () => ({ shared: shared.news(), owners: owners.news(), teams: teams?.news() ?? [] }),
    meet(met) {
      for (const record of met.shared) shared.meet(record);
      for (const owner of met.owners) owners.meet(owner);
      for (const team of met.teams) teams?.meet(team);
    },
    shared: () => [...shared.all(), ...(teams?.records() ?? [])],
    owners: () => owners.all(),
  };
  return preparedMapper(mapper, preparer(document, inspection));
}

const VERSION_DIGITS = 6;
const DATE_SLOTS = ['date', 'complete_date', 'due_date', 'start', 'uploaded', 'opened'];

/** AllClients' notes are plain text ("No HTML", AddContactNote); another source's may be markup. */
const objectsWithMarkup = (declaration: SourceDeclaration): Set<string> =>
  new Set(
    declaration.objects
      .filter(({ slots }) => slots.some(({ name, type }) => name === 'body' && type === 'html'))
      .map(({ name }) => name),
  );

function parentObject(
  { parent, otherParent }: SourceObject,
  record: StagedRecord,
  file: CompiledFile,
): string | undefined {
  const other =
    parent !== undefined &&
    otherParent !== undefined &&
    file.slot(record, parent) === '' &&
    file.slot(record, otherParent) !== '';
  return other ? otherParent : parent;
}

/** Where the parent is named; where it stands empty, where it would be. */
function parentColumn(
  parent: string | undefined,
  record: StagedRecord,
  file: CompiledFile,
): string {
  const slots = [...(parent === undefined ? [] : [parent]), 'record_id', 'email', 'full_name'];
  const slot =
    slots.find((name) => file.slot(record, name) !== '') ?? slots.find((name) => file.has(name));
  return slot === undefined ? '' : file.columnOf(slot);
}

const cluesOf = (object: SourceObject, record: StagedRecord, file: CompiledFile): ParentClues => ({
  id: file.slot(record, parentObject(object, record, file) ?? '') || file.slot(record, 'record_id'),
  email: emailKey(file.slot(record, 'email')),
  name:
    joinName(file.slot(record, 'first_name'), file.slot(record, 'last_name')) ||
    file.slot(record, 'full_name'),
});

function identityOf(
  record: StagedRecord,
  file: CompiledFile,
  dates: (order: 'mdy' | 'dmy' | 'ymd') => DateReader,
): Identity {
  const name =
    joinName(file.slot(record, 'first_name'), file.slot(record, 'last_name')) ||
    file.slot(record, 'full_name');
  const edited = file.slot(record, 'edited') || file.slot(record, 'created');
  return {
    position: record.position,
    key: record.key,
    email: emailKey(file.slot(record, 'email')),
    otherEmail: emailKey(file.slot(record, 'other_email')),
    name: foldText(name),
    edited: edited === '' ? '' : (dates(file.order('edited')).datetime(edited) ?? ''),
  };
}

function learn(
  record: StagedRecord,
  file: CompiledFile,
  declaration: SourceDeclaration,
  owners: OwnerBook,
  shared: SharedRecords,
  groupPrefix: string,
): Issue[] {
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  if (declaration.objects.find((object) => object.name === record.object)?.shape === 'group') {
    if (read('name') !== '') shared.tag(groupPrefix + read('name'));
    return [];
  }
  const name = read('name') || joinName(read('first_name'), read('last_name'));
  const email = emailKey(read('email'));
  const active = read('active');
  const owner: Owner = {
    key: ownerKey(email || name || record.key),
    label: name || email || record.key,
    email,
    name,
    active:
      active === ''
        ? null
        : (parseBoolean(active) ??
          (/^active$/i.test(active) ? true : /^inactive$/i.test(active) ? false : null)),
    listed: true,
  };
  owners.teach(owner, [read('user_id'), name, email, read('login')]);
  return email === ''
    ? [
        {
          code: 'WB_OWNER_UNKNOWN',
          message: `The user "${owner.label}" has no e-mail address; only the name can match a user in Odoo.`,
          column: file.columnOf('email'),
        },
      ]
    : [];
}

interface Merging {
  /** Fields that only make sense together. */
  readonly units: readonly (readonly string[])[];
  readonly readable: Readable;
  readonly teams: TeamBook | undefined;
  readonly tag: (name: string) => Ref;
  /** What the partner is planned under. */
  readonly key: string;
  readonly loaded: (key: string) => boolean;
}
interface Drafted {
  readonly record: StagedRecord;
  readonly draft: PartnerDraft;
}
type Readable = (field: string, value: Value) => string;

/** What a person reads in a merge note: names, where the values hold ids and references. */
function readableValues(catalog: Catalog, nameOf: (ref: string) => string | undefined): Readable {
  const places: Readonly<Record<string, readonly { id: number; name: string }[]>> = {
    country_id: catalog.countries,
    state_id: catalog.states,
  };
  return (field, value) =>
    isRef(value)
      ? (nameOf(value.ref) ?? value.ref)
      : (places[field]?.find((one) => one.id === value)?.name ??
        (typeof value === 'object' ? JSON.stringify(value) : String(value)));
}

/** The leader's values come first; the others fill gaps; what contradicts is kept in a note on the partner. */
function assemble(
  { record, draft }: Drafted,
  others: readonly Drafted[],
  merging: Merging,
): Composed {
  const [main] = draft.planned;
  if (!main) return { planned: [], issues: draft.issues };
  const { values } = draft;
  const tags = new Set([draft, ...others.map((one) => one.draft)].flatMap((one) => [...one.tags]));
  const notes = others.flatMap((one) => absorb(values, one, merging));
  merging.teams?.join(values, [
    ...new Set([...draft.groups, ...others.flatMap((one) => one.draft.groups)]),
  ]);
  if (tags.size > 0) values['category_id'] = [...tags].sort().map(merging.tag);
  const issues = [...draft.issues, ...others.flatMap((one) => one.draft.issues)];
  const own = { object: record.object, position: record.position };
  const people = peopleOf([draft, ...others.map((one) => one.draft)], merging);
  return {
    planned: [
      { ...main, key: merging.key },
      ...[...people, ...onePerKey(notes)].map((one) => ({ ...one, ...own })),
    ],
    issues,
  };
}

/** The second persons of all; of those that are the same, the one that is in Odoo already, else the leader's. */
function peopleOf(drafts: readonly PartnerDraft[], { key, loaded }: Merging): PlannedRecord[] {
  const people = drafts
    .flatMap((one) => one.planned.slice(1))
    .map((one) => ({ ...one, values: { ...one.values, parent_id: { ref: key } } }));
  return [...Map.groupBy(people, ({ values }) => JSON.stringify(values)).values()].flatMap(
    (same) => same.find((one) => loaded(one.key)) ?? same.slice(0, 1),
  );
}

/** A row that stands in the export twice tells the same twice. */
const onePerKey = (planned: readonly PlannedRecord[]): PlannedRecord[] => [
  ...new Map(planned.map((one) => [one.key, one])).values(),
];

/** Half of one address and half of another is an address nobody has. */
const unitsOf = (prefix: string): readonly (readonly string[])[] => [
  [
    'street',
    'street2',
    'city',
    'zip',
    'state_id',
    'country_id',
    `${prefix}state`,
    `${prefix}country`,
  ],
  ['phone', `${prefix}phone_1_note`],
  ['mobile', `${prefix}phone_2`, `${prefix}phone_2_note`],
  [`${prefix}phone_3`, `${prefix}phone_3_note`],
  [`${prefix}phone_4`, `${prefix}phone_4_note`],
];
/** No gaps to fill: the leader without them is one that is in use, and a person. */
const NEVER_FILLED = new Set(['active', 'is_company']);

function absorb(
  values: Record<string, Value>,
  { record, draft }: Drafted,
  merging: Merging,
): PlannedRecord[] {
  const lost: string[] = [];
  const held = new Set(Object.keys(values));
  const taken = merging.units.filter((unit) => unit.some((field) => held.has(field)));
  for (const [field, value] of Object.entries(draft.values)) {
    if (JSON.stringify(values[field]) === JSON.stringify(value)) continue;
    const free = !held.has(field) && !taken.some((unit) => unit.includes(field));
    if (free && !NEVER_FILLED.has(field)) values[field] = value;
    else lost.push(`${field}: ${merging.readable(field, value)}`);
  }
  if (lost.length === 0) return [];
  // Neither key nor text says where the row stood: in the next export it stands elsewhere.
  const note = composeMessage({
    key: `${merging.key}.merged.${safeKey(record.key)}`,
    record,
    parent: { model: 'res.partner', key: merging.key },
    body: `Merged record ${record.key}. What differed:\n${lost.join('\n')}`,
    html: false,
    date: MERGE_NOTE_DATE,
    author: '',
    emailFrom: '',
  });
  return [note];
}

/** Before every real note, and the same on every run: a merge note tells of the record, not of a day. */
export const MERGE_NOTE_DATE = '1970-01-01 00:00:00';
