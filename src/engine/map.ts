/** Turns staged records into planned Odoo records and dispositions, through the approved mapping. Writes only the store. */
import type { ContactIndex, Identity } from '../core/contact.ts';
import type { Issue, PlannedRecord, StagedRecord } from '../core/record.ts';
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
  ) => readonly DuplicateDecision[];
}

const CHUNK = 2_000;

export function mapAll(ctx: LocalContext, input: MapInput): void {
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
    if (++done % CHUNK === 0)
      ctx.emit({ type: 'step-progress', step: `map ${object.plural}`, done });
  }
  writer.flush();
  settlePartners(ctx, fate, object, writer);
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
  readonly plannedKey: Map<number, string>;
}

function decideDuplicates(ctx: LocalContext, input: MapInput, object: SourceObject): Fate {
  const fate: Fate = {
    mergedInto: new Map(),
    absorbs: new Map(),
    queued: new Map(),
    plannedKey: new Map(),
  };
  for (const { key, n } of ctx.store.staging.repeatedKeys(object.name))
    queueRepeated(ctx, object, key, n, fate);
  for (const group of ctx.store.staging.sharedEmails()) {
    const open = group.filter(
      (one) => !fate.queued.has(one.position) && !fate.mergedInto.has(one.position),
    );
    const asked = input.choices.duplicates;
    const decided = open.map((one) =>
      ctx.store.review.decided(object.name, one.key, 'WB_DUPLICATE_CONTACT'),
    );
    const rule =
      asked === 'review' && decided.every((text) => text === 'merge')
        ? 'merge'
        : asked === 'review' && decided.every((text) => text === 'separate')
          ? 'separate'
          : asked;
    for (const decision of input.groupDuplicates(open, rule)) apply(decision, open, fate);
  }
  return fate;
}

/** The first stays; the others wait for a person: notes by that id could be anybody's. */
function queueRepeated(
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
  for (const other of others) {
    if (JSON.stringify(other.cells) === JSON.stringify(first.cells))
      merge(fate, other.position, first.position);
    else {
      fate.queued.set(other.position, {
        code: 'WB_DUPLICATE_KEY',
        message: `Record id ${key} stands on ${n} different ${object.plural}; the first (line ${first.line}) was taken.`,
        candidates: [String(first.position)],
      });
    }
  }
}

function merge(fate: Fate, position: number, into: number): void {
  fate.mergedInto.set(position, into);
  fate.absorbs.set(into, [...(fate.absorbs.get(into) ?? []), position]);
}

function apply(decision: DuplicateDecision, group: readonly Identity[], fate: Fate): void {
  switch (decision.kind) {
    case 'keep':
      return;
    case 'merge':
      return merge(fate, decision.position, decision.into);
    case 'queue': {
      const others = group
        .filter((one) => one.position !== decision.position)
        .map((one) => one.key);
      fate.queued.set(decision.position, {
        code: 'WB_DUPLICATE_CONTACT',
        message: `Shares its e-mail address with ${others.join(', ')}; resolve each with "merge" or "separate".`,
        candidates: others,
      });
    }
  }
}

function mapContact(
  ctx: LocalContext,
  input: MapInput,
  record: StagedRecord,
  fate: Fate,
  writer: Writer,
): void {
  const queued = fate.queued.get(record.position);
  if (queued) {
    writer.review(record, queued);
    writer.settle(record, 'queued');
    return;
  }
  if (fate.mergedInto.has(record.position)) return;
  const absorbed = fate.absorbs.get(record.position);
  const { planned, issues } = input.mapper.contact(
    record,
    absorbed ? newestFirst(ctx, input, record.object, absorbed) : [],
  );
  for (const issue of issues) writer.review(record, issue);
  const main = planned.find((one) => one.step === 'contacts');
  if (!main) {
    writer.settle(record, 'queued');
    return;
  }
  for (const one of planned) writer.plan(one, '');
  writer.partner(record.position, main.key);
  if (absorbed) fate.plannedKey.set(record.position, main.key);
}

const newestFirst = (
  ctx: LocalContext,
  input: MapInput,
  object: string,
  positions: readonly number[],
): StagedRecord[] =>
  ctx.store.staging
    .at(object, positions)
    .map((record) => ({ record, edited: input.mapper.identify(record).edited }))
    .sort((a, b) =>
      a.edited === b.edited ? a.record.position - b.record.position : a.edited < b.edited ? 1 : -1,
    )
    .map(({ record }) => record);

/** A row that stood in the export twice may have gone into one that was itself merged by its address. */
function lastOf(fate: Fate, position: number): number {
  const into = fate.mergedInto.get(position);
  return into === undefined ? position : lastOf(fate, into);
}

function settlePartners(
  _ctx: LocalContext,
  fate: Fate,
  object: SourceObject,
  writer: Writer,
): void {
  for (const [position] of fate.mergedInto) {
    const key = fate.plannedKey.get(lastOf(fate, position)) ?? '';
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
    if (++done % CHUNK === 0)
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
  const parents = parentsOf(ctx, input, object, contacts);
  const repeats = repeatedRecords(ctx, object);
  return (record) => {
    const first = repeats(record);
    if (first) return settleRepeated(record, first, input, writer);
    const parent = parents ? findParent(ctx, input, record, parents, writer) : null;
    if (parent === undefined) return writer.settle(record, 'queued');
    const { planned, issues, settled } = input.mapper.child(record, parent, contacts);
    for (const issue of issues) writer.review(record, issue);
    for (const one of planned) writer.plan(one, input.mapper.childDate(record));
    if (planned.length === 0)
      writer.settle(record, settled?.state ?? 'queued', settled?.into ?? '');
  };
}

interface Parents {
  readonly model: Parent['model'];
  readonly index: ContactIndex;
}

function parentsOf(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  contacts: ContactIndex,
): Parents | null {
  const parent = input.declaration.objects.find((one) => one.name === object.parent);
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

function settleRepeated(
  record: StagedRecord,
  first: StagedRecord,
  input: MapInput,
  writer: Writer,
): void {
  if (JSON.stringify(record.cells) === JSON.stringify(first.cells))
    return writer.settle(record, 'merged', input.mapper.keyOf(first));
  writer.review(record, {
    code: 'WB_DUPLICATE_KEY',
    message: `Record id ${record.key} stands on two different records; the first (line ${first.line}) was taken.`,
    candidates: [String(first.position)],
  });
  writer.settle(record, 'queued');
}

/** A person's decision (the parent's record id, or "none") comes first; then the mapping's own rule. Undefined: it waits. */
function findParent(
  ctx: LocalContext,
  input: MapInput,
  record: StagedRecord,
  { model, index }: Parents,
  writer: Writer,
): Parent | null | undefined {
  const answer = input.mapper.parentOf(record, index);
  if (answer.kind === 'none') return null;
  if (answer.kind === 'found' && answer.contact.partner !== '')
    return { model, key: answer.contact.partner };
  const issue = answer.kind === 'found' ? parentWaits(record, answer.contact.key) : answer.issue;
  const chosen = ctx.store.review.decided(record.object, record.key, issue.code);
  writer.review(record, issue);
  if (chosen === 'none' && issue.code.startsWith('WB_PARENT_')) return null;
  const decided = chosen === '' ? undefined : index.byKey(chosen).find((hit) => hit.partner !== '');
  return decided && { model, key: decided.partner };
}

const parentWaits = (record: StagedRecord, key: string): Issue => ({
  code: record.object === 'note' ? 'WB_NOTE_ORPHAN' : 'WB_PARENT_MISSING',
  message: `Belongs to record ${key}, which itself waits in the review queue.`,
  candidates: [key],
});
