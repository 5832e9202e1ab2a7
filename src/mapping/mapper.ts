/** Turns staged records into planned ones, by an approved mapping. Pure but for what it has met: tags, companies, owners. */
import {
  isRef,
  type Issue,
  type PlannedRecord,
  type Ref,
  type StagedRecord,
  type Value,
} from '../core/record.ts';
import { sha256 } from '../lib/hash.ts';
import { escapeHtml } from '../lib/html.ts';
import { foldText, joinName } from '../lib/names.ts';
import { phoneFormatter } from '../lib/phones.ts';
import type { Inspection, SourceDeclaration } from '../source/source.ts';
import { compileColumns, type CompiledFile } from './columns.ts';
import { composeMessage, noDate } from './compose-message.ts';
import { composePartner, type PartnerDraft, type PartnerTools } from './compose-partner.ts';
import type { Catalog, Composed, Identity, Mapper, MappingDocument, Owner } from './mapping.ts';
import { findParent } from './parents.ts';
import { placesOf } from './places.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { dateReader, type DateReader } from './transforms/dates.ts';
import { emailKey } from './transforms/emails.ts';
import { singleLine } from './transforms/text.ts';

const SHORT_HASH = 16;
const shortHash = (text: string): string => sha256(text).slice(0, SHORT_HASH);

export function createMapper(
  document: MappingDocument,
  declaration: SourceDeclaration,
  inspection: Inspection,
  catalog: Catalog,
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
  const markup = objectsWithMarkup(declaration);
  const shared = sharedRecords(declaration.id);
  const owners = ownerBook();
  const keyOf = (record: StagedRecord): string =>
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
  const merging: Merging = {
    units: unitsOf(declaration.fieldPrefix),
    readable: readableValues(catalog, (ref) => shared.nameOf(ref) ?? owners.nameOf(ref)),
  };
  const identify = (record: StagedRecord): Identity => identityOf(record, fileOf(record), dates);

  return {
    identify,
    learn: (record) =>
      learn(record, fileOf(record), declaration, owners, shared, choices.groupPrefix),
    contact(record, merged) {
      const draft = composePartner(record, fileOf(record), tools);
      const others = merged.map((one) => ({
        record: one,
        draft: composePartner(one, fileOf(one), tools),
      }));
      return assemble(record, draft, others, shared.tag, merging);
    },
    parentOf(record, index) {
      const file = fileOf(record);
      const name =
        joinName(file.slot(record, 'first_name'), file.slot(record, 'last_name')) ||
        file.slot(record, 'full_name');
      return findParent(
        { id: file.slot(record, 'record_id'), email: emailKey(file.slot(record, 'email')), name },
        index,
        choices.noteJoin,
      );
    },
    noteDate: (record) =>
      dates(fileOf(record).order('date')).datetime(fileOf(record).slot(record, 'date')) ?? '',
    note(record, partner) {
      const file = fileOf(record);
      const raw = file.slot(record, 'date');
      const date = dates(file.order('date')).datetime(raw);
      if (date === undefined) return { planned: [], issues: [noDate(file.columnOf('date'), raw)] };
      const author = singleLine(file.slot(record, 'author'));
      const owner = owners.refOf(author, '');
      return {
        planned: [
          composeMessage({
            key: keyOf(record),
            record,
            partner,
            body: bodyOf(record, file, markup.has(record.object)),
            html: markup.has(record.object),
            date,
            author: owner ? owner.ref.replace(/^owner\./, 'author.') : '',
            emailFrom: owners.sender(author),
          }),
        ],
        issues: [],
      };
    },
    shared: () => shared.all(),
    owners: () => owners.all(),
  };
}

/** Odoo's chatter pins nothing: the word below the note is what stays of it. */
function bodyOf(record: StagedRecord, file: CompiledFile, html: boolean): string {
  const [body, pinned] = [file.slot(record, 'body'), file.slot(record, 'pinned')];
  if (pinned === '' || parseBoolean(pinned) === false) return body;
  const word = parseBoolean(pinned) === true ? 'pinned' : `pinned: ${pinned}`;
  return html ? `${body}<p>(${escapeHtml(word)})</p>` : `${body}\n(${word})`;
}

/** AllClients' notes are plain text ("No HTML", AddContactNote); another source's may be markup. */
const objectsWithMarkup = (declaration: SourceDeclaration): Set<string> =>
  new Set(
    declaration.objects
      .filter(({ slots }) => slots.some(({ name, type }) => name === 'body' && type === 'html'))
      .map(({ name }) => name),
  );

/**
 * External ids take [a-z0-9_.-]; what had to be changed gets a hash, so that two keys never become one.
 * The dot is ours: it parts a second person or a merge note from the contact.
 */
function safeKey(key: string): string {
  const safe = key
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 60);
  return safe === key ? key : `${safe}-${shortHash(key).slice(0, 8)}`;
}

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

function sharedRecords(source: string) {
  const records = new Map<string, PlannedRecord>();
  const remember = (
    step: 'tags' | 'companies',
    model: string,
    kind: string,
    name: string,
    values: Record<string, Value>,
  ): Ref => {
    const key = `${source}_${kind}_${shortHash(foldText(name))}`;
    if (!records.has(key))
      records.set(key, { step, model, key, object: '', position: 0, lane: '', match: '', values });
    return { ref: key };
  };
  const refs = new Map<string, Ref>();
  const cached = (kind: string, name: string, make: () => Ref): Ref => {
    const id = `${kind}/${name}`;
    const ref = refs.get(id) ?? make();
    refs.set(id, ref);
    return ref;
  };
  return {
    tag: (name: string): Ref =>
      cached('tag', name, () => remember('tags', 'res.partner.category', 'tag', name, { name })),
    company: (name: string): Ref =>
      cached('company', name, () =>
        remember('companies', 'res.partner', 'company', name, { name, is_company: true }),
      ),
    nameOf: (ref: string): string | undefined => textOf(records.get(ref)?.values['name']),
    all: (): PlannedRecord[] => [...records.values()],
  };
}

const textOf = (value: Value | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const ownerKey = (label: string): string => `owner.${shortHash(foldText(label))}`;

function ownerBook() {
  const known = new Map<string, Owner>();
  const used = new Map<string, Owner>();
  const find = (label: string): Owner | undefined => known.get(foldText(label));
  /** Two users of one name are told apart by their addresses. */
  const named = (label: string, email: string): Owner | undefined => {
    const user = find(label);
    const same = email === '' || !user?.email || user.email === email.toLowerCase();
    return same ? user : undefined;
  };
  const make = (label: string, email: string): Owner => {
    const user = (email === '' ? undefined : find(email)) ?? named(label, email);
    if (user) return user;
    const address = email || (label.includes('@') ? label : '');
    return {
      key: ownerKey(email || label),
      label: label || email,
      email: address.toLowerCase(),
      name: label.includes('@') ? '' : label,
      active: null,
    };
  };
  const refs = new Map<string, Ref>();
  return {
    /** A user of the users file answers to its id, name, e-mail and login. */
    teach(owner: Owner, names: readonly string[]): void {
      for (const name of names)
        if (name !== '' && !known.has(foldText(name))) known.set(foldText(name), owner);
      used.set(owner.key, owner);
    },
    refOf(label: string, email: string): Ref | null {
      if (label === '' && email === '') return null;
      const id = `${label}\u0000${email}`;
      const cached = refs.get(id);
      if (cached) return cached;
      const owner = make(label, email);
      used.set(owner.key, owner);
      const ref = { ref: owner.key };
      refs.set(id, ref);
      return ref;
    },
    sender(label: string): string {
      if (label === '') return '';
      const owner = make(label, '');
      const name = owner.name || owner.label;
      return owner.email === '' ? name : `"${name.replaceAll('"', '')}" <${owner.email}>`;
    },
    nameOf(ref: string): string | undefined {
      const owner = used.get(ref);
      return owner && [owner.label, owner.email].filter(Boolean).join(', ');
    },
    all: (): Owner[] => [...used.values()],
  };
}

function learn(
  record: StagedRecord,
  file: CompiledFile,
  declaration: SourceDeclaration,
  owners: ReturnType<typeof ownerBook>,
  shared: ReturnType<typeof sharedRecords>,
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
  record: StagedRecord,
  draft: PartnerDraft,
  others: readonly { record: StagedRecord; draft: PartnerDraft }[],
  tag: (name: string) => Ref,
  merging: Merging,
): Composed {
  const [main, ...people] = draft.planned;
  if (!main) return { planned: [], issues: draft.issues };
  const values: Record<string, Value> = { ...main.values };
  const tags = new Set([...draft.tags, ...others.flatMap((one) => [...one.draft.tags])]);
  const notes = others.flatMap((one) =>
    absorb(values, main.key, one.record, one.draft.values, merging),
  );
  const guests = others.flatMap((one) => one.draft.planned.slice(1));
  if (tags.size > 0) values['category_id'] = [...tags].sort().map(tag);
  const issues = [...draft.issues, ...others.flatMap((one) => one.draft.issues)];
  const own = { object: record.object, position: record.position };
  return {
    planned: [
      { ...main, values },
      ...people,
      ...newGuests(people, guests, main.key).map((person) => ({ ...person, ...own })),
      ...notes.map((note) => ({ ...note, ...own })),
    ],
    issues,
  };
}

/** The second persons of absorbed records, but for those the partner has already. */
function newGuests(
  people: readonly PlannedRecord[],
  guests: readonly PlannedRecord[],
  partner: string,
): PlannedRecord[] {
  const seen = new Set(people.map((one) => JSON.stringify(one.values)));
  return guests
    .map((one) => ({ ...one, values: { ...one.values, parent_id: { ref: partner } } }))
    .filter(({ values }) => !seen.has(JSON.stringify(values)) && seen.add(JSON.stringify(values)));
}

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
/** No gap to fill: the leader without it is one that is in use. */
const NEVER_FILLED = new Set(['active']);

function absorb(
  values: Record<string, Value>,
  partner: string,
  record: StagedRecord,
  draft: PartnerDraft['values'],
  merging: Merging,
): PlannedRecord[] {
  const lost: string[] = [];
  const held = new Set(Object.keys(values));
  const taken = merging.units.filter((unit) => unit.some((field) => held.has(field)));
  for (const [field, value] of Object.entries(draft)) {
    if (JSON.stringify(values[field]) === JSON.stringify(value)) continue;
    const free = !held.has(field) && !taken.some((unit) => unit.includes(field));
    if (free && !NEVER_FILLED.has(field)) values[field] = value;
    else lost.push(`${field}: ${merging.readable(field, value)}`);
  }
  if (lost.length === 0) return [];
  const raw = `Merged record ${record.key} (${record.file}, line ${record.line}). What differed:\n${lost.join('\n')}`;
  const note = composeMessage({
    key: `${partner}.merged.${record.position}`,
    record,
    partner,
    body: raw,
    html: false,
    date: MERGE_NOTE_DATE,
    author: '',
    emailFrom: '',
  });
  return [note];
}

/** Before every real note, and the same on every run: a merge note tells of the record, not of a day. */
const MERGE_NOTE_DATE = '1970-01-01 00:00:00';
