/** The answers that are kept: what a kill, another account or another reading makes of them. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import { openJournal } from '../../src/source/allclients/api/journal.ts';
import { sampleAccount } from '../support/allclients-server/account.ts';
import { openStandIn } from '../support/allclients-server/open.ts';
import { readSource } from '../support/read-source.ts';

const HEAD = {
  host: 'https://www.example.com/api/2',
  account: '4711',
  begun: '2026-01-02T03:04:05Z',
};
const answer = (n: number) => ({
  call: `GetContacts?pagingoffset=${n}`,
  at: HEAD.begun,
  status: 200,
  text: `<a>${n} ü 😀\n</a>`,
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-journal-'));
  path = join(folder, 'deep', 'answers.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('cut at any byte, every whole answer is still there and the rest can be asked again', () => {
  const journal = openJournal(path, HEAD);
  for (let n = 0; n < 3; n++) journal.keep(answer(n));
  journal.close();
  const bytes = readFileSync(path);
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  for (let length = bytes.length; length > (ends[0] ?? 0); length -= 7) {
    truncateSync(path, length);
    const again = openJournal(path, { ...HEAD, begun: 'later' });
    const whole = ends.filter((end) => end <= length).length - 1;
    expect([0, 1, 2].map((n) => again.get(answer(n).call))).toEqual(
      [0, 1, 2].map((n) => (n < whole ? answer(n) : undefined)),
    );
    expect(again.head.begun).toBe(HEAD.begun);
    again.keep(answer(9));
    expect(again.get(answer(9).call)).toEqual(answer(9));
    again.close();
    truncateSync(path, ends[whole] ?? 0);
    appendFileSync(path, bytes.subarray(ends[whole] ?? 0, length));
  }
});

it.each([{ account: '4712' }, { host: 'https://other.example.com/api/2' }])(
  'of another account are not gone on with: %o',
  (change) => {
    const journal = openJournal(path, HEAD);
    journal.keep(answer(1));
    journal.close();
    const other = openJournal(path, { ...HEAD, ...change });
    expect(other.continued).toBe(false);
    expect(other.get(answer(1).call)).toBeUndefined();
    other.close();
  },
);

it('are for their owner only', () => {
  openJournal(path, HEAD).close();
  expect(statSync(path).mode & 0o077).toBe(0);
});

it('a reading that was stopped goes on; one that ended is followed by a new one', async () => {
  const server = await openStandIn(sampleAccount({ seed: 5, contacts: 12, notes: 12 }));
  try {
    const stop = new AbortController();
    server.seeing = (call) => {
      if (call.n === 20) stop.abort();
      return true;
    };
    const error: unknown = await readSource(server.source(), stop.signal).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isWaybillError(error, 'WB_STOPPED')).toBe(true);
    const whole = await readSource(server.source());
    const asked = server.calls
      .filter((call) => call.answered)
      .map((call) => `${call.name} ${call.params}`);
    // The call in flight when it stopped was answered to nobody.
    expect(asked.length - new Set(asked).size).toBeLessThanOrEqual(1);
    expect(existsSync(join(server.folder, 'answers.jsonl'))).toBe(false);
    const before = server.calls.length;
    expect((await readSource(server.source())).records).toEqual(whole.records);
    expect(server.calls.length - before).toBeGreaterThan(30);
  } finally {
    await server.close();
  }
});
