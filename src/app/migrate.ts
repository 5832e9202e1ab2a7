/** The use cases that touch Odoo: plan, run, verify, rollback. Both faces call these. */
import type { Context } from '../engine/context.ts';
import { settleChanges } from '../engine/change.ts';
import { checkNoOtherProject, checkNotRestored } from '../engine/ours.ts';
import { rememberOurUser, rollbackBegins, rollbackEnds, touchedSince } from '../engine/touched.ts';
import { load, settleOpenBatches, type LoadTotals } from '../engine/load.ts';
import { mapAll } from '../engine/map.ts';
import { mapHelpers } from './map-helpers.ts';
import { ownerIds, resolveOwners } from '../engine/owners.ts';
import { queueUnknownOwners } from '../engine/unknown-owners.ts';
import { provision } from '../engine/provision.ts';
import { reassign } from '../engine/reassign.ts';
import { rollback } from '../engine/rollback.ts';
import type { RollbackTotals } from '../engine/rollback-totals.ts';
import { standardIds } from '../engine/standard.ts';
import { teamLeads } from '../engine/team-leads.ts';
import { verify, type Verification } from '../engine/verify.ts';
import { forgetEndMark, serverEnd } from '../engine/run-end.ts';
import { isWaybillError, WaybillError } from '../core/errors.ts';
import { clock } from '../lib/clock.ts';
import { canonicalJson } from '../lib/json.ts';
import { sha256 } from '../lib/hash.ts';
import { customFields } from '../mapping/custom-fields.ts';
import { groupDuplicates } from '../mapping/duplicates.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Catalog } from '../mapping/mapping.ts';
import { defaultChoices } from '../mapping/propose.ts';
import { certify, forgetCertificate } from './certificate.ts';
import { sampleGate } from './gates.ts';
import { sourceNotice } from './scope.ts';
import {
  approvedMapping,
  checkAgainst,
  checkMapping,
  inspectionColumns,
  type MappingState,
} from './mapping.ts';
import { fetchPictures, picturesOf } from './pictures.ts';
import { environmentOf } from './project.ts';
import { SPOTS, writeSpotCheck } from './spot-check.ts';
import { stepTimes, type StepTime } from './step-times.ts';
import {
  catalogOf,
  contextOf,
  inspectionOf,
  withOdoo,
  type Connection,
  type Faces,
  type Session,
} from './session.ts';

/** Maps the staged records when the mapping, the export, the decisions or the Odoo changed since the last time. */
export async function ensureMapped(
  session: Session,
  state: MappingState,
  catalog: Catalog,
  databaseUuid: string,
): Promise<void> {
  const inspection = inspectionOf(session);
  const pictures = picturesOf(session, state.document);
  const basis = sha256(
    canonicalJson({
      mapping: state.hash,
      files: inspection.files.map((file) => file.sha256),
      decisions: session.store.review.decisions(),
      databaseUuid,
      ...(pictures.size > 0 && { pictures: [...pictures] }),
    }),
  );
  if (session.store.runs.meta<string>('mapped') === basis) return;
  session.store.runs.setMeta('mapped', '');
  const { declaration } = session.connector;
  const { document } = state;
  const staged = session.store.staging.counts().reduce((sum, one) => sum + one.n, 0);
  const { storeFolder } = session.project;
  const data = { declaration, storeFolder, document, inspection, catalog, pictures };
  await using threads = mapHelpers(staged, data);
  await mapAll(session, {
    mapper: createMapper(document, declaration, inspection, catalog, pictures),
    declaration,
    choices: document.choices,
    groupDuplicates,
    helpers: threads.helpers,
  });
  session.store.runs.setMeta('mapped', basis);
}

export interface PlanNumbers {
  readonly environment: string;
  readonly steps: readonly {
    readonly step: string;
    readonly model: string;
    readonly planned: number;
    readonly there: number;
    readonly toDo: number;
  }[];
  readonly fields: readonly {
    readonly name: string;
    readonly label: string;
    readonly type: string;
    readonly exists: boolean;
  }[];
  readonly queued: readonly { readonly code: string; readonly n: number }[];
  /** What to do at the source before the run. */
  readonly freeze: string;
}

/** What a run would do to this Odoo, in numbers. Writes nothing to Odoo. */
export async function planRun(
  session: Session,
  faces: Faces,
  envName?: string,
): Promise<PlanNumbers> {
  const state = checkMapping(session, inspectionColumns(session));
  return withOdoo(session, faces, envName, async (connection) => {
    const catalog = await catalogOf(connection, faces.signal);
    const lastRun = session.store.runs.list(connection.env).at(-1)?.id ?? 0;
    await settleOpen(contextOf(session, connection, state.document), lastRun);
    await fetchPictures(session, state.document);
    await ensureMapped(session, state, catalog, connection.facts.databaseUuid);
    return {
      environment: connection.env,
      steps: session.store.plan.counts().map(({ step, model, n }) => {
        const toDo = session.store.plan.missingCount(connection.env, step as never);
        return { step, model, planned: n, there: n - toDo, toDo };
      }),
      fields: customFields(state.document, session.connector.declaration, catalog).map((field) => ({
        name: field.name,
        label: field.label,
        type: field.type,
        exists: field.name in (catalog.fields[field.model] ?? {}),
      })),
      queued: session.store.review.openByCode(connection.env),
      freeze: freezeAdvice(session),
    };
  });
}

const freezeAdvice = ({ connector, project }: Session): string =>
  `Freeze: let nobody write in ${connector.declaration.name} from the export to the end of the run. What is written there all the same comes with: waybill delta ${project.folder}. A delta that finds nothing proves that the freeze held.`;

export interface RunResult {
  readonly run: number;
  readonly environment: string;
  readonly provisioned: readonly string[];
  readonly reassigned: number;
  readonly totals: LoadTotals;
  /** Notes that were older than their chatter, and went into a summary. */
  readonly late: number;
  readonly verification: Verification;
  readonly open: readonly { readonly code: string; readonly n: number }[];
  readonly balances: boolean;
  /** Records in Odoo that are planned otherwise by now, or gone at the source: `waybill delta` sees to them. */
  readonly outdated: number;
  /** Where the certificate lies, when this run found everything done and true. */
  readonly certificate: string | null;
  readonly steps: readonly StepTime[];
}

/**
 * The full run; picks up by itself whatever an earlier one left undone. Throws WB_GATE_MAPPING and WB_GATE_SAMPLE
 * before anything moves. `waivedBy`: who answers for running without an approved sample.
 */
export const fullRun = (
  session: Session,
  faces: Faces,
  envName?: string,
  waivedBy?: string,
): Promise<RunResult> =>
  asRun(
    session,
    faces,
    envName,
    'full',
    (open) => runSteps(session, open),
    (env, state) => sampleGate(session, env, state.hash, waivedBy),
  );

export interface OpenRun {
  readonly ctx: Context;
  readonly run: number;
  /** How long each step took so far. */
  readonly steps: readonly StepTime[];
  readonly state: MappingState;
  readonly catalog: Catalog;
}

/** What every run that writes to Odoo goes through: gates, rights, the plan, and a record of how it ended. */
export async function asRun<T>(
  session: Session,
  faces: Faces,
  envName: string | undefined,
  kind: 'sample' | 'full' | 'delta',
  work: (open: OpenRun) => Promise<T>,
  gate: (env: string, state: MappingState) => void = () => {},
): Promise<T> {
  const state = approvedMapping(session);
  gate(environmentOf(session.project, envName).env, state);
  const notice = await sourceNotice(session);
  if (notice) faces.emit({ type: 'notice', level: 'warn', message: notice });
  return withOdoo(session, faces, envName, async (connection) => {
    const catalog = await catalogOf(connection, faces.signal);
    checkAgainst(session, state, catalog);
    const { emit, steps } = stepTimes(session.emit);
    const ctx = { ...contextOf(session, connection, state.document), emit };
    requireCrm(connection);
    await checkNotRestored(ctx);
    rememberOurUser(ctx);
    const run = session.store.runs.start(ctx.env, kind, state.hash);
    session.store.runs.audit(connection.facts.user.login, `${RUN_NAMES[kind]} started`, {
      run,
      env: ctx.env,
      mapping: state.hash,
    });
    try {
      await settleOpen(ctx, run);
      await checkNoOtherProject(ctx, session.connector.declaration);
      await fetchPictures(session, state.document);
      await ensureMapped(session, state, catalog, connection.facts.databaseUuid);
      await requireRights(session, connection);
      return await work({ ctx, run, state, catalog, steps });
    } catch (error) {
      session.store.runs.end(
        run,
        isWaybillError(error, 'WB_STOPPED') ? 'stopped' : 'failed',
        {},
        await serverEnd(ctx, run).catch(() => ''),
      );
      throw error;
    }
  });
}

/** What an interrupted run left open is settled while the plan that it was loading still stands. */
async function settleOpen(ctx: Context, run: number, finish = true): Promise<void> {
  if (ctx.store.ledger.openBatches(ctx.env).length > 0)
    await settleOpenBatches(ctx, run, await specialIds(ctx));
  if (ctx.store.delta.openChanges(ctx.env).length > 0)
    await settleChanges(ctx, await touchedSince(ctx), finish);
}

const RUN_NAMES = { sample: 'sample', full: 'run', delta: 'delta' } as const;

async function runSteps(session: Session, open: OpenRun): Promise<RunResult> {
  const { ctx, run } = open;
  const { provisioned, totals, reassigned } = await loadSteps(session, open);
  const verification = await verify(ctx);
  session.store.runs.end(run, 'done', { ...totals, reassigned }, await serverEnd(ctx, run));
  session.store.runs.setLoaded(ctx.env);
  session.store.runs.audit(ctx.facts.user.login, 'run done', { run, totals });
  const balance = session.store.reconcile.balance(ctx.env);
  const written = totals.created + totals.updated + totals.matched + reassigned;
  const certificate = certify(session, ctx, run, written, verification);
  return {
    run,
    environment: ctx.env,
    provisioned,
    reassigned,
    totals,
    late: totals.late,
    verification,
    open: session.store.review.openByCode(ctx.env),
    balances: balance.every((one) => one.balances),
    outdated: session.store.delta.outdated(ctx.env),
    certificate,
    steps: open.steps,
  };
}

/** Everything that the plan has and Odoo lacks; the same for a sample, a full run and the new records of a delta. */
export async function loadSteps(
  session: Session,
  { ctx, run, state, catalog }: OpenRun,
): Promise<Pick<RunResult, 'provisioned' | 'totals' | 'reassigned'>> {
  const provisioned = await provision(
    ctx,
    run,
    customFields(state.document, session.connector.declaration, catalog),
  );
  await resolveOwners(ctx, run);
  const began = clock.now().getTime();
  const special = await specialIds(ctx);
  const totals = await load(ctx, run, special);
  rememberSpeed(ctx, totals.created, (clock.now().getTime() - began) / 1_000);
  queueUnknownOwners(ctx, session.connector.declaration);
  return { provisioned, totals, reassigned: await reassign(ctx, run, special) };
}

const ENOUGH_TO_MEASURE = 100;

/** An estimate made later uses this Odoo's own speed. */
function rememberSpeed(ctx: Context, created: number, seconds: number): void {
  if (created >= ENOUGH_TO_MEASURE)
    ctx.store.runs.setMeta(`speed.${ctx.env}`, {
      perSecond: created / Math.max(0.1, seconds),
      created,
      seconds,
    });
}

/** Ids that stand in no ledger: owners, authors, leads of teams, message subtypes. */
export async function specialIds(ctx: Context): Promise<Map<string, number | null>> {
  const ids = ownerIds(ctx);
  return new Map([...ids, ...teamLeads(ctx, ids), ...(await standardIds(ctx))]);
}

/** What is needed whatever the export holds; the models of its records come on top. */
export const NEEDED_MODELS = [
  'res.partner',
  'res.partner.category',
  'mail.message',
  'ir.model.fields',
  'ir.model',
  'ir.ui.view',
  'ir.model.data',
];

/** Said before anything moves: half a migration by a user who may not make fields helps nobody. */
async function requireRights(
  session: Session,
  { destination, facts, env }: Connection,
): Promise<void> {
  const models = new Set([...session.store.plan.models(), ...NEEDED_MODELS]);
  const lacking = await destination.lacking([...models], ['create'], session.signal);
  if (lacking.length > 0) {
    throw new WaybillError(
      'WB_ODOO_RIGHTS',
      `The user ${facts.user.login} of "${env}" may not create ${lacking.join(', ')}.`,
      {
        next: 'Give the user the access right Administration: Settings (and Contact Creation), or use the key of one who has it.',
      },
    );
  }
}

/** First of all: what is looked at before a run is partly the app's. Who may not see the apps is told what else is lacking. */
function requireCrm({ facts, env }: Connection): void {
  if (facts.modules.length === 0 || facts.modules.includes('crm')) return;
  throw new WaybillError(
    'WB_ODOO_MODULE',
    `The CRM app is not installed in the Odoo of "${env}".`,
    { next: 'Install CRM in Odoo (Apps), then run the command again.' },
  );
}

export async function verifyRun(
  session: Session,
  faces: Faces,
  envName?: string,
  spots = SPOTS,
): Promise<Verification & { readonly spotCheck: string }> {
  const state = approvedMapping(session);
  return withOdoo(session, faces, envName, async (connection) => {
    const ctx = contextOf(session, connection, state.document);
    const catalog = await catalogOf(connection, faces.signal);
    const verification = await verify(ctx);
    const spotCheck = await writeSpotCheck(session, ctx, state.document, catalog, spots);
    return { ...verification, spotCheck };
  });
}

/** Asks nothing of the mapping, which may be gone, undecided or wrong by now: the way out is never shut. */
export async function rollbackRun(
  session: Session,
  faces: Faces,
  envName: string | undefined,
  dryRun: boolean,
): Promise<RollbackTotals & { readonly steps: readonly StepTime[] }> {
  const choices = defaultChoices(session.connector.declaration);
  return withOdoo(session, faces, envName, async (connection) => {
    const { emit, steps } = stepTimes(session.emit);
    const ctx = { ...contextOf(session, connection, { choices }), emit };
    if (!dryRun) rememberOurUser(ctx);
    if (!dryRun)
      session.store.runs.audit(connection.facts.user.login, 'rollback started', { env: ctx.env });
    if (!dryRun) await settleOpen(ctx, session.store.runs.list(ctx.env).at(-1)?.id ?? 0, false);
    if (!dryRun) rollbackBegins(ctx);
    if (!dryRun) forgetEndMark(ctx);
    if (!dryRun) forgetCertificate(session, ctx.env);
    const totals = await rollback(ctx, dryRun);
    if (!dryRun) rollbackEnds(ctx);
    if (dryRun) return { ...totals, steps };
    if (totals.kept.length === 0) session.store.review.clearWholeEnv(ctx.env);
    session.store.runs.clearVerdicts(ctx.env);
    session.store.runs.setMeta(`verification.${ctx.env}`, null);
    session.store.runs.audit(connection.facts.user.login, 'rollback done', {
      env: ctx.env,
      removed: totals.removed,
      restored: totals.restored,
      kept: totals.kept.length,
    });
    return { ...totals, steps };
  });
}
