/** Removing what is still there, in one transaction; what is gone already is no error. */
import { isWaybillError } from '../../core/errors.ts';
import type { Destination } from '../destination.ts';
import { readByIds } from './find.ts';
import type { Call } from './transport.ts';

export function makeRemove(
  find: Destination['find'],
  write: Call,
  quiet: Readonly<Record<string, unknown>>,
): Destination['remove'] {
  return async (model, ids, signal) => {
    const unlink = async (there: readonly number[]): Promise<void> => {
      const context = { ...quiet, ...(await unlinkContext(find, model, there, signal)) };
      await write({ model, method: 'unlink', ids: there, context }, signal);
    };
    await removeThere((some) => existing(find, model, some, signal), unlink, ids);
  };
}

async function existing(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<number[]> {
  const rows = await readByIds(find, model, ids, ['id'], signal);
  return rows.map((row) => row.id);
}

/** Odoo refuses to unlink when a single id is gone (MissingError): somebody may have been faster, so look again once. */
async function removeThere(
  there: (ids: readonly number[]) => Promise<number[]>,
  unlink: (ids: readonly number[]) => Promise<unknown>,
  ids: readonly number[],
): Promise<void> {
  const found = await there(ids);
  if (found.length === 0) return;
  try {
    await unlink(found);
  } catch (error) {
    const left = isWaybillError(error, 'WB_ODOO_RECORD') ? await there(found) : found;
    if (left.length === found.length) throw error;
    if (left.length > 0) await unlink(left);
  }
}

/**
 * A manual field of res.partner is listed a second time for res.users, which inherits it, with state `base`. 19
 * removes that row with the field; 14 leaves it behind, refuses to unlink it ("contains module data"), and because
 * of it refuses to unlink the model it points at. `_force_unlink` is Odoo's own flag for uninstalling a module
 * (base/models/ir_model.py, MODULE_UNINSTALL_FLAG). Never for a field that is not named x_…: its column would go.
 */
async function unlinkContext(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  if (model !== 'ir.model.fields') return {};
  const rows = await find(model, [['id', 'in', ids]], ['name', 'state'], {}, signal);
  const left = rows.every((row) => row['state'] === 'base' && String(row['name']).startsWith('x_'));
  return left ? { _force_unlink: true } : {};
}
