/** Checks the audit log, in the store or in the file of a handoff package. */
import { readFileSync } from 'node:fs';
import { checkChain, type ChainCheck, type ChainEntry } from '../core/audit-chain.ts';
import { WaybillError } from '../core/errors.ts';
import type { Session } from './session.ts';

export const checkAudit = (session: Session): ChainCheck =>
  checkChain(session.store.handover.audit());

/** JSON lines as `handoff` writes them; needs no project, so anybody can check years later. */
export function checkAuditFile(path: string): ChainCheck {
  const lines = readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return checkChain(lines.map((line, index) => parseEntry(path, line, index + 1)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WaybillError('WB_USAGE', `${path} cannot be read.`, {
      next: 'Name the audit.jsonl of a handoff package.',
      cause: error,
    });
  }
}

function parseEntry(path: string, line: string, number: number): ChainEntry {
  try {
    const entry = JSON.parse(line) as Partial<ChainEntry>;
    const { at, who, what, detail, previous, hash } = entry;
    return {
      at: text(at),
      who: text(who),
      what: text(what),
      detail: text(detail),
      previous: text(previous),
      hash: text(hash),
    };
  } catch (error) {
    throw new WaybillError('WB_AUDIT_BROKEN', `${path}, line ${number}: not an entry.`, {
      place: `${path}:${number}`,
      next: 'Compare with the copy in the project: waybill audit <project>',
      cause: error,
    });
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
