import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberSet } from '../../src/lib/number-set.ts';

test('any numbers are met once, as in a Set, also where many share a slot', () => {
  const numbers = fc.array(
    fc.nat({ max: 2 ** 52 }).map((n) => n - (n % 4_096)),
    { maxLength: 6_000 },
  );
  fc.assert(
    fc.property(numbers, (all) => {
      const [ours, theirs] = [numberSet(), new Set<number>()];
      for (const number of [...all, ...all]) {
        expect(ours.add(number)).toBe(!theirs.has(number));
        theirs.add(number);
      }
    }),
    { numRuns: 20 },
  );
});
