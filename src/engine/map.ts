/** Turns staged records into planned Odoo records and dispositions, through the approved mapping. Writes only the store. */
import type { Identity } from '../core/contact.ts';
import type { Met } from '../mapping/mapping.ts';
import type { SourceDeclaration, SourceObject } from '../source/source.ts';
import type { LocalContext } from './context.ts';
import { stopped } from './create.ts';
import { decideDuplicates, leaderOf, type DuplicateInput, type Fate } from './duplicates.ts';
import { planRow } from '../store/plan.ts';
import type { Store } from '../store/store.ts';
import { rangeMapper, review, type Mapped, type Range } from './map-range.ts';

export interface MapInput extends Omit<DuplicateInput, 'store'> {
  readonly declaration: SourceDeclaration;
  /** Who maps beside this thread; without them it does all by itself. */
  readonly helpers?: readonly MapHelper[];
}

/** Maps ranges of records in a thread of its own, with a mapper of its own. */
export interface MapHelper {
  /** Called before the ranges of an object; what is mapped until then is in the store. */
  begin(object: string, fate: Fate | null): void;
  map(range: Range): Promise<MappedBeside>;
}

/** With what the helper met there first. */
export interface MappedBeside extends Mapped {
  readonly met: Met;
}

const IDENTITIES = 500;
const SHOW_EVERY = 2_000;
const RANGE = 1_000;
/** Ranges that a helper has at once: the next one lies there when it is done with one. */
const AHEAD = 2;

export async function mapAll(ctx: LocalContext, input: MapInput): Promise<void> {
  // Before the store is relaxed: what was loaded must survive a power cut.
  ctx.store.delta.capture();
  const strict = ctx.store.relax();
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
  for (const object of [...first, ...rest]) await mapObject(ctx, input, object);
  store.plan.add(input.mapper.shared().map((record) => planRow(record, '')));
  store.plan.setOwners(input.mapper.owners());
  store.plan.index();
}

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

async function mapObject(ctx: LocalContext, input: MapInput, object: SourceObject): Promise<void> {
  const total = ctx.store.staging.count(object.name);
  if (total === 0) return;
  const step = `map ${object.plural}`;
  ctx.emit({ type: 'step-started', step, total });
  if (object.shape === 'partner') indexContacts(ctx, input, object);
  const fate =
    object.shape === 'partner' ? decideDuplicates({ ...input, store: ctx.store }, object) : null;
  let [done, shown] = [0, 0];
  const take: Take = (mapped) => {
    write(ctx, mapped, fate);
    done += mapped.records;
    if (done < shown + SHOW_EVERY) return;
    shown = done;
    ctx.emit({ type: 'step-progress', step, done });
  };
  if (input.helpers?.length) await mapBeside(ctx, input, object, fate, take);
  else mapHere(ctx, input, object, fate, take);
  if (fate) settlePartners(ctx, fate, object);
  ctx.emit({ type: 'step-ended', step, done });
}

type Take = (mapped: Mapped) => void;

function mapHere(
  { store }: LocalContext,
  input: MapInput,
  object: SourceObject,
  fate: Fate | null,
  take: Take,
): void {
  const map = rangeMapper({ ...input, store }, object, fate);
  for (const range of rangesOf(store, object)) take(map(range));
}

/** `take` gets the ranges in their order, whoever is done first: so the plan is the same however many map. */
async function mapBeside(
  { store, signal }: LocalContext,
  { mapper, helpers = [] }: MapInput,
  object: SourceObject,
  fate: Fate | null,
  take: Take,
): Promise<void> {
  const open = [...rangesOf(store, object).entries()];
  const ready = new Map<number, MappedBeside>();
  let written = 0;
  const lane = async (helper: MapHelper): Promise<void> => {
    for (let mine = open.shift(); mine; mine = open.shift()) {
      if (signal.aborted) throw stopped();
      ready.set(mine[0], await helper.map(mine[1]));
      for (let next = ready.get(written); next; next = ready.get(written)) {
        ready.delete(written++);
        mapper.meet(next.met);
        take(next);
      }
    }
  };
  for (const helper of helpers) helper.begin(object.name, fate);
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

function indexContacts(ctx: LocalContext, { mapper }: MapInput, object: SourceObject): void {
  const { staging } = ctx.store;
  staging.clearContacts();
  let identities: Identity[] = [];
  for (const record of staging.records(object.name)) {
    identities.push(mapper.identify(record));
    if (identities.length < IDENTITIES) continue;
    staging.addContacts(identities);
    identities = [];
  }
  staging.addContacts(identities);
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
