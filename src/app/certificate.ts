/** A full run that found everything done already, and every value as it was sent: worth a page of its own. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../engine/context.ts';
import type { Verification } from '../engine/verify.ts';
import { certificateHtml, type CertificateModel } from '../report/certificate.ts';
import { inspectionOf, type Session } from './session.ts';

/** Null unless an earlier run did the work, this one had nothing to write, and nothing differs or is missing. */
export function certify(
  session: Session,
  ctx: Context,
  run: number,
  written: number,
  verification: Verification,
): string | null {
  const { store, project, connector } = session;
  const runs = store.runs.list(ctx.env);
  const earlier = runs.find(
    (one) => one.kind !== 'sample' && one.state === 'done' && one.id !== run,
  );
  const balance = store.reconcile.balance(ctx.env);
  const whole = balance.every((one) => one.balances) && store.delta.outdated(ctx.env) === 0;
  if (!earlier || written > 0 || !whole || verification.differences + verification.missing > 0)
    return null;
  const model: CertificateModel = {
    title: `Certificate: ${connector.declaration.name} to Odoo, ${project.name}`,
    at: verification.at,
    environment: ctx.env,
    database: `${ctx.facts.databaseUuid} (Odoo ${ctx.facts.version})`,
    run,
    mappingHash: runs.find((one) => one.id === run)?.mapping_hash ?? '',
    files: inspectionOf(session).files.map(({ path, sha256, rows }) => ({ path, sha256, rows })),
    balance,
    records: verification.records,
    values: verification.values,
  };
  store.runs.audit('certificate', 'a full run changed nothing', { run, values: model.values });
  mkdirSync(project.reportsFolder, { recursive: true });
  const path = resolve(join(project.reportsFolder, `certificate-${ctx.env}.html`));
  writeFileSync(`${path}.new`, certificateHtml(model));
  renameSync(`${path}.new`, path);
  store.runs.setMeta(`certificate.${ctx.env}`, { run, at: model.at } satisfies Certificate);
  return path;
}

interface Certificate {
  readonly run: number;
  readonly at: string;
}

/** A certificate speaks of what was there then: it holds until something is written, or taken back. */
export function certificateOf(
  { store, project }: Session,
  env: string,
): { readonly holds: boolean; readonly told: string } {
  const made = store.runs.meta<Certificate | null>(`certificate.${env}`);
  if (!made)
    return { holds: false, told: 'No second full run has certified yet that it changed nothing.' };
  const day = made.at.slice(0, 10);
  const since = store.ledger.writtenAfter(env, made.run);
  if (since === 0)
    return { holds: true, told: `Run ${made.run} certified on ${day} that it changed nothing.` };
  return {
    holds: false,
    told: `The certificate of ${day} is outdated: ${since} record(s) were written since. For a new one: waybill run ${project.folder} --env ${env}`,
  };
}

/** What was taken back is certified no more. */
export const forgetCertificate = ({ store }: Session, env: string): void =>
  store.runs.setMeta(`certificate.${env}`, null);
