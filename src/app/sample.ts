/** The chosen sample: chosen, loaded, read back, written out as a diff, approved by name. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WaybillError } from '../core/errors.ts';
import { chooseSample, type Choice } from '../engine/choose-sample.ts';
import { diff } from '../engine/diff.ts';
import { featuresOf, objectsApart, uncoveredFeatures } from '../engine/features.ts';
import type { LoadTotals } from '../engine/load.ts';
import { serverEnd } from '../engine/run-end.ts';
import { isoNow } from '../lib/clock.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import type { DiffRecord, FieldVerdict, SampleModel } from '../report/sample-model.ts';
import { sampleHtml, sampleVerdict, sampleWorkbook } from '../report/sample.ts';
import {
  sampleEnvironment,
  sampleFacts,
  sampleGate,
  waiveSample,
  type SampleFacts,
} from './gates.ts';
import { approvedMapping } from './mapping.ts';
import { asRun, loadSteps, type OpenRun } from './migrate.ts';
import { environmentOf } from './project.ts';
import { taughtMapper } from './spot-check.ts';
import { inspectionOf, type Faces, type Session } from './session.ts';

export interface SampleResult {
  readonly environment: string;
  readonly run: number;
  readonly totals: LoadTotals;
  readonly model: SampleModel;
  readonly verdict: string;
  readonly files: { readonly html: string; readonly json: string; readonly xlsx: string };
}

export const SAMPLE_SIZE = 200;

/** Throws WB_GATE_MAPPING before anything moves. Running it again after a change shows what the change does. */
export const runSample = (
  session: Session,
  faces: Faces,
  envName?: string,
  size = SAMPLE_SIZE,
): Promise<SampleResult> =>
  asRun(
    session,
    faces,
    envName,
    'sample',
    (open) => loadSample(session, open, size),
    // A sample is records in an Odoo too: production waits for the one of staging, where there is staging.
    (env, state) => {
      if (sampleEnvironment(session, env) !== env) sampleGate(session, env, state.hash);
    },
  );

async function loadSample(session: Session, open: OpenRun, size: number): Promise<SampleResult> {
  const { ctx, run, state } = open;
  const inspection = inspectionOf(session);
  const choice = chooseSample(
    session.store,
    featuresOf(session.store, inspection, state.document),
    size,
  );
  session.store.sample.set(ctx.env, choice.keys);
  const sampled = { ...open, ctx: { ...ctx, sampled: true } };
  const { totals } = await loadSteps(session, sampled);
  const records = await diff(
    ctx,
    {
      inspection,
      declaration: session.connector.declaration,
      document: state.document,
      mapper: taughtMapper(session, state.document, open.catalog),
    },
    [...choice.keys],
  );
  const model = sampleModel(session, open, choice, records);
  const files = await writeFiles(session, ctx.env, model);
  remember(session, ctx.env, model);
  session.store.runs.end(run, 'done', totals, await serverEnd(ctx, run));
  const verdict = sampleVerdict(model).text;
  session.store.runs.audit(ctx.facts.user.login, 'sample done', { run, hash: model.hash, totals });
  return { environment: ctx.env, run, totals, model, verdict, files };
}

function sampleModel(
  session: Session,
  { ctx, state }: OpenRun,
  choice: Choice,
  records: readonly DiffRecord[],
): SampleModel {
  const covered = new Set(choice.covered);
  const { store, connector } = session;
  const places = new Set(choice.places.map((place) => `${place.object} ${place.position}`));
  return {
    title: `Sample: ${session.connector.declaration.name} to Odoo, ${session.project.name}`,
    at: isoNow(),
    project: session.project.name,
    environment: ctx.env,
    mappingHash: state.hash,
    size: choice.places.length,
    needed: choice.needed,
    covered: [...covered].sort(),
    uncovered: uncoveredFeatures(store, inspectionOf(session), state.document, covered),
    apart: objectsApart(store, connector.declaration),
    records,
    queued: session.store.review
      .list(ctx.env, true, 100_000)
      .filter((item) => places.has(`${item.object} ${item.position}`))
      .map((item) => ({ place: item.place, message: item.message })),
    totals: count(records),
    hash: sha256(canonicalJson({ env: ctx.env, mapping: state.hash, records })),
  };
}

function count(records: readonly DiffRecord[]): Record<FieldVerdict, number> {
  const totals = { equal: 0, differs: 0, missing: 0, kept: 0 };
  for (const field of records.flatMap((record) => record.fields)) totals[field.verdict]++;
  return totals;
}

async function writeFiles(
  session: Session,
  env: string,
  model: SampleModel,
): Promise<SampleResult['files']> {
  const folder = session.project.reportsFolder;
  mkdirSync(folder, { recursive: true });
  const write = (kind: string, content: string | Uint8Array): string => {
    const path = resolve(join(folder, `sample-${env}.${kind}`));
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
    return path;
  };
  return {
    html: write('html', sampleHtml(model)),
    json: write('json', `${JSON.stringify(model, null, 2)}\n`),
    xlsx: write('xlsx', await sampleWorkbook(model)),
  };
}

function remember(session: Session, env: string, model: SampleModel): void {
  const facts: SampleFacts = {
    hash: model.hash,
    mappingHash: model.mappingHash,
    at: model.at,
    records: model.records.length,
    differences: model.totals.differs + model.totals.missing,
  };
  session.store.runs.setMeta(`sample.${env}`, facts);
}

/** Throws WB_GATE_SAMPLE when there is nothing to approve, or the mapping changed since. */
export function approveSample(
  session: Session,
  by: string,
  envName?: string,
): SampleFacts & { readonly environment: string; readonly by: string } {
  const { env } = environmentOf(session.project, envName);
  const { hash } = approvedMapping(session);
  const facts = sampleFacts(session, env);
  if (!facts || facts.mappingHash !== hash)
    throw new WaybillError(
      'WB_GATE_SAMPLE',
      facts
        ? `The sample in "${env}" was made with another mapping than the one that is approved now.`
        : `There is no sample in "${env}" to approve.`,
      { next: `Run: waybill sample ${session.project.folder} --env ${env}` },
    );
  session.store.transaction(() => {
    session.store.runs.approve(env, 'sample', facts.hash, by);
    session.store.runs.audit(by, 'sample approved', { env, ...facts });
  });
  return { ...facts, environment: env, by };
}

export function waive(session: Session, by: string, envName?: string): string {
  const { env } = environmentOf(session.project, envName);
  waiveSample(session, env, approvedMapping(session).hash, by);
  return env;
}
