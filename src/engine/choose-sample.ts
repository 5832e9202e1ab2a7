/**
 * Chooses the records of a sample: a greedy cover of everything that the plan shows, by what each record costs
 * (a record with a chatter brings the whole of it, since a chatter's order cannot be mended later).
 */
import type { PlannedRecord } from '../core/record.ts';
import { placeOf, type SourcePlace } from '../store/sample.ts';
import type { Store } from '../store/store.ts';
import { bundlesOf, refsOf, type Bundle, type BundleOf } from './bundle.ts';
import { cover } from './cover.ts';
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
  const [bundleOf, labels] = [bundlesOf(store), labelsOf(store, featuresOf, holders, bounds)];
  const offered = [...holders.values()].flat().map(({ place }) => bundleOf(place));
  const picked = makePicked(bundleOf);
  for (const bundle of cover(new Set(offered), labels)) picked.add(bundle);
  const needed = picked.places().length;
  addChildren(store, picked, size);
  for (const place of store.sample.spread(size * 2)) {
    if (picked.places().length >= size) break;
    picked.take(place, size);
  }
  const covered = [...new Set(picked.places().flatMap(labels))];
  return { keys: picked.keys, places: picked.places(), covered, needed };
}

type Picked = ReturnType<typeof makePicked>;

function makePicked(bundleOf: BundleOf) {
  const keys = new Set<string>();
  const places = new Map<string, SourcePlace>();
  const add = (bundle: Bundle): void => {
    for (const key of bundle.keys) keys.add(key);
    for (const [at, place] of bundle.places) places.set(at, place);
  };
  return {
    keys,
    places: () => [...places.values()],
    add,
    /** With all that it brings; not at all when that would pass `limit`. */
    take(place: SourcePlace, limit: number): void {
      const bundle = bundleOf(place);
      const fresh = [...bundle.places.keys()].filter((at) => !places.has(at));
      if (places.size + fresh.length <= limit) add(bundle);
    },
  };
}

/** What a record shows of all that is wanted. */
function labelsOf(
  store: Store,
  featuresOf: FeaturesOf,
  wanted: ReadonlyMap<string, unknown>,
  bounds: ReadonlyMap<string, SourcePlace>,
): (place: SourcePlace) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const bound = Map.groupBy(bounds, ([, place]) => placeOf(place));
  const read = (place: SourcePlace): readonly string[] => {
    const [record] = store.staging.at(place.object, [place.position]);
    const own = record ? featuresOf(record, store.sample.ofSource(place)) : [];
    const labels = own.map(({ label }) => label).filter((label) => wanted.has(label));
    const most = (bound.get(placeOf(place)) ?? []).map(([label]) => label);
    return [...new Set([...labels, ...most])];
  };
  return (place) => {
    const labels = known.get(placeOf(place)) ?? read(place);
    known.set(placeOf(place), labels);
    return labels;
  };
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
