/** Turns staged records into planned Odoo records and dispositions, through the approved mapping. Writes only the store. */
import type { ContactIndex, Identity } from '../core/contact.ts';
import type { Issue, PlannedRecord, StagedRecord } from '../core/record.ts';
import { sha256 } from '../lib/hash.ts';
import type { Choices, DuplicateDecision, Mapper, Parent } from '../mapping/mapping.ts';
import type { SourceDeclaration, SourceObject } from '../source/source.ts';
import type { DispositionRow } from '../store/plan.ts';
import type { NewReview } from '../store/review.ts';
import type { LocalContext } from './context.ts';

export interface MapInput {
  readonly mapper: Mapper;
  readonly declaration: SourceDeclaration;
  readonly choices: Choices;
  readonly groupDuplicates: (
    group: readonly Identity[],
    rule: Choices['duplicates'],
    loaded: (one: Identity) => boolean,
  ) => readonly DuplicateDecision[];
}

const CHUNK = 500;
const SHOW_EVERY = 2_000;

export function mapAll(ctx: LocalContext, input: MapInput): void {
  // Before the store is relaxed: what was loaded must survive a power cut.
  ctx.store.delta.capture();
  const strict = ctx.store.relax();
  try {
    mapObjects(ctx, input);
  } finally {
    strict();
  }
}

function mapObjects(ctx: LocalContext, input: MapInput): void {
  ctx.store.review.clearMapped();
  ctx.store.plan.clear();
  const writer = planWriter(ctx);
  const objects = (shape: SourceObject['shape']) =>
    input.declaration.objects.filter((object) => object.shape === shape);
  for (const object of [...objects('user'), ...objects('group')]) learn(ctx, input, object, writer);
  for (const object of objects('partner')) mapContacts(ctx, input, object, writer);
  for (const object of objects('lead')) mapChildren(ctx, input, object, writer);
  const done = new Set(['user', 'group', 'partner', 'lead']);
  for (const object of input.declaration.objects)
    if (!done.has(object.shape)) mapChildren(ctx, input, object, writer);
  for (const record of input.mapper.shared()) writer.plan(record, '');
  writer.flush();
  ctx.store.plan.setOwners(input.mapper.owners());
  ctx.store.plan.index();
}

type Writer = ReturnType<typeof planWriter>;

/** Gathers rows and writes them in large transactions: one commit per record would cost more than the mapping. */
function planWriter(ctx: LocalContext) {
  let planned: { record: PlannedRecord; sort: string }[] = [];
  let reviews: NewReview[] = [];
  let dispositions: DispositionRow[] = [];
  let partners: { position: number; partner: string }[] = [];
  const flush = (): void => {
    ctx.store.transaction(() => {
      ctx.store.plan.add(planned);
      ctx.store.review.add(reviews);
      ctx.store.plan.setDispositions(dispositions);
      ctx.store.staging.setPartners(partners);
    });
    planned = [];
    reviews = [];
    dispositions = [];
    partners = [];
  };
  const spill = (): void => {
    if (planned.length + reviews.length + dispositions.length >= CHUNK) flush();
  };
  return {
    flush,
    plan(record: PlannedRecord, sort: string): void {
      planned.push({ record, sort });
      spill();
    },
    review(record: StagedRecord, issue: Issue): void {
      reviews.push({
        env: '',
        object: record.object,
        position: record.position,
        key: record.key,
        place: `${record.file}, line ${record.line}`,
        issue,
      });
      spill();
    },
    settle(
      record: Pick<StagedRecord, 'object' | 'position'>,
      state: DispositionRow['state'],
      into = '',
    ): void {
      dispositions.push({ object: record.object, position: record.position, state, into });
    },
    partner(position: number, partner: string): void {
      partners.push({ position, partner });
    },
  };
}

function learn(ctx: LocalContext, input: MapInput, object: SourceObject, writer: Writer): void {
  for (const record of ctx.store.staging.records(object.name)) {
    for (const issue of input.mapper.learn(record)) writer.review(record, issue);
    writer.settle(record, 'merged', object.shape === 'user' ? 'owner' : 'tag');
  }
  writer.flush();
}

function mapContacts(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  writer: Writer,
): void {
  const total = ctx.store.staging.count(object.name);
  ctx.emit({ type: 'step-started', step: `map ${object.plural}`, total });
  indexContacts(ctx, input, object);
  const fate = decideDuplicates(ctx, input, object);
  let done = 0;
  for (const record of ctx.store.staging.records(object.name)) {
    mapContact(ctx, input, record, fate, writer);
    if (++done % SHOW_EVERY === 0)
      ctx.emit({ type: 'step-progress', step: `map ${object.plural}`, done });
  }
  writer.flush();
  settlePartners(fate, object, writer);
  ctx.emit({ type: 'step-ended', step: `map ${object.plural}`, done });
}

function indexContacts(ctx: LocalContext, input: MapInput, object: SourceObject): void {
  ctx.store.staging.clearContacts();
  let identities: Identity[] = [];
  for (const record of ctx.store.staging.records(object.name)) {
    identities.push(input.mapper.identify(record));
    if (identities.length < CHUNK) continue;
    ctx.store.staging.addContacts(identities);
    identities = [];
  }
  ctx.store.staging.addContacts(identities);
  ctx.store.staging.indexContacts();
}

/** Only contacts that share something are in here; everyone else is simply kept. */
interface Fate {
  readonly mergedInto: Map<number, number>;
  readonly absorbs: Map<number, number[]>;
  readonly queued: Map<number, Issue>;
  /** In Odoo already, as the contact they would have been merged with is. */
  readonly doubles: Map<number, Issue>;
  readonly plannedKey: Map<number, string>;
  /** Keys of records whose own key stands on another record already. */
  readonly ownKey: Map<number, string>;
  /** Keys of records that were merged into one that is no longer at the source, with what they are in Odoo. */
  readonly heirs: ReadonlyMap<string, string>;
}

function decideDuplicates(ctx: LocalContext, input: MapInput, object: SourceObject): Fate {
  const fate: Fate = {
    mergedInto: new Map(),
    absorbs: new Map(),
    queued: new Map(),
    doubles: new Map(),
    plannedKey: new Map(),
    ownKey: new Map(),
    heirs: heirsOf(ctx, input, object),
  };
  for (const { key, n } of ctx.store.staging.repeatedKeys(object.name))
    settleRepeated(ctx, object, key, n, fate);
  const loaded = ({ position, key }: Identity): boolean =>
    ctx.store.ledger.knows(
      keyOf(input, fate, { object: object.name, key: fate.ownKey.get(position) ?? key }),
    );
  for (const group of ctx.store.staging.sharedEmails()) {
    const open = group.filter(
      ({ position }) => !fate.queued.has(position) && !fate.mergedInto.has(position),
    );
    const { members, rule } = answered(ctx, input, object, open, fate);
    for (const decision of input.groupDuplicates(members, rule, loaded))
      apply(decision, members, fate);
  }
  return fate;
}

/** Who shall stay apart is out of the question; the others merge once each of them was answered so. */
function answered(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  group: readonly Identity[],
  { ownKey: own }: Fate,
): { members: readonly Identity[]; rule: Choices['duplicates'] } {
  const asked = input.choices.duplicates;
  if (asked !== 'review') return { members: group, rule: asked };
  const answer = ({ position, key }: Identity): string =>
    ctx.store.review.decided({
      object: object.name,
      key: own.get(position) ?? key,
      code: 'WB_DUPLICATE_CONTACT',
    });
  const members = group.filter((one) => answer(one) !== 'separate');
  const merging = members.every((one) => answer(one) === 'merge');
  return { members, rule: merging ? 'merge' : 'review' };
}

/** The first stays; what differs from it waits for a person: notes by that id could be anybody's. */
function settleRepeated(
  ctx: LocalContext,
  object: SourceObject,
  key: string,
  n: number,
  fate: Fate,
): void {
  const [first, ...others] = ctx.store.staging
    .byKey(object.name, key)
    .sort((a, b) => a.position - b.position);
  if (!first) return;
  const met = new Map([[ownKey(first), first.position]]);
  for (const other of others) {
    const own = ownKey(other);
    const twin = met.get(own);
    if (twin !== undefined) {
      const known = fate.ownKey.get(twin);
      if (known !== undefined) fate.ownKey.set(other.position, known);
      merge(fate, other.position, twin);
      continue;
    }
    met.set(own, other.position);
    fate.ownKey.set(other.position, own);
    const answer = ctx.store.review.decided({
      object: object.name,
      key: own,
      code: 'WB_DUPLICATE_KEY',
    });
    if (answer === 'merge') merge(fate, other.position, first.position);
    if (answer !== 'merge' && answer !== 'separate')
      fate.queued.set(other.position, {
        code: 'WB_DUPLICATE_KEY',
        message: `Record id ${key} stands on ${n} ${object.plural} that are not the same; the first (${first.file}, line ${first.line}) was taken. Resolve with "merge" (into the first) or "separate" (a contact of its own).`,
      });
  }
}

/** By its content, so that a later export of the same row has the same key wherever it stands. */
const ownKey = ({ key, cells }: StagedRecord): string =>
  `${key}~${sha256(cells.join('\u001f')).slice(0, 16)}`;

function merge(fate: Fate, position: number, into: number): void {
  fate.mergedInto.set(position, into);
  fate.absorbs.set(into, [...(fate.absorbs.get(into) ?? []), position]);
}

function apply(decision: DuplicateDecision, group: readonly Identity[], fate: Fate): void {
  const keyAt = (position: number): string =>
    group.find((one) => one.position === position)?.key ?? '';
  switch (decision.kind) {
    case 'keep':
      if (decision.doubleOf === undefined) return;
      fate.doubles.set(decision.position, doubleOf(keyAt(decision.doubleOf)));
      return;
    case 'merge':
      return merge(fate, decision.position, decision.into);
    case 'queue': {
      const others = group
        .filter((one) => one.position !== decision.position)
        .map((one) => one.key);
      fate.queued.set(decision.position, {
        code: 'WB_DUPLICATE_CONTACT',
        message: `Shares its e-mail address with ${others.join(', ')}. Answer each of them: "merge" makes one contact of those that say so.`,
        candidates: others,
      });
    }
  }
}

const doubleOf = (key: string): Issue => ({
  code: 'WB_DUPLICATE_LOADED',
  message: `Is the same contact as ${key} by the rule for duplicates, and both are in Odoo already: they stay two. Merge them in Odoo if they are one, then resolve with "accept".`,
});

function mapContact(
  ctx: LocalContext,
  input: MapInput,
  staged: StagedRecord,
  fate: Fate,
  writer: Writer,
): void {
  const record = { ...staged, key: fate.ownKey.get(staged.position) ?? staged.key };
  const queued = fate.queued.get(record.position);
  if (queued) {
    writer.review(record, queued);
    writer.settle(record, leftOut(ctx, record, queued) ? 'excluded' : 'queued');
    return;
  }
  if (fate.mergedInto.has(record.position)) return;
  const positions = absorbedBy(fate, record.position);
  const absorbed = positions.length > 0 ? newestFirst(ctx, input, fate, record, positions) : [];
  const loaded = (key: string): boolean => ctx.store.ledger.knows(key);
  const { planned, issues } = input.mapper.contact(
    record,
    absorbed,
    partnerKey(input, fate, record, absorbed, loaded),
    loaded,
  );
  const double = fate.doubles.get(record.position);
  for (const issue of [...issues, ...(double ? [double] : [])]) writer.review(record, issue);
  const main = planned.find((one) => one.step === 'contacts');
  if (!main) {
    writer.settle(record, 'queued');
    return;
  }
  for (const one of planned) writer.plan(one, '');
  writer.partner(record.position, main.key);
  if (positions.length > 0) fate.plannedKey.set(record.position, main.key);
}

/** Who leads may change with every edit at the source; what is in Odoo stays the same contact. */
function partnerKey(
  input: MapInput,
  fate: Fate,
  record: StagedRecord,
  absorbed: readonly StagedRecord[],
  loaded: (key: string) => boolean,
): string {
  const own = keyOf(input, fate, record);
  if (absorbed.length === 0) return own;
  return [own, ...absorbed.map((one) => keyOf(input, fate, one))].find(loaded) ?? own;
}

const keyOf = (
  { mapper }: MapInput,
  { heirs }: Fate,
  record: Pick<StagedRecord, 'object' | 'key'>,
): string => heirs.get(record.key) ?? mapper.keyOf(record);

/** Of a group whose record in Odoo bears the id of one that was deleted at the source, the first that is left. */
function heirsOf(ctx: LocalContext, { mapper }: MapInput, { name }: SourceObject): Fate['heirs'] {
  const { knows } = ctx.store.ledger;
  const own = (key: string): string => mapper.keyOf({ object: name, key });
  const heirs = new Map<string, string>();
  const groups = Map.groupBy(ctx.store.staging.aliases(name), (one) => one.into);
  for (const [into, left] of groups) {
    if (!knows(into) || left.some(({ key }) => own(key) === into)) continue;
    const heir = left.find(({ key, n }) => n === 1 && !knows(own(key)));
    if (heir) heirs.set(heir.key, into);
  }
  return heirs;
}

/** A record that took others in may itself be merged: then all of them go along. */
const absorbedBy = (fate: Fate, position: number): number[] =>
  (fate.absorbs.get(position) ?? []).flatMap((one) => [one, ...absorbedBy(fate, one)]);

function leaderOf(fate: Fate, position: number): number {
  const into = fate.mergedInto.get(position);
  return into === undefined ? position : leaderOf(fate, into);
}

const newestFirst = (
  ctx: LocalContext,
  input: MapInput,
  { ownKey: own }: Fate,
  { object }: StagedRecord,
  positions: readonly number[],
): StagedRecord[] =>
  ctx.store.staging
    .at(object, positions)
    .map((record) => ({ ...record, key: own.get(record.position) ?? record.key }))
    .map((record) => ({ record, edited: input.mapper.identify(record).edited }))
    .sort((a, b) =>
      a.edited === b.edited ? a.record.position - b.record.position : a.edited < b.edited ? 1 : -1,
    )
    .map(({ record }) => record);

function settlePartners(fate: Fate, object: SourceObject, writer: Writer): void {
  for (const position of fate.mergedInto.keys()) {
    const key = fate.plannedKey.get(leaderOf(fate, position)) ?? '';
    writer.settle({ object: object.name, position }, key ? 'merged' : 'queued', key);
    writer.partner(position, key);
  }
  writer.flush();
}

function mapChildren(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  writer: Writer,
): void {
  const total = ctx.store.staging.count(object.name);
  if (total === 0) return;
  ctx.emit({ type: 'step-started', step: `map ${object.plural}`, total });
  const children = childMapper(ctx, input, object, writer);
  let done = 0;
  for (const record of ctx.store.staging.records(object.name)) {
    children(record);
    if (++done % SHOW_EVERY === 0)
      ctx.emit({ type: 'step-progress', step: `map ${object.plural}`, done });
  }
  writer.flush();
  ctx.emit({ type: 'step-ended', step: `map ${object.plural}`, done });
}

function childMapper(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  writer: Writer,
): (record: StagedRecord) => void {
  const contacts = ctx.store.staging.contactIndex();
  const parents = new Map(
    [object.parent, object.otherParent].map((name) => [
      name,
      parentsOf(ctx, input, name, contacts),
    ]),
  );
  const repeats = repeatedRecords(ctx, object);
  return (record) => {
    const first = repeats(record);
    if (first) return settleRepeatedChild(ctx, record, first, input, writer);
    const among = parents.get(input.mapper.parentObject(record));
    const parent = among ? findParent(ctx, input, record, among, writer) : null;
    if (parent === 'queued' || parent === 'excluded') return writer.settle(record, parent);
    const { planned, issues, settled } = input.mapper.child(record, parent, contacts);
    for (const issue of issues) writer.review(record, issue);
    for (const one of planned) writer.plan(one, input.mapper.childDate(record));
    if (planned.length > 0) return;
    const out = issues.length > 0 && issues.every((issue) => leftOut(ctx, record, issue));
    writer.settle(record, settled?.state ?? (out ? 'excluded' : 'queued'), settled?.into ?? '');
  };
}

interface Parents {
  readonly model: Parent['model'];
  readonly index: ContactIndex;
}

function parentsOf(
  ctx: LocalContext,
  input: MapInput,
  name: string | undefined,
  contacts: ContactIndex,
): Parents | null {
  const parent = input.declaration.objects.find((one) => one.name === name);
  if (!parent) return null;
  if (parent.shape === 'partner') return { model: 'res.partner', index: contacts };
  return { model: 'crm.lead', index: recordIndex(ctx, input, parent) };
}

/** Leads are found by their record id alone. One that waits in the review queue has no planned record. */
const recordIndex = (ctx: LocalContext, input: MapInput, object: SourceObject): ContactIndex => ({
  byKey: (key) =>
    ctx.store.staging.byKey(object.name, key).map((record) => ({
      position: record.position,
      key: record.key,
      name: '',
      email: '',
      otherEmail: '',
      partner: ctx.store.plan.isSettled(object.name, record.position)
        ? ''
        : input.mapper.keyOf(record),
    })),
  byEmail: () => [],
});

/** Two rows with one id: the first stands; the same row again is that row, another one is a person's to look at. */
function repeatedRecords(
  ctx: LocalContext,
  object: SourceObject,
): (record: StagedRecord) => StagedRecord | undefined {
  const repeated = new Set(ctx.store.staging.repeatedKeys(object.name).map(({ key }) => key));
  const firsts = new Map<string, StagedRecord>();
  return (record) => {
    if (!repeated.has(record.key)) return undefined;
    const first = firsts.get(record.key);
    if (!first) firsts.set(record.key, record);
    return first;
  };
}

function settleRepeatedChild(
  ctx: LocalContext,
  record: StagedRecord,
  first: StagedRecord,
  input: MapInput,
  writer: Writer,
): void {
  if (JSON.stringify(record.cells) === JSON.stringify(first.cells))
    return writer.settle(record, 'merged', input.mapper.keyOf(first));
  const issue: Issue = {
    code: 'WB_DUPLICATE_KEY',
    message: `Record id ${record.key} stands on two different records; the first (line ${first.line}) was taken.`,
  };
  writer.review(record, issue);
  writer.settle(record, leftOut(ctx, record, issue) ? 'excluded' : 'queued');
}

/** A person's decision (the parent's record id, or "none") comes first; then the mapping's own rule. */
function findParent(
  ctx: LocalContext,
  input: MapInput,
  record: StagedRecord,
  { model, index }: Parents,
  writer: Writer,
): Parent | null | 'queued' | 'excluded' {
  const answer = input.mapper.parentOf(record, index);
  if (answer.kind === 'none') return null;
  if (answer.kind === 'found' && answer.contact.partner !== '')
    return { model, key: answer.contact.partner };
  const issue = answer.kind === 'found' ? parentWaits(record, answer.contact.key) : answer.issue;
  const chosen = ctx.store.review.decided({ ...record, code: issue.code });
  writer.review(record, issue);
  if (chosen === 'none' && issue.code.startsWith('WB_PARENT_')) return null;
  const decided = chosen === '' ? undefined : index.byKey(chosen).find((hit) => hit.partner !== '');
  if (decided) return { model, key: decided.partner };
  return leftOut(ctx, record, issue) ? 'excluded' : 'queued';
}

/** A person said that it is fine as it is: the record stays behind, by decision. */
const leftOut = (ctx: LocalContext, { object, key }: StagedRecord, issue: Issue): boolean =>
  ctx.store.review.decided({ object, key, code: issue.code, column: issue.column ?? '' }) ===
  'accept';

const parentWaits = (record: StagedRecord, key: string): Issue => ({
  code: record.object === 'note' ? 'WB_NOTE_ORPHAN' : 'WB_PARENT_MISSING',
  message: `Belongs to record ${key}, which itself waits in the review queue.`,
  candidates: [key],
});
