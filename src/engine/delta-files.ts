/** A file that changed at the source: what somebody replaced in Odoo is a person's to decide, else the new bytes go there. */
import { isWaybillError } from '../core/errors.ts';
import { isFileRef, type FileRef } from '../core/record.ts';
import type { OdooRow, OdooValue } from '../destination/destination.ts';
import type { ChangedRow } from '../store/delta.ts';
import type { LedgerRow } from '../store/ledger.ts';
import type { Change } from './change.ts';
import { raise, raiseRefused, write, type Delta } from './delta-context.ts';
import { withBytes } from './files.ts';
import type { Decision } from './three-way.ts';

export type FileField = readonly [field: string, file: FileRef];

export async function writeFiles(
  delta: Delta,
  { row: planned }: ChangedRow,
  change: Change,
  files: readonly FileField[],
): Promise<void> {
  const named = { ...change.after, name: planned.values['name'] as OdooValue };
  try {
    const { sent, values } = await withBytes(delta.ctx, { row: planned, values: named, files });
    await write(delta, [{ ...change, after: values, sent }]);
  } catch (error) {
    if (!isWaybillError(error) || error.class !== 'record') throw error;
    raiseRefused(delta, change.row, error.message);
  }
}

/** Read instead of its bytes, which are never read back for a comparison. */
export const FILE_FIELDS = ['checksum', 'file_size', 'name', 'mimetype'];
export const isFileField = ({ row, base }: ChangedRow, field: string): boolean =>
  isFileRef(row.values[field]) || isFileRef(base[field]);

export type FileDecision =
  Exclude<Decision, { kind: 'write' }> | { readonly kind: 'file'; readonly file: FileRef };

/** Bytes are not merged: the new ones replace those we sent. What somebody replaced in Odoo is a person's to decide. */
export function decideFile(
  delta: Delta,
  planned: ChangedRow['row'],
  row: LedgerRow,
  found: OdooRow,
  field: string,
): FileDecision {
  const { ctx } = delta;
  const file = planned.values[field];
  const there = isFileRef(file) && file.bytes > 0;
  if (
    there &&
    SEALS.every((seal) => row.after[seal] === undefined || row.after[seal] === found[seal])
  )
    return { kind: 'file', file };
  const key = `${row.key}#file#${there ? file.sha256.slice(0, 8) : 'gone'}`;
  const code = 'WB_DELTA_CONFLICT';
  const decided = ctx.store.review.decided({ env: ctx.env, object: planned.object, key, code });
  const policy = decided || (there ? ctx.choices.conflicts : 'queue');
  if (there && policy === 'source') return { kind: 'file', file };
  if (policy !== 'queue') return { kind: 'keep' };
  const where = `${row.model} ${row.resId}`;
  raise(delta, row, code, key, {
    message: there
      ? `The file changed at the source (${file.file}, ${file.bytes} bytes), and ${where} holds another than was sent (${delta.touched(row, found) || 'changed by a rule'}). Resolve with "source" or "odoo".`
      : `The file is no longer at the source, or empty there; ${where} still holds the former. Resolve with "odoo".`,
    candidates: there ? ['source', 'odoo'] : ['odoo'],
  });
  return { kind: 'conflict' };
}

/** What Odoo says of a file without its bytes. */
const SEALS = ['checksum', 'file_size'];
