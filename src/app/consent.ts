/** Who allowed what, when, and whether it still holds: what the handoff package says of approvals, told by the audit log. */
import type { AuditRow } from '../store/handover.ts';
import { certificateOf } from './certificate.ts';
import { sampleEnvironment, sampleFacts, WAIVED } from './gates.ts';
import { signedScope } from './scope.ts';
import type { Session } from './session.ts';

export interface Consent {
  /** A sentence each. */
  readonly told: readonly string[];
  /** Environment whose sample opens the gate of this one. */
  readonly sampleEnv: string;
  /** What the sample that lies in the project is. */
  readonly sample: string;
  /** Whether the certificate that lies in the project still says what is. */
  readonly certified: boolean;
}

/** `mappingHash`: of the last run. */
export function consentOf(session: Session, env: string, mappingHash: string): Consent {
  const entries = [...session.store.handover.audit()].map(readEntry);
  const sampleEnv = sampleEnvironment(session, env);
  const approval = entries.findLast(
    ({ what, detail }) =>
      what === 'sample approved' &&
      detail['env'] === sampleEnv &&
      detail['mappingHash'] === mappingHash,
  );
  const waiver = entries.findLast(
    ({ what, detail }) =>
      what === WAIVED && detail['env'] === env && detail['mapping'] === mappingHash,
  );
  const certificate = certificateOf(session, env);
  return {
    told: [
      scopeTold(session),
      mappingTold(session, mappingHash),
      ...(approval ? [`The sample in "${sampleEnv}" was approved ${byWhom(approval)}.`] : []),
      ...(waiver
        ? [
            `The full run was allowed without an approved sample ${byWhom(waiver)}; ${WHY[String(waiver.detail['sample'])] ?? 'why, is not recorded'}.`,
          ]
        : []),
      ...(approval || waiver
        ? []
        : ['No sample of the mapping of the last run was approved, and nobody waived it.']),
      certificate.told,
    ],
    sampleEnv,
    sample: sampleTold(session, sampleEnv, mappingHash, approval),
    certified: certificate.holds,
  };
}

/** By the state of the sample when the gate was opened. */
const WHY: Readonly<Record<string, string>> = {
  none: 'no sample had been made',
  stale: 'the sample had been made with another mapping',
  'to approve': 'the sample waited for an approval',
  approved: 'although one was approved',
  waived: 'which had been allowed before',
};

interface Entry extends Pick<AuditRow, 'at' | 'who' | 'what'> {
  readonly detail: Readonly<Record<string, unknown>>;
}

const readEntry = ({ at, who, what, detail }: AuditRow): Entry => ({
  at,
  who,
  what,
  detail: JSON.parse(detail) as Entry['detail'],
});

const day = (iso: string): string => iso.slice(0, 10);
const byWhom = ({ who, at }: Pick<Entry, 'who' | 'at'>): string => `by ${who} on ${day(at)}`;

function scopeTold(session: Session): string {
  const signed = signedScope(session);
  if (!signed) return 'Nobody signed a scope.';
  return `The scope was signed by ${signed.by} on ${day(signed.at)}.`;
}

function mappingTold(session: Session, hash: string): string {
  const approval = session.store.runs.approval('mapping', hash);
  if (!approval) return 'Nobody approved the mapping of the last run.';
  return `The mapping of the last run (${hash.slice(0, 12)}) was approved by ${approval.by} on ${day(approval.at)}.`;
}

function sampleTold(
  session: Session,
  env: string,
  mappingHash: string,
  approval: Entry | undefined,
): string {
  const facts = sampleFacts(session, env);
  const made = `a sample in "${env}" of ${facts ? day(facts.at) : 'a time not known'}`;
  if (facts?.mappingHash !== mappingHash)
    return `${made}, made with another mapping than that of the last run`;
  if (approval?.detail['hash'] !== facts.hash) return `${made}, which nobody approved`;
  return `the sample in "${env}", approved ${byWhom(approval)}, field by field`;
}
