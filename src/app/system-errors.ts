/** What the operating system and SQLite refuse, as errors that say what to do. Every write may meet them, so they are told apart in one place. */
import { WaybillError } from '../core/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

/** Primary result codes, https://www.sqlite.org/rescode.html; the extended ones have them in their low byte. */
const SQLITE = { busy: 5, readonly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADb: 26 };

/** The error itself where it is none of these. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof WaybillError) return error;
  const code = 'code' in error ? String(error.code) : '';
  const path = 'path' in error ? String(error.path) : '';
  if (FULL.has(code)) return full(error);
  if (UNWRITABLE.has(code)) return unwritable(error, path);
  return 'errcode' in error ? fromSqlite(error, Number(error.errcode) & 0xff) : error;
}

function fromSqlite(error: Error, code: number): unknown {
  switch (code) {
    case SQLITE.full:
      return full(error);
    case SQLITE.readonly:
    case SQLITE.cannotOpen:
    case SQLITE.io:
      return unwritable(error, '.waybill/store.db');
    case SQLITE.corrupt:
    case SQLITE.notADb:
      return damaged(error);
    case SQLITE.busy:
      return new WaybillError('WB_STORE_LOCKED', 'Another program holds .waybill/store.db.', {
        next: 'Close what has it open, then run the same command again.',
        cause: error,
      });
    default:
      return error;
  }
}

const full = (cause: Error): WaybillError =>
  new WaybillError(
    'WB_DISK_FULL',
    'No space is left for the project folder; the last step was not kept, everything before it was.',
    {
      next: 'Free some space, then run the same command again; it goes on where it stopped.',
      cause,
    },
  );

const unwritable = (cause: Error, path: string): WaybillError =>
  new WaybillError(
    'WB_FOLDER_UNWRITABLE',
    `${path || 'A file'} cannot be opened or written: ${cause.message}.`,
    {
      ...(path && { place: path }),
      next: 'Check the rights on the project folder and that its disk is healthy, then run the same command again.',
      cause,
    },
  );

const damaged = (cause: Error): WaybillError =>
  new WaybillError('WB_STORE_DAMAGED', `.waybill/store.db cannot be read: ${cause.message}.`, {
    place: '.waybill/store.db',
    next: 'Restore .waybill/store.db from a backup; Odoo itself is not harmed. Do not run without it: it knows what was loaded.',
    cause,
  });
