/** Whether a chatter stands in the order of its dates. */
import { describe, expect, it } from 'vitest';
import { misplaced, noteMessage, type Chatters } from '../../src/engine/order.ts';
import { outOfPlace } from '../../src/engine/redated.ts';
import type { RedatedRow } from '../../src/store/delta.ts';
import type { LedgerRow } from '../../src/store/ledger.ts';

const message = (id: number, date: string) => ({ key: `n${id}`, id, date });

describe('the order of a chatter', () => {
  it('is that of its ids, in which no date falls', () => {
    expect(misplaced([message(3, '2024-01-02'), message(1, '2024-01-01')])).toEqual([]);
    expect(misplaced([message(1, '2024-01-01'), message(2, '2024-01-01')])).toEqual([]);
  });

  it('names every message that stands after a newer one, and none else', () => {
    const messages = [message(1, '2024-01-01'), message(2, '2024-03-01'), message(3, '2024-02-01'), message(4, '2024-02-02'), message(5, '2024-03-02')]; // prettier-ignore
    expect(misplaced(messages).map((one) => [one.id, one.after])).toEqual([
      [3, '2024-03-01'],
      [4, '2024-03-01'],
    ]);
  });

  it('is not asked of late ones, which are in a summary, nor of what somebody moved to another record', () => {
    const chatters: Chatters = new Map();
    noteMessage(chatters, row('match'), found(7));
    noteMessage(chatters, row('create'), found(8));
    expect(chatters.size).toBe(0);
    noteMessage(chatters, row('create'), found(7));
    expect([...chatters.keys()]).toEqual(['res.partner 7']);
  });
});

describe('entries that the source dates otherwise by now', () => {
  const chatter = [message(1, '2024-01-01'), message(2, '2024-02-01'), message(3, '2024-03-01')];
  const stay = (...redated: RedatedRow[]): number[] =>
    outOfPlace(chatter, redated).map(({ resId }) => resId);

  it('take their date where the order stays, one by one or all together', () => {
    expect(stay(redated(2, '2024-02-15'))).toEqual([]);
    expect(stay(redated(1, '2024-02-10'), redated(2, '2024-03-10'), redated(3, '2024-04-10'))).toEqual([]); // prettier-ignore
    expect(stay(redated(1, '2023-02-10'), redated(2, '2023-03-10'), redated(3, '2023-04-10'))).toEqual([]); // prettier-ignore
  });

  it('keep the date they have where they would pass another, and hold nobody else back', () => {
    expect(stay(redated(3, '2023-12-01'))).toEqual([3]);
    expect(stay(redated(1, '2024-05-01'))).toEqual([1]);
    expect(stay(redated(1, '2024-02-10'), redated(2, '2024-03-10'), redated(3, '2022-01-01'))).toEqual([1, 2, 3]); // prettier-ignore
    expect(stay(redated(1, '2024-01-20'), redated(2, '2024-02-20'), redated(3, '2022-01-01'))).toEqual([3]); // prettier-ignore
  });

  it('are not held to an order that was none before', () => {
    const mixed = [message(1, '2024-05-01'), message(2, '2024-02-01'), message(3, '2024-03-01')];
    expect(outOfPlace(mixed, [redated(2, '2024-02-15')])).toEqual([]);
  });
});

const redated = (resId: number, now: string): RedatedRow => ({
  row: { step: 'notes', model: 'mail.message', key: `n${resId}`, object: 'note', position: resId, lane: 'c', match: '', values: {}, seq: resId, sort: '' },
  resId, was: '', now,
}); // prettier-ignore

const row = (op: LedgerRow['op']): LedgerRow => ({
  env: 'p', key: 'n', step: 'notes', model: 'mail.message', resId: 5, op, state: 'done',
  before: {}, after: { model: 'res.partner', res_id: 7 }, xid: true, run: 1, batch: 0,
}); // prettier-ignore
const found = (record: number) => ({ id: 5, model: 'res.partner', res_id: record, date: '2024' });
