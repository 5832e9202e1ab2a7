/**
 * Chooses the records of a sample: a greedy cover of everything that the plan shows, by what each record costs
 * (a record with a chatter brings the whole of it, since a chatter's order cannot be mended later).
 */
import type { PlannedRecord, Value } from '../core/record.ts';
import { isJoined, isRef, isRefs } from '../core/record.ts';
import type { Store } from '../store/store.ts';
import { placeOf, type SourcePlace } from '../store/sample.ts';
import type { Feature, FeaturesOf } from './features.ts';

export interface Choice {
  /** Keys of planned records, with everything they point at. */
  readonly keys: ReadonlySet<string>;
  readonly places: readonly SourcePlace[];
  readonly covered: readonly string[];
  /** Source records that the cover alone needed; the others fill the sample up. */
  readonly needed: number;
}

/** A group with more values than this is no pick-list: one value of it is enough. */
const MOST_VALUES = 300;
const HOLDERS_KEPT = 24;
const LONG_TEXT = 80;

export interface Candidate {
  readonly place: SourcePlace;
  readonly features: readonly Feature[];
  readonly cost: number;
}

/** Every source record that has planned ones, with its features; what is longest or barest is known at the end only. */
export function* candidates(store: Store, featuresOf: FeaturesOf): Generator<Candidate> {
  const lanes = store.sample.laneSizes();
  const plan = grouped(store.sample.bySource());
  let next = plan.next();
  const objects = store.staging.counts().map((one) => one.object);
  for (const object of objects.sort()) {
    if (next.done) return;
    for (const record of store.staging.records(object)) {
      if (next.done || next.value.place !== placeOf(record)) continue;
      const { rows } = next.value;
      yield { place: record, features: featuresOf(record, rows), cost: costOf(rows, lanes) };
      next = plan.next();
    }
  }
}

function* grouped(rows: Iterable<PlannedRecord>) {
  let group: { place: string; rows: PlannedRecord[] } = { place: '', rows: [] };
  for (const row of rows) {
    if (placeOf(row) !== group.place) {
      if (group.rows.length > 0) yield group;
      group = { place: placeOf(row), rows: [] };
    }
    group.rows.push(row);
  }
  if (group.rows.length > 0) yield group;
}

const costOf = (rows: readonly PlannedRecord[], lanes: ReadonlyMap<string, number>): number =>
  1 + Math.max(0, ...rows.map((row) => (row.lane === '' ? 0 : (lanes.get(row.lane) ?? 0))));

interface Holder {
  readonly place: SourcePlace;
  readonly score: number;
}

/** Who holds what: the best few holders of every feature, which is all that a greedy choice looks at. */
function indexFeatures(store: Store, featuresOf: FeaturesOf): Map<string, Holder[]> {
  const groups = new Map<string, Map<string, Holder[]> | null>();
  for (const { place, features, cost } of candidates(store, featuresOf)) {
    const holder = { place, score: features.length / cost };
    for (const feature of features) hold(groups, feature, holder);
  }
  return new Map([...groups.values()].flatMap((values) => (values ? [...values] : [])));
}

function hold(
  groups: Map<string, Map<string, Holder[]> | null>,
  { group, label }: Feature,
  holder: Holder,
): void {
  const values = groups.get(group);
  if (values === null) return;
  if (!values) return void groups.set(group, new Map([[label, [holder]]]));
  const holders = values.get(label);
  if (!holders && values.size >= MOST_VALUES) return void groups.set(group, null);
  if (!holders) return void values.set(label, [holder]);
  if (holders.length < HOLDERS_KEPT) return void holders.push(holder);
  const worst = holders.reduce(
    (at, one, index) => (one.score < (holders[at]?.score ?? 0) ? index : at),
    0,
  );
  if ((holders[worst]?.score ?? 0) < holder.score) holders[worst] = holder;
}

/** The longest text of every field that has long ones, the barest and the fullest record of every step. */
function extremes(store: Store): Map<string, SourcePlace> {
  const best = new Map<string, { size: number; place: SourcePlace }>();
  const consider = (label: string, size: number, place: SourcePlace): void => {
    const known = best.get(label);
    if (!known || size > known.size) best.set(label, { size, place });
  };
  for (const row of store.sample.bySource()) {
    const place = { object: row.object, position: row.position };
    const filled = Object.entries(row.values).filter(([, value]) => value !== null);
    consider(`${row.step}: the fullest`, filled.length, place);
    consider(`${row.step}: the barest`, -filled.length, place);
    for (const [field, value] of filled)
      if (typeof value === 'string' && value.length >= LONG_TEXT)
        consider(`${row.step} ${field}: the longest`, value.length, place);
  }
  return new Map([...best].map(([label, { place }]) => [label, place]));
}

/** `size` in source records; the cover may need more, and then takes more. */
export function chooseSample(store: Store, featuresOf: FeaturesOf, size: number): Choice {
  const bounds = extremes(store);
  const holders = indexFeatures(store, featuresOf);
  for (const [label, place] of bounds) holders.set(label, [{ place, score: 0 }]);
  const picked = makePicked(store, poolOf(store, featuresOf, holders, bounds), holders.keys());
  for (let next = picked.best(); next; next = picked.best()) picked.take(next);
  const needed = picked.places().length;
  addChildren(store, picked, size);
  for (const place of store.sample.spread(size * 2)) {
    if (picked.places().length >= size) break;
    picked.take(place, size);
  }
  return { keys: picked.keys, places: picked.places(), covered: picked.covered(), needed };
}

type Picked = ReturnType<typeof makePicked>;

function makePicked(store: Store, pool: ReturnType<typeof poolOf>, wanted: Iterable<string>) {
  const keys = new Set<string>();
  const places = new Map<string, SourcePlace>();
  const open = new Set(wanted);
  const covered: string[] = [];
  const cover = (place: SourcePlace): void => {
    for (const label of pool.labels(place)) if (open.delete(label)) covered.push(label);
  };
  return {
    keys,
    covered: () => covered,
    places: () => [...places.values()],
    best: (): SourcePlace | undefined => pool.best(open),
    /** With everything it points at and its whole chatter; not at all when that would pass `limit`. */
    take(place: SourcePlace, limit = Infinity): void {
      const all = closure(store, place, keys);
      const fresh = [...all.places].filter(([at]) => !places.has(at));
      if (places.size + fresh.length > limit) return;
      for (const key of all.keys) keys.add(key);
      for (const [at, one] of fresh) {
        places.set(at, one);
        cover(one);
      }
    },
  };
}

/** What every record shows, and which of the holders gives most of what is still open for what it costs. */
function poolOf(
  store: Store,
  featuresOf: FeaturesOf,
  holders: ReadonlyMap<string, readonly Holder[]>,
  bounds: ReadonlyMap<string, SourcePlace>,
) {
  const known = new Map<string, readonly string[]>();
  const labels = (place: SourcePlace): readonly string[] => {
    const at = placeOf(place);
    const have = known.get(at) ?? labelsOf(store, featuresOf, place, bounds);
    known.set(at, have);
    return have;
  };
  const lanes = store.sample.laneSizes();
  const places = new Map([...holders.values()].flat().map(({ place }) => [placeOf(place), place]));
  const costs = new Map(
    [...places].map(([at, place]) => [at, costOf(store.sample.ofSource(place), lanes)]),
  );
  return {
    labels,
    best(open: ReadonlySet<string>): SourcePlace | undefined {
      let best: { place: SourcePlace; gain: number } | undefined;
      for (const [at, place] of places) {
        const fresh = labels(place).filter((label) => open.has(label)).length;
        const gain = fresh / (costs.get(at) ?? 1);
        if (fresh === 0) places.delete(at);
        else if (gain > (best?.gain ?? 0)) best = { place, gain };
      }
      return best?.place;
    },
  };
}

function labelsOf(
  store: Store,
  featuresOf: FeaturesOf,
  place: SourcePlace,
  bounds: ReadonlyMap<string, SourcePlace>,
): string[] {
  const [record] = store.staging.at(place.object, [place.position]);
  const own = record ? featuresOf(record, store.sample.ofSource(place)) : [];
  const at = placeOf(place);
  const bound = [...bounds].filter(([, one]) => placeOf(one) === at).map(([label]) => label);
  return [...new Set([...own.map((feature) => feature.label), ...bound])];
}

/** Children of what is in already, each with its whole chatter, as far as there is room. */
function addChildren(store: Store, picked: Picked, size: number): void {
  const parents = new Set(picked.keys);
  const shared = new Set(store.sample.shared().map((row) => row.key));
  for (const row of store.sample.bySource()) {
    if (picked.places().length >= size) return;
    if (picked.keys.has(row.key)) continue;
    const points = refsOf(row.values).some((ref) => parents.has(ref) && !shared.has(ref));
    if (points) picked.take({ object: row.object, position: row.position }, size);
  }
}

export const refsOf = (values: Readonly<Record<string, Value>>): string[] =>
  Object.values(values).flatMap(refsIn);

function refsIn(value: Value): string[] {
  if (isRef(value)) return [value.ref];
  if (isRefs(value)) return value.map(({ ref }) => ref);
  return isJoined(value) ? value.parts.flatMap((part) => (isRef(part) ? [part.ref] : [])) : [];
}

/** Everything that must come along: what it points at, the other records made of the same source record, whole chatters. */
function closure(store: Store, start: SourcePlace, have: ReadonlySet<string>) {
  const keys = new Set<string>();
  const places = new Map<string, SourcePlace>();
  const lanes = new Set<string>();
  const queue: PlannedRecord[] = store.sample.ofSource(start);
  for (let row = queue.pop(); row; row = queue.pop()) {
    if (keys.has(row.key)) continue;
    keys.add(row.key);
    const place = { object: row.object, position: row.position };
    if (row.object !== '' && !places.has(placeOf(place))) {
      places.set(placeOf(place), place);
      queue.push(...store.sample.ofSource(place));
    }
    const wanted = refsOf(row.values).filter((ref) => !keys.has(ref) && !have.has(ref));
    if (wanted.length > 0) queue.push(...store.plan.byKeys(wanted));
    if (row.lane !== '' && !lanes.has(row.lane)) queue.push(...store.sample.ofLane(row.lane));
    lanes.add(row.lane);
  }
  return { keys, places };
}
