import type { Command } from 'commander';
import { verifyRun } from '../../app/migrate.ts';
import { writeReport } from '../../app/report.ts';
import { environmentOf } from '../../app/project.ts';
import { withSession } from '../../app/session.ts';
import { EXIT } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { balanceText, verificationText } from '../text.ts';

export function addVerify(program: Command): void {
  projectCommand(
    program,
    'verify',
    'read back every value and compare it; reconcile every record',
    true,
  ).action((folder: string, options: CommonOptions) =>
    perform(options, (faces) =>
      withSession(folder, faces, 'write', async (session) => {
        const verification = await verifyRun(session, faces, options.env);
        const { env } = environmentOf(session.project, options.env);
        const balance = session.store.reconcile.balance(env);
        const report = writeReport(session, env);
        const clean =
          verification.differences === 0 &&
          verification.missing === 0 &&
          balance.every((one) => one.balances);
        return {
          result: { verification, balance, report },
          text: `${verificationText(verification)}\n${balanceText(balance.every((one) => one.balances))}\nSpot check: ${verification.spotCheck}\nReport: ${report.html}`,
          exit: clean ? EXIT.done : EXIT.differences,
        };
      }),
    ),
  );
}
