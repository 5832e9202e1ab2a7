/** An AllClients export, folder or zip, as a source. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../../core/errors.ts';
import type { StagedRecord } from '../../core/record.ts';
import type { CsvRow } from '../../lib/csv.ts';
import { openBundle, openBundleFile } from '../bundle.ts';
import type {
  Extracted,
  Inspection,
  RejectedRow,
  Source,
  SourceDecisions,
  SourceFile,
} from '../source.ts';
import {
  FILE_CELLS,
  inspectAttachments,
  isAttachment,
  LOOSE_FILES,
  type Attachments,
} from './attachments.ts';
import { ALLCLIENTS } from './declaration.ts';
import { inspectExport } from './inspect.ts';
import { dataRows, judgeRow, rowText, type RowVerdict } from './read-file.ts';

/** `path`: the folder, one file, or the .zip. Nothing is read before `inspect`. */
export function openAllClientsExport(path: string, decisions: SourceDecisions): Source {
  const arrived = new Map<string, number>();
  let attachments: Attachments | undefined;
  const inspect = async (signal: AbortSignal): Promise<Inspection> => {
    arrived.clear();
    const bundle = await openBundle(path);
    const tables = bundle.filter((one) => one.refused !== undefined || !isAttachment(one.path));
    const inspection = await inspectExport(path, tables, ALLCLIENTS, decisions, signal);
    const found = await inspectAttachments(bundle, inspection, signal);
    attachments = found.attachments;
    return found.inspection;
  };
  return {
    declaration: ALLCLIENTS,
    inspect,
    async *extract(file, signal) {
      if (file.object === 'attachment' && !attachments) await inspect(signal);
      yield* extractFile(file, await tableOf(path, file, attachments), arrived, signal);
    },
    openFile: (file) => openBundleFile(path, file),
  };
}

/** A file's rows, its own headers, and what is added to each row. */
interface Table {
  readonly rows: AsyncIterable<readonly CsvRow[]>;
  readonly headers: readonly string[];
  readonly more: (cells: readonly string[]) => readonly string[];
}

async function tableOf(
  path: string,
  file: SourceFile,
  attachments: Attachments | undefined,
): Promise<Table> {
  if (file.path === LOOSE_FILES)
    return { rows: looseRows(attachments), headers: headersOf(file, 0), more: () => [] };
  const found = (await openBundle(path)).find((one) => one.path === file.path);
  if (!found)
    throw new WaybillError('WB_SOURCE_MISSING', `${file.path} is no longer in the export.`, {
      place: file.path,
      next: 'Put it back, or run: waybill scope',
    });
  const isTable = file.object !== 'attachment';
  const headers = headersOf(file, isTable ? 0 : FILE_CELLS);
  const rows = dataRows(found, { ...file, encoding: file.encoding as 'utf-8' }, headers);
  if (isTable) return { rows, headers, more: () => [] };
  return { rows, headers, more: (cells) => attachments?.cellsFor(cells, file) ?? [] };
}

/** Without the columns that are added to every row. */
const headersOf = (file: SourceFile, added: number): string[] =>
  file.columns.slice(0, file.columns.length - added).map((column) => column.header);

async function* looseRows(attachments: Attachments | undefined): AsyncGenerator<CsvRow[]> {
  const rows = (attachments?.loose ?? []).map((cells, at) => ({ cells: [...cells], line: at + 1 }));
  yield await Promise.resolve(rows);
}

const CHUNK = 1_000;

async function* extractFile(
  file: SourceFile,
  { rows, headers, more }: Table,
  arrived: Map<string, number>,
  signal: AbortSignal,
): AsyncGenerator<Extracted> {
  const makeKey = keyMaker(file);
  let records: StagedRecord[] = [];
  for await (const chunk of rows) {
    if (signal.aborted) break;
    for (const row of chunk) {
      const verdict = judgeRow(row, headers);
      if (verdict.kind === 'rejected')
        yield { kind: 'rejected', row: rejected(file, row, verdict) };
      if (verdict.kind !== 'record') continue;
      const extra = more(verdict.cells);
      const cells = extra.length === 0 ? verdict.cells : [...verdict.cells, ...extra];
      const position = (arrived.get(file.object) ?? 0) + 1;
      arrived.set(file.object, position);
      const key = makeKey(cells);
      records.push({ object: file.object, position, key, file: file.path, line: row.line, cells });
      if (records.length < CHUNK) continue;
      yield { kind: 'records', records };
      records = [];
    }
  }
  if (records.length > 0) yield { kind: 'records', records };
}

const rejected = (
  file: SourceFile,
  row: CsvRow,
  { code, message }: Extract<RowVerdict, { kind: 'rejected' }>,
): RejectedRow => ({
  code,
  message,
  file: file.path,
  line: row.line,
  text: rowText(row, file.delimiter).slice(0, 2_000),
});

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

/** The source's id where there is one; else a hash of the content, so that a later export of the same row has the same key. */
function keyMaker(file: SourceFile): (cells: readonly string[]) => string {
  const indexes = (KEY_SLOTS[file.object] ?? []).map((slot) =>
    file.columns.findIndex((column) => column.slot === slot),
  );
  const prefix = file.object.slice(0, 1);
  // By number, since 600,000 texts would fill 70 MB; two of a number by chance (1 : 25,000) only get a suffix.
  const repeats = new Map<number, number>();
  return (cells) => {
    const own = indexes.map((index) => cells[index]?.trim() ?? '');
    if (own.length > 0 && own.every((part) => part !== '')) return own.join('/');
    const digest = createHash('sha1').update(cells.join('\u001f')).digest('hex');
    const hash = `${prefix}${digest.slice(0, 16)}`;
    const number = Number.parseInt(digest.slice(0, 13), 16);
    const n = (repeats.get(number) ?? 0) + 1;
    repeats.set(number, n);
    return n === 1 ? hash : `${hash}-${n}`;
  };
}
