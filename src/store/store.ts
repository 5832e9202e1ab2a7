/** Opens a project's store, and holds the one writer lock. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WaybillError } from '../core/errors.ts';
import { openDatabase, resultOf, type Database, type StoreMode } from './database.ts';
import { deltaQueries } from './delta.ts';
import { handoverQueries } from './handover.ts';
import { ledgerQueries } from './ledger.ts';
import { planQueries } from './plan.ts';
import { reconcileQueries } from './reconcile.ts';
import { reviewQueries } from './review.ts';
import { runQueries } from './runs.ts';
import { sampleQueries } from './sample.ts';
import { stagingWriter } from './staging-writer.ts';
import { stagingQueries } from './staging.ts';

export type Store = ReturnType<typeof openStore>;

/**
 * `folder` is the project's `.waybill`. A writer holds the lock until it closes or dies;
 * a reader (status, report) may look on. Throws WB_STORE_LOCKED.
 */
export function openStore(folder: string, mode: StoreMode = 'write') {
  mkdirSync(folder, { recursive: true });
  const unlock = mode === 'write' ? lock(folder) : () => {};
  const path = join(folder, 'store.db');
  const db = openOr(unlock, path, mode);
  const staging = stagingQueries(db);
  return {
    staging,
    stagingWriter: (records: number) => stagingWriter(path, staging, records),
    plan: planQueries(db),
    ledger: ledgerQueries(db),
    review: reviewQueries(db),
    runs: runQueries(db),
    sample: sampleQueries(db),
    delta: deltaQueries(db),
    handover: handoverQueries(db),
    reconcile: reconcileQueries(db),
    transaction: <T>(work: () => T): T => db.transaction(work),
    relax: () => db.relax(),
    beginLook: () => db.beginLook(),
    endLook: () => db.endLook(),
    keepLog: () => db.keepLog(),
    settleLog: () => db.settleLog(),
    /** Empty when SQLite finds nothing wrong. */
    integrity(): string[] {
      const rows = db.prepare('pragma integrity_check').all() as { integrity_check: string }[];
      return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
    },
    close(): void {
      db.close();
      unlock();
    },
  };
}

/** A store that cannot be opened must not stay locked for as long as this process lives. */
function openOr(unlock: () => void, path: string, mode: StoreMode): Database {
  try {
    return openDatabase(path, mode);
  } catch (error) {
    unlock();
    throw error;
  }
}

const SQLITE_BUSY = 5;

/** SQLite's own file lock is the lock: the system releases it however the process ends, so it is never stale. */
function lock(folder: string): () => void {
  const holder = join(folder, 'lock.pid');
  const guard = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  try {
    guard.exec(
      'pragma locking_mode = exclusive; begin exclusive; create table if not exists held (at text); commit; begin exclusive',
    );
  } catch (error) {
    guard.close();
    if (resultOf(error) !== SQLITE_BUSY) throw error;
    throw new WaybillError(
      'WB_STORE_LOCKED',
      `Another Waybill (process ${readHolder(holder)}) is working on this project.`,
      {
        next: 'Wait until it is done, or stop it with Ctrl-C; then run this command again.',
        cause: error,
      },
    );
  }
  writeFileSync(holder, String(process.pid));
  return () => guard.close();
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'unknown';
  }
}
