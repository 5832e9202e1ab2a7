/** Promise 2: killed at any moment and run again, Odoo ends as if nothing had happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { picture } from '../support/picture.ts';
import { plainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const KILLS = 20;
const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
const undisturbed: { odoo?: TestOdoo; project?: TestProject } = {};
const killed: { odoo?: TestOdoo; project?: TestProject } = {};

beforeAll(async () => {
  await generateSampleAccount({ seed: 3, contacts: 1_000, notes: 3_000 }).writeTo(exportFolder);
  for (const side of [undisturbed, killed]) {
    side.odoo = await freshOdoo(19, 'kill');
    side.project = await makeProject(side.odoo, exportFolder);
    // Small batches: more moments at which a batch is open.
    side.project.edit('waybill.yaml', (text) => `${text}options:\n  batchSize: 60\n`);
    await prepare(side.project);
  }
});

afterAll(async () => {
  for (const side of [undisturbed, killed]) {
    side.project?.remove();
    await side.odoo?.drop();
  }
  rmSync(exportFolder, { recursive: true, force: true });
});

it(`ends the same after ${KILLS} SIGKILLs at random moments`, async () => {
  if (!undisturbed.odoo || !undisturbed.project || !killed.odoo || !killed.project)
    throw new Error('not set up');
  expect((await undisturbed.project.run('run')).code).toBe(4);
  const random = seededRandom(20);
  let kills = 0;
  for (let n = 0; n < KILLS; n++) {
    // The first runs die while provisioning, the later ones while loading and verifying.
    const ran = await killed.project.runKilledAfter(400 + random.int(n < 6 ? 3_000 : 2_200), 'run');
    if (ran.signal === 'SIGKILL') kills++;
    else expect(ran.code, ran.stderr).toBe(4);
  }
  expect(kills).toBeGreaterThan(KILLS / 2);
  const last = await killed.project.run('run');
  expect(last.code, last.stderr).toBe(4);
  expect(await picture(await plainRpc(killed.odoo))).toEqual(
    await picture(await plainRpc(undisturbed.odoo)),
  );
}, 600_000);
