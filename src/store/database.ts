/**
 * SQLite behind Kysely: queries are built and typed by Kysely, executed by node:sqlite in this process.
 * Execution is synchronous inside, so a function that touches the database without awaiting is atomic
 * towards the rest of the program.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
} from 'kysely';
import { WaybillError } from '../core/errors.ts';
import type { Tables } from './tables.ts';

const STATEMENTS_KEPT = 200;
const BUSY_MS = 5_000;

/** Builds queries only; it has no connection. */
export const sql = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export interface Database {
  all<T>(query: Compilable<T>): T[];
  first<T>(query: Compilable<T>): T | undefined;
  run(query: Compilable): number;
  iterate<T>(query: Compilable<T>): IterableIterator<T>;
  /** For hundreds of thousands of rows: each as an array, in the order of the columns. Sees what is committed. */
  iterateArrays(text: string, ...parameters: readonly SQLInputValue[]): IterableIterator<unknown>;
  /** The same for what is asked many times: compiled once. */
  allArrays(text: string): (...parameters: readonly SQLInputValue[]) => unknown[];
  /** A statement compiled once and run for many rows: the hot path of staging and planning. */
  prepare(text: string): StatementSync;
  /** All or nothing, also when the process dies inside. */
  transaction<T>(work: () => T): T;
  exec(text: string): void;
  /**
   * Until the function it returns is called, commits do not wait for the disk: a power cut may take the last of
   * them, never the order of them. For what can be made again (staging, plan); what speaks of Odoo never goes so.
   */
  relax(): () => void;
  /**
   * For a reader beside a writer: until `endLook` it sees the database as it is at its first look. Without it every
   * commit of the other would make it forget the pages it has read.
   */
  beginLook(): void;
  endLook(): void;
  /**
   * Until the end of `relax` the log grows and nothing of it is copied back: beside a reader's look each commit would
   * try in vain, and sort all of the log for it.
   */
  keepLog(): void;
  /** Copies the log back, as far as no reader needs it, also while another connection writes. */
  settleLog(): void;
  close(): void;
}

/** Of a new file: planned records are long, and every page is a call to the system, three times. */
const PAGE_BYTES = 8192;
const STRICT =
  'pragma synchronous = full; pragma wal_autocheckpoint = 500; pragma cache_size = -16384; pragma threads = 0;';
/**
 * The log is copied back rarely: a page that a thousand rows touch is then written once. 64 MB of log, or more where a
 * reader still looks. Rows are written one behind the other, so few pages need be kept;
 * an index of them all is sorted in two threads.
 */
const RELAXED =
  'pragma synchronous = normal; pragma wal_autocheckpoint = 8192; pragma cache_size = -4096; pragma threads = 2;';

/** What is left of the log's file once all of it is copied back. */
const LOG_BYTES = 64 * 1024 ** 2;
/** Who looks on keeps few pages: he goes from one end to the other, and there may be several of him. */
const LOOKING_ON = 'pragma cache_size = -2048';

export type StoreMode = 'write' | 'read';

/** Opens (and brings up to date) the database file. Throws WB_STORE_NEWER, WB_STORE_DAMAGED, WB_DISK_FULL. */
export function openDatabase(path: string, mode: StoreMode = 'write'): Database {
  const raw = new DatabaseSync(path);
  try {
    const database = prepared(raw);
    if (mode === 'read') raw.exec(LOOKING_ON);
    return database;
  } catch (error) {
    raw.close();
    if (!DAMAGED.has(resultOf(error) ?? 0)) throw error;
    throw new WaybillError('WB_STORE_DAMAGED', `${path} is no store, or a damaged one.`, {
      place: path,
      next: 'Restore the .waybill folder from a backup. It holds the ledger: a run without it would create everything a second time.',
      cause: error,
    });
  }
}

function prepared(raw: DatabaseSync): Database {
  // WAL with synchronous=FULL: an intent that we reported as written survives a power cut.
  raw.exec(
    `pragma page_size = ${PAGE_BYTES}; pragma journal_mode = wal; pragma journal_size_limit = ${LOG_BYTES}; ${STRICT} pragma busy_timeout = ${BUSY_MS}; pragma temp_store = file;`,
  );
  const database = wrap(raw);
  migrate(database);
  return database;
}

function wrap(raw: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>();
  const prepare = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    if (statements.size >= STATEMENTS_KEPT) statements.clear();
    const made = raw.prepare(text);
    statements.set(text, made);
    return made;
  };
  const bound = (query: Compilable) => {
    const compiled = query.compile();
    return { statement: prepare(compiled.sql), parameters: compiled.parameters as SQLInputValue[] };
  };
  let scan: DatabaseSync | undefined;
  return {
    all: <T>(query: Compilable<T>) => {
      const { statement, parameters } = bound(query);
      return statement.all(...parameters) as T[];
    },
    first: <T>(query: Compilable<T>) => {
      const { statement, parameters } = bound(query);
      return statement.get(...parameters) as T | undefined;
    },
    run: (query) => {
      const { statement, parameters } = bound(query);
      return guarded(() => Number(statement.run(...parameters).changes));
    },
    iterate: <T>(query: Compilable<T>) => {
      // Not from the cache: an open iterator must not be reset by the same query elsewhere.
      const compiled = query.compile();
      return raw
        .prepare(compiled.sql)
        .iterate(...(compiled.parameters as SQLInputValue[])) as IterableIterator<T>;
    },
    iterateArrays: (text, ...parameters) => {
      const statement = (scan ??= openScan(raw)).prepare(text);
      statement.setReturnArrays(true);
      return statement.iterate(...parameters);
    },
    allArrays: (text) => {
      const statement = raw.prepare(text);
      statement.setReturnArrays(true);
      return (...parameters) => statement.all(...parameters);
    },
    prepare,
    transaction: (work) => guarded(() => transact(raw, work)),
    exec: (text) => guarded(() => raw.exec(text)),
    relax: () => {
      raw.exec(RELAXED);
      return () => raw.exec(STRICT);
    },
    beginLook: () => raw.exec('begin'),
    endLook: () => raw.exec('commit'),
    keepLog: () => raw.exec('pragma wal_autocheckpoint = 0'),
    settleLog: () => guarded(() => raw.exec('pragma wal_checkpoint(passive)')),
    close: () => {
      scan?.close();
      raw.close();
    },
  };
}

/** A connection that reads long tables from one end to the other: it must not push out what is looked up by key. */
function openScan(raw: DatabaseSync): DatabaseSync {
  const scan = new DatabaseSync(raw.location() ?? '', { readOnly: true, timeout: BUSY_MS });
  scan.exec('pragma cache_size = -1024');
  return scan;
}

function transact<T>(raw: DatabaseSync, work: () => T): T {
  if (raw.isTransaction) return work();
  raw.exec('begin immediate');
  try {
    const result = work();
    raw.exec('commit');
    return result;
  } catch (error) {
    if (raw.isTransaction) raw.exec('rollback');
    throw error;
  }
}

const SQLITE_FULL = 13;
/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** SQLite's primary result code; the bits above say more than anyone here asks. */
export const resultOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isFull(error)) {
      throw new WaybillError(
        'WB_DISK_FULL',
        'The disk is full; the last step was not kept, everything before it was.',
        {
          next: 'Free some space, then run the same command again.',
          cause: error,
        },
      );
    }
    throw error;
  }
}

const isFull = (error: unknown): boolean =>
  resultOf(error) === SQLITE_FULL ||
  (error instanceof Error && 'code' in error && error.code === 'ENOSPC');

function migrate(database: Database): void {
  const folder = new URL('./schema/', import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const { user_version: have } = database.prepare('pragma user_version').get() as {
    user_version: number;
  };
  if (have > files.length) {
    throw new WaybillError(
      'WB_STORE_NEWER',
      `The store has schema ${have}; this Waybill knows ${files.length}.`,
      {
        next: 'Use the Waybill version that wrote it, or a newer one.',
      },
    );
  }
  for (const [index, name] of files.entries()) {
    if (index < have) continue;
    database.transaction(() => {
      database.exec(readFileSync(new URL(name, folder), 'utf8'));
      database.exec(`pragma user_version = ${index + 1}`);
    });
  }
}
