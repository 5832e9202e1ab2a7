/** A changed, missing or added entry is found, wherever it is. */
import { expect, it } from 'vitest';
import { checkChain, entryHash, type ChainEntry } from '../../src/core/audit-chain.ts';

function chain(n: number): ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (let index = 0; index < n; index++) {
    const entry = {
      at: `t${index}`,
      who: 'Ana',
      what: 'did',
      detail: `{"n":${index}}`,
      previous: entries.at(-1)?.hash ?? '',
    };
    entries.push({ ...entry, hash: entryHash(entry) });
  }
  return entries;
}

it('holds when nobody touched it', () => {
  expect(checkChain(chain(5))).toMatchObject({ entries: 5, broken: null });
  expect(checkChain([])).toEqual({ entries: 0, last: '', broken: null });
});

it.each([0, 2, 4])('breaks where entry %i was changed, in any of its fields', (at) => {
  for (const field of ['at', 'who', 'what', 'detail', 'previous', 'hash'] as const) {
    const entries = chain(5).map((entry, index) =>
      index === at ? { ...entry, [field]: 'other' } : entry,
    );
    expect(checkChain(entries).broken?.entry, field).toBe(at + 1);
  }
});

it('breaks where one was taken out or put in', () => {
  const entries = chain(5);
  expect(checkChain(entries.toSpliced(2, 1)).broken?.entry).toBe(3);
  expect(checkChain(entries.toSpliced(2, 0, ...chain(1))).broken?.entry).toBe(3);
});

it('says with its last hash when the end was cut off', () => {
  const entries = chain(5);
  expect(checkChain(entries.slice(0, 4)).last).not.toBe(checkChain(entries).last);
});
