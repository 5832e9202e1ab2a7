/**
 * Maps some of an object's staged records and hands over what they become. Reads the store and writes
 * nothing, so that several can do it at once; what it reads was written before the object was begun.
 */
import type { ContactIndex } from '../core/contact.ts';
import type { Issue, PlannedRecord, StagedRecord } from '../core/record.ts';
import type { Mapper, Parent } from '../mapping/mapping.ts';
import type { SourceDeclaration, SourceObject } from '../source/source.ts';
import { planRow, type DispositionRow, type PlanRow } from '../store/plan.ts';
import type { NewReview } from '../store/review.ts';
import type { Store } from '../store/store.ts';
import { absorbedBy, keyOf, type Fate } from './duplicates.ts';
import { indexOf, type ParentTables } from './parent-tables.ts';

export interface RangeInput {
  readonly store: Store;
  readonly mapper: Mapper;
  readonly declaration: SourceDeclaration;
}

/** Records by position, `from` and `to` among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Mapped {
  readonly records: number;
  readonly planned: readonly PlanRow[];
  readonly reviews: readonly NewReview[];
  readonly dispositions: readonly DispositionRow[];
  readonly partners: readonly { readonly position: number; readonly partner: string }[];
}

type Gathered = ReturnType<typeof gather>;
type Place = Pick<StagedRecord, 'object' | 'position'>;

export type RangeMapper = (range: Range) => Mapped;

/** What was found out before the records of an object are mapped: of the contacts who is who, for all others whom they belong to. */
export type Found =
  | { readonly kind: 'contacts'; readonly fate: Fate }
  | { readonly kind: 'children'; readonly parents: ParentTables };

export function rangeMapper(input: RangeInput, object: SourceObject, found: Found): RangeMapper {
  const map =
    found.kind === 'contacts'
      ? contactMapper(input, found.fate)
      : childMapper(input, object, found.parents);
  return ({ from, to }) => {
    const out = gather();
    let records = 0;
    for (const record of input.store.staging.records(object.name, from, to)) {
      map(record, out);
      records++;
    }
    return { records, ...out.rows };
  };
}

function gather() {
  const rows = {
    planned: [] as PlanRow[],
    reviews: [] as NewReview[],
    dispositions: [] as DispositionRow[],
    partners: [] as Mapped['partners'][number][],
  };
  return {
    rows,
    plan: (record: PlannedRecord, sort: string): unknown =>
      rows.planned.push(planRow(record, sort)),
    review: (record: StagedRecord, issue: Issue): unknown =>
      rows.reviews.push(review(record, issue)),
    settle: ({ object, position }: Place, state: DispositionRow['state'], into = ''): unknown =>
      rows.dispositions.push({ object, position, state, into }),
    partner: (position: number, partner: string): unknown =>
      rows.partners.push({ position, partner }),
  };
}

export const review = (record: StagedRecord, issue: Issue): NewReview => ({
  env: '',
  object: record.object,
  position: record.position,
  key: record.key,
  place: `${record.file}, line ${record.line}`,
  issue,
});

type MapOne = (record: StagedRecord, out: Gathered) => void;

function contactMapper({ store, mapper }: RangeInput, fate: Fate): MapOne {
  const loaded = (key: string): boolean => store.ledger.knows(key);
  return (staged, out) => {
    const record = { ...staged, key: fate.ownKey.get(staged.position) ?? staged.key };
    const queued = fate.queued.get(record.position);
    if (queued) {
      out.review(record, queued);
      out.settle(record, leftOut(store, record, queued) ? 'excluded' : 'queued');
      return;
    }
    if (fate.mergedInto.has(record.position)) return;
    const positions = absorbedBy(fate, record.position);
    const absorbed =
      positions.length > 0 ? newestFirst(store, mapper, fate, record, positions) : [];
    const key = partnerKey(mapper, fate, record, absorbed, loaded);
    const { planned, issues } = mapper.contact(record, absorbed, key, loaded);
    const double = fate.doubles.get(record.position);
    for (const issue of [...issues, ...(double ? [double] : [])]) out.review(record, issue);
    const main = planned.find((one) => one.step === 'contacts');
    if (!main) {
      out.settle(record, 'queued');
      return;
    }
    for (const one of planned) out.plan(one, '');
    out.partner(record.position, main.key);
  };
}

/** Who leads may change with every edit at the source; what is in Odoo stays the same contact. */
function partnerKey(
  mapper: Mapper,
  fate: Fate,
  record: StagedRecord,
  absorbed: readonly StagedRecord[],
  loaded: (key: string) => boolean,
): string {
  const own = keyOf(mapper, fate, record);
  if (absorbed.length === 0) return own;
  return [own, ...absorbed.map((one) => keyOf(mapper, fate, one))].find(loaded) ?? own;
}

const newestFirst = (
  store: Store,
  mapper: Mapper,
  { ownKey: own }: Fate,
  { object }: StagedRecord,
  positions: readonly number[],
): StagedRecord[] =>
  store.staging
    .at(object, positions)
    .map((record) => ({ ...record, key: own.get(record.position) ?? record.key }))
    .map((record) => ({ record, edited: mapper.identify(record).edited }))
    .sort((a, b) =>
      a.edited === b.edited ? a.record.position - b.record.position : a.edited < b.edited ? 1 : -1,
    )
    .map(({ record }) => record);

function childMapper(input: RangeInput, object: SourceObject, tables: ParentTables): MapOne {
  const { store, mapper } = input;
  const contacts = contactsIn(input, tables);
  const parents = new Map(
    [object.parent, object.otherParent].map((name) => [
      name,
      parentsOf(input, name, tables, contacts),
    ]),
  );
  const repeats = repeatedRecords(store, object);
  return (record, out) => {
    const first = repeats(record);
    if (first) return settleRepeatedChild(input, record, first, out);
    const among = parents.get(mapper.parentObject(record));
    const parent = among ? findParent(input, record, among, out) : null;
    if (parent === 'queued' || parent === 'excluded') return out.settle(record, parent);
    const { planned, issues, settled } = mapper.child(record, parent, contacts);
    for (const issue of issues) out.review(record, issue);
    for (const one of planned) out.plan(one, mapper.childOrder(record));
    if (planned.length > 0) return;
    const accepted = issues.length > 0 && issues.every((issue) => leftOut(store, record, issue));
    out.settle(record, settled?.state ?? (accepted ? 'excluded' : 'queued'), settled?.into ?? '');
  };
}

interface Parents {
  readonly model: Parent['model'];
  readonly index: ContactIndex;
}

function contactsIn({ store, declaration }: RangeInput, tables: ParentTables): ContactIndex {
  const stored = store.staging.contactIndex();
  const contacts = declaration.objects.find(({ shape }) => shape === 'partner');
  return indexOf(tables.get(contacts?.name ?? ''), (email) => stored.byEmail(email));
}

function parentsOf(
  { declaration }: RangeInput,
  name: string | undefined,
  tables: ParentTables,
  contacts: ContactIndex,
): Parents | null {
  const parent = declaration.objects.find((one) => one.name === name);
  if (!parent) return null;
  if (parent.shape === 'partner') return { model: 'res.partner', index: contacts };
  return { model: 'crm.lead', index: indexOf(tables.get(parent.name)) };
}

/** Two rows with one id: the first stands; the same row again is that row, another one is a person's to look at. */
function repeatedRecords(
  { staging }: Store,
  { name }: SourceObject,
): (record: StagedRecord) => StagedRecord | undefined {
  const firsts = new Map<string, StagedRecord | null>(
    staging.repeatedKeys(name).map(({ key }) => [key, null]),
  );
  return ({ key, position }) => {
    const met = firsts.get(key);
    if (met === undefined) return undefined;
    const first = met ?? staging.byKey(name, key).sort((a, b) => a.position - b.position)[0];
    if (!first || first.position === position) return undefined;
    firsts.set(key, first);
    return first;
  };
}

function settleRepeatedChild(
  { store, mapper }: RangeInput,
  record: StagedRecord,
  first: StagedRecord,
  out: Gathered,
): void {
  if (JSON.stringify(record.cells) === JSON.stringify(first.cells))
    return void out.settle(record, 'merged', mapper.keyOf(first));
  const issue: Issue = {
    code: 'WB_DUPLICATE_KEY',
    message: `Record id ${record.key} stands on two different records; the first (line ${first.line}) was taken.`,
  };
  out.review(record, issue);
  out.settle(record, leftOut(store, record, issue) ? 'excluded' : 'queued');
}

/** A person's decision (the parent's record id, or "none") comes first; then the mapping's own rule. */
function findParent(
  { store, mapper }: RangeInput,
  record: StagedRecord,
  { model, index }: Parents,
  out: Gathered,
): Parent | null | 'queued' | 'excluded' {
  const answer = mapper.parentOf(record, index);
  if (answer.kind === 'none') return null;
  if (answer.kind === 'found') return { model, key: answer.contact.partner };
  const { issue } = answer;
  const { object, key } = record;
  const chosen = store.review.decided({
    object,
    key,
    code: issue.code,
    column: issue.column ?? '',
  });
  out.review(record, issue);
  if (chosen === 'none' && issue.code.startsWith('WB_PARENT_')) return null;
  const decided = chosen === '' ? undefined : index.byKey(chosen).find((hit) => hit.partner !== '');
  if (decided) return { model, key: decided.partner };
  return leftOut(store, record, issue) ? 'excluded' : 'queued';
}

/** A person said that it is fine as it is: the record stays behind, by decision. */
const leftOut = (store: Store, { object, key }: StagedRecord, issue: Issue): boolean =>
  store.review.decided({ object, key, code: issue.code, column: issue.column ?? '' }) === 'accept';
