import { InvalidArgumentError, type Command } from 'commander';
import {
  approveSample,
  runSample,
  SAMPLE_SIZE,
  waive,
  type SampleResult,
} from '../../app/sample.ts';
import { withSession, type Faces, type Session } from '../../app/session.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { count } from '../progress.ts';

interface SampleCommandOptions extends CommonOptions {
  readonly size: number;
  readonly approve?: boolean;
  readonly waive?: boolean;
  readonly by?: string;
}

export function addSample(program: Command): void {
  projectCommand(
    program,
    'sample',
    'load a chosen slice, read it back and lay it out field by field; its approval opens the full run',
    true,
  )
    .option('--size <n>', 'about how many source records', wholeNumber, SAMPLE_SIZE)
    .option(
      '--approve',
      'approve the sample as it was laid out; a new mapping shuts the gate again',
    )
    .option('--waive', 'allow the full run without a sample; the audit log says who did')
    .option('--by <name>', 'who approves')
    .action((folder: string, options: SampleCommandOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', (session) => act(session, faces, folder, options)),
      ),
    );
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number, like 200.');
  return Number(text);
}

async function act(
  session: Session,
  faces: Faces,
  folder: string,
  options: SampleCommandOptions,
): Promise<Outcome> {
  if (options.waive) return waived(session, folder, options);
  if (options.approve) return approved(session, folder, options);
  const result = await runSample(session, faces, options.env, options.size);
  const { differs, missing } = result.model.totals;
  return {
    result: shortened(result),
    text: sampleText(result, folder),
    exit: differs + missing > 0 || result.model.queued.length > 0 ? EXIT.differences : EXIT.done,
  };
}

/** The records themselves stand in the files. */
const shortened = ({ model: { records, ...model }, ...result }: SampleResult) => ({
  ...result,
  model: { ...model, records: records.length },
});

function sampleText(
  { environment, totals, model, verdict, files }: SampleResult,
  folder: string,
): string {
  return [
    `Sample in ${environment}: ${count(totals.created)} created, ${count(totals.updated)} updated, ${count(totals.matched)} recognised.`,
    verdict,
    ...(model.uncovered.length > 0
      ? [
          `Not shown, since no record that would be loaded has it: ${model.uncovered
            .slice(0, 5)
            .map(({ what, why }) => `${what} (${why})`)
            .join(
              '; ',
            )}${model.uncovered.length > 5 ? `; and ${model.uncovered.length - 5} more` : ''}`,
        ]
      : []),
    ...(model.queued.length > 0
      ? [`${count(model.queued.length)} item(s) about sampled records wait in the review queue.`]
      : []),
    `Diff:     ${files.html}`,
    `Workbook: ${files.xlsx}`,
    `Next: read the diff, then: waybill sample ${folder} --env ${environment} --approve --by "<your name>"`,
  ].join('\n');
}

function named(options: SampleCommandOptions, folder: string, what: string): string {
  const by = options.by?.trim() ?? '';
  if (by !== '') return by;
  throw new WaybillError('WB_USAGE', 'This needs a name: somebody answers for it.', {
    next: `waybill sample ${folder} ${what} --by "<your name>"`,
  });
}

function approved(
  session: Session,
  folder: string,
  options: SampleCommandOptions,
): Promise<Outcome> {
  const result = approveSample(session, named(options, folder, '--approve'), options.env);
  return Promise.resolve({
    result,
    text: `Sample ${result.hash.slice(0, 12)} in ${result.environment} approved by ${result.by}${result.differences > 0 ? `, with ${result.differences} value(s) that differ` : ''}.\nNext: waybill run ${folder}`,
  });
}

function waived(session: Session, folder: string, options: SampleCommandOptions): Promise<Outcome> {
  const by = named(options, folder, '--waive');
  const environment = waive(session, by, options.env);
  return Promise.resolve({
    result: { environment, waivedBy: by },
    text: `${by} allows the full run of ${environment} without a sample; the audit log says so.\nNext: waybill run ${folder}`,
  });
}
