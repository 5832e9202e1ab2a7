/** The scope as a page that a customer reads and signs, with a look at the Odoo it goes to. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isWaybillError } from '../core/errors.ts';
import { isoNow } from '../lib/clock.ts';
import { TARGETS } from '../mapping/targets.ts';
import { scopeHtml, type ScopeModel } from '../report/scope.ts';
import { checkOdoo, type Check } from './doctor.ts';
import { scope, type Scope } from './scope.ts';
import { withOdoo, type Faces, type Session } from './session.ts';

/** Writes reports/scope.html. An Odoo that cannot be looked at is no obstacle. */
export async function writtenScope(
  session: Session,
  faces: Faces,
  envName?: string,
): Promise<Scope & { readonly odoo: readonly Check[]; readonly html: string }> {
  const [found, odoo] = await Promise.all([scope(session), lookAtOdoo(session, faces, envName)]);
  const counts = Object.fromEntries(found.objects.map((one) => [one.object, one]));
  const model: ScopeModel = {
    title: `Scope: ${session.connector.declaration.name} to Odoo, ${session.project.name}`,
    at: isoNow(),
    source: session.connector.declaration.name,
    inspection: found.inspection,
    objects: session.connector.declaration.objects.map((object) => ({
      label: object.plural,
      records: counts[object.name]?.records ?? 0,
      rejected: counts[object.name]?.rejectedRows ?? 0,
      ...TARGETS[object.shape],
    })),
    traps: found.traps,
    odoo,
  };
  mkdirSync(session.project.reportsFolder, { recursive: true });
  const html = resolve(join(session.project.reportsFolder, 'scope.html'));
  writeFileSync(`${html}.new`, scopeHtml(model));
  renameSync(`${html}.new`, html);
  return { ...found, odoo, html };
}

async function lookAtOdoo(session: Session, faces: Faces, envName?: string): Promise<Check[]> {
  try {
    return await withOdoo(session, faces, envName, (connection) =>
      Promise.resolve(checkOdoo(connection)),
    );
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const next = error.next ?? 'Run: waybill doctor';
    return [{ verdict: 'warn', what: `Odoo was not looked at: ${error.message}`, next }];
  }
}
