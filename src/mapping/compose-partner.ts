/** A contact of the source as Odoo partners: the person, a second person, tags, company; and what would not fit. */
import type { Issue, PlannedRecord, Ref, StagedRecord, Value } from '../core/record.ts';
import { foldText, joinName } from '../lib/names.ts';
import type { CompiledFile } from './columns.ts';
import { badValue, customValue } from './compose-custom.ts';
import { standardField } from './custom-fields.ts';
import type { Catalog, Choices } from './mapping.ts';
import type { Places } from './places.ts';
import { parseBoolean } from './transforms/booleans.ts';
import type { DateReader } from './transforms/dates.ts';
import { parseEmails } from './transforms/emails.ts';
import { splitList } from './transforms/lists.ts';
import { cleanText, singleLine } from './transforms/text.ts';

export interface PartnerTools {
  readonly prefix: string;
  readonly catalog: Catalog;
  readonly choices: Choices;
  readonly places: Places;
  readonly dates: (order: 'mdy' | 'dmy' | 'ymd') => DateReader;
  readonly phone: (text: string) => string;
  readonly tag: (name: string) => Ref;
  readonly company: (name: string) => Ref;
  readonly owner: (label: string, email: string) => Ref | null;
  readonly keyOf: (record: StagedRecord) => string;
}

export interface Draft {
  readonly values: Record<string, Value>;
  readonly tags: Set<string>;
  readonly groups: string[];
  readonly issues: Issue[];
}

export interface PartnerDraft {
  readonly planned: readonly PlannedRecord[];
  /** Of the first of `planned`: the same object, so that what is merged into it needs no copy. */
  readonly values: Record<string, Value>;
  readonly tags: ReadonlySet<string>;
  readonly groups: readonly string[];
  readonly issues: readonly Issue[];
}

export function composePartner(
  record: StagedRecord,
  file: CompiledFile,
  tools: PartnerTools,
): PartnerDraft {
  const draft: Draft = { values: {}, tags: new Set(), groups: [], issues: [] };
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const key = tools.keyOf(record);
  const second = joinName(read('person2_first_name'), read('person2_last_name'));
  put(draft, 'name', personName(read, record));
  fullName(draft, read, tools);
  emails(draft, file, record, second !== '', tools);
  phones(draft, read, tools);
  address(draft, read, file, tools);
  plainSlots(draft, file, record, read, tools);
  labels(draft, file, record, tools);
  for (const column of file.others)
    customValue(draft, column, { record, model: 'res.partner', label: 'contact', tools });
  const main = planned(
    record,
    'contacts',
    key,
    draft.values,
    tools.choices.match === 'none' ? '' : matchOf(draft),
  );
  const people = second === '' ? [] : [secondPerson(record, key, second, file, draft)];
  return {
    planned: [main, ...people],
    values: draft.values,
    tags: draft.tags,
    groups: draft.groups,
    issues: draft.issues,
  };
}

const planned = (
  record: StagedRecord,
  step: PlannedRecord['step'],
  key: string,
  values: PlannedRecord['values'],
  match: string,
): PlannedRecord => ({
  step,
  model: 'res.partner',
  key,
  object: record.object,
  position: record.position,
  lane: '',
  match,
  values,
});

function put(draft: Draft, field: string, value: Value): void {
  if (value !== null && value !== '') draft.values[field] = value;
}

const personName = (read: (slot: string) => string, record: StagedRecord): string =>
  joinName(read('first_name'), read('last_name')) ||
  read('full_name') ||
  read('company') ||
  read('email') ||
  `Contact ${record.key}`;

/** The whole name may say more than its parts: "Dr. Jane Q. Smith" beside Jane and Smith. */
function fullName(draft: Draft, read: (slot: string) => string, tools: PartnerTools): void {
  const [parts, full] = [joinName(read('first_name'), read('last_name')), read('full_name')];
  if (parts !== '' && foldText(parts) !== foldText(full))
    put(draft, tools.prefix + 'full_name', full);
}

const matchOf = (draft: Draft): string =>
  typeof draft.values['email'] === 'string'
    ? (parseEmails(draft.values['email']).addresses[0] ?? '').toLowerCase()
    : '';

function emails(
  draft: Draft,
  file: CompiledFile,
  record: StagedRecord,
  hasSecond: boolean,
  tools: PartnerTools,
): void {
  const first = parseEmails(singleLine(file.slot(record, 'email')));
  const [main, ...more] = first.addresses;
  if (main) put(draft, 'email', main);
  for (const bad of first.invalid)
    draft.issues.push({
      code: 'WB_VALUE_INVALID',
      message: `"${bad}" is no e-mail address.`,
      column: file.columnOf('email'),
      raw: bad,
    });
  const other = singleLine(file.slot(record, 'other_email'));
  const rest = [...more, ...(hasSecond || other === '' ? [] : [other])];
  if (rest.length === 0) return;
  if (!file.has('other_email'))
    draft.issues.push({
      code: 'WB_VALUE_INVALID',
      message: `Only the first of several e-mail addresses was taken; left: ${rest.join(', ')}.`,
      column: file.columnOf('email'),
      raw: rest.join(', '),
    });
  else put(draft, tools.prefix + 'other_email', rest.join(', '));
}

/** Odoo 19 has one phone, 14 also a mobile; the others keep fields of their own, so that all four arrive. */
function phones(draft: Draft, read: (slot: string) => string, tools: PartnerTools): void {
  const mobile = 'mobile' in (tools.catalog.fields['res.partner'] ?? {});
  for (const n of [1, 2, 3, 4]) {
    const text = read(`phone${n}`);
    const field = n === 1 ? 'phone' : n === 2 && mobile ? 'mobile' : `${tools.prefix}phone_${n}`;
    if (text !== '') put(draft, field, tools.phone(text));
    put(draft, `${tools.prefix}phone_${n}_note`, read(`phone${n}_note`));
  }
}

function address(
  draft: Draft,
  read: (slot: string) => string,
  file: CompiledFile,
  tools: PartnerTools,
): void {
  for (const field of ['street', 'street2', 'city', 'zip']) put(draft, field, read(field));
  const [country, state] = [read('country'), read('state')];
  const place = tools.places.find(country, state);
  if (place.countryId !== null && (country !== '' || place.stateId !== null))
    put(draft, 'country_id', place.countryId);
  else if (country !== '') unknownPlace(draft, 'country', country, file, tools);
  if (place.stateId !== null) put(draft, 'state_id', place.stateId);
  else if (state !== '') unknownPlace(draft, 'state', state, file, tools);
}

/** Kept as text on the contact; a name Odoo does not know is no reason to lose it. */
function unknownPlace(
  draft: Draft,
  slot: 'country' | 'state',
  text: string,
  file: CompiledFile,
  tools: PartnerTools,
): void {
  put(draft, tools.prefix + slot, text);
  draft.issues.push({
    code: 'WB_VALUE_INVALID',
    message: `Odoo knows no ${slot} "${text}"; it is kept as text.`,
    column: file.columnOf(slot),
    raw: text,
  });
}

const TEXT_SLOTS = [
  'fax',
  'birthday',
  'person2_birthday',
  'category',
  'category2',
  'source',
  'other_system_id',
  'opt_in',
  'kind',
  'code',
  'title',
];

const COMPANY = /^(company|organi[sz]ation|business|corporate|firm)$/i;

function plainSlots(
  draft: Draft,
  file: CompiledFile,
  record: StagedRecord,
  read: (slot: string) => string,
  tools: PartnerTools,
): void {
  put(draft, 'website', read('website'));
  put(draft, 'function', read('job_title'));
  put(draft, tools.prefix + 'id', read('record_id'));
  put(draft, tools.prefix + 'memo', cleanText(file.slot(record, 'memo')));
  const audit = cleanText(file.slot(record, 'audit_history'));
  put(draft, tools.prefix + 'audit_history', auditInUtc(audit, tools));
  for (const slot of TEXT_SLOTS)
    put(draft, tools.prefix + (standardField(slot) ?? slot), read(slot));
  for (const slot of ['created', 'edited']) moment(draft, file, slot, read(slot), tools);
  if (COMPANY.test(read('kind'))) draft.values['is_company'] = true;
  const company = read('company');
  if (company !== '')
    put(
      draft,
      tools.choices.companies === 'partners' ? 'parent_id' : 'company_name',
      tools.choices.companies === 'partners' ? tools.company(company) : company,
    );
  archived(draft, file, read('inactive'));
  const owner = tools.owner(read('owner'), read('owner_email'));
  if (owner) put(draft, 'user_id', owner);
}

/** Lines of an audit trail begin on the source's clock, unless they say that it is UTC. */
export const auditInUtc = (text: string, { dates }: Pick<PartnerTools, 'dates'>): string =>
  text.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= \||$)/gm, (wall) => {
    const utc = dates('ymd').datetime(wall);
    return utc === undefined ? wall : `${utc} UTC`;
  });

function archived(draft: Draft, file: CompiledFile, text: string): void {
  if (text === '') return;
  const inactive = /^(in)?active$/i.test(text) ? /^in/i.test(text) : parseBoolean(text);
  if (inactive === true) draft.values['active'] = false;
  if (inactive === undefined)
    draft.issues.push(badValue(file.columnOf('inactive'), text, 'yes or no', 'contact'));
}

function moment(
  draft: Draft,
  file: CompiledFile,
  slot: string,
  text: string,
  tools: PartnerTools,
): void {
  if (text === '') return;
  const value = tools.dates(file.order(slot)).datetime(text);
  if (value === undefined)
    draft.issues.push(badValue(file.columnOf(slot), text, 'date', 'contact'));
  else put(draft, tools.prefix + slot, value);
}

function labels(draft: Draft, file: CompiledFile, record: StagedRecord, tools: PartnerTools): void {
  for (const name of splitList(file.slot(record, 'tags')))
    draft.tags.add(tools.choices.tagPrefix + name);
  draft.groups.push(...splitList(file.slot(record, 'groups')));
  for (const name of draft.groups) draft.tags.add(tools.choices.groupPrefix + name);
}

const SHARED_BY_BOTH = [
  'street',
  'street2',
  'city',
  'zip',
  'state_id',
  'country_id',
  'user_id',
  'active',
];

function secondPerson(
  record: StagedRecord,
  key: string,
  name: string,
  file: CompiledFile,
  draft: Draft,
): PlannedRecord {
  const values: Record<string, Value> = { name, parent_id: { ref: key }, type: 'contact' };
  const email = parseEmails(singleLine(file.slot(record, 'other_email')));
  if (email.addresses[0]) values['email'] = email.addresses[0];
  for (const bad of [...email.invalid, ...email.addresses.slice(1)])
    draft.issues.push({
      code: 'WB_VALUE_INVALID',
      message: `"${bad}" did not fit the second person's e-mail.`,
      column: file.columnOf('other_email'),
      raw: bad,
    });
  for (const field of SHARED_BY_BOTH) {
    const value = draft.values[field];
    if (value !== undefined) values[field] = value;
  }
  return planned(record, 'people', `${key}.2`, values, '');
}
