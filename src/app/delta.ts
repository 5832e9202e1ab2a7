/** The delta: reads the source again, brings over what changed, and says so when nothing did. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { WaybillError } from '../core/errors.ts';
import { applyDelta } from '../engine/delta.ts';
import type { DeltaTotals } from '../engine/delta-context.ts';
import type { LoadTotals } from '../engine/load.ts';
import { verify, type Verification } from '../engine/verify.ts';
import { isoNow } from '../lib/clock.ts';
import type { SourceChange } from '../store/delta.ts';
import { touchedSince } from '../engine/touched.ts';
import { serverEnd } from '../engine/run-end.ts';
import { sampleGate } from './gates.ts';
import { approvedMapping } from './mapping.ts';
import { asRun, loadSteps, specialIds, type OpenRun } from './migrate.ts';
import { environmentOf } from './project.ts';
import { scope } from './scope.ts';
import type { Faces, Session } from './session.ts';

export interface DeltaOptions {
  readonly env?: string;
  /** A newer export; it takes the place of the former in waybill.yaml. */
  readonly exportPath?: string;
  /** Who answers for taking an export that looks like another account's. */
  readonly acceptedBy?: string;
}

export interface DeltaResult {
  readonly environment: string;
  readonly run: number;
  /** When the load ended that this delta follows. */
  readonly since: string;
  readonly source: readonly SourceChange[];
  /** Nothing at all changed at the source: the freeze held. */
  readonly frozen: boolean;
  readonly load: LoadTotals;
  readonly late: number;
  readonly totals: DeltaTotals;
  readonly verification: Verification;
  readonly open: readonly { readonly code: string; readonly n: number }[];
  readonly balances: boolean;
}

/** Throws WB_DELTA_TOO_EARLY, WB_DELTA_OTHER_ACCOUNT and what a run throws. As often as wanted. */
export async function runDelta(
  session: Session,
  faces: Faces,
  options: DeltaOptions,
): Promise<DeltaResult> {
  const { env } = environmentOf(session.project, options.env);
  const since = lastLoad(session, env);
  approvedMapping(session);
  const moved = options.exportPath ? withExport(session, options.exportPath) : session;
  const loaded = moved.store.runs.meta<number>(`loaded.${env}`) ?? 0;
  await scope(moved);
  const source = moved.store.delta.sourceChanges(loaded);
  const gate = (name: string, state: { readonly hash: string }): void =>
    state.hash === since.mappingHash ? undefined : sampleGate(moved, name, state.hash);
  const work = async (open: OpenRun): Promise<DeltaResult> => {
    checkSameAccount(moved, open.ctx.env, options.acceptedBy);
    return bring(moved, open, source, since.endedAt);
  };
  return asRun(moved, faces, options.env, 'delta', work, gate);
}

function lastLoad(session: Session, env: string): { endedAt: string; mappingHash: string } {
  const runs = session.store.runs.list(env).filter((one) => one.state === 'done');
  const last = runs.findLast((one) => one.kind !== 'sample');
  if (
    last &&
    runs.some((one) => one.kind === 'full') &&
    session.store.ledger.counts(env).length > 0
  )
    return { endedAt: last.ended_at, mappingHash: last.mapping_hash };
  throw new WaybillError(
    'WB_DELTA_TOO_EARLY',
    `No full run into "${env}" has ended yet, or it was taken back.`,
    { next: `Run: waybill run ${session.project.folder} --env ${env}` },
  );
}

/** The file keeps its comments; only the path changes. */
function withExport(session: Session, exportPath: string): Session {
  if (session.project.config.source.connector !== undefined)
    throw new WaybillError('WB_USAGE', 'This project reads its source by a connector file.', {
      next: `Leave --export out: waybill delta ${session.project.folder} asks the API for what changed.`,
    });
  const path = join(session.project.folder, 'waybill.yaml');
  const document = parseDocument(readFileSync(path, 'utf8'));
  document.setIn(['source', 'export'], resolve(exportPath));
  writeFileSync(path, document.toString());
  const { config } = session.project;
  const source = { ...config.source, export: resolve(exportPath) };
  return { ...session, project: { ...session.project, config: { ...config, source } } };
}

const LEAST_SHARE = 0.1;

/**
 * Record ids are numbers in most CRMs, so another account has the same ones. Of the records that were loaded, some
 * must still bear the name or the e-mail they had; else every record would be overwritten with a stranger's values.
 */
function checkSameAccount(session: Session, env: string, acceptedBy: string | undefined): void {
  const { loaded, there, alike } = session.store.delta.likeness(env);
  if (loaded === 0 || alike / loaded >= LEAST_SHARE) return;
  const what = `Of ${loaded} loaded records with a name, the new export has ${there}, and ${alike} with the same name or e-mail`;
  if (acceptedBy !== undefined)
    return session.store.runs.audit(acceptedBy, 'export accepted as the same account', { what });
  throw new WaybillError('WB_DELTA_OTHER_ACCOUNT', `${what}. Nothing was written to Odoo.`, {
    next: 'Point "source: export:" in waybill.yaml at the right export and run the delta again; if it is right, add: --accept-export --by "<your name>"',
  });
}

async function bring(
  session: Session,
  open: OpenRun,
  source: readonly SourceChange[],
  since: string,
): Promise<DeltaResult> {
  const { ctx, run } = open;
  const loaded = await loadSteps(session, open);
  const totals = await applyDelta(ctx, run, await specialIds(ctx), await touchedSince(ctx));
  const verification = await verify(ctx);
  const frozen = source.every(({ counts }) => counts.new + counts.changed + counts.deleted === 0);
  const sums = { ...loaded.totals, ...totals };
  session.store.runs.end(run, 'done', sums, await serverEnd(ctx, run));
  session.store.runs.setLoaded(ctx.env);
  session.store.runs.setMeta(`delta.${ctx.env}`, { at: isoNow(), since, frozen, source, ...sums });
  session.store.runs.audit(
    ctx.facts.user.login,
    frozen ? 'delta found nothing: the freeze held' : 'delta done',
    {
      run,
      since,
      source,
      ...sums,
    },
  );
  return {
    environment: ctx.env,
    run,
    since,
    source,
    frozen,
    load: loaded.totals,
    late: loaded.totals.late,
    totals,
    verification,
    open: session.store.review.openByCode(ctx.env),
    balances: session.store.reconcile.balance(ctx.env).every((one) => one.balances),
  };
}
