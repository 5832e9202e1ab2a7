/** What comes along with a source record into a sample: all that it points at, and its whole chatter. */
import type { PlannedRecord, Value } from '../core/record.ts';
import { isJoined, isRef, isRefs } from '../core/record.ts';
import { placeOf, type SourcePlace } from '../store/sample.ts';
import type { Store } from '../store/store.ts';

export interface Bundle {
  /** Of planned records. */
  readonly keys: ReadonlySet<string>;
  /** Source records by their place. */
  readonly places: ReadonlyMap<string, SourcePlace>;
}
export type BundleOf = (place: SourcePlace) => Bundle;

/** Bundles are made once: those of one chatter are one and the same. */
export function bundlesOf(store: Store): BundleOf {
  const known = new Map<string, Bundle>();
  return (place) => {
    const rows = store.sample.ofSource(place);
    const lane = rows.find((row) => row.lane !== '')?.lane;
    const at = lane === undefined ? placeOf(place) : `lane ${lane}`;
    const bundle = known.get(at) ?? gather(store, rows);
    known.set(at, bundle);
    return bundle;
  };
}

function gather(store: Store, start: readonly PlannedRecord[]): Bundle {
  const keys = new Set<string>();
  const places = new Map<string, SourcePlace>();
  const lanes = new Set<string>();
  const queue = [...start];
  for (let row = queue.pop(); row; row = queue.pop()) {
    if (keys.has(row.key)) continue;
    keys.add(row.key);
    const place = { object: row.object, position: row.position };
    if (row.object !== '' && !places.has(placeOf(place))) {
      places.set(placeOf(place), place);
      queue.push(...store.sample.ofSource(place));
    }
    const wanted = refsOf(row.values).filter((ref) => !keys.has(ref));
    if (wanted.length > 0) queue.push(...store.plan.byKeys(wanted));
    if (row.lane !== '' && !lanes.has(row.lane)) queue.push(...store.sample.ofLane(row.lane));
    lanes.add(row.lane);
  }
  return { keys, places };
}

export const refsOf = (values: Readonly<Record<string, Value>>): string[] =>
  Object.values(values).flatMap(refsIn);

function refsIn(value: Value): string[] {
  if (isRef(value)) return [value.ref];
  if (isRefs(value)) return value.map(({ ref }) => ref);
  return isJoined(value) ? value.parts.flatMap((part) => (isRef(part) ? [part.ref] : [])) : [];
}
