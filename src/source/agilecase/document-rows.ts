/** Document rows and the files they mean; files that no row names; and the tables made of what is none. */
import { ownCopy } from '../../lib/own-copy.ts';
import type { BundleFile } from '../bundle.ts';
import { dataRows, judgeRow } from '../read-file.ts';
import type { SourceColumn, SourceFile } from '../source.ts';
import { byLine, type ByLine } from './by-line.ts';
import { extraColumn, FILE_COLUMNS } from './columns.ts';
import { flatNames, type Documents, type Match } from './documents.ts';
import type { Part } from './join.ts';
import { cellOf, type References } from './references.ts';
import { isFiled } from './traits.ts';
import { WORKFLOW_SLOTS } from './workflows.ts';

export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Files that no row names, but whose folder does. */
export const LOOSE_DOCUMENTS = 'documents (files without a row)';
export const WORKFLOWS = 'workflows';

export async function matchDocuments(
  parts: readonly Part[],
  known: References,
  documents: Documents,
): Promise<ByLine<Match>> {
  const matches = byLine<Match>();
  for (const { file, table } of parts.filter((part) => isFiled(part.file)))
    for await (const rows of dataRows(table, file.headerLine, file.columns.length))
      for (const row of rows) {
        const verdict = judgeRow(row, file.columns.length);
        if (verdict.kind !== 'record') continue;
        const read = (slot: string): string => cellOf(file, verdict.cells, slot);
        const mail = read('mail_file');
        if (file.object === 'communication' && mail === '') continue;
        const wanted = {
          path: read('path') || mail,
          folder: read('folder'),
          name: read('file_name'),
          sha256: read('checksum'),
          size: read('size'),
          case: known.resolve('case', read('case')) ?? '',
        };
        matches.set(file.path, row.line, await documents.match(wanted));
      }
  return matches;
}

/** What the files are called in Odoo; of those without a row, by their place among them. */
export async function namesOf(
  parts: readonly Part[],
  known: References,
  loose: readonly Loose[],
): Promise<ByLine<string>> {
  const flat = flatNames();
  const names = byLine<string>();
  for (const { file, table } of parts.filter((part) => part.file.object === 'document'))
    for await (const rows of dataRows(table, file.headerLine, file.columns.length))
      for (const row of rows) {
        const verdict = judgeRow(row, file.columns.length);
        if (verdict.kind !== 'record') continue;
        const read = (slot: string): string => cellOf(file, verdict.cells, slot);
        const name = lastPart(read('file_name')) || lastPart(read('path')) || read('doc_title');
        const of =
          known.resolve('case', read('case')) ??
          (read('contact') || rowCase(file, verdict.cells, known));
        const folder = read('folder') || folderOf(read('path'), of);
        names.set(file.path, row.line, ownCopy(flat(of, name, folder, read('version'))));
      }
  for (const [index, { file, case: of }] of loose.entries()) {
    const name = flat(of, lastPart(file.path), folderOf(file.path, of), '');
    names.set(LOOSE_DOCUMENTS, index + 1, name);
  }
  return names;
}

const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';

/** What stands between the case's own folder and the file. */
const folderOf = (path: string, of: string): string => {
  const folders = path.split(/[/\\]/).slice(0, -1);
  return folders.slice(folders.indexOf(of) + 1).join('/');
};

export async function fileCells(match: Match | undefined, documents: Documents): Promise<string[]> {
  if (!match || match.file === '') return ['', '', '', match?.problem ?? ''];
  const { bytes, sha256 } = await documents.seal(match.file);
  return [match.file, String(bytes), sha256, ''];
}

/** `documents/<case key>/…` says whose it is. */
const folderCase = (path: string, known: References): string | undefined =>
  path
    .split(/[/\\]/)
    .slice(0, -1)
    .map((part) => known.resolve('case', part))
    .find((one) => one !== undefined);

/** A listing of blobs has names, sizes and types, and the case in the path; what names a case or a contact means that one. */
export function rowCase(file: SourceFile, cells: readonly string[], known: References): string {
  const read = (slot: string): string => cellOf(file, cells, slot);
  if (read('case') !== '' || read('contact') !== '') return read('case');
  const path = read('path') || [read('folder'), read('file_name')].filter(Boolean).join('/');
  return folderCase(path, known) ?? '';
}

interface Loose {
  readonly file: BundleFile;
  readonly case: string;
}

/** Files whose folder says whose they are without a row; anything else waits for a person. */
export function looseFiles(
  documents: Documents,
  known: References,
): { loose: Loose[]; strangers: BundleFile[] } {
  const loose: Loose[] = [];
  const strangers: BundleFile[] = [];
  for (const file of documents.unclaimed()) {
    const key = folderCase(file.path, known);
    if (key === undefined) strangers.push(file);
    else loose.push({ file, case: key });
  }
  return { loose, strangers };
}

export const documentNotices = (
  matches: ByLine<Match>,
  loose: readonly Loose[],
  strangers: readonly BundleFile[],
): string[] => {
  const without = [...matches.values()].filter((match) => match.file === '').length;
  return [
    ...(without > 0
      ? [`${without} document row(s) have no file in the export; they wait in the review queue.`]
      : []),
    ...(loose.length > 0
      ? [
          `${loose.length} file(s) have no row; the name of their folder says which case they belong to.`,
        ]
      : []),
    ...(strangers.length > 0
      ? [
          `${strangers.length} file(s) have no row and belong to no case that is known, like ${strangers[0]?.path ?? ''}; they wait in the review queue.`,
        ]
      : []),
  ];
};

const madeColumn = (id: string, slot: string, index: number, rows: number): SourceColumn =>
  extraColumn({ id, slot }, index, rows, undefined);

const madeFile = (
  object: string,
  path: string,
  rows: number,
  columns: readonly (readonly [string, string])[],
): SourceFile => ({
  object,
  fingerprint: object,
  confidence: 1,
  reason: 'files of the export that are no tables',
  path,
  encoding: 'utf-8',
  delimiter: '',
  headerLine: 0,
  sha256: '',
  bytes: 0,
  rows,
  columns: columns.map(([id, slot], index) => madeColumn(id, slot, index, rows)),
});

export const looseFile = (loose: readonly Loose[]): SourceFile =>
  madeFile('document', LOOSE_DOCUMENTS, loose.length, [
    ['Path', 'path'],
    ['File Name', 'file_name'],
    ['Case', 'case'],
    ['(name)', 'filename'],
    ...FILE_COLUMNS.map(({ id, slot }) => [id, slot ?? ''] as const),
  ]);

export const workflowFile = (rows: number): SourceFile =>
  madeFile(
    'workflow',
    WORKFLOWS,
    rows,
    WORKFLOW_SLOTS.map((slot) => [slot, slot] as const),
  );

export async function* numbered(rows: readonly (readonly string[])[]): AsyncGenerator<Row> {
  for (const [index, cells] of rows.entries())
    yield await Promise.resolve({ line: index + 1, cells });
}

export async function* looseRows(
  loose: readonly Loose[],
  documents: Documents,
  names: ByLine<string>,
): AsyncGenerator<Row> {
  for (const [index, one] of loose.entries())
    yield {
      line: index + 1,
      cells: [
        one.file.path,
        one.file.path.split('/').at(-1) ?? '',
        one.case,
        names.get(LOOSE_DOCUMENTS, index + 1) ?? '',
        ...(await fileCells({ file: one.file.path, problem: '' }, documents)),
      ],
    };
}
