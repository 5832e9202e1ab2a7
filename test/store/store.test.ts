import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PlannedRecord } from '../../src/core/record.ts';
import { batches } from '../../src/engine/batches.ts';
import type { Context } from '../../src/engine/context.ts';
import { planRow } from '../../src/store/plan.ts';
import { stagedRows } from '../../src/store/staging.ts';
import { openStore, type Store } from '../../src/store/store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CHILD = fileURLToPath(new URL('../support/store-child.ts', import.meta.url));
const child = (what: string): ChildProcess =>
  spawn(process.execPath, [CHILD, folder, what], { stdio: ['pipe', 'pipe', 'inherit'] });

/** Lets the child say `lines` lines, then kills it as a power cut would. */
async function killedAfter(process: ChildProcess, lines: number): Promise<void> {
  let seen = 0;
  for await (const chunk of process.stdout as AsyncIterable<Buffer>) {
    seen += chunk.toString().split('\n').length - 1;
    if (seen >= lines) break;
  }
  await killed(process);
}

async function killed(process: ChildProcess): Promise<void> {
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

const problem = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

const RECORDS = Array.from({ length: 5_000 }, (_, n) => ({
  object: n % 3 === 0 ? 'contact' : 'note',
  position: n + 1,
  key: `k${n % 4_000}`,
  file: 'c.csv',
  line: n + 2,
  cells: [`é ${n}`, '', 'a\r\nb'],
}));

/** Writes them in chunks as a source gives them, `announced` records long. */
async function staged(announced: number, records = RECORDS): Promise<unknown> {
  rmSync(folder, { recursive: true, force: true });
  using store = { opened: openStore(folder), [Symbol.dispose]: () => store.opened.close() };
  const { staging, stagingWriter } = store.opened;
  const file = staging.addFile({ object: 'contact', path: 'c.csv', detail: '{}' });
  await using writer = stagingWriter(announced);
  for (let at = 0; at < records.length; at += 700)
    await writer.add(file, records.slice(at, at + 700));
  await writer.end();
  return [...staging.records('contact'), ...staging.records('note'), staging.byKey('note', 'k1')];
}

describe('what the source has', () => {
  test('is in the store the same, written here or by a thread', async () => {
    const here = await staged(10);
    expect(here).toHaveLength(RECORDS.length + 1);
    expect(await staged(1_000_000)).toEqual(here);
  });

  test('that cannot be written by the thread is said, not lost', async () => {
    const twice = [...RECORDS, ...RECORDS.slice(0, 1)];
    await expect(staged(1_000_000, twice)).rejects.toThrow('UNIQUE constraint failed');
  });

  test('that was refused while the source was still being read is said with the next chunk', async () => {
    const store = openStore(folder);
    const unheld = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unheld);
    try {
      const file = store.staging.addFile({ object: 'contact', path: 'c.csv', detail: '{}' });
      await using writer = store.stagingWriter(1_000_000);
      await writer.add(file, [...RECORDS.slice(0, 1), ...RECORDS.slice(0, 1)]);
      // As long as a thread takes to start and to write: the refusal has come by then.
      await using beside = store.stagingWriter(1_000_000);
      await beside.end();
      await expect(writer.end()).rejects.toThrow('UNIQUE constraint failed');
      expect(unheld).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unheld);
      store.close();
    }
  });
});

describe('the store', () => {
  test('of a writer that was killed at any moment holds whole transactions only, and opens again', async () => {
    for (const lines of [1, 7]) {
      rmSync(folder, { recursive: true, force: true });
      await killedAfter(child('write'), lines);
      const store = openStore(folder);
      const rounds = store.runs.meta<number>('rounds') ?? 0;
      expect(rounds).toBeGreaterThanOrEqual(lines);
      expect(store.staging.count('contact')).toBe(rounds * 200);
      expect(store.integrity()).toEqual([]);
      store.close();
    }
  });

  test('has one writer: a second is told who it is, a reader may look on, and a dead writer holds nothing', async () => {
    const holder = child('hold');
    await once(holder.stdout as NodeJS.ReadableStream, 'data');
    expect(problem(() => openStore(folder))).toMatchObject({
      code: 'WB_STORE_LOCKED',
      message: expect.stringContaining(`process ${holder.pid}`) as string,
    });
    openStore(folder, 'read').close();
    await killed(holder);
    openStore(folder).close();
  });

  test('of a newer Waybill is left alone, and not left locked', () => {
    openStore(folder).close();
    const raw = new DatabaseSync(join(folder, 'store.db'));
    raw.exec('pragma user_version = 999');
    raw.close();
    for (let again = 0; again < 2; again++)
      expect(problem(() => openStore(folder))).toMatchObject({ code: 'WB_STORE_NEWER' });
  });

  test('that is no database any more says so, and that a run without it would load everything twice', () => {
    openStore(folder).close();
    writeFileSync(
      join(folder, 'store.db'),
      'not a database at all, but long enough to look like one '.repeat(100),
    );
    rmSync(join(folder, 'store.db-wal'), { force: true });
    expect(problem(() => openStore(folder))).toMatchObject({
      code: 'WB_STORE_DAMAGED',
      next: expect.stringContaining('second time') as string,
    });
  });

  test('undoes a transaction whose work fails, and only that', () => {
    const store = openStore(folder);
    store.runs.setMeta('a', 1);
    expect(() =>
      store.transaction(() => {
        store.runs.setMeta('a', 2);
        store.transaction(() => store.runs.setMeta('b', 2));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect([store.runs.meta('a'), store.runs.meta('b')]).toEqual([1, undefined]);
    store.close();
  });

  test('gives back what was put in, to the character', () => {
    const store = openStore(folder);
    const cells = [
      '',
      ' ',
      '"',
      '\u0000'.slice(1),
      '😀',
      'a\r\nb',
      '\u2028',
      "'; drop table staged; --",
      'x'.repeat(100_000),
    ];
    const file = store.staging.addFile({ object: 'contact', path: 'c.csv', detail: '{}' });
    const record = { object: 'contact', position: 1, key: 'é"', file: 'c.csv', line: 7, cells };
    store.staging.add(stagedRows(file, [record]));
    expect([...store.staging.records('contact')]).toEqual([record]);
    expect(store.staging.byKey('contact', 'é"')).toEqual([record]);
    store.close();
  });
});

const planned = (
  key: string,
  position: number,
  step: PlannedRecord['step'],
  lane = '',
): PlannedRecord => ({
  step,
  model: 'res.partner',
  key,
  object: 'contact',
  position,
  lane,
  match: '',
  values: { name: key },
});
const state = fc.constantFrom(
  'none',
  'merged',
  'queued',
  'excluded',
  'loaded',
  'half',
  'intent',
  'failed',
  'lost',
);

const ledger = (key: string, kind: 'done' | 'intent') => ({
  env: 'a',
  key,
  step: 'contacts',
  model: 'res.partner',
  resId: 1,
  op: 'create' as const,
  state: kind,
  before: {},
  after: {},
  xid: true,
  run: 1,
  batch: 1,
});

function fill(store: Store, states: readonly string[]): void {
  const file = store.staging.addFile({ object: 'contact', path: 'c.csv', detail: '{}' });
  const records = states.map((_, n) => ({
    object: 'contact',
    position: n + 1,
    key: String(n),
    file: 'c.csv',
    line: n,
    cells: [],
  }));
  store.staging.add(stagedRows(file, records));
  states.forEach((one, n) => {
    const position = n + 1;
    if (one === 'merged' || one === 'queued' || one === 'excluded')
      return store.plan.setDispositions([{ object: 'contact', position, state: one, into: '' }]);
    if (one === 'lost') return;
    store.plan.add([
      planRow(planned(`c${n}`, position, 'contacts'), ''),
      planRow(planned(`c${n}.2`, position, 'people'), ''),
    ]);
    if (one === 'loaded' || one === 'half' || one === 'intent')
      store.ledger.put([ledger(`c${n}`, one === 'intent' ? 'intent' : 'done')]);
    if (one === 'loaded') store.ledger.put([ledger(`c${n}.2`, 'done')]);
    if (one === 'failed')
      store.review.add([
        {
          env: 'a',
          object: 'contact',
          position,
          key: String(n),
          place: '',
          issue: { code: 'WB_ODOO_RECORD', message: '' },
        },
      ]);
  });
}

describe('the balance', () => {
  test('counts every record once, calls loaded only what is there whole, and never balances over a record that is nowhere, or that the source counted and the store lost', () => {
    fc.assert(
      fc.property(
        fc.array(state, { minLength: 1, maxLength: 12 }),
        fc.nat({ max: 3 }),
        fc.integer({ min: -1, max: 2 }),
        (states, rejected, lost) => {
          const here = mkdtempSync(join(folder, 'b-'));
          const store = openStore(here);
          fill(store, states);
          const atSource = states.length + rejected + lost;
          store.reconcile.setCounted({ contact: atSource });
          for (let n = 0; n < rejected; n++)
            store.review.add([
              {
                env: '',
                object: 'contact',
                position: 0,
                key: `c.csv:${n}`,
                place: '',
                issue: { code: 'WB_ROW_SHAPE', message: '' },
              },
            ]);
          const [balance] = store.reconcile.balance('a');
          const [elsewhere] = store.reconcile.balance('b');
          store.close();
          const count = (...kinds: string[]): number =>
            states.filter((one) => kinds.includes(one)).length;
          expect(balance).toEqual({
            object: 'contact',
            extracted: atSource,
            lost,
            counts: {
              loaded: count('loaded'),
              merged: count('merged'),
              excluded: count('excluded'),
              queued: count('queued', 'failed'),
              rejected,
              pending: count('none', 'half', 'intent', 'lost'),
            },
            balances: lost === 0 && count('none', 'half', 'intent', 'lost') === 0,
          });
          expect(elsewhere?.counts.loaded).toBe(0);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('batches', () => {
  test('hold every missing record once; one record’s notes keep their order and are cut only where a batch cannot hold them', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            lane: fc.constantFrom('', 'p1', 'p2', 'p3'),
            sort: fc.constantFrom('2020', '2021', '2022'),
            there: fc.boolean(),
          }),
          { maxLength: 25 },
        ),
        fc.integer({ min: 1, max: 7 }),
        (rows, batchSize) => {
          const here = mkdtempSync(join(folder, 'n-'));
          const store = openStore(here);
          store.plan.add(
            rows.map(({ lane, sort }, n) => planRow(planned(`n${n}`, n + 1, 'notes', lane), sort)),
          );
          store.plan.index();
          store.ledger.put(
            rows.flatMap(({ there }, n) =>
              there
                ? [
                    {
                      env: 'a',
                      key: `n${n}`,
                      step: 'notes',
                      model: 'mail.message',
                      resId: n,
                      op: 'create' as const,
                      state: 'done' as const,
                      before: {},
                      after: {},
                      xid: true,
                      run: 1,
                      batch: 1,
                    },
                  ]
                : [],
            ),
          );
          const made = [...batches({ store, env: 'a', pace: { batchSize } } as Context, 'notes')];
          store.close();
          expect(made.every((batch) => batch.length > 0 && batch.length <= batchSize)).toBe(true);
          const order = made.flat();
          expect(order.map((one) => one.key).sort()).toEqual(
            rows.flatMap((one, n) => (one.there ? [] : [`n${n}`])).sort(),
          );
          for (const lane of ['p1', 'p2', 'p3']) {
            const own = order.filter((one) => one.lane === lane);
            expect(own.map((one) => one.sort)).toEqual(own.map((one) => one.sort).sort());
            const holding = made.filter((batch) => batch.some((one) => one.lane === lane));
            if (own.length <= batchSize) expect(holding.length).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
