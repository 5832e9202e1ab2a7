/** The scope as a page that a customer reads and signs, with a look at the Odoo it goes to. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isWaybillError } from '../core/errors.ts';
import { isoNow } from '../lib/clock.ts';
import { TARGETS } from '../mapping/targets.ts';
import { scopeHtml, type ScopeModel } from '../report/scope.ts';
import type { MatchCount } from '../engine/count-matches.ts';
import { checkOdoo, type Check } from './doctor.ts';
import { existingContacts } from './existing.ts';
import { scope, type Scope } from './scope.ts';
import { withOdoo, type Faces, type Session } from './session.ts';

/** Writes reports/scope.html. An Odoo that cannot be looked at is no obstacle. */
export async function writtenScope(
  session: Session,
  faces: Faces,
  envName?: string,
): Promise<Scope & OdooSide & { readonly html: string }> {
  const found = await scope(session);
  const { odoo, existing } = await lookAtOdoo(session, faces, envName);
  const counts = Object.fromEntries(found.objects.map((one) => [one.object, one]));
  const model: ScopeModel = {
    title: `Scope: ${session.connector.declaration.name} to Odoo, ${session.project.name}`,
    at: isoNow(),
    source: session.connector.declaration.name,
    inspection: found.inspection,
    files: found.files,
    objects: session.connector.declaration.objects.map((object) => ({
      label: object.plural,
      records: counts[object.name]?.records ?? 0,
      rejected: counts[object.name]?.rejectedRows ?? 0,
      ...TARGETS[object.shape],
    })),
    traps: found.traps,
    odoo,
    existing,
  };
  mkdirSync(session.project.reportsFolder, { recursive: true });
  const html = resolve(join(session.project.reportsFolder, 'scope.html'));
  writeFileSync(`${html}.new`, scopeHtml(model));
  renameSync(`${html}.new`, html);
  return { ...found, odoo, existing, html };
}

export interface OdooSide {
  readonly odoo: readonly Check[];
  /** What a run would recognise in Odoo; null where Odoo could not be asked, or there is no contact. */
  readonly existing: MatchCount | null;
}

async function lookAtOdoo(session: Session, faces: Faces, envName?: string): Promise<OdooSide> {
  try {
    return await withOdoo(session, faces, envName, async (connection) => {
      const odoo = await checkOdoo(connection, session.signal);
      const existing = await existingContacts(session, connection).catch((error: unknown) =>
        warning('The contacts that Odoo has already were not counted', error),
      );
      return existing !== null && 'verdict' in existing
        ? { odoo: [...odoo, existing], existing: null }
        : { odoo, existing };
    });
  } catch (error) {
    return { odoo: [warning('Odoo was not looked at', error)], existing: null };
  }
}

/** A scope is written all the same. */
function warning(what: string, error: unknown): Check {
  if (!isWaybillError(error)) throw error;
  const next = error.next ?? 'Run: waybill doctor';
  return { verdict: 'warn', what: `${what}: ${error.message}`, next };
}
