/**
 * The files of contacts that lie in the export beside its tables, below a folder named attachments. A table with a row per file says whose they are; else the folder or the name does (`70001/offer.pdf`).
 */
import { createHash } from 'node:crypto';
import type { BundleFile } from '../bundle.ts';
import type { Inspection, SourceColumn, SourceFile } from '../source.ts';
import { ALLCLIENTS } from './declaration.ts';
import { stoppedLooking } from '../inspect-tables.ts';
import { dataRows, judgeRow, widthOf } from '../read-file.ts';
import type { SealedAhead } from '../seal-ahead.ts';
import { sealOf, type Seal } from '../seal.ts';
import { openTables } from '../table.ts';

export interface StoredFile extends Seal {
  readonly path: string;
}

export interface Attachments {
  /** The three cells that tell where a row's bytes are; empty where they are not in the export. */
  cellsFor(cells: readonly string[], file: SourceFile): readonly string[];
  /** Files that no row speaks of, as rows of a table of their own. */
  readonly loose: readonly (readonly string[])[];
}

/** What the scope calls them. */
export const LOOSE_FILES = 'attachments';
const FOLDER = /(^|\/)attachments?\//i;
export const isAttachment = (path: string): boolean => FOLDER.test(path);

export const attachmentFiles = (bundle: readonly BundleFile[]): BundleFile[] =>
  bundle.filter((one) => one.refused === undefined && isAttachment(one.path));

/**
 * Adds what was found to the inspection: three columns to the table of attachments, and a table of loose files.
 * `ahead`: seals of `attachmentFiles(bundle)`, as far as they are made already.
 */
export async function inspectAttachments(
  bundle: readonly BundleFile[],
  inspection: Inspection,
  ahead: SealedAhead['seals'],
  signal: AbortSignal,
): Promise<{ inspection: Inspection; attachments: Attachments }> {
  const seals = await ahead;
  const stored: StoredFile[] = [];
  for (const [at, file] of attachmentFiles(bundle).entries()) {
    if (signal.aborted) throw stoppedLooking();
    stored.push({ path: file.path, ...(seals(at) ?? (await sealOf(file))) });
  }
  const find = finder(stored);
  const used = new Set<string>();
  for (const table of inspection.files.filter((one) => one.object === 'attachment'))
    await eachRow(bundle, table, (cells) => used.add(find(cells, table)?.path ?? ''));
  const loose = stored.filter((file) => !used.has(file.path)).map(looseRow);
  const seal = createHash('sha256').update(JSON.stringify(stored)).digest('hex');
  const tables = inspection.files.map((table) =>
    table.object === 'attachment' ? withFileColumns(table, seal) : table,
  );
  return {
    inspection: {
      ...inspection,
      files: loose.length === 0 ? tables : [...tables, looseTable(loose.length, seal)],
    },
    attachments: {
      loose,
      cellsFor: (cells, table) => fileCells(find(cells, table)),
    },
  };
}

async function eachRow(
  bundle: readonly BundleFile[],
  table: SourceFile,
  use: (cells: readonly string[]) => void,
): Promise<void> {
  const file = bundle.find((one) => one.path === table.path);
  const [rowsOf] = file
    ? await openTables(file, 'delimited', table.encoding, ALLCLIENTS.objects)
    : [];
  if (!rowsOf) return;
  const width = widthOf(table.columns.map((one) => one.header));
  for await (const rows of dataRows(rowsOf, table.headerLine, width))
    for (const row of rows) {
      const verdict = judgeRow(row, width);
      if (verdict.kind === 'record') use(verdict.cells);
    }
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
const folderName = (path: string): string => path.split(/[/\\]/).at(-2) ?? '';

/** By path; else by contact and name; else by a name that only one file has. Looked up: there may be 40,000 of one name. */
function finder(files: readonly StoredFile[]) {
  const byTail = tailIndex(files);
  const byName = Map.groupBy(files, ({ path }) => baseName(path));
  const byOwner = Map.groupBy(files, ({ path }) => ownName(contactOf(path), baseName(path)));
  return (cells: readonly string[], table: SourceFile): StoredFile | undefined => {
    const read = (slot: string): string => {
      const column = table.columns.find((one) => one.slot === slot);
      return column ? (cells[column.index] ?? '').trim() : '';
    };
    const [path, contact] = [read('path'), read('record_id')];
    const name = baseName(path || read('filename'));
    const exact = byTail.get(path.replaceAll('\\', '/').replace(/^\.?\//, ''));
    const own = contact === '' ? [] : (byOwner.get(ownName(contact, name)) ?? []);
    const named = byName.get(name) ?? [];
    return (
      exact ??
      (own.length === 1 ? own[0] : named.length === 1 ? onlyOne(named, contact) : undefined)
    );
  };
}

const ownName = (contact: string, name: string): string => `${contact}/${name}`;

/** The first file whose path is this, or ends with it: `offers/a.pdf` may mean `attachments/offers/a.pdf`. */
function tailIndex(files: readonly StoredFile[]): ReadonlyMap<string, StoredFile> {
  const tails = new Map<string, StoredFile>();
  for (const file of files) {
    const parts = file.path.split('/');
    for (const from of parts.keys()) {
      const tail = parts.slice(from).join('/');
      if (!tails.has(tail)) tails.set(tail, file);
    }
  }
  return tails;
}

/** A file in another contact's folder is that contact's, whatever its name. */
function onlyOne(named: readonly StoredFile[], contact: string): StoredFile | undefined {
  const [file] = named;
  const owner = file ? contactOf(file.path) : '';
  return owner === '' || contact === '' || owner === contact ? file : undefined;
}

/** `attachments/70001/x.pdf`, `attachments/Ana Keller (70001)/x.pdf`, `attachments/70001_x.pdf`. */
const contactOf = (path: string): string =>
  /(?:^|\D)(\d{3,})\)?$/.exec(folderName(path))?.[1] ??
  /^(\d{3,})[ _-]/.exec(baseName(path))?.[1] ??
  '';

const looseRow = (file: StoredFile): readonly string[] => [
  contactOf(file.path),
  file.path.split('/').at(-1) ?? file.path,
  ...fileCells(file),
];

const fileCells = (file: StoredFile | undefined): readonly string[] =>
  file ? [file.path, String(file.bytes), file.sha256] : ['', '', ''];

const FILE_COLUMNS = [
  ['File in the export', 'file'],
  ['Bytes', 'bytes'],
  ['SHA-256', 'sha256'],
] as const;

const column = (id: string, slot: string, index: number, rows: number): SourceColumn => ({
  id,
  header: id,
  index,
  slot,
  confidence: 1,
  reason: 'read from the files themselves',
  alternatives: [],
  profile: {
    type: 'text',
    rows,
    filled: rows,
    distinct: Math.min(rows, 1_000),
    maxLength: 0,
    examples: [],
    misfits: { count: 0, examples: [] },
  },
});

function withFileColumns(table: SourceFile, seal: string): SourceFile {
  const width = table.columns.length;
  const more = FILE_COLUMNS.map(([id, slot], at) => column(id, slot, width + at, table.rows));
  const sha256 = createHash('sha256')
    .update(table.sha256 + seal)
    .digest('hex');
  return { ...table, sha256, columns: [...table.columns, ...more] };
}

const looseTable = (rows: number, seal: string): SourceFile => ({
  object: 'attachment',
  fingerprint: LOOSE_FILES,
  confidence: 1,
  reason: 'files below the attachments folder',
  path: LOOSE_FILES,
  encoding: 'utf-8',
  delimiter: ',',
  headerLine: 0,
  sha256: seal,
  bytes: 0,
  rows,
  columns: [
    column('Contact of the folder', 'record_id', 0, rows),
    column('File name', 'filename', 1, rows),
    ...FILE_COLUMNS.map(([id, slot], at) => column(id, slot, 2 + at, rows)),
  ],
});

export const FILE_CELLS = FILE_COLUMNS.length;
