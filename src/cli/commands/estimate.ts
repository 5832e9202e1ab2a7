import type { Command } from 'commander';
import { CONNECTORS } from '../../app/connectors.ts';
import { basisOf, estimate, type Basis, type Estimate } from '../../app/estimate.ts';
import { environmentOf } from '../../app/project.ts';
import { readRateCard } from '../../app/rate-card.ts';
import { inspectionOf, withSession, type Faces, type Session } from '../../app/session.ts';
import { sourceFiles } from '../../app/source-files.ts';
import { WaybillError } from '../../core/errors.ts';
import { perform, projectCommand, type CommonOptions, type Outcome } from '../command.ts';
import { table } from '../print.ts';
import { count } from '../progress.ts';

interface EstimateOptions extends CommonOptions {
  readonly source?: string;
  readonly counts?: string;
  readonly rates?: string;
}

export function addEstimate(program: Command): void {
  projectCommand(
    program,
    'estimate',
    'grade, timeline, price and run time: from the scope, or from numbers typed in',
    true,
  )
    .option(
      '--source <crm>',
      `with --counts, without a project: ${Object.keys(CONNECTORS).join(', ')}`,
    )
    .option('--counts <list>', 'like contact=12000,note=40000')
    .option('--rates <file>', 'a rate card in YAML')
    .action((folder: string, options: EstimateOptions) =>
      perform(options, (faces) => act(folder, options, faces)),
    );
}

function act(folder: string, options: EstimateOptions, faces: Faces): Promise<Outcome> {
  const card = readRateCard(options.rates);
  if (options.counts !== undefined || options.source !== undefined)
    return Promise.resolve(outcome(estimate(typedIn(options), card)));
  return withSession(folder, faces, 'write', (session) => {
    const result = estimate(fromScope(session, options.env), card);
    const { env } = environmentOf(session.project, options.env);
    // Once it has run, what was predicted is what the report sets against what it took.
    if (!session.store.runs.list(env).some((run) => run.kind === 'full' && run.state === 'done'))
      session.store.runs.setMeta(`estimate.${env}`, result);
    return Promise.resolve(outcome(result));
  });
}

function fromScope(session: Session, envName: string | undefined): Basis {
  const { env, config } = environmentOf(session.project, envName);
  const { source } = session.project.config;
  const counts = Object.fromEntries(
    session.store.staging.counts().map(({ object, n }) => [object, n]),
  );
  const where = {
    api: source.api !== undefined || source.connector !== undefined,
    hosted: new URL(config.url).hostname.endsWith('.odoo.com'),
    attachmentBytes: sourceFiles(session).bytes,
  };
  const measured =
    session.store.runs.meta<{ perSecond: number }>(`speed.${env}`)?.perSecond ?? null;
  return basisOf(session.connector.declaration, inspectionOf(session), counts, where, measured);
}

function typedIn({ source = '', counts = '' }: EstimateOptions): Basis {
  const declaration = CONNECTORS[source]?.declaration;
  if (!declaration)
    throw new WaybillError('WB_USAGE', `There is no source "${source}".`, {
      next: `Add --source and one of: ${Object.keys(CONNECTORS).join(', ')}`,
    });
  const known = declaration.objects.map((object) => object.name);
  const entries = counts.split(',').map((part) => {
    const [, name = '', digits = ''] = /^\s*([a-z_]+)\s*=\s*(\d{1,12})\s*$/.exec(part) ?? [];
    if (known.includes(name)) return [name, Number(digits)] as const;
    throw new WaybillError('WB_USAGE', `"${part.trim()}" is no count.`, {
      next: `Write it like contact=12000; ${declaration.name} has: ${known.join(', ')}`,
    });
  });
  return {
    source,
    counts: Object.fromEntries(entries),
    attachmentBytes: 0,
    columns: 0,
    customColumns: 0,
    unsureColumns: 0,
    api: false,
    hosted: false,
    measured: null,
  };
}

function outcome(result: Estimate): Outcome {
  const { grade, factors, price, rate } = result;
  const lines = [
    `Grade ${grade}, ${count(result.records)} records.`,
    table(factors.map((one) => [`  ${one.name}`, one.points, one.why])),
    `Run time: about ${result.runHours} h at ${Math.round(rate.recordsPerSecond)} records/s, from ${rate.from}.`,
    `Timeline: ${result.workingDays} working days from the signed scope to the handoff.`,
    price
      ? `Price: ${count(price.amount)} ${price.currency} (${price.parts.join('; ')}).`
      : 'More than two million records: scoped individually.',
  ];
  return { result, text: lines.join('\n') };
}
