/** Builds the report's model from the store and writes it: one HTML file that opens from disk, and JSON. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERRORS, type ErrorCode } from '../core/errors.ts';
import { isoNow } from '../lib/clock.ts';
import type { Verification } from '../engine/verify.ts';
import { reportHtml } from '../report/html.ts';
import { reportJson } from '../report/json.ts';
import type { ReportModel } from '../report/model.ts';
import { reportText } from '../report/text.ts';
import type { Inspection } from '../source/source.ts';
import { sampleEnvironment, sampleState, type SampleState } from './gates.ts';
import { readMapping } from './mapping.ts';
import { environmentOf } from './project.ts';
import { signedScope } from './scope.ts';
import type { Session } from './session.ts';

const SHOWN = 1_000;

export interface WrittenReport {
  readonly html: string;
  readonly json: string;
  readonly text: string;
}

export function writeReport(session: Session, env: string): WrittenReport {
  const model = reportModel(session, env);
  mkdirSync(session.project.reportsFolder, { recursive: true });
  const path = (kind: string): string =>
    resolve(join(session.project.reportsFolder, `report-${env}.${kind}`));
  writeWhole(path('html'), reportHtml(model));
  writeWhole(path('json'), reportJson(model));
  return { html: path('html'), json: path('json'), text: reportText(model) };
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

export function reportModel(session: Session, env: string): ReportModel {
  const { store, project, connector } = session;
  const config = project.config.environments[env];
  const inspection = store.runs.meta<Inspection | null>('inspection') ?? null;
  return {
    title: `${connector.declaration.name} to Odoo: ${project.name}`,
    at: isoNow(),
    project: project.name,
    environment: env,
    destination: config
      ? {
          url: config.url,
          db: config.db,
          version: store.runs.meta<string>(`version.${env}`) ?? '',
          edition: store.runs.meta<string>(`edition.${env}`) ?? '',
        }
      : null,
    source: inspection && {
      name: connector.declaration.name,
      traps: connector.declaration.traps,
      inspection,
    },
    mapping: mappingPart(session),
    run: runPart(session, env),
    balance: store.reconcile.balance(env),
    estimate: estimatePart(session, env),
    scope: scopePart(session, env),
    owners: ownersPart(session, env),
    verification: verificationPart(session, env),
    merged: store.reconcile.merged(SHOWN),
    review: {
      open: store.review
        .openByCode(env)
        .map(({ code, n }) => ({ code, n, title: ERRORS[code as ErrorCode].title })),
      items: store.review.list(env, false, SHOWN),
    },
  };
}

function mappingPart(session: Session): ReportModel['mapping'] {
  if (!existsSync(session.project.mappingPath)) return null;
  const { document, hash } = readMapping(session);
  const approval = session.store.runs.approval('mapping', hash);
  const objects = Object.fromEntries(
    Object.entries(document.objects).map(([object, columns]) => [
      object,
      columns.map(({ column, to, custom, confidence, reason, decided }) => ({
        column,
        to,
        field: custom?.name ?? '',
        confidence,
        reason,
        decided,
      })),
    ]),
  );
  return {
    hash,
    approvedBy: approval?.by ?? null,
    approvedAt: approval?.at ?? null,
    choices: { ...document.choices },
    objects,
  };
}

function runPart(session: Session, env: string): ReportModel['run'] {
  const run = session.store.runs.list(env).at(-1);
  if (!run) return null;
  return {
    id: run.id,
    state: run.state,
    startedAt: run.started_at,
    endedAt: run.ended_at,
    totals: JSON.parse(run.totals) as Record<string, number>,
    ledger: session.store.ledger.counts(env),
  };
}

function ownersPart(session: Session, env: string): ReportModel['owners'] {
  const matches = new Map(session.store.runs.ownerMatches(env).map((match) => [match.key, match]));
  const contacts = session.store.plan.contactsPerOwner();
  return session.store.plan.owners().map((owner) => {
    const match = matches.get(owner.key);
    return {
      label: owner.label,
      email: owner.email,
      active: owner.active,
      how: match?.how ?? 'not resolved',
      user: match?.userId ? `user ${match.userId}` : '',
      contacts: contacts.get(owner.key) ?? 0,
    };
  });
}

function verificationPart(session: Session, env: string): ReportModel['verification'] {
  const verification = session.store.runs.meta<Verification | null>(`verification.${env}`) ?? null;
  return verification && { ...verification, verdicts: session.store.runs.verdicts(env, SHOWN) };
}

function estimatePart(session: Session, env: string): ReportModel['estimate'] {
  const { runs } = session.store;
  const predicted = runs.meta<{ grade: string; runHours: number }>(`estimate.${env}`);
  const speed = runs.meta<{ perSecond: number }>(`speed.${env}`);
  const full = runs.list(env).filter((run) => run.kind === 'full');
  const done = full.findIndex((run) => run.state === 'done');
  if (!predicted || !speed || done === -1) return null;
  const needed = full.slice(0, done + 1);
  const ms = needed.reduce((sum, run) => sum + lasted(run), 0);
  return {
    grade: predicted.grade,
    predictedHours: predicted.runHours,
    actualHours: Math.round(ms / 36_000) / 100,
    killed: needed.filter((run) => run.ended_at === '').length,
    recordsPerSecond: Math.round(speed.perSecond),
  };
}

/** Of a run that was killed nobody knows when it ended. */
const lasted = (run: { readonly started_at: string; readonly ended_at: string }): number =>
  run.ended_at === '' ? 0 : Date.parse(run.ended_at) - Date.parse(run.started_at);

function scopePart(session: Session, env: string): ReportModel['scope'] {
  const signed = signedScope(session);
  if (!signed) return null;
  const balance = new Map(session.store.reconcile.balance(env).map((one) => [one.object, one]));
  const objects = [...new Set([...Object.keys(signed.objects), ...balance.keys()])].sort();
  const rows = objects.map((object) => {
    const now = balance.get(object);
    const extracted = now?.extracted ?? 0;
    return {
      object,
      signed: signed.objects[object] ?? 0,
      now: extracted,
      accounted: extracted - (now?.counts.pending ?? 0) - Math.max(0, now?.lost ?? 0),
    };
  });
  return { by: signed.by, at: signed.at, rows };
}

export interface Status {
  readonly project: string;
  readonly environment: string;
  readonly extracted: boolean;
  readonly mapping: 'none' | 'undecided' | 'to approve' | 'approved';
  readonly sample: SampleState;
  readonly lastRun: { readonly state: string; readonly startedAt: string } | null;
  readonly balance: ReportModel['balance'];
  readonly openReview: number;
  readonly differences: number | null;
  readonly next: string;
}

export function status(session: Session, envName?: string): Status {
  const { env } = environmentOf(session.project, envName);
  const extracted = Boolean(session.store.runs.meta('inspection'));
  const mapping = mappingState(session);
  const run = session.store.runs.list(env).at(-1);
  const verification = session.store.runs.meta<Verification | null>(`verification.${env}`) ?? null;
  const openReview = session.store.review.openByCode(env).reduce((sum, one) => sum + one.n, 0);
  const base = {
    project: session.project.name,
    environment: env,
    extracted,
    mapping,
    sample: mapping === 'approved' ? sampleOf(session, env) : 'none',
    lastRun: run ? { state: run.state, startedAt: run.started_at } : null,
    balance: session.store.reconcile.balance(env),
    openReview,
    differences: verification ? verification.differences + verification.missing : null,
  };
  const lastFull = session.store.runs.list(env).findLast((one) => one.kind !== 'sample');
  return { ...base, next: nextStep({ ...base, lastFull }) };
}

const sampleOf = (session: Session, env: string): SampleState =>
  sampleState(session, sampleEnvironment(session, env), readMapping(session).hash);

function mappingState(session: Session): Status['mapping'] {
  if (!existsSync(session.project.mappingPath)) return 'none';
  const state = readMapping(session);
  if (state.undecided.length > 0) return 'undecided';
  return state.approvedBy === null ? 'to approve' : 'approved';
}

function nextStep(
  now: Omit<Status, 'next'> & { readonly lastFull: { readonly state: string } | undefined },
): string {
  if (!now.extracted) return 'waybill scope';
  if (now.mapping === 'none') return 'waybill map';
  if (now.mapping === 'undecided')
    return 'decide the lines marked "?" in mapping.yaml, then waybill map --check';
  if (now.mapping === 'to approve') return 'waybill map --approve --by "<your name>"';
  if (now.lastFull?.state !== 'done') {
    if (now.sample === 'none' || now.sample === 'stale') return 'waybill sample';
    if (now.sample === 'to approve') return 'waybill sample --approve --by "<your name>"';
    return 'waybill run';
  }
  return now.openReview > 0 ? 'waybill review' : 'waybill report';
}
