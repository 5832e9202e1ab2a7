/** An AllClients export, folder or zip, as a source. */
import { WaybillError } from '../../core/errors.ts';
import type { CsvRow } from '../../lib/csv.ts';
import { bundleOpener, openBundle } from '../bundle.ts';
import { extractTable, type Extraction } from '../extract-table.ts';
import { sealAhead } from '../seal-ahead.ts';
import type { Inspection, Source, SourceDecisions, SourceFile } from '../source.ts';
import { openTables } from '../table.ts';
import {
  attachmentFiles,
  FILE_CELLS,
  inspectAttachments,
  isAttachment,
  LOOSE_FILES,
  type Attachments,
} from './attachments.ts';
import { ALLCLIENTS } from './declaration.ts';
import { inspectExport } from './inspect.ts';

/** What a record is known by from one export to the next. */
const KEY_SLOTS: Readonly<Record<string, readonly string[]>> = {
  contact: ['record_id'],
  note: ['note_id'],
  user: ['user_id'],
  todo: ['todo_id'],
  appointment: ['appointment_id'],
  deal: ['deal_id'],
  template: ['template_id'],
  campaign: ['campaign_id'],
  // AllClients has no other key for them (GetContactAttachments).
  attachment: ['record_id', 'filename'],
};

/** `path`: the folder, one file, or the .zip. Nothing is read before `inspect`. */
export function openAllClientsExport(path: string, decisions: SourceDecisions): Source {
  const arrived = new Map<string, number>();
  let attachments: Attachments | undefined;
  const inspect = async (signal: AbortSignal): Promise<Inspection> => {
    arrived.clear();
    const bundle = await openBundle(path);
    const tables = bundle.filter((one) => one.refused !== undefined || !isAttachment(one.path));
    await using ahead = sealAhead(path, attachmentFiles(bundle), signal);
    const inspection = await inspectExport(path, tables, ALLCLIENTS, decisions, signal);
    const found = await inspectAttachments(bundle, inspection, ahead.seals, signal);
    attachments = found.attachments;
    return found.inspection;
  };
  return {
    declaration: ALLCLIENTS,
    inspect,
    async *extract(file, signal) {
      if (file.object === 'attachment' && !attachments) await inspect(signal);
      const rows = await rowsOf(path, file, attachments);
      const key = { id: KEY_SLOTS[file.object] };
      yield* extractTable({ file, key, arrived, ...rows }, signal);
    },
    openFile: bundleOpener(path),
  };
}

/** A file's rows, its own width, and what is added to each row. */
async function rowsOf(
  path: string,
  file: SourceFile,
  attachments: Attachments | undefined,
): Promise<Pick<Extraction, 'table' | 'width' | 'complete'>> {
  if (file.path === LOOSE_FILES)
    return { table: { rows: () => looseRows(attachments) }, width: file.columns.length };
  const found = (await openBundle(path)).find((one) => one.path === file.path);
  const [table] = found
    ? await openTables(found, 'delimited', file.encoding, ALLCLIENTS.objects)
    : [];
  if (!table)
    throw new WaybillError('WB_SOURCE_MISSING', `${file.path} is no longer in the export.`, {
      place: file.path,
      next: 'Put it back, or run: waybill scope',
    });
  if (file.object !== 'attachment') return { table, width: file.columns.length };
  return {
    table,
    width: file.columns.length - FILE_CELLS,
    complete: (cells) => [...cells, ...(attachments?.cellsFor(cells, file) ?? [])],
  };
}

async function* looseRows(attachments: Attachments | undefined): AsyncGenerator<CsvRow[]> {
  const rows = (attachments?.loose ?? []).map((cells, at) => ({ cells: [...cells], line: at + 1 }));
  yield await Promise.resolve(rows);
}
