import type { Command } from 'commander';
import { runDelta, type DeltaOptions, type DeltaResult } from '../../app/delta.ts';
import { writeReport } from '../../app/report.ts';
import { withSession } from '../../app/session.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions } from '../command.ts';
import { table } from '../print.ts';
import { count } from '../progress.ts';
import { balanceText, lateText, verificationText } from '../text.ts';

interface DeltaCommandOptions extends CommonOptions {
  readonly export?: string;
  readonly acceptExport?: boolean;
  readonly by?: string;
}

export function addDelta(program: Command): void {
  projectCommand(
    program,
    'delta',
    'bring over what changed at the source since; keeps what people changed in Odoo',
    true,
  )
    .option('--export <path>', 'the new export, where it lies elsewhere than the former')
    .option('--accept-export', "take an export that looks like another account's; needs --by")
    .option('--by <name>', 'who answers for that')
    .action((folder: string, options: DeltaCommandOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', async (session) => {
          const result = await runDelta(session, faces, wanted(folder, options));
          const report = writeReport(session, result.environment);
          return {
            result: { ...result, report },
            text: `${deltaText(result)}\nReport: ${report.html}`,
            exit: isClean(result) ? EXIT.done : EXIT.differences,
          };
        }),
      ),
    );
}

function wanted(folder: string, options: DeltaCommandOptions): DeltaOptions {
  const by = options.by?.trim();
  if (options.acceptExport && !by)
    throw new WaybillError('WB_USAGE', 'Accepting the export needs a name.', {
      next: `waybill delta ${folder} --accept-export --by "<your name>"`,
    });
  return {
    ...(options.env && { env: options.env }),
    ...(options.export && { exportPath: options.export }),
    ...(options.acceptExport && by && { acceptedBy: by }),
  };
}

const isClean = ({ balances, verification, open }: DeltaResult): boolean =>
  balances && verification.differences === 0 && verification.missing === 0 && open.length === 0;

function deltaText(result: DeltaResult): string {
  const { source, load, late, totals } = result;
  const rows = source.map(({ object, counts }) => [
    object,
    counts.same,
    counts.new,
    counts.changed,
    counts.deleted,
  ]);
  const ending = `${verificationText(result.verification)}\n${balanceText(result.balances)}`;
  if (result.frozen)
    return `Nothing changed at the source since ${result.since}: the freeze held.\n${ending}`;
  return [
    table([['at the source', 'same', 'new', 'changed', 'deleted'], ...rows]),
    `In ${result.environment}: ${count(load.created)} created, ${count(totals.written)} updated, ${count(totals.archived)} archived, ${count(totals.restored)} brought back.`,
    ...(totals.kept > 0
      ? [`${count(totals.kept)} field(s) keep Odoo's value, by the confirmed rule.`]
      : []),
    ...(totals.left > 0
      ? [`${count(totals.left)} record(s) that the source deleted stay as they are.`]
      : []),
    ...lateText(late),
    ...(totals.queued > 0
      ? [
          `${count(totals.queued)} question(s) wait in the review queue; after answering: waybill delta`,
        ]
      : []),
    ending,
  ].join('\n');
}
