/**
 * The pipeline alone, in a process of its own so that its peak memory is its own: reads the export in argv[2], of the source argv[3],
 * stages, proposes and maps it, without any Odoo: argv[4] is what one would say of its fields. Prints one JSON object.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { approveMapping, proposeMapping } from '../src/app/mapping.ts';
import { ensureMapped } from '../src/app/migrate.ts';
import { createProject } from '../src/app/project.ts';
import { scope } from '../src/app/scope.ts';
import { inspectionOf, withSession, type Session } from '../src/app/session.ts';
import type { Catalog } from '../src/mapping/mapping.ts';

const [, , account = '', source = '', catalogPath = ''] = process.argv;
const catalog = JSON.parse(readFileSync(catalogPath, 'utf8')) as Catalog;
const project = join(account, 'project');
const NOWHERE = { url: 'http://127.0.0.1:1', db: 'none', login: 'none' };

const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const seconds = async (work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

function propose(session: Session): void {
  proposeMapping(session, inspectionOf(session), catalog);
  approveMapping(session, 'benchmark');
}

const map = (session: Session): Promise<void> =>
  ensureMapped(session, approveMapping(session, 'benchmark'), catalog, 'benchmark');

rmSync(project, { recursive: true, force: true });
createProject({
  folder: project,
  source,
  exportPath: join(account, 'export'),
  env: 'bench',
  ...NOWHERE,
});
const report = await withSession(project, faces, 'write', async (session) => {
  const steps = {
    'read, profile, stage': await seconds(() => scope(session)),
    'propose a mapping': await seconds(() => propose(session)),
    'normalise, map, plan': await seconds(() => map(session)),
  };
  const records = session.store.staging.counts().reduce((sum, one) => sum + one.n, 0);
  const planned = session.store.plan.counts().reduce((sum, one) => sum + one.n, 0);
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    steps,
    records,
    planned,
    peakRssMb: maxRSS / 1024,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  };
});
process.stdout.write(`${JSON.stringify(report)}\n`);
