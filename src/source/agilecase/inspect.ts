/** Looks through an AgileCase bundle: its tables, what points at what, its documents, what a person should know. */
import { WaybillError } from '../../core/errors.ts';
import type { BundleFile } from '../bundle.ts';
import { keyMaker } from '../extract-table.ts';
import { classify, truncationNotices, type Candidate, type Skipped } from '../inspect-tables.ts';
import { inspectTables } from '../inspect-all.ts';
import type { Inspection, LoadedName, SourceDecisions, SourceFile } from '../source.ts';
import { isMarkup } from '../markup.ts';
import { formatOf } from '../table.ts';
import { AGILECASE } from './declaration.ts';
import { sealAhead } from '../seal-ahead.ts';
import { documentMatcher } from './documents.ts';
import { completer, type Completer } from './complete.ts';
import { KEYS } from './traits.ts';
import { hitCounter, pointColumns, type Hits } from './foreign-keys.ts';
import { joinDetails, rowsOf, type Part } from './join.ts';
import { withMails } from './mails.ts';
import { isZone } from '../../lib/dates-zone.ts';
import { isManifest, manifestNotices, readManifest } from './manifest.ts';
import { ALIAS_SLOTS, cellOf, references, type References } from './references.ts';
import { classifyWorkItems, isWorkItems } from './work-items.ts';
import { SURE } from '../recognise.ts';

export interface Inspected {
  readonly inspection: Inspection;
  readonly parts: ReadonlyMap<string, Part>;
  readonly completer: Completer;
}

/** Tables among the documents are documents. */
const DOCUMENT_FOLDERS = /(^|\/)(documents?|files|attachments|blobs|emails|templates)\//i;
/** Untouched answers of an API, beside the tables that were made of them. */
const RAW_FOLDER = /^(.*\/)?raw\//i;
const WORKFLOW_FOLDER = /(^|\/)workflows?\/[^/]*\.json$/i;

export interface BundleInput {
  readonly path: string;
  readonly files: readonly BundleFile[];
  readonly decisions: SourceDecisions;
  readonly loaded: readonly LoadedName[];
  readonly signal: AbortSignal;
}

export async function inspectBundle(input: BundleInput): Promise<Inspected> {
  const { path, files, decisions, loaded, signal } = input;
  const { manifest, notice } = await readManifest(files);
  const { candidates, skipped, others } = await sortFiles(files, decisions);
  checkCases(path, candidates, skipped);
  const ordered = AGILECASE.objects.flatMap(({ name }) =>
    candidates.filter((one) => one.object.name === name),
  );
  const filed = others.filter(({ path: one }) => !WORKFLOW_FOLDER.test(one));
  await using ahead = sealAhead(path, filed, signal);
  const looked = await inspectTables(path, ordered, decisions, signal);
  const tables = new Map(ordered.map(({ table }) => [table.path, table]));
  let parts = looked.flatMap((file): Part[] => {
    const table = tables.get(file.path);
    return table ? [{ file, table }] : [];
  });
  const documents = documentMatcher(filed, ahead.seals);
  const mails = others.filter(({ path: one }) => /\.eml$/i.test(one));
  parts = parts.map((part) => withMails(part, mails, documents));
  const known = await knownRecords(parts);
  const seen = new Map<string, Look>();
  for (const part of parts) seen.set(part.file.path, await lookThrough(part, known));
  parts = parts.map((part) => pointed(part, seen.get(part.file.path)?.hits ?? []));
  const joins = await joinDetails(parts, known, loaded);
  const complete = await completer({
    parts,
    known,
    joins,
    documents,
    workflows: others.filter(({ path: one }) => WORKFLOW_FOLDER.test(one)),
    markup: (file) => seen.get(file)?.markup ?? false,
  });
  // Later, there is no thread that would seal what is missing.
  await ahead.seals;
  const inspected = complete.files;
  return {
    inspection: {
      files: inspected,
      ...zoneOf(manifest?.timezone),
      skipped: [
        ...skipped,
        ...complete.strangers.map((file) => ({
          path: file.path,
          reason: 'no row names it and its folder is no case; it waits in the review queue',
        })),
      ],
      notices: [
        ...(notice === '' ? [] : [notice]),
        ...manifestNotices(manifest, inspected, others.length, AGILECASE.timeZone),
        ...notices(candidates, inspected),
        ...complete.notices,
      ],
    },
    parts: new Map(parts.map((part) => [part.file.path, part])),
    completer: complete,
  };
}

const zoneOf = (said: string | undefined): Pick<Inspection, 'timeZone'> =>
  said !== undefined && isZone(said) ? { timeZone: said } : {};

const FORMATS = ['delimited', 'workbook', 'json'] as const;

async function sortFiles(
  files: readonly BundleFile[],
  decisions: SourceDecisions,
): Promise<{ candidates: Candidate[]; skipped: Skipped[]; others: BundleFile[] }> {
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  const others: BundleFile[] = [];
  for (const file of files) {
    const settled = decisions.files?.[file.path];
    if (isManifest(file.path)) continue;
    if (settled === undefined && RAW_FOLDER.test(file.path)) continue;
    // A link among the documents would carry any file of this machine into Odoo.
    if (file.refused !== undefined) {
      skipped.push({ path: file.path, reason: file.refused });
      continue;
    }
    const isTable =
      formatOf(file.path) !== undefined &&
      !DOCUMENT_FOLDERS.test(file.path) &&
      !WORKFLOW_FOLDER.test(file.path);
    if (settled === undefined && !isTable) {
      others.push(file);
      continue;
    }
    const found =
      settled === undefined && isWorkItems(file.path)
        ? await classifyWorkItems(file, decisions, FORMATS)
        : await classify(file, AGILECASE, decisions, FORMATS);
    candidates.push(...found.candidates);
    skipped.push(...found.skipped);
  }
  const raw = files.filter(({ path }) => RAW_FOLDER.test(path)).length;
  if (raw > 0)
    skipped.push({
      path: 'raw/',
      reason: `${raw} file(s), answers as they came; their records are in the tables`,
    });
  return { candidates, skipped, others };
}

function checkCases(
  path: string,
  candidates: readonly Candidate[],
  skipped: readonly Skipped[],
): void {
  const cases = candidates.filter((one) => one.object.name === 'case');
  const first = cases.find((one) => !isWorkItems(one.table.path)) ?? cases[0];
  if (!first)
    throw new WaybillError(
      'WB_SOURCE_NO_CASES',
      `No table of cases in ${path}. Seen: ${seenText(candidates, skipped) || 'no table at all'}.`,
      {
        place: path,
        next: 'Name the table in waybill.yaml, source.files, like:  "data/Matters.csv": case',
      },
    );
  // Every work type has columns of its own, and says what it is based on.
  const other = cases.find(
    (one) => one.fingerprint !== first.fingerprint && !isWorkItems(one.table.path),
  );
  if (!other) return;
  throw new WaybillError(
    'WB_SOURCE_AMBIGUOUS',
    `Both ${first.table.path} and ${other.table.path} look like tables of cases, with different columns.`,
    {
      place: other.table.path,
      next: `Say in waybill.yaml what the other is; by its headers it holds for the next export too:\n  source:\n    tables:\n      ${other.fingerprint}: { object: skip }   # ${other.table.path}`,
    },
  );
}

const seenText = (candidates: readonly Candidate[], skipped: readonly Skipped[]): string =>
  [
    ...candidates.map((one) => `${one.table.path} (${one.object.plural})`),
    ...skipped.map((one) => `${one.path}: ${one.reason}`),
  ].join('; ');

/** Keys and other names of all cases and contacts. */
async function knownRecords(parts: readonly Part[]): Promise<References> {
  const known = references();
  for (const kind of ['contact', 'case'] as const)
    for (const part of parts.filter((one) => one.file.object === kind)) {
      const keyOf = keyMaker(part.file, KEYS[kind] ?? {});
      for await (const cells of rowsOf(part)) {
        const key = keyOf(cells);
        const names = ALIAS_SLOTS[kind].map((slot) => cellOf(part.file, cells, slot));
        const person = `${cellOf(part.file, cells, 'first_name')} ${cellOf(part.file, cells, 'last_name')}`;
        known.add(kind, key, kind === 'contact' ? [...names, person] : names);
        const company = cellOf(part.file, cells, 'company');
        if (kind === 'contact' && company !== '' && person.trim() === '')
          known.nameCompany(key, cellOf(part.file, cells, 'code'), company);
      }
    }
  return known;
}

interface Look {
  readonly hits: readonly Hits[];
  /** Most of its bodies are markup. */
  readonly markup: boolean;
}

const objectOf = (name: string) => AGILECASE.objects.find((one) => one.name === name);

async function lookThrough(part: Part, known: References): Promise<Look> {
  const object = objectOf(part.file.object);
  const points = object?.slots.some(({ name }) => name === 'case' || name === 'contact') ?? false;
  const body = part.file.columns.find((column) => column.slot === 'body')?.index;
  if (!object || (!points && body === undefined)) return { hits: [], markup: false };
  const counter = hitCounter(part.file, object, known);
  let [bodies, tagged] = [0, 0];
  for await (const cells of rowsOf(part)) {
    counter.add(cells);
    const text = body === undefined ? '' : (cells[body] ?? '');
    if (text.trim() === '') continue;
    bodies++;
    if (isMarkup(text)) tagged++;
  }
  return { hits: counter.hits, markup: bodies > 0 && tagged >= bodies / 2 };
}

function pointed(part: Part, hits: readonly Hits[]): Part {
  const object = objectOf(part.file.object);
  return object && hits.length > 0
    ? { ...part, file: pointColumns(part.file, object, hits) }
    : part;
}

function notices(candidates: readonly Candidate[], files: readonly SourceFile[]): string[] {
  const has = (object: string): boolean => files.some((file) => file.object === object);
  return [
    ...candidates.flatMap(({ table }) => table.notices.map((one) => `${table.path}: ${one}.`)),
    ...candidates
      .filter((one) => one.confidence < SURE)
      .map(
        (one) =>
          `${one.table.path} was taken for ${one.object.plural} (${Math.round(one.confidence * 100)} % sure). If it is something else, waybill.yaml, source.tables:  ${one.fingerprint}: { object: <name, or skip> }`,
      ),
    ...truncationNotices(files, 'AgileCase'),
    ...cutTexts(files),
    ...(has('contact')
      ? []
      : ['There is no table of contacts: no contact will move, and no case has a customer.']),
    ...(has('user')
      ? []
      : ['There is no table of users: owners can be matched by their names alone.']),
    ...(has('audit') ? [] : ['There is no audit trail in the export.']),
  ];
}

const CUTS = new Set([255, 256, 2_000, 4_000, 32_767]);

const cutTexts = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) =>
    file.columns
      .filter((column) => CUTS.has(column.profile.maxLength))
      .map(
        (column) =>
          `${file.path}, "${column.id}": the longest text has exactly ${column.profile.maxLength} characters; it may have been cut.`,
      ),
  );
