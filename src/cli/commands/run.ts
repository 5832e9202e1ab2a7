import type { Command } from 'commander';
import { fullRun } from '../../app/migrate.ts';
import { writeReport } from '../../app/report.ts';
import { withSession } from '../../app/session.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { runText } from '../text.ts';

interface RunOptions extends CommonOptions {
  readonly withoutSample?: boolean;
  readonly by?: string;
}

export function addRun(program: Command): void {
  projectCommand(
    program,
    'run',
    'load everything, read it back, reconcile; takes up what was interrupted',
    true,
  )
    .option('--without-sample', 'run though no sample of this mapping is approved; needs --by')
    .option('--by <name>', 'who answers for that')
    .action((folder: string, options: RunOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', async (session) => {
          const result = await fullRun(session, faces, options.env, waivedBy(folder, options));
          const report = writeReport(session, result.environment);
          const clean =
            result.balances &&
            result.verification.differences === 0 &&
            result.verification.missing === 0 &&
            result.open.length === 0 &&
            result.outdated === 0;
          return {
            result: { ...result, report },
            text: `${runText(result)}\nReport: ${report.html}`,
            exit: clean ? EXIT.done : EXIT.differences,
          };
        }),
      ),
    );
}

function waivedBy(folder: string, { withoutSample, by }: RunOptions): string | undefined {
  if (!withoutSample) return undefined;
  if (by?.trim()) return by.trim();
  throw new WaybillError('WB_USAGE', 'Running without a sample needs a name.', {
    next: `waybill run ${folder} --without-sample --by "<your name>"`,
  });
}
