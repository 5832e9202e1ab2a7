/** What an AllClients export must have, and what its scope should say. */
import { WaybillError } from '../../core/errors.ts';
import type { BundleFile } from '../bundle.ts';
import { classify, truncationNotices, type Candidate, type Skipped } from '../inspect-tables.ts';
import { inspectTables } from '../inspect-all.ts';
import type { Inspection, SourceDecisions, SourceDeclaration, SourceFile } from '../source.ts';
import { checkNamedColumns, SURE } from '../recognise.ts';

export async function inspectExport(
  path: string,
  files: readonly BundleFile[],
  declaration: SourceDeclaration,
  decisions: SourceDecisions,
  signal: AbortSignal,
): Promise<Inspection> {
  checkFiles(path, files, decisions);
  const skipped: Skipped[] = [];
  const candidates: Candidate[] = [];
  for (const file of files) {
    const found = await classify(file, declaration, decisions, ['delimited']);
    skipped.push(...found.skipped);
    candidates.push(...found.candidates);
  }
  checkContacts(path, candidates, skipped);
  const ordered = declaration.objects.flatMap((object) =>
    candidates.filter((one) => one.object === object),
  );
  const inspected = (await inspectTables(path, ordered, decisions, signal)).map(notEmpty);
  checkNamedColumns(inspected, decisions);
  return { files: inspected, skipped, notices: [...notices(inspected), ...doubts(candidates)] };
}

function checkFiles(path: string, files: readonly BundleFile[], decisions: SourceDecisions): void {
  const named = [decisions.files, decisions.encodings].flatMap((one) => Object.keys(one ?? {}));
  const unknown = named.find((name) => !files.some((file) => file.path === name));
  if (unknown === undefined) return;
  throw new WaybillError(
    'WB_CONFIG_INVALID',
    `waybill.yaml names "${unknown}", which is not in ${path}.`,
    {
      place: 'waybill.yaml',
      next: `The files are: ${files.map((file) => file.path).join(', ')}.`,
    },
  );
}

function checkContacts(
  path: string,
  candidates: readonly Candidate[],
  skipped: readonly Skipped[],
): void {
  const contacts = candidates.filter((one) => one.object.shape === 'partner');
  const [first] = contacts;
  if (!first) {
    const seen = [
      ...candidates.map((one) => `${one.table.path} (${one.object.plural})`),
      ...skipped.map((one) => `${one.path}: ${one.reason}`),
    ].join('; ');
    throw new WaybillError(
      skipped.some((one) => /empty|no row/.test(one.reason)) && candidates.length === 0
        ? 'WB_SOURCE_EMPTY'
        : 'WB_SOURCE_NO_CONTACTS',
      `No contact export in ${path}. Seen: ${seen || 'no file at all'}.`,
      {
        place: path,
        next: 'Name the contact file in waybill.yaml, source.files, like:  "People.csv": contact',
      },
    );
  }
  const other = contacts.find(
    (one) => one.shape.headers.join('\u0000') !== first.shape.headers.join('\u0000'),
  );
  if (!other) return;
  throw new WaybillError(
    'WB_SOURCE_AMBIGUOUS',
    `Both ${first.table.path} and ${other.table.path} look like contact exports, with different columns.`,
    {
      place: other.table.path,
      next: 'Say in waybill.yaml, source.files, which is which: one "contact", the other "skip".',
    },
  );
}

function notEmpty(file: SourceFile): SourceFile {
  if (file.rows > 0 || file.object !== 'contact') return file;
  throw new WaybillError('WB_SOURCE_EMPTY', `${file.path} has a header and no record below it.`, {
    place: file.path,
    next: 'Export the contacts again; AllClients exports the contacts that are selected.',
  });
}

const notices = (files: readonly SourceFile[]): string[] => [
  ...truncationNotices(files, 'AllClients'),
  ...(files.some((file) => file.object === 'note')
    ? []
    : ['There is no notes file: no note will move.']),
];

function doubts(candidates: readonly Candidate[]): string[] {
  const unsure = candidates
    .filter((one) => one.confidence < SURE)
    .map(
      (one) =>
        `${one.table.path} was taken for ${one.object.plural} with little to go by: look at its columns, and settle it in waybill.yaml, source.files, if that is wrong.`,
    );
  return [...unsure, ...candidates.flatMap((one) => one.table.notices)];
}
