/** What every source must do, run on every connector of the list. A new one adds an example export here. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTORS } from '../../src/app/connectors.ts';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { openAllClientsExport } from '../../src/source/allclients/allclients.ts';
import { openCompletedExport } from '../../src/source/allclients/api/completed-export.ts';
import type { Extracted, Source } from '../../src/source/source.ts';
import { sampleAccount } from '../support/allclients-server/account.ts';
import { openStandIn, type OpenStandIn } from '../support/allclients-server/open.ts';

/** Writes an export with some dirt, and at least one object of more than 1,000 records. */
const EXAMPLES: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  allclients: (folder) =>
    generateSampleAccount({ seed: 5, contacts: 200, notes: 1_500 }).writeTo(folder),
  agilecase: (folder) =>
    Promise.resolve(
      generateSampleFirm({
        seed: 5,
        cases: 40,
        contacts: 50,
        notes: 1_500,
        communications: 30,
        documents: 0,
      }).writeTables(folder),
    ),
};

const never = new AbortController().signal;

describe.each(Object.entries(CONNECTORS))('source %s', (id, connector) => {
  const { declaration } = connector;
  const folder = mkdtempSync(join(tmpdir(), `waybill-${id}-`));
  const source = (path = folder): Source => connector.open(path, {});
  beforeAll(async () => {
    await EXAMPLES[id]?.(folder);
    writeFileSync(join(folder, 'picture.png'), 'no table');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has an example export in this suite', () => {
    expect(Object.keys(EXAMPLES)).toContain(id);
  });

  it('declares itself soundly', () => {
    expect(declaration.id).toBe(id);
    expect(id).toMatch(/^[a-z][a-z0-9]*$/);
    expect(declaration.fieldPrefix).toMatch(/^x_[a-z0-9]+_$/);
    expect(declaration.country).toMatch(/^[A-Z]{2}$/);
    expect(() => new Intl.DateTimeFormat('en', { timeZone: declaration.timeZone })).not.toThrow();
    const names = declaration.objects.map((object) => object.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, parent, slots } of declaration.objects) {
      if (parent !== undefined) expect(names).toContain(parent);
      const slotNames = slots.map((slot) => slot.name);
      expect(new Set(slotNames).size, name).toBe(slotNames.length);
      for (const slot of slots) expect(slot.name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
  });

  it('finds the same twice, and passes over no file silently', async () => {
    const one = await source().inspect(never);
    expect(await source().inspect(never)).toEqual(one);
    const seen = [...one.files, ...one.skipped].map((file) => file.path);
    expect(new Set(seen).size, 'told twice').toBe(seen.length);
    // A source may add tables that it makes itself, such as the files that no row names.
    expect(readdirSync(folder).filter((name) => !seen.includes(name))).toEqual([]);
    for (const file of one.files) {
      expect(file.columns.map((column) => column.index)).toEqual(file.columns.map((_, at) => at));
      expect(new Set(file.columns.map((column) => column.id)).size).toBe(file.columns.length);
    }
  });

  it('extracts every record once, in order, in chunks, and the same again', async () => {
    expect(await extractsInOrder(source)).toBeGreaterThan(1_000);
  });

  it('says what is wrong with what is not there or not readable', async () => {
    await expect(source(join(folder, 'nowhere')).inspect(never)).rejects.toMatchObject({
      code: 'WB_SOURCE_MISSING',
      next: expect.stringMatching(/\w/),
    });
    const bad = join(folder, 'bad.zip');
    writeFileSync(bad, 'PK no zip');
    await expect(source(bad).inspect(never)).rejects.toMatchObject({ code: 'WB_ARCHIVE_UNSAFE' });
    rmSync(bad);
  });

  it('can be stopped', async () => {
    await expect(source().inspect(AbortSignal.abort())).rejects.toMatchObject({
      code: 'WB_STOPPED',
    });
  });
});

const SIZE = { seed: 5, contacts: 200, notes: 1_500 };

describe.each(['alone', 'beside an export'])('an API %s', (way) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-api-'));
  let server: OpenStandIn;
  const source = (): Source =>
    way === 'alone'
      ? server.source({ without: ['attachments', 'specialevents'] })
      : openCompletedExport(
          openAllClientsExport(folder, {}),
          () => server.address(),
          server.folder,
        );
  beforeAll(async () => {
    await generateSampleAccount(SIZE).writeTo(folder);
    server = await openStandIn(sampleAccount(SIZE));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.close();
  });

  it('finds the same twice', async () => {
    const one = await source().inspect(never);
    expect(await source().inspect(never)).toEqual(one);
  });

  it('extracts every record once, in order, in chunks, and the same again', async () => {
    expect(await extractsInOrder(source)).toBeGreaterThan(1_000);
  });

  it('can be stopped', async () => {
    await expect(source().inspect(AbortSignal.abort())).rejects.toMatchObject({
      code: 'WB_STOPPED',
    });
  });
});

/** The most records of one object. */
async function extractsInOrder(source: () => Source): Promise<number> {
  const opened = source();
  const { files } = await opened.inspect(never);
  const counts = new Map<string, number>();
  for (const file of files) {
    const { records, chunks } = await all(opened.extract(file, never));
    expect(records.length, file.path).toBe(file.rows);
    expect(Math.max(0, ...chunks)).toBeLessThanOrEqual(1_000);
    for (const record of records) {
      const position = (counts.get(record.object) ?? 0) + 1;
      counts.set(record.object, position);
      expect(record).toMatchObject({ object: file.object, position, file: file.path });
      expect(record.key).not.toBe('');
      expect(record.cells.length).toBe(file.columns.length);
      expect(record.line).toBeGreaterThan(file.headerLine);
    }
  }
  const again = source();
  const [first] = (await again.inspect(never)).files;
  const [other] = files;
  if (!first || !other) throw new Error('no file');
  await opened.inspect(never);
  expect(await all(again.extract(first, never))).toEqual(await all(opened.extract(other, never)));
  return Math.max(...counts.values());
}

async function all(stream: AsyncIterable<Extracted>) {
  const parts: Extracted[] = [];
  for await (const part of stream) parts.push(part);
  const found = parts.filter((part) => part.kind === 'records');
  return {
    records: found.flatMap((part) => part.records),
    chunks: found.map((part) => part.records.length),
    rejected: parts.flatMap((part) => (part.kind === 'rejected' ? [part.row] : [])),
  };
}
