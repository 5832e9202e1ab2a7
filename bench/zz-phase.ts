import { rmSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { approveMapping, proposeMapping } from '../src/app/mapping.ts';
import { ensureMapped } from '../src/app/migrate.ts';
import { createProject } from '../src/app/project.ts';
import { scope } from '../src/app/scope.ts';
import { inspectionOf, withSession } from '../src/app/session.ts';
import { readCatalog } from './catalog.ts';
const [, , account = '', source = 'allclients', phase = 'map'] = process.argv;
const project = join(account, phase === 'prep' ? 'prep' : 'project-' + process.pid);
const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const used = () => process.resourceUsage();
const timed = async (name: string, work: () => unknown) => {
  const u = used(), began = performance.now();
  await work();
  const v = used();
  process.stdout.write(`${name} wall ${((performance.now() - began) / 1000).toFixed(2)} user ${((v.userCPUTime - u.userCPUTime) / 1e6).toFixed(2)} sys ${((v.systemCPUTime - u.systemCPUTime) / 1e6).toFixed(2)} rss ${(v.maxRSS / 1024).toFixed(0)} minflt ${v.minorPageFault - u.minorPageFault}\n`);
};
if (phase !== 'map') {
  rmSync(project, { recursive: true, force: true });
  createProject({ folder: project, source, exportPath: join(account, 'export'), env: 'bench', url: 'http://127.0.0.1:1', db: 'none', login: 'none' });
} else cpSync(join(account, 'prep'), project, { recursive: true });
await withSession(project, faces, 'write', async (session) => {
  if (phase !== 'map') { await timed('read', () => scope(session));
    proposeMapping(session, inspectionOf(session), readCatalog());
    approveMapping(session, 'benchmark');
  }
  if (phase !== 'read' && phase !== 'prep') await timed('map', () => ensureMapped(session, approveMapping(session, 'benchmark'), readCatalog(), 'benchmark'));
});
if (phase !== 'prep') rmSync(project, { recursive: true, force: true });
