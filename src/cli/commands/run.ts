import type { Command } from 'commander';
import { fullRun } from '../../app/migrate.ts';
import { writeReport } from '../../app/report.ts';
import { withSession } from '../../app/session.ts';
import { EXIT } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { runText } from '../text.ts';

export function addRun(program: Command): void {
  projectCommand(
    program,
    'run',
    'load everything, read it back, reconcile; takes up what was interrupted',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'write', async (session) => {
        const result = await fullRun(session, faces, options.env);
        const report = writeReport(session, result.environment);
        const clean =
          result.balances &&
          result.verification.differences === 0 &&
          result.verification.missing === 0 &&
          result.open.length === 0;
        return {
          result: { ...result, report },
          text: `${runText(result)}\nReport: ${report.html}`,
          exit: clean ? EXIT.done : EXIT.differences,
        };
      }),
    ),
  );
}
