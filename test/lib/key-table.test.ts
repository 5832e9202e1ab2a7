/** A table answers as a search through all rows would: whatever the texts, however many rows have one key. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyReader, keyTable } from '../../src/lib/key-table.ts';

const text = fc.oneof(
  fc.constantFrom('', '70001', '70002', 'ÿ', '\u0000', '😀'),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const rows = fc.array(fc.tuple(text, text, text), { maxLength: 300 });

it('finds every row by its key, in their order, and nothing else', () => {
  fc.assert(
    fc.property(rows, fc.array(text), (all, others) => {
      const find = keyReader(keyTable(all.length, all));
      for (const key of [...all.map(([first]) => first), ...others])
        expect(find(key)).toEqual(all.filter(([first]) => first === key));
    }),
  );
});

it('is read in another thread without being copied', () => {
  const table = keyTable(2, [
    ['70001', 'Zoë'],
    ['70002', '山田'],
  ]);
  const there = structuredClone(table);
  expect(keyReader(there)('70002')).toEqual([['70002', '山田']]);
  table.bytes.fill(0);
  expect(keyReader(there)('70002')).toEqual([]);
});
