/** Tables that are looked through in threads are found to be what they are found to be alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALLCLIENTS } from '../../src/source/allclients/declaration.ts';
import { openBundle } from '../../src/source/bundle.ts';
import { inspectTables } from '../../src/source/inspect-all.ts';
import { classify, inspectTable, type Candidate } from '../../src/source/inspect-tables.ts';
import { writeSample } from '../../bench/sample.ts';

let folder = '';
let candidates: Candidate[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-beside-'));
  await writeSample(folder, { seed: 5, contacts: 86_000, notes: 172_000 });
  for (const file of await openBundle(folder))
    candidates.push(...(await classify(file, ALLCLIENTS, {}, ['delimited'])).candidates);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running = new AbortController().signal;

test('each in its place, with the same columns, profiles and counts', async () => {
  expect(candidates.filter(({ table }) => table.bytes > 25_000_000)).toHaveLength(2);
  const alone = [];
  for (const candidate of candidates) alone.push(await inspectTable(candidate, {}, running));
  expect(await inspectTables(folder, candidates, {}, running)).toEqual(alone);
});

test('a file that is gone is said with its code, whichever thread finds it gone', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await expect(inspectTables(elsewhere, candidates, {}, running)).rejects.toMatchObject({
    code: 'WB_SOURCE_MISSING',
    place: elsewhere,
  });
});

test('Ctrl-C ends it in the middle of a table', async () => {
  const stop = new AbortController();
  const looked = inspectTables(folder, candidates, {}, stop.signal);
  stop.abort();
  await expect(looked).rejects.toMatchObject({ code: 'WB_STOPPED' });
});
