/**
 * An export completed by the API: the export gives the records, the API what no file holds. Joined by record id, as
 * columns at the end of the contacts and as objects that the export lacks.
 */
import type { StagedRecord } from '../../../core/record.ts';
import type { Extracted, RejectedRow, Source, SourceColumn, SourceFile } from '../../source.ts';
import { ALLCLIENTS } from '../declaration.ts';
import { foldHeader } from '../../recognise.ts';
import type { ApiAddress } from './address.ts';
import {
  finish,
  openAttachment,
  probeAccount,
  readThroughApi,
  sheetExtractor,
  type ApiRead,
} from './api-source.ts';
import { itemsOf } from './virtual-file.ts';

interface Joined {
  readonly read: ApiRead;
  /** Columns added to the export's contacts. */
  readonly added: readonly SourceColumn[];
}

const CONTACT = 'contact';

export function openCompletedExport(
  beside: Source,
  address: () => ApiAddress,
  folder: string,
): Source {
  let joined: Joined | undefined;
  const extractSheetOf = sheetExtractor();
  return {
    declaration: ALLCLIENTS,
    async probe(signal) {
      const { files } = await beside.inspect(signal);
      return [
        ...files.map((file) => `${file.path} holds ${file.rows} ${file.object} rows`),
        ...(await probeAccount(address(), signal)),
      ];
    },
    async inspect(signal, emit = () => {}) {
      extractSheetOf.restart();
      joined?.read.close();
      const files = await beside.inspect(signal, emit);
      const has = new Set(files.files.map((file) => file.object));
      const read = await readThroughApi(address(), folder, has, signal, emit);
      const [contacts] = files.files.filter((file) => file.object === CONTACT);
      const added = contacts ? lacking(contacts, read) : [];
      joined = { read, added };
      const own = read.inspection.files.filter((file) => !has.has(file.object));
      return {
        files: inOrder([...files.files.map((file) => widened(file, added)), ...own]),
        skipped: [...files.skipped, ...read.inspection.skipped],
        notices: [...files.notices, ...read.inspection.notices],
      };
    },
    async *extract(file, signal) {
      const { read, added } = joined ?? {};
      const sheet = read?.sheets.find((one) => one.path === file.path);
      if (read && sheet) yield* extractSheetOf.extract(read, sheet, file);
      else if (read && added && file.object === CONTACT)
        yield* widen(beside, file, read, added, signal);
      else yield* beside.extract(file, signal);
    },
    done: () => finish(folder, joined?.read),
    openFile: (file) => openAttachment(folder, file).catch(() => beside.openFile(file)),
  };
}

const rank = (file: SourceFile): number =>
  ALLCLIENTS.objects.findIndex((object) => object.name === file.object);

const inOrder = (files: readonly SourceFile[]): SourceFile[] =>
  [...files].sort((a, b) => rank(a) - rank(b));

const contactFile = (read: ApiRead): SourceFile | undefined =>
  read.inspection.files.find((file) => file.object === CONTACT);

/** A custom field without its label: the export has it under a name people know. */
const NAMELESS = /^custom[a-z]*\d+$/i;

/** What the API says of a contact and no column of the export does: by meaning, or by header. */
function lacking(contacts: SourceFile, read: ApiRead): SourceColumn[] {
  const slots = new Set(contacts.columns.map((column) => column.slot));
  const headers = new Set(contacts.columns.map((column) => foldHeader(column.header)));
  return (contactFile(read)?.columns ?? []).filter((column) =>
    column.slot === null
      ? !NAMELESS.test(column.id) && !headers.has(foldHeader(column.header))
      : !slots.has(column.slot),
  );
}

function widened(file: SourceFile, added: readonly SourceColumn[]): SourceFile {
  if (file.object !== CONTACT || added.length === 0) return file;
  const taken = new Set(file.columns.map((column) => column.id));
  return {
    ...file,
    columns: [
      ...file.columns,
      ...added.map((column, n) => ({
        ...column,
        id: taken.has(column.id) ? `${column.id} (API)` : column.id,
        index: file.columns.length + n,
        reason: `${column.reason}; the export has no such column`,
      })),
    ],
  };
}

async function* widen(
  beside: Source,
  file: SourceFile,
  read: ApiRead,
  added: readonly SourceColumn[],
  signal: AbortSignal,
): AsyncGenerator<Extracted> {
  const cells = cellsById(read, added);
  const none = added.map(() => '');
  const unknown: string[] = [];
  const width = file.columns.length - added.length;
  const narrow = { ...file, columns: file.columns.slice(0, width) };
  const wider = (record: StagedRecord): StagedRecord => {
    const more = cells.get(record.key);
    cells.delete(record.key);
    if (!more) unknown.push(record.key);
    return { ...record, cells: [...record.cells, ...(more ?? none)] };
  };
  for await (const one of beside.extract(narrow, signal))
    yield one.kind === 'records' ? { kind: 'records', records: one.records.map(wider) } : one;
  yield* differences(file, [...cells.keys()], unknown);
}

function cellsById(read: ApiRead, added: readonly SourceColumn[]): Map<string, string[]> {
  const sheet = read.sheets.find((one) => one.object === CONTACT);
  const cells = new Map<string, string[]>();
  for (const item of sheet ? itemsOf(sheet, read.journal) : [])
    if (item.kind === 'record')
      cells.set(
        item.record.key,
        added.map((column) => item.record.row[column.id] ?? ''),
      );
  return cells;
}

/** Either may be older than the other, or a selection: a person should know, and no record is made up or dropped. */
function* differences(
  file: SourceFile,
  onlyApi: readonly string[],
  onlyExport: readonly string[],
): Generator<Extracted> {
  if (onlyApi.length > 0)
    yield rejected(
      file,
      `${onlyApi.length} contact(s) are in the account and not in the export: they do not move. Export them too, or leave source.export out of waybill.yaml to take all from the API.`,
      onlyApi,
    );
  if (onlyExport.length > 0)
    yield rejected(
      file,
      `${onlyExport.length} contact(s) of the export are not in the account (any more), or have no record id: what only the API knows is missing for them.`,
      onlyExport,
    );
}

const rejected = (file: SourceFile, message: string, ids: readonly string[]): Extracted => ({
  kind: 'rejected',
  row: {
    code: 'WB_SOURCE_DIFFERS',
    message,
    file: file.path,
    line: 0,
    text: ids.join(' ').slice(0, 2_000),
  } satisfies RejectedRow,
});
