/** What was predicted is set against what it took: all of it, and not what was predicted afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportModel } from '../../src/app/report.ts';
import { createProject } from '../../src/app/project.ts';
import { withSession, type Session } from '../../src/app/session.ts';
import { clock } from '../../src/lib/clock.ts';
import { reportHtml } from '../../src/report/html.ts';
import { waybill } from '../support/project.ts';
import { smallExport, type SmallExport } from '../support/small-export.ts';

const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const NOWHERE = { url: 'http://127.0.0.1:1', db: 'none', login: 'none' };
const { now } = clock;

let folder = '';
let files: SmallExport;
const project = (): string => join(folder, 'project');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-predicted-'));
  files = smallExport({
    'Contacts.csv': 'Contact ID,Last Name,Email\n1,Adams,ann@x.example\n',
    'Attachments.csv': 'Contact ID,File Name\n1,a.txt\n',
    'attachments/1/a.txt': 'twelve bytes',
  });
  createProject({
    folder: project(),
    source: 'allclients',
    exportPath: files.folder,
    env: 'production',
    ...NOWHERE,
  });
});
afterEach(() => {
  clock.now = now;
  files.remove();
  rmSync(folder, { recursive: true, force: true });
});

const inProject = <T>(work: (session: Session) => T): Promise<T> =>
  withSession(project(), faces, 'write', (session) => Promise.resolve(work(session)));

function ran({ store }: Session, hours: number, state: 'done' | 'stopped' | 'killed'): void {
  const began = Date.parse('2026-03-01T10:00:00Z');
  clock.now = () => new Date(began);
  const run = store.runs.start('production', 'full', 'mapping');
  clock.now = () => new Date(began + hours * 3_600_000);
  if (state !== 'killed') store.runs.end(run, state, {});
}

it('counts interrupted runs, names killed ones, and leaves out what came after the work was done', () =>
  inProject((session) => {
    session.store.runs.setMeta('estimate.production', { grade: 'B', runHours: 3 });
    session.store.runs.setMeta('speed.production', { perSecond: 200 });
    expect(reportModel(session, 'production').estimate).toBeNull();
    ran(session, 2, 'stopped');
    ran(session, 9, 'killed');
    ran(session, 1.5, 'done');
    ran(session, 8, 'done');
    const model = reportModel(session, 'production');
    expect(model.estimate).toEqual({
      grade: 'B',
      predictedHours: 3,
      actualHours: 3.5,
      killed: 1,
      recordsPerSecond: 200,
    });
    expect(reportHtml(model)).toContain('It took 3.5 h, and the time of 1 run(s) that were killed');
  }));

it('keeps the prediction of before the run, and counts the bytes of files before any mapping', async () => {
  expect((await waybill(['scope', project()])).stdout).toContain('1 attachment(s) with 1 kB');
  const predict = async () => (await waybill(['estimate', project(), '--json'])).json();
  const before = await predict();
  await inProject((session) => {
    expect(session.store.runs.meta('estimate.production')).toEqual(before);
    ran(session, 1, 'done');
    session.store.runs.setMeta('speed.production', { perSecond: 1 });
  });
  expect(await predict()).toMatchObject({ rate: { from: 'the sample' } });
  await inProject((session) =>
    expect(session.store.runs.meta('estimate.production')).toEqual(before),
  );
});
