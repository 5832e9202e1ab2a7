/** Many whole numbers, 8 to 16 bytes each: in a Set every one of 600,000 digests would be an object of its own. */
const FIRST_SLOTS = 1 << 12;
/** Beyond it, looking for a free slot takes long. */
const FULL = 0.5;

export interface NumberSet {
  /** Whether it was not there yet. `number`: from 0, and evenly spread, as digests are. */
  add(number: number): boolean;
}

export function numberSet(): NumberSet {
  // 0 is an empty slot, so each number stands there with one more.
  let slots = new Float64Array(FIRST_SLOTS);
  let size = 0;

  const put = (stored: number): boolean => {
    let at = stored % slots.length;
    for (let there = slots[at]; there !== 0; there = slots[at]) {
      if (there === stored) return false;
      at = at + 1 === slots.length ? 0 : at + 1;
    }
    slots[at] = stored;
    return true;
  };

  const grow = (): void => {
    const before = slots;
    slots = new Float64Array(before.length * 2);
    for (const stored of before) if (stored !== 0) put(stored);
  };

  return {
    add(number) {
      if (!put(number + 1)) return false;
      size++;
      if (size > slots.length * FULL) grow();
      return true;
    },
  };
}
