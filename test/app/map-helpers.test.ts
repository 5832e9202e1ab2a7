/** However many threads map, the plan is the same to the byte: records, their order, what waits, who owns. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { approveMapping, proposeMapping } from '../../src/app/mapping.ts';
import { mapHelpers } from '../../src/app/map-helpers.ts';
import { createProject } from '../../src/app/project.ts';
import { scope } from '../../src/app/scope.ts';
import { inspectionOf, withSession, type Session } from '../../src/app/session.ts';
import { mapAll } from '../../src/engine/map.ts';
import { groupDuplicates } from '../../src/mapping/duplicates.ts';
import { createMapper } from '../../src/mapping/mapper.ts';
import { readCatalog } from '../../bench/catalog.ts';
import { writeSample } from '../../bench/sample.ts';

const NOWHERE = { url: 'http://127.0.0.1:1', db: 'none', login: 'none' };
const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const FIRM = {
  seed: 3,
  cases: 900,
  contacts: 900,
  notes: 4_000,
  communications: 2_000,
  documents: 600,
};
const [ALONE, MANY] = [0, 1_000_000];

async function planned(session: Session, records: number): Promise<Record<string, unknown[]>> {
  const { declaration } = session.connector;
  const { document } = approveMapping(session, 'test');
  const { storeFolder } = session.project;
  const [inspection, catalog, pictures] = [inspectionOf(session), readCatalog(), new Map()];
  const data = { declaration, storeFolder, document, inspection, catalog, pictures };
  await using threads = mapHelpers(records, data);
  expect(threads.helpers.length > 0).toBe(records === MANY);
  await mapAll(session, {
    mapper: createMapper(document, declaration, inspection, catalog, pictures),
    declaration,
    choices: document.choices,
    groupDuplicates,
    helpers: threads.helpers,
  });
  using store = new DatabaseSync(join(storeFolder, 'store.db'), { readOnly: true });
  const all = (table: string, but = ''): unknown[] =>
    store
      .prepare(`select * from ${table}`)
      .all()
      .map((row) => ({ ...row, [but]: '' }));
  return {
    planned: all('planned'),
    review: all('review', 'id'),
    disposition: all('disposition'),
    owner: all('owner'),
    contacts: all('contact_index'),
  };
}

it.each([
  [
    'allclients',
    (folder: string) => writeSample(folder, { seed: 3, contacts: 4_000, notes: 9_000 }),
  ],
  ['agilecase', (folder: string) => generateSampleFirm(FIRM).writeTo(folder, 'csv')],
] as const)('%s', async (source, write) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-threads-'));
  const [project, exportPath] = [join(folder, 'project'), join(folder, 'export')];
  try {
    await write(exportPath);
    createProject({ folder: project, source, exportPath, env: 'test', ...NOWHERE });
    await withSession(project, faces, 'write', async (session) => {
      await scope(session);
      proposeMapping(session, inspectionOf(session), readCatalog());
      const alone = await planned(session, ALONE);
      expect(alone['planned']?.length).toBeGreaterThan(5_000);
      expect(alone['review']?.length).toBeGreaterThan(0);
      expect(await planned(session, MANY)).toEqual(alone);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
