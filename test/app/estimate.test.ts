/** Grades, prices and hours follow from their rules, each with its reason. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/app/catalogue.ts';
import { CONNECTORS } from '../../src/app/connectors.ts';
import { estimate, type Basis } from '../../src/app/estimate.ts';
import { DEFAULT_CARD, readRateCard } from '../../src/app/rate-card.ts';

const basis = (more: Partial<Basis> = {}): Basis => ({
  source: 'allclients',
  counts: { contact: 1_000, note: 2_000 },
  attachmentBytes: 0,
  customColumns: 3,
  unsureColumns: 0,
  columns: 30,
  api: false,
  hosted: false,
  measured: null,
  ...more,
});

describe('an estimate', () => {
  it('of a small, clear account is an A, and says why in every factor', () => {
    const { grade, factors } = estimate(basis());
    expect(grade).toBe('A');
    expect(factors.map((one) => one.points)).toEqual([0, 0, 0, 0]);
    for (const factor of factors) expect(factor.why.length).toBeGreaterThan(10);
  });

  it('never gets better when something gets harder', () => {
    const order = ['A', 'B', 'C', 'D'];
    const steps = [
      basis(),
      basis({ hosted: true }),
      basis({ hosted: true, api: true, customColumns: 60 }),
      basis({
        hosted: true,
        api: true,
        customColumns: 60,
        counts: { contact: 400_000, deal: 9, todo: 9, template: 9 },
      }),
      basis({
        hosted: true,
        api: true,
        unsureColumns: 50,
        customColumns: 60,
        counts: { contact: 900_000, deal: 9, todo: 9, template: 9 },
      }),
    ].map((one) => order.indexOf(estimate(one).grade));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(3);
  });

  it('has no fee per record, and over two million no price but a word', () => {
    const price = (contact: number) => estimate(basis({ counts: { contact } })).price?.amount;
    expect(price(100)).toBe(price(19_000));
    expect(estimate(basis({ counts: { contact: 2_000_001 } }))).toMatchObject({
      price: null,
      individually: true,
    });
  });

  it('takes the speed that the sample measured in place of the card', () => {
    const counts = { contact: 360_000 };
    expect(estimate(basis({ counts }))).toMatchObject({
      rate: { from: 'the rate card' },
      runHours: 0.9,
    });
    expect(estimate(basis({ counts, measured: 50 }))).toMatchObject({
      rate: { from: 'the sample' },
      runHours: 2,
    });
  });

  it('reads a rate card, and names what is wrong in one', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'waybill-card-')), 'card.yaml');
    writeFileSync(path, 'currency: USD\nperHour: 200\n');
    expect(readRateCard(path)).toEqual({ ...DEFAULT_CARD, currency: 'USD', perHour: 200 });
    writeFileSync(path, 'perHour: -1\n');
    expect(() => readRateCard(path)).toThrow(/perHour/);
    writeFileSync(path, 'perRecord: 1\n');
    expect(() => readRateCard(path)).toThrow(/perRecord/);
  });
});

it('the catalogue has every object of every source, with what it becomes', () => {
  const { sources } = catalogue();
  expect(sources.map((one) => one.id)).toEqual(
    Object.values(CONNECTORS).map((one) => one.declaration.id),
  );
  for (const source of sources) {
    const declared = CONNECTORS[source.id]?.declaration.objects.map((one) => one.name) ?? [];
    expect(source.rows.flatMap((row) => row.object || [])).toEqual(declared);
    for (const row of source.rows)
      expect(row.model === '').toBe(row.compatibility === 'inventory only');
  }
});
