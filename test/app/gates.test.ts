/** The gate before a full run, where a project has staging and production. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleGate, waiveSample } from '../../src/app/gates.ts';
import { createProject } from '../../src/app/project.ts';
import { withSession, type Session } from '../../src/app/session.ts';

const faces = { emit: () => {}, signal: new AbortController().signal, secrets: {} };
const NOWHERE = { url: 'http://127.0.0.1:1', db: 'none', login: 'none' };
const MAPPING = 'this mapping';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-gates-'));
  const project = { folder: join(folder, 'project'), source: 'allclients', exportPath: folder };
  createProject({ ...project, env: 'production', ...NOWHERE });
  const path = join(folder, 'project', 'waybill.yaml');
  const staging = 'staging:\n    url: http://127.0.0.1:1\n    db: other\n    login: none\n';
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('environments:\n', `environments:\n  ${staging}`));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inProject = (work: (session: Session) => void): Promise<void> =>
  withSession(join(folder, 'project'), faces, 'write', (session) => Promise.resolve(work(session)));

/** As `sample` and its approval leave it. */
function approved({ store }: Session, env: string, mappingHash: string, hash = 'diff'): void {
  store.runs.setMeta(`sample.${env}`, { hash, mappingHash, at: '', records: 1, differences: 0 });
  store.runs.approve(env, 'sample', hash, 'Ana');
}

const opens = (session: Session, env: string, by?: string): boolean => {
  try {
    sampleGate(session, env, MAPPING, by);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'WB_GATE_SAMPLE' });
    return false;
  }
};

it('is opened on production by the sample of staging, with this very mapping and diff, and by none of its own', () =>
  inProject((session) => {
    expect(opens(session, 'production')).toBe(false);
    approved(session, 'production', MAPPING);
    expect(opens(session, 'production')).toBe(false);
    approved(session, 'staging', 'another mapping');
    expect(opens(session, 'production')).toBe(false);
    approved(session, 'staging', MAPPING);
    expect(opens(session, 'production')).toBe(true);
    // Sampled once more, with another outcome that nobody saw.
    const facts = { hash: 'other', mappingHash: MAPPING, at: '', records: 1, differences: 1 };
    session.store.runs.setMeta('sample.staging', facts);
    expect(opens(session, 'production')).toBe(false);
  }));

it('is opened by an override for its own environment and mapping alone, which the audit log keeps with its reason', () =>
  inProject((session) => {
    waiveSample(session, 'staging', MAPPING, 'Bold Bob');
    expect([opens(session, 'staging'), opens(session, 'production')]).toEqual([true, false]);
    expect(opens(session, 'production', 'Bold Bob')).toBe(true);
    const last = [...session.store.handover.audit()].at(-1);
    expect([last?.who, JSON.parse(last?.detail ?? '')]).toEqual([
      'Bold Bob',
      { env: 'production', mapping: MAPPING, sample: 'waived' },
    ]);
    expect(() => sampleGate(session, 'production', 'a later mapping')).toThrow('staging');
  }));
