/** An AllClients export, folder or zip, as a source. */
import { WaybillError } from '../../core/errors.ts';
import { openBundle, openBundleFile } from '../bundle.ts';
import { extractTable } from '../extract-table.ts';
import type { Source, SourceDecisions } from '../source.ts';
import { openTables } from '../table.ts';
import { ALLCLIENTS } from './declaration.ts';
import { inspectExport } from './inspect.ts';

const KEY_SLOTS: Readonly<Record<string, string>> = {
  contact: 'record_id',
  note: 'note_id',
  user: 'user_id',
};

/** `path`: the folder, one file, or the .zip. Nothing is read before `inspect`. */
export function openAllClientsExport(path: string, decisions: SourceDecisions): Source {
  const arrived = new Map<string, number>();
  return {
    declaration: ALLCLIENTS,
    async inspect(signal) {
      arrived.clear();
      const files = await openBundle(path);
      return inspectExport(path, files, ALLCLIENTS, decisions, signal);
    },
    async *extract(file, signal) {
      const found = (await openBundle(path)).find((one) => one.path === file.path);
      const [table] = found ? await openTables(found, 'delimited', file.encoding) : [];
      if (!table)
        throw new WaybillError('WB_SOURCE_MISSING', `${file.path} is no longer in the export.`, {
          place: file.path,
          next: 'Put it back, or run: waybill scope',
        });
      const width = file.columns.length;
      const key = { id: KEY_SLOTS[file.object] };
      yield* extractTable({ file, table, width, key, arrived }, signal);
    },
    openFile: (file) => openBundleFile(path, file),
  };
}
