import type { Command } from 'commander';
import {
  approveMapping,
  compareWithApproved,
  pickListValues,
  checkOnOdoo,
  proposeMapping,
  readMapping,
} from '../../app/mapping.ts';
import {
  proposalCatalog,
  inspectionOf,
  withOdoo,
  withSession,
  type Faces,
  type Session,
} from '../../app/session.ts';
import { EXIT, WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { table } from '../print.ts';
import { mappingText } from '../text.ts';

interface MapOptions extends CommonOptions {
  readonly show?: boolean;
  readonly check?: boolean;
  readonly approve?: boolean;
  readonly by?: string;
  readonly compare?: string | true;
  readonly values?: boolean;
}

export function addMap(program: Command): void {
  projectCommand(
    program,
    'map',
    'propose where every column goes; then check, show or approve the mapping',
    true,
  )
    .option('--show', 'print the mapping as it stands')
    .option('--check', 'check mapping.yaml: decided, valid, and fitting the export')
    .option('--approve', 'approve this very mapping; any later change shuts the gate again')
    .option(
      '--compare [version]',
      'what changed since an approved version: the last, or the one whose hash begins so',
    )
    .option('--values', 'every value of the pick-lists, how often it is there, and what it becomes')
    .option('--by <name>', 'who approves')
    .action((folder: string, options: MapOptions) =>
      perform(options, (faces) =>
        withSession(folder, faces, 'write', (session) => act(session, faces, folder, options)),
      ),
    );
}

async function act(
  session: Session,
  faces: Faces,
  folder: string,
  options: MapOptions,
): Promise<Outcome> {
  if (options.approve) return approve(session, faces, folder, options);
  if (options.compare) return compare(session, options.compare);
  if (options.values) return listValues(session);
  if (options.show) {
    const state = readMapping(session);
    return { result: state, text: mappingText(state) };
  }
  if (options.check) {
    const state = await checkOnOdoo(session, faces, options.env);
    return {
      result: state,
      text: `The mapping is complete and fits the export (${state.hash.slice(0, 12)}).\nNext: waybill map ${folder} --approve --by "<your name>"`,
    };
  }
  const inspection = inspectionOf(session);
  const state = await withOdoo(session, faces, options.env, async (connection) =>
    proposeMapping(session, inspection, await proposalCatalog(connection, faces.signal)),
  );
  const next =
    state.undecided.length > 0
      ? `Decide the lines marked "?" in ${session.project.mappingPath}, then: waybill map ${folder} --check`
      : `Read ${session.project.mappingPath}, change what you like, then: waybill map ${folder} --approve --by "<your name>"`;
  return {
    result: state,
    text: `${mappingText(state)}\nNext: ${next}`,
    exit: state.undecided.length > 0 ? EXIT.gate : EXIT.done,
  };
}

async function approve(
  session: Session,
  faces: Faces,
  folder: string,
  { by, env }: MapOptions,
): Promise<Outcome> {
  if (!by?.trim())
    throw new WaybillError('WB_USAGE', 'An approval needs a name.', {
      next: `waybill map ${folder} --approve --by "<your name>"`,
    });
  const state = approveMapping(session, by.trim(), await checkOnOdoo(session, faces, env));
  return {
    result: state,
    text: `Mapping ${state.hash.slice(0, 12)} approved by ${by.trim()}.\nNext: waybill plan ${folder}`,
  };
}

function compare(session: Session, version: string | true): Outcome {
  const result = compareWithApproved(session, version === true ? undefined : version);
  const lines = result.changes.map((one) => `  ${one.where}: ${one.before}  ->  ${one.after}`);
  const head = `Against the approved mapping ${result.version.slice(0, 12)}: ${lines.length === 0 ? 'nothing changed' : `${lines.length} change(s)`}.`;
  return { result, text: [head, ...lines].join('\n') };
}

function listValues(session: Session): Outcome {
  const result = pickListValues(session);
  const parts = result.map(
    ({ object, column, to, values }) =>
      `${object} "${column}" (${to})\n${table(values.map((one) => [`  ${one.value}`, one.count, one.becomes === one.value ? '' : `-> ${one.becomes || 'left out'}`]))}`,
  );
  return {
    result,
    text: `${parts.join('\n')}\nTo write another value, add under the column in mapping.yaml:  values: { "as it is": "as it shall be" }`,
  };
}
