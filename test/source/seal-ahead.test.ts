/** Files that a thread seals have the seals that they have where they are read one by one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBundle } from '../../src/source/bundle.ts';
import { sealAhead } from '../../src/source/seal-ahead.ts';
import { sealOf } from '../../src/source/seal.ts';
import { zipOf } from '../support/zip-archive.ts';

/** Enough of them for a thread. */
const FILES = Array.from({ length: 1_200 }, (_, n) => ({
  name: `documents/${n % 7}/Grüße ${n}.txt`,
  data: `${n} `.repeat(n % 5 === 0 ? 60_000 : n),
}));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-seals-'));
  for (const { name, data } of FILES) {
    mkdirSync(join(folder, 'export', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'export', name), data);
  }
  writeFileSync(join(folder, 'export.zip'), zipOf(FILES));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running = new AbortController().signal;

test.each(['export', 'export.zip'])('in the order of the files of %s', async (name) => {
  const path = join(folder, name);
  const files = await openBundle(path);
  await using ahead = sealAhead(path, files, running);
  const seals = await ahead.seals;
  expect(files.map((_, at) => seals(at))).toEqual(await Promise.all(files.map(sealOf)));
});

test('one that cannot be read is left to whoever asks for it, and the others are sealed', async () => {
  const path = join(folder, 'export');
  const [first, ...others] = await openBundle(path);
  if (!first) throw new Error('no file');
  const gone = Object.assign(Object.create(first) as typeof first, { path: 'documents/gone.txt' });
  await using ahead = sealAhead(path, [gone, ...others], running);
  const seals = await ahead.seals;
  expect(seals(0)).toBeUndefined();
  expect(others.every((_, at) => seals(at + 1) !== undefined)).toBe(true);
});

test('Ctrl-C ends it in the middle', async () => {
  const stop = new AbortController();
  const path = join(folder, 'export');
  await using ahead = sealAhead(path, await openBundle(path), stop.signal);
  stop.abort();
  await expect(ahead.seals).rejects.toMatchObject({ code: 'WB_STOPPED' });
});
