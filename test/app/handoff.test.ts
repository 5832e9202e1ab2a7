/** What the handoff package says of approvals and certificates is what happened, in every case. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCatalog } from '../../bench/catalog.ts';
import { waiveSample } from '../../src/app/gates.ts';
import { writeHandoff } from '../../src/app/handoff.ts';
import { approveMapping, proposeMapping } from '../../src/app/mapping.ts';
import { createProject } from '../../src/app/project.ts';
import { approveSample } from '../../src/app/sample.ts';
import { scope, signScope } from '../../src/app/scope.ts';
import { inspectionOf, withSession, type Session } from '../../src/app/session.ts';
import { smallExport, type SmallExport } from '../support/small-export.ts';
import { unzip } from '../support/unzip.ts';

const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const NOWHERE = { url: 'http://127.0.0.1:1', db: 'none', login: 'none' };

let folder = '';
let files: SmallExport;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-handoff-'));
  files = smallExport({ 'Contacts.csv': 'Contact ID,Last Name,Email\n1,Adams,ann@x.example\n' });
});
afterEach(() => {
  files.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A project whose mapping Ana approved; nothing is loaded. */
const withProject = (work: (session: Session, hash: string) => Promise<void>): Promise<void> => {
  const project = join(folder, 'project');
  createProject({
    folder: project,
    source: 'allclients',
    exportPath: files.folder,
    env: 'production',
    ...NOWHERE,
  });
  return withSession(project, faces, 'write', async (session) => {
    await scope(session);
    proposeMapping(session, inspectionOf(session), readCatalog());
    await work(session, approveMapping(session, 'Ana').hash);
  });
};

/** As a run leaves it that wrote so many records. */
function ran({ store }: Session, kind: 'full' | 'delta', hash: string, records: number): number {
  const run = store.runs.start('production', kind, hash);
  const row = { env: 'production', step: 'contacts', model: 'res.partner', op: 'create' } as const;
  const rest = { state: 'done', before: {}, after: {}, xid: true, run, batch: 0 } as const;
  store.ledger.put(
    Array.from({ length: records }, (_, n) => ({ ...row, ...rest, key: `k${run}.${n}`, resId: 1 })),
  );
  store.runs.end(run, 'done', {});
  return run;
}

/** As `sample` leaves it. */
function sampled(session: Session, mappingHash: string, hash: string): void {
  mkdirSync(session.project.reportsFolder, { recursive: true });
  writeFileSync(join(session.project.reportsFolder, 'sample-production.html'), hash);
  const facts = { hash, mappingHash, at: '2026-03-01T10:00:00.000Z', records: 1, differences: 0 };
  session.store.runs.setMeta('sample.production', facts);
}

async function handedOver(
  session: Session,
): Promise<{ index: string; about: Record<string, string>; read: (name: string) => string }> {
  const made = await writeHandoff(session);
  const unzipped = mkdtempSync(join(folder, 'unzipped-'));
  await unzip(made.zip, unzipped);
  const read = (name: string): string => readFileSync(join(unzipped, name), 'utf8');
  const about = Object.fromEntries(made.files.map((file) => [file.name, file.about]));
  return { index: read('index.html'), about, read };
}

it('is not written before a full run ended, nor after it was taken back', () =>
  withProject(async (session, hash) => {
    await expect(writeHandoff(session)).rejects.toMatchObject({ code: 'WB_HANDOFF_TOO_EARLY' });
    ran(session, 'full', hash, 0);
    await expect(writeHandoff(session)).rejects.toMatchObject({ code: 'WB_HANDOFF_TOO_EARLY' });
  }));

it('says who approved the mapping, who signed the scope, and that nobody approved a sample', () =>
  withProject(async (session, hash) => {
    ran(session, 'full', hash, 1);
    const { index, about } = await handedOver(session);
    expect(index).toContain('was approved by Ana on');
    expect(index).toContain('Nobody signed a scope.');
    expect(index).toContain('No sample of the mapping of the last run was approved');
    expect(about).not.toHaveProperty('sample.html');
    signScope(session, 'Cleo');
    expect((await handedOver(session)).index).toContain('The scope was signed by Cleo on');
  }));

it('says who waived the sample, and what there was when they did', () =>
  withProject(async (session, hash) => {
    waiveSample(session, 'production', hash, 'Bold Bob');
    ran(session, 'full', hash, 1);
    const bare = await handedOver(session);
    expect(bare.index).toContain('allowed without an approved sample by Bold Bob on');
    expect(bare.index).toContain('no sample had been made');
    sampled(session, hash, 'one');
    const { about } = await handedOver(session);
    expect(about['sample.html']).toContain('which nobody approved');
    waiveSample(session, 'production', hash, 'Bold Bob');
    expect((await handedOver(session)).index).toContain('which had been allowed before');
  }));

it('calls a sample approved only when it is the one that was, and of the mapping of the run', () =>
  withProject(async (session, hash) => {
    sampled(session, hash, 'one');
    approveSample(session, 'Ana');
    ran(session, 'full', hash, 1);
    const approved = await handedOver(session);
    expect(approved.about['sample.html']).toMatch(
      /^the sample in "production", approved by Ana on/,
    );
    expect(approved.index).toContain('The sample in &quot;production&quot; was approved by Ana on');
    sampled(session, hash, 'another');
    const later = await handedOver(session);
    expect(later.about['sample.html']).toContain('which nobody approved');
    expect(later.index).toContain('The sample in &quot;production&quot; was approved by Ana on');
    sampled(session, 'other mapping', 'one');
    const { about } = await handedOver(session);
    expect(about['sample.html']).toContain('made with another mapping');
  }));

it('gives the mapping of the last run, whatever mapping.yaml says by now', () =>
  withProject(async (session, hash) => {
    ran(session, 'full', hash, 1);
    const path = session.project.mappingPath;
    const now = readFileSync(path, 'utf8');
    const same = await handedOver(session);
    expect([same.about['mapping.yaml'], same.read('mapping.yaml')]).toEqual([
      'the mapping of the last run',
      now,
    ]);
    writeFileSync(path, now.replace('groupPrefix: "Group: "', 'groupPrefix: "G: "'));
    const { about, read } = await handedOver(session);
    expect(about['mapping.yaml']).toContain('changed it since');
    expect(about['field-mapping.xlsx']).toContain('changed since');
    expect(read('mapping.yaml')).toContain('groupPrefix: "Group: "');
  }));

it('holds a certificate only while nothing was written since', () =>
  withProject(async (session, hash) => {
    ran(session, 'full', hash, 2);
    expect((await handedOver(session)).index).toContain('No second full run has certified');
    const run = ran(session, 'full', hash, 0);
    const certificate = join(session.project.reportsFolder, 'certificate-production.html');
    mkdirSync(session.project.reportsFolder, { recursive: true });
    writeFileSync(certificate, 'nothing changed');
    const at = '2026-03-01T10:00:00.000Z';
    session.store.runs.setMeta('certificate.production', { run, at });
    ran(session, 'delta', hash, 0);
    const holds = await handedOver(session);
    expect(holds.about).toHaveProperty('certificate.html');
    expect(holds.index).toContain(`Run ${run} certified on 2026-03-01`);
    ran(session, 'delta', hash, 3);
    const outdated = await handedOver(session);
    expect(outdated.about).not.toHaveProperty('certificate.html');
    expect(outdated.index).toContain(
      'certificate of 2026-03-01 is outdated: 3 record(s) were written since',
    );
  }));
