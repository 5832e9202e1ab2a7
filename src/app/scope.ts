/** Reads the export into the store and says what is in it, with the numbers that are reconciled against at the end. */
import { isWaybillError } from '../core/errors.ts';
import { extract } from '../engine/extract.ts';
import { isoNow } from '../lib/clock.ts';
import { collectGarbage } from '../lib/collect-garbage.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import { changedFiles } from '../source/bundle.ts';
import { isVirtual, type Inspection } from '../source/source.ts';
import { writeInventories, type InventoryFiles } from './inventories.ts';
import { inspectionOf, openSource, type Session } from './session.ts';
import { sourceFiles, type SourceFiles } from './source-files.ts';

export interface Scope {
  readonly inspection: Inspection;
  readonly objects: readonly {
    readonly object: string;
    readonly records: number;
    readonly rejectedRows: number;
  }[];
  /** Attachments and documents whose bytes are there. */
  readonly files: SourceFiles;
  readonly traps: readonly string[];
  /** What does not move, written down. */
  readonly inventory: InventoryFiles;
}

/** What is loaded is what was read; that the export is another one by now must be said, since nobody would see it. */
export async function sourceNotice(session: Session): Promise<string | null> {
  // The tables of attachments are sealed together with the files they name, and those are checked when they are sent.
  const files = inspectionOf(session).files.filter(
    // Without a checksum: gathered from many files, and not one of its own.
    (file) => file.sha256 !== '' && file.object !== 'attachment' && !isVirtual(file),
  );
  const path = session.project.config.source.export;
  if (path === undefined) return null;
  try {
    const changed = await changedFiles(path, files);
    if (changed.length === 0) return null;
    return `${changed.join(', ')} changed since the export was read. What is loaded is what was read then; to take the new files: waybill delta (before the first run: waybill scope).`;
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return `The export is not where it was read from (${path}). What is loaded is what was read then.`;
  }
}

export async function scope(session: Session): Promise<Scope> {
  const inspection = await extract(session, openSource(session));
  // What the source held to join its tables, up to 200 MB: the mapping may follow in the same process, with threads of its own.
  collectGarbage();
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
  const inventory = await writeInventories(session);
  const { traps } = session.connector.declaration;
  return { inspection, objects, files: sourceFiles(session), traps, inventory };
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
