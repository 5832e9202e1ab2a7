/** What is learnt of an Odoo while loading: less where it does not keep up, more again, never beyond what is allowed. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaybillError } from '../../src/core/errors.ts';
import { makeLoadPace } from '../../src/engine/load-pace.ts';

const LOST = new WaybillError('WB_ODOO_UNCERTAIN', 'no answer came');
const BUSY = new WaybillError('WB_ODOO_BUSY', 'HTTP 429');
const TOO_LARGE = new WaybillError('WB_ODOO_RECORD', 'HTTP 413', { data: { tooLarge: true } });
const REFUSED = new WaybillError('WB_ODOO_RECORD', 'wrong value');

const paceOf = (batchSize = 500, concurrency = 3) => {
  const said: string[] = [];
  return { said, pace: makeLoadPace({ batchSize, concurrency, say: (text) => said.push(text) }) };
};

it('sends so many records that a call stays below the time limits, and says so', () => {
  const { pace, said } = paceOf();
  pace.cameThrough(500, 50_000);
  expect(pace.batchSize).toBe(200);
  expect(said).toEqual(['Odoo took 50 s for 500: 200 a call from now on.']);
});

it('sends half as many after an answer was lost, stays below that for a while, and comes back', () => {
  const { pace } = paceOf();
  pace.failed(500, LOST);
  expect(pace.batchSize).toBe(250);
  pace.cameThrough(250, 900);
  expect(pace.batchSize).toBe(375);
  for (let n = 0; n < 20; n++) pace.cameThrough(375, 900);
  expect(pace.batchSize).toBe(500);
});

it('halves what is larger than a proxy takes', () => {
  const { pace } = paceOf();
  pace.failed(400, TOO_LARGE);
  expect(pace.batchSize).toBe(200);
});

it('makes fewer calls at once where Odoo asks to wait, and more again after calm', () => {
  const { pace } = paceOf();
  pace.failed(500, BUSY);
  pace.failed(500, BUSY);
  pace.failed(500, BUSY);
  expect(pace.concurrency).toBe(1);
  for (let n = 0; n < 60; n++) pace.cameThrough(500, 1_000);
  expect(pace.concurrency).toBe(3);
  expect(pace.batchSize).toBe(500);
});

it('learns nothing from a record that Odoo refuses, nor from one large file', () => {
  const { pace, said } = paceOf();
  pace.failed(500, REFUSED);
  pace.failed(1, TOO_LARGE);
  pace.cameThrough(1, 90_000);
  expect([pace.batchSize, pace.concurrency, said]).toEqual([500, 3, []]);
});

it('stays within one and what is allowed, whatever happens', () => {
  const happening = fc.oneof(
    fc.record({
      records: fc.integer({ min: 1, max: 2_000 }),
      ms: fc.integer({ min: 0, max: 1e6 }),
    }),
    fc.record({
      records: fc.integer({ min: 1, max: 2_000 }),
      error: fc.constantFrom(LOST, BUSY, TOO_LARGE, REFUSED),
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 1, max: 16 }),
      fc.array(happening),
      (most, widest, all) => {
        const { pace } = paceOf(most, widest);
        for (const one of all) {
          if ('ms' in one) pace.cameThrough(one.records, one.ms);
          else pace.failed(one.records, one.error);
          expect(pace.batchSize).toBeGreaterThanOrEqual(1);
          expect(pace.batchSize).toBeLessThanOrEqual(most);
          expect(pace.concurrency).toBeGreaterThanOrEqual(1);
          expect(pace.concurrency).toBeLessThanOrEqual(widest);
        }
      },
    ),
  );
});
