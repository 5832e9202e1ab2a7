import type { Command } from 'commander';
import { confirm, isCancel } from '@clack/prompts';
import { rollbackRun } from '../../app/migrate.ts';
import { withSession, type Faces, type Session } from '../../app/session.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { rollbackText } from '../text.ts';

interface RollbackOptions extends CommonOptions {
  readonly dryRun?: boolean;
}

export function addRollback(program: Command): void {
  projectCommand(
    program,
    'rollback',
    'take the migration back out of Odoo; keeps and lists what people changed since',
    true,
  )
    .option('--dry-run', 'only say what would happen')
    .option('--yes', 'do not ask')
    .action((folder: string, options: RollbackOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', (session) => act(session, faces, options)),
      ),
    );
}

async function act(session: Session, faces: Faces, options: RollbackOptions): Promise<Outcome> {
  if (options.dryRun || !options.yes) {
    const rehearsal = await rollbackRun(session, faces, options.env, true);
    if (options.dryRun)
      return {
        result: { dryRun: true, ...rehearsal },
        text: rollbackText(rehearsal, true),
        exit: rehearsal.kept.length > 0 ? EXIT.conflicts : EXIT.done,
      };
    await ask(rollbackText(rehearsal, true), options.json === true);
  }
  const totals = await rollbackRun(session, faces, options.env, false);
  return {
    result: totals,
    text: rollbackText(totals, false),
    exit: totals.kept.length > 0 ? EXIT.conflicts : EXIT.done,
  };
}

async function ask(text: string, json: boolean): Promise<void> {
  if (json || !process.stdin.isTTY)
    throw new WaybillError(
      'WB_USAGE',
      'A rollback asks before it begins, and there is nobody to ask here.',
      { next: 'Add --yes.' },
    );
  const answer = await confirm({ message: `${text}\nGo on?`, initialValue: false });
  if (isCancel(answer) || !answer) throw new WaybillError('WB_STOPPED', 'Nothing was changed.');
}
