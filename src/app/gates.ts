/** The gate before a full run: somebody looked at a sample made with this very mapping, or answers for not doing so. */
import { WaybillError } from '../core/errors.ts';
import type { Session } from './session.ts';

/** What is kept of a sample beside its files; the approval is bound to `hash`. */
export interface SampleFacts {
  readonly hash: string;
  readonly mappingHash: string;
  readonly at: string;
  readonly records: number;
  readonly differences: number;
}

export const sampleFacts = (session: Session, env: string): SampleFacts | undefined =>
  session.store.runs.meta<SampleFacts | null>(`sample.${env}`) ?? undefined;

export type SampleState = 'none' | 'stale' | 'to approve' | 'approved' | 'waived';

/** A waiver is bound to the mapping as an approval is: change the mapping and the gate shuts again. */
export function sampleState(session: Session, env: string, mappingHash: string): SampleState {
  const facts = sampleFacts(session, env);
  const { runs } = session.store;
  if (facts?.mappingHash === mappingHash && runs.lastApproval(env, 'sample')?.hash === facts.hash)
    return 'approved';
  if (runs.lastApproval(env, 'sample waived')?.hash === mappingHash) return 'waived';
  if (!facts) return 'none';
  return facts.mappingHash === mappingHash ? 'to approve' : 'stale';
}

/** Production is opened by the sample that was approved on staging, where the project has one. */
export const sampleEnvironment = (session: Session, env: string): string =>
  env === 'production' && 'staging' in session.project.config.environments ? 'staging' : env;

/** Throws WB_GATE_SAMPLE. With `waivedBy` the gate opens, and the audit log says who opened it. */
export function sampleGate(
  session: Session,
  env: string,
  mappingHash: string,
  waivedBy?: string,
): void {
  const where = sampleEnvironment(session, env);
  if (sampleState(session, where, mappingHash) === 'approved') return;
  if (waivedBy !== undefined) waiveSample(session, env, mappingHash, waivedBy);
  if (sampleState(session, env, mappingHash) === 'waived') return;
  throw shut(session, where, mappingHash);
}

/** As the audit log has it. */
export const WAIVED = 'full run allowed without an approved sample';

/** The audit log keeps why the gate was shut, too. */
export function waiveSample(session: Session, env: string, mappingHash: string, by: string): void {
  const sample = sampleState(session, sampleEnvironment(session, env), mappingHash);
  session.store.transaction(() => {
    session.store.runs.approve(env, 'sample waived', mappingHash, by);
    session.store.runs.audit(by, WAIVED, { env, mapping: mappingHash, sample });
  });
}

function shut(session: Session, env: string, mappingHash: string): WaybillError {
  const folder = session.project.folder;
  const sample = `waybill sample ${folder} --env ${env}`;
  const approve = `Read reports/sample-${env}.html, then: ${sample} --approve --by "<your name>"`;
  const told: Readonly<Record<SampleState, readonly [string, string]>> = {
    none: [`No sample was loaded into "${env}" yet.`, `Run: ${sample}`],
    stale: [
      `The sample in "${env}" was made with another mapping.`,
      `Run: ${sample}   (it shows what the mapping does now)`,
    ],
    'to approve': [`The sample in "${env}" waits for an approval.`, approve],
    approved: ['', ''],
    waived: [`"${env}" was run without a sample.`, `Run: ${sample}`],
  };
  const [message, next] = told[sampleState(session, env, mappingHash)];
  return new WaybillError('WB_GATE_SAMPLE', message, {
    next: `${next}\n         To run without one, on your own responsibility: waybill run ${folder} --without-sample --by "<your name>"`,
  });
}
