/** Turns staged records into planned Odoo records and dispositions, through the approved mapping. Writes only the store. */
import type { Identity } from '../core/contact.ts';
import type { Met } from '../mapping/mapping.ts';
import type { SourceDeclaration, SourceObject } from '../source/source.ts';
import type { LocalContext } from './context.ts';
import { stopped } from './create.ts';
import { decideDuplicates, leaderOf, type DuplicateInput, type Fate } from './duplicates.ts';
import { planRow } from '../store/plan.ts';
import type { Store } from '../store/store.ts';
import { rangeMapper, review, type Found, type Mapped, type Range } from './map-range.ts';
import { parentTables, type ParentTables } from './parent-tables.ts';

export interface MapInput extends Omit<DuplicateInput, 'store'> {
  readonly declaration: SourceDeclaration;
  /** Who maps beside this thread; without them it does all by itself. */
  readonly helpers?: readonly MapHelper[];
}

/** Maps ranges of records in a thread of its own, with a mapper of its own. */
export interface MapHelper {
  /** Who the contacts of a range are. */
  identify(object: string, range: Range): Promise<Identity[]>;
  /** Called before the ranges of an object; what is mapped until then is in the store. */
  begin(object: string, found: Found): Promise<void>;
  map(range: Range): Promise<MappedBeside>;
  /** Called after the last range of an object: what was written meanwhile may be seen. */
  end(): Promise<void>;
  /** Copies the store's log back, while this thread goes on writing. */
  settle(): Promise<void>;
}

/** With what the helper met there first. */
export interface MappedBeside extends Mapped {
  readonly met: Met;
}

const SHOW_EVERY = 2_000;
const RANGE = 250;
/** Ranges that a helper has at once: the next one lies there when it is done with one. */
const AHEAD = 2;

export async function mapAll(ctx: LocalContext, input: MapInput): Promise<void> {
  // Before the store is relaxed: what was loaded must survive a power cut.
  ctx.store.delta.capture();
  const strict = ctx.store.relax();
  if (input.helpers?.length) ctx.store.keepLog();
  try {
    await mapObjects(ctx, input);
  } finally {
    strict();
  }
}

async function mapObjects(ctx: LocalContext, input: MapInput): Promise<void> {
  const { store } = ctx;
  store.review.clearMapped();
  store.plan.clear();
  const { objects } = input.declaration;
  const shaped = (shape: SourceObject['shape']) => objects.filter((one) => one.shape === shape);
  for (const object of [...shaped('user'), ...shaped('group')]) learn(ctx, input, object);
  const first = [...shaped('partner'), ...shaped('lead')];
  const rest = objects.filter(
    (one) => one.shape !== 'user' && one.shape !== 'group' && !first.includes(one),
  );
  const parents = parentTables({ ...input, store });
  for (const object of [...first, ...rest]) await mapObject(ctx, input, object, parents);
  store.plan.add(input.mapper.shared().map((record) => planRow(record, '')));
  store.plan.setOwners(input.mapper.owners());
  const [settler] = input.helpers ?? [];
  await Promise.all([settler?.settle(), indexPlan(store)]);
}

/** Begins at once; a promise, so that what goes wrong in it is met where the log is waited for. */
const indexPlan = async ({ plan }: Store): Promise<void> => {
  await Promise.resolve(plan.index());
};

function learn(ctx: LocalContext, { mapper }: MapInput, object: SourceObject): void {
  const into = object.shape === 'user' ? 'owner' : 'tag';
  for (const record of ctx.store.staging.records(object.name)) {
    ctx.store.review.add(mapper.learn(record).map((issue) => review(record, issue)));
    const { position } = record;
    ctx.store.plan.setDispositions([{ object: object.name, position, state: 'merged', into }]);
  }
}

const rangesOf = ({ staging }: Store, object: SourceObject): Range[] =>
  Array.from({ length: Math.ceil(staging.lastPosition(object.name) / RANGE) }, (_, at) => ({
    from: at * RANGE + 1,
    to: (at + 1) * RANGE,
  }));

async function mapObject(
  ctx: LocalContext,
  input: MapInput,
  object: SourceObject,
  parents: (object: SourceObject) => ParentTables,
): Promise<void> {
  const total = ctx.store.staging.count(object.name);
  if (total === 0) return;
  const step = `map ${object.plural}`;
  ctx.emit({ type: 'step-started', step, total });
  if (object.shape === 'partner') await indexContacts(ctx, input, object);
  const fate =
    object.shape === 'partner' ? decideDuplicates({ ...input, store: ctx.store }, object) : null;
  const found: Found = fate
    ? { kind: 'contacts', fate }
    : { kind: 'children', parents: parents(object) };
  let [done, shown] = [0, 0];
  const take: Take = (mapped) => {
    write(ctx, mapped, fate);
    done += mapped.records;
    if (done < shown + SHOW_EVERY) return;
    shown = done;
    ctx.emit({ type: 'step-progress', step, done });
  };
  if (input.helpers?.length) await mapBeside(ctx, input, object, found, take);
  else mapHere(ctx, input, object, found, take);
  if (fate) settlePartners(ctx, fate, object);
  ctx.emit({ type: 'step-ended', step, done });
}

type Take = (mapped: Mapped) => void;

function mapHere(
  { store }: LocalContext,
  input: MapInput,
  object: SourceObject,
  found: Found,
  take: Take,
): void {
  const map = rangeMapper({ ...input, store }, object, found);
  for (const range of rangesOf(store, object)) take(map(range));
}

async function mapBeside(
  { store, signal }: LocalContext,
  { mapper, helpers = [] }: MapInput,
  object: SourceObject,
  found: Found,
  take: Take,
): Promise<void> {
  const ranges = rangesOf(store, object);
  await Promise.all(helpers.map((helper) => helper.begin(object.name, found)));
  await inOrder(ranges, helpers, signal, {
    ask: (helper, range) => helper.map(range),
    take(mapped) {
      mapper.meet(mapped.met);
      take(mapped);
    },
  });
  await Promise.all(helpers.map((helper) => helper.end()));
}

interface Asked<Answer> {
  readonly ask: (helper: MapHelper, range: Range) => Promise<Answer>;
  readonly take: (answer: Answer) => void;
}

/** `take` gets the ranges in their order, whoever is done first: so the plan is the same however many map. */
async function inOrder<Answer>(
  ranges: readonly Range[],
  helpers: readonly MapHelper[],
  signal: AbortSignal,
  { ask, take }: Asked<Answer>,
): Promise<void> {
  const open = [...ranges.entries()];
  const ready = new Map<number, Answer>();
  let taken = 0;
  const lane = async (helper: MapHelper): Promise<void> => {
    for (let mine = open.shift(); mine; mine = open.shift()) {
      if (signal.aborted) throw stopped();
      ready.set(mine[0], await ask(helper, mine[1]));
      for (let next = ready.get(taken); next !== undefined; next = ready.get(taken)) {
        ready.delete(taken++);
        take(next);
      }
    }
  };
  await Promise.all(helpers.flatMap((helper) => Array.from({ length: AHEAD }, () => lane(helper))));
}

/** In one transaction: a commit per record would cost more than the mapping. */
function write({ store }: LocalContext, batch: Mapped, fate: Fate | null): void {
  store.transaction(() => {
    store.plan.add(batch.planned);
    store.review.add(batch.reviews);
    store.plan.setDispositions(batch.dispositions);
    store.staging.setPartners(batch.partners);
  });
  for (const { position, partner } of batch.partners)
    if (fate?.absorbs.has(position)) fate.plannedKey.set(position, partner);
}

async function indexContacts(
  { store, signal }: LocalContext,
  { mapper, helpers = [] }: MapInput,
  object: SourceObject,
): Promise<void> {
  const { staging } = store;
  const ranges = rangesOf(store, object);
  const take = (identities: readonly Identity[]): void => staging.addContacts(identities);
  staging.clearContacts();
  if (helpers.length > 0) {
    const ask = (helper: MapHelper, range: Range) => helper.identify(object.name, range);
    await inOrder(ranges, helpers, signal, { ask, take });
  } else
    for (const { from, to } of ranges)
      take([...staging.records(object.name, from, to)].map((record) => mapper.identify(record)));
  staging.indexContacts();
}

function settlePartners({ store }: LocalContext, fate: Fate, { name }: SourceObject): void {
  store.transaction(() => {
    for (const position of fate.mergedInto.keys()) {
      const into = fate.plannedKey.get(leaderOf(fate, position)) ?? '';
      const state = into === '' ? 'queued' : 'merged';
      store.plan.setDispositions([{ object: name, position, state, into }]);
      store.staging.setPartners([{ position, partner: into }]);
    }
  });
}
