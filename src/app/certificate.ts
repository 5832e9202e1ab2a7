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
  return path;
}
