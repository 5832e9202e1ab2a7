/** Reads the export into the store and says what is in it, with the numbers that are reconciled against at the end. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isWaybillError } from '../core/errors.ts';
import { extract } from '../engine/extract.ts';
import { TARGETS } from '../mapping/targets.ts';
import { scopeHtml, type ScopeModel } from '../report/scope.ts';
import type { Inspection } from '../source/source.ts';
import { isoNow } from '../lib/clock.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import { checkOdoo, type Check } from './doctor.ts';
import { inspectionOf, openSource, withOdoo, type Faces, type Session } from './session.ts';

export interface Scope {
  readonly inspection: Inspection;
  readonly objects: readonly {
    readonly object: string;
    readonly records: number;
    readonly rejectedRows: number;
  }[];
  readonly traps: readonly string[];
}

/** With the look at Odoo, and as a page to sign: reports/scope.html. An Odoo that cannot be looked at is no obstacle. */
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

export async function scope(session: Session): Promise<Scope> {
  const inspection = await extract(session, openSource(session));
  session.store.runs.setMeta('mapped', '');
  session.store.runs.audit('scope', 'source extracted', {
    files: inspection.files.map((file) => ({
      path: file.path,
      sha256: file.sha256,
      rows: file.rows,
    })),
  });
  const rejected = session.store.review
    .list('', false, 1_000_000)
    .filter((item) => item.position === 0);
  const objects = session.store.staging.counts().map(({ object, n }) => ({
    object,
    records: n,
    rejectedRows: rejected.filter((item) => item.object === object).length,
  }));
  return { inspection, objects, traps: session.connector.declaration.traps };
}

/** The numbers that the result is reconciled against, and who signed them. */
export interface SignedScope {
  readonly by: string;
  readonly at: string;
  readonly hash: string;
  readonly objects: Readonly<Record<string, number>>;
}

/** Signs the numbers of the last scope; the audit log keeps them too. */
export function signScope(session: Session, by: string): SignedScope {
  const inspection = inspectionOf(session);
  const rejected = session.store.review
    .list('', false, 1_000_000)
    .filter((item) => item.position === 0);
  const objects = Object.fromEntries(
    session.store.staging
      .counts()
      .map(({ object, n }) => [object, n + rejected.filter((one) => one.object === object).length]),
  );
  const files = inspection.files.map((file) => [file.path, file.sha256]);
  const signed = { by, at: isoNow(), hash: sha256(canonicalJson({ objects, files })), objects };
  session.store.transaction(() => {
    session.store.runs.setMeta('signed-scope', signed);
    session.store.runs.approve('', 'scope', signed.hash, by);
    session.store.runs.audit(by, 'scope signed', signed);
  });
  return signed;
}

export const signedScope = (session: Session): SignedScope | undefined =>
  session.store.runs.meta<SignedScope>('signed-scope');
