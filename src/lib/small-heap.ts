/**
 * Imported for what it does, before the program itself. Records stream through and little lives long. V8 lets its
 * young generation grow to 32 MB while the modules are loaded, keeps that to the end, and lets the old one double
 * before it looks; kept at the 2 MB it begins with, it is emptied so often that parsing a table takes half as long
 * again. So it is brought to 8 MB and held there.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const YOUNG_BYTES = 8 * 1024 ** 2;

const isGrown = (): boolean =>
  getHeapSpaceStatistics().some(
    ({ space_name, space_size }) => space_name === 'new_space' && space_size >= YOUNG_BYTES,
  );

/** V8 takes no size once it runs; but what outlives a collection makes it grow, by the factor that holds then. */
function grow(): void {
  setFlagsFromString('--semi-space-growth-factor=4');
  const kept: unknown[] = [];
  while (!isGrown() && kept.length < 200)
    kept.push(Array.from({ length: 1_000 }, (_, at) => ({ at })));
  setFlagsFromString('--semi-space-growth-factor=1');
}

grow();
// Of so small a generation there is too little to share: waking other threads costs more than the work.
setFlagsFromString('--no-parallel-scavenge');
// For the threads that are started later: they have heaps of their own, which keep to this size (of one half, in MB).
// With less, a thread that maps moves most of a range twice before it is done with it.
setFlagsFromString('--min-semi-space-size=8');
setFlagsFromString('--max-semi-space-size=8');
setFlagsFromString('--heap-growing-percent=60');
