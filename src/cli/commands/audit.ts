import type { Command } from 'commander';
import { checkAudit, checkAuditFile } from '../../app/audit.ts';
import { withSession } from '../../app/session.ts';
import type { ChainCheck } from '../../core/audit-chain.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';

interface AuditOptions extends CommonOptions {
  readonly file?: string;
}

export function addAudit(program: Command): void {
  projectCommand(program, 'audit', 'check that nobody changed the audit log', false)
    .option('--file <path>', 'the audit.jsonl of a handoff package, instead of the project')
    .action((folder: string, options: AuditOptions) =>
      perform(options, (faces) =>
        options.file
          ? Promise.resolve(outcome(checkAuditFile(options.file), options.file))
          : withSession(folder, faces, 'read', (session) =>
              Promise.resolve(outcome(checkAudit(session), folder)),
            ),
      ),
    );
}

function outcome(check: ChainCheck, where: string): Outcome {
  if (check.broken)
    throw new WaybillError(
      'WB_AUDIT_BROKEN',
      `Entry ${check.broken.entry} of the audit log in ${where}: ${check.broken.why}. Everything before it holds.`,
      {
        next: 'Compare with the audit.jsonl of an earlier handoff package or with a backup of the project.',
      },
    );
  return {
    result: check,
    text: `The audit log holds: ${check.entries} entries, each bound to the one before. The last is ${check.last.slice(0, 16)}: compare it with the one you were given, since an end that was cut off leaves a chain that holds.`,
    exit: EXIT.done,
  };
}
