/** Promise 2 for every kind of record: killed as each step ends and the next begins, Odoo ends as if nothing had happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateSampleAccount } from '../../src/app/demo/sample-account.ts';
import { STEPS } from '../../src/core/record.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { picture } from '../support/picture.ts';
import { plainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

/** The sample holds none of these: campaigns are tags, and companies stay texts, unless one chooses otherwise. */
const NOT_IN_SAMPLE: readonly string[] = ['campaigns', 'companies'];
const exportFolder = mkdtempSync(join(tmpdir(), 'waybill-export-'));
const sides: { odoo: TestOdoo; project: TestProject }[] = [];
let before: Dump;

beforeAll(async () => {
  await generateSampleAccount({ seed: 5, contacts: 100, notes: 60 }).writeTo(exportFolder);
  for (let side = 0; side < 2; side++) {
    const odoo = await freshOdoo(19, 'killsteps');
    const project = await makeProject(odoo, exportFolder);
    // Small batches: a step dies in its middle, not only at its end.
    project.edit('waybill.yaml', (text) => `${text}options:\n  batchSize: 4\n`);
    await prepare(project);
    sides.push({ odoo, project });
  }
  before = await dumpDatabase(sides[1]?.odoo.databaseUrl ?? '');
});
afterAll(async () => {
  for (const { odoo, project } of sides) {
    project.remove();
    await odoo.drop();
  }
  rmSync(exportFolder, { recursive: true, force: true });
});

it('ends the same, with every step killed', async () => {
  const [undisturbed, killed] = sides;
  if (!undisturbed || !killed) throw new Error('not set up');
  expect((await undisturbed.project.run('run')).code).toBe(4);
  const survived: string[] = [];
  const steps = STEPS.filter((one) => !NOT_IN_SAMPLE.includes(one));
  for (const step of ['provision', ...steps.map((one) => `load ${one}`)]) {
    const ran = await killed.project.runKilledAt(new RegExp(`${step}: `), 'run');
    if (ran.signal !== 'SIGKILL') survived.push(step);
  }
  expect(survived).toEqual([]);
  const last = await killed.project.run('run');
  expect(last.code, last.stderr).toBe(4);
  expect(await picture(await plainRpc(killed.odoo))).toEqual(
    await picture(await plainRpc(undisturbed.odoo)),
  );
});

it('can still be taken back until the database is what it was', async () => {
  const { odoo, project } = sides[1] as (typeof sides)[number];
  const back = await project.run('rollback', '--yes', '--json');
  expect(back.code, back.stderr + back.stdout).toBe(0);
  expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
});
