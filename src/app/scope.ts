/** Reads the export into the store and says what is in it, with the numbers that are reconciled against at the end. */
import { extract } from '../engine/extract.ts';
import type { Inspection } from '../source/source.ts';
import { writeInventories } from './inventories.ts';
import { openSource, type Session } from './session.ts';

export interface Scope {
  readonly inspection: Inspection;
  readonly objects: readonly {
    readonly object: string;
    readonly records: number;
    readonly rejectedRows: number;
  }[];
  readonly traps: readonly string[];
  /** What does not move, written down. */
  readonly inventory: { readonly html: string; readonly json: string };
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
  const inventory = writeInventories(session);
  return { inspection, objects, traps: session.connector.declaration.traps, inventory };
}
