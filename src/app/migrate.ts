/** The use cases that touch Odoo: plan, run, verify, rollback. Both faces call these. */
import type { Context } from '../engine/context.ts';
import { load, type LoadTotals } from '../engine/load.ts';
import { mapAll } from '../engine/map.ts';
import { ownerIds, reassign, resolveOwners } from '../engine/owners.ts';
import { provision } from '../engine/provision.ts';
import { rollback, type RollbackTotals } from '../engine/rollback.ts';
import { standardIds } from '../engine/standard.ts';
import { teamLeads } from '../engine/team-leads.ts';
import { verify, type Verification } from '../engine/verify.ts';
import { isWaybillError, WaybillError } from '../core/errors.ts';
import { canonicalJson } from '../lib/json.ts';
import { sha256 } from '../lib/hash.ts';
import { customFields } from '../mapping/custom-fields.ts';
import { groupDuplicates } from '../mapping/duplicates.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Catalog } from '../mapping/mapping.ts';
import { sourceNotice } from './scope.ts';
import { approvedMapping, checkMapping, inspectionColumns, type MappingState } from './mapping.ts';
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
export function ensureMapped(
  session: Session,
  state: MappingState,
  catalog: Catalog,
  databaseUuid: string,
): void {
  const inspection = inspectionOf(session);
  const basis = sha256(
    canonicalJson({
      mapping: state.hash,
      files: inspection.files.map((file) => file.sha256),
      decisions: session.store.review.decisions(),
      databaseUuid,
    }),
  );
  if (session.store.runs.meta<string>('mapped') === basis) return;
  session.store.runs.setMeta('mapped', '');
  const mapper = createMapper(state.document, session.connector.declaration, inspection, catalog);
  mapAll(session, {
    mapper,
    declaration: session.connector.declaration,
    choices: state.document.choices,
    groupDuplicates,
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
    ensureMapped(session, state, catalog, connection.facts.databaseUuid);
    const partner = catalog.fields['res.partner'] ?? {};
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
        exists: field.name in partner,
      })),
      queued: session.store.review.openByCode(connection.env),
    };
  });
}

export interface RunResult {
  readonly run: number;
  readonly environment: string;
  readonly provisioned: readonly string[];
  readonly reassigned: number;
  readonly totals: LoadTotals;
  readonly verification: Verification;
  readonly open: readonly { readonly code: string; readonly n: number }[];
  readonly balances: boolean;
  readonly steps: readonly StepTime[];
}

/** The full run; picks up by itself whatever an earlier one left undone. Throws WB_GATE_MAPPING before anything moves. */
export async function fullRun(
  session: Session,
  faces: Faces,
  envName?: string,
): Promise<RunResult> {
  const state = approvedMapping(session);
  const notice = await sourceNotice(session);
  if (notice) faces.emit({ type: 'notice', level: 'warn', message: notice });
  return withOdoo(session, faces, envName, async (connection) => {
    const catalog = await catalogOf(connection, faces.signal);
    ensureMapped(session, state, catalog, connection.facts.databaseUuid);
    requireRights(session, connection);
    const { emit, steps } = stepTimes(session.emit);
    const ctx = { ...contextOf(session, connection, state.document), emit };
    const run = session.store.runs.start(ctx.env, 'full', state.hash);
    session.store.runs.audit(connection.facts.user.login, 'run started', {
      run,
      env: ctx.env,
      mapping: state.hash,
    });
    try {
      return { ...(await runSteps(session, ctx, run, state, catalog)), steps };
    } catch (error) {
      session.store.runs.end(
        run,
        isWaybillError(error, 'WB_STOPPED') ? 'stopped' : 'failed',
        {},
        await ctx.schema.serverTime().catch(() => ''),
      );
      throw error;
    }
  });
}

async function runSteps(
  session: Session,
  ctx: Context,
  run: number,
  state: MappingState,
  catalog: Catalog,
): Promise<Omit<RunResult, 'steps'>> {
  const provisioned = await provision(
    ctx,
    run,
    customFields(state.document, session.connector.declaration, catalog),
  );
  const before = session.store.runs.ownerMatches(ctx.env);
  const owners = await resolveOwners(ctx, run);
  const ids = ownerIds(ctx);
  const special = new Map([...ids, ...teamLeads(ctx, ids), ...(await standardIds(ctx))]);
  const totals = await load(ctx, run, special);
  const reassigned = await reassign(ctx, before, owners);
  const verification = await verify(ctx);
  session.store.runs.end(run, 'done', { ...totals, reassigned }, await ctx.schema.serverTime());
  session.store.runs.audit(ctx.facts.user.login, 'run done', { run, totals });
  const balance = session.store.reconcile.balance(ctx.env);
  return {
    run,
    environment: ctx.env,
    provisioned,
    reassigned,
    totals,
    verification,
    open: session.store.review.openByCode(ctx.env),
    balances: balance.every((one) => one.balances),
  };
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
function requireRights(session: Session, { facts, env }: Connection): void {
  const models = new Set([...session.store.plan.models(), ...NEEDED_MODELS]);
  const lacking = [...models].filter((model) => facts.rights[model]?.create === false);
  if (lacking.length > 0) {
    throw new WaybillError(
      'WB_ODOO_RIGHTS',
      `The user ${facts.user.login} of "${env}" may not create ${lacking.join(', ')}.`,
      {
        next: 'Give the user the access right Administration: Settings (and Contact Creation), or use the key of one who has it.',
      },
    );
  }
  if (!facts.modules.includes('crm')) {
    throw new WaybillError(
      'WB_ODOO_MODULE',
      `The CRM app is not installed in the Odoo of "${env}".`,
      { next: 'Install CRM in Odoo (Apps), then run the command again.' },
    );
  }
}

export async function verifyRun(
  session: Session,
  faces: Faces,
  envName?: string,
): Promise<Verification> {
  const state = approvedMapping(session);
  return withOdoo(session, faces, envName, async (connection) =>
    verify(contextOf(session, connection, state.document)),
  );
}

export async function rollbackRun(
  session: Session,
  faces: Faces,
  envName: string | undefined,
  dryRun: boolean,
): Promise<RollbackTotals & { readonly steps: readonly StepTime[] }> {
  const { document } = checkMappingForRollback(session);
  return withOdoo(session, faces, envName, async (connection) => {
    const { emit, steps } = stepTimes(session.emit);
    const ctx = { ...contextOf(session, connection, document), emit };
    if (!dryRun)
      session.store.runs.audit(connection.facts.user.login, 'rollback started', { env: ctx.env });
    const totals = await rollback(ctx, dryRun);
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

/** Taking back needs no approval: the way out is never shut. */
const checkMappingForRollback = (session: Session): MappingState => checkMapping(session, {});
