/** Looks through the whole export once: which file is what, what its columns mean, what its values look like. */
import { WaybillError } from '../../core/errors.ts';
import type { BundleFile } from '../bundle.ts';
import type {
  Inspection,
  SourceDecisions,
  SourceDeclaration,
  SourceFile,
  SourceObject,
} from '../source.ts';
import { profileBuilder } from './profile.ts';
import { dataRows, judgeRow, readShape, type FileShape } from './read-file.ts';
import { recogniseColumns, SURE } from './recognise.ts';

const TABLES = /\.(csv|tsv|txt)$/i;
/** Counts at which exports are known to be cut off. */
const ROUND = new Set([
  500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 65_535, 100_000,
]);

interface Candidate {
  readonly file: BundleFile;
  readonly shape: FileShape;
  readonly object: SourceObject;
  readonly confidence: number;
  readonly reason: string;
}

export async function inspectExport(
  path: string,
  files: readonly BundleFile[],
  declaration: SourceDeclaration,
  decisions: SourceDecisions,
  signal: AbortSignal,
): Promise<Inspection> {
  checkFiles(path, files, decisions);
  const skipped: { path: string; reason: string }[] = [];
  const candidates: Candidate[] = [];
  for (const file of files) {
    const answer = await classify(file, declaration, decisions);
    if (typeof answer === 'string') skipped.push({ path: file.path, reason: answer });
    else candidates.push(answer);
  }
  checkContacts(path, candidates, skipped);
  const inspected: SourceFile[] = [];
  for (const object of declaration.objects) {
    for (const candidate of candidates.filter((one) => one.object === object))
      inspected.push(await inspectFile(candidate, decisions, signal));
  }
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

async function classify(
  file: BundleFile,
  declaration: SourceDeclaration,
  decisions: SourceDecisions,
): Promise<Candidate | string> {
  const decided = decisions.files?.[file.path];
  if (file.refused !== undefined) return file.refused;
  if (decided === 'skip') return 'left out in waybill.yaml';
  if (decided === undefined && !TABLES.test(file.path)) return 'not a table (.csv, .tsv, .txt)';
  if (file.bytes === 0) return 'the file is empty';
  const shape = await readShape(file, declaration.objects, decisions.encodings?.[file.path]);
  if (!shape) return 'no row in it';
  if (decided !== undefined) return settled(file, shape, declaration, decided);
  const ranked = declaration.objects
    .map((object) => ({
      object,
      score: (shape.scores[object.name] ?? 0) + nameBonus(file.path, object),
    }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = ranked;
  if (!best || best.score < 3)
    return `its header is not recognised (${shape.headers.slice(0, 6).join(', ')}); settle it in waybill.yaml, source.files`;
  if (best.score === second?.score)
    throw new WaybillError(
      'WB_SOURCE_AMBIGUOUS',
      `${file.path} reads like ${best.object.plural} and like ${second.object.plural} alike.`,
      {
        place: file.path,
        next: `Say in waybill.yaml, source.files, which it is:  "${file.path}": ${best.object.name}`,
      },
    );
  const confidence = Math.min(0.99, 0.6 + (best.score - (second?.score ?? 0)) * 0.1);
  return {
    file,
    shape,
    object: best.object,
    confidence,
    reason: `its header reads like ${best.object.plural}`,
  };
}

function settled(
  file: BundleFile,
  shape: FileShape,
  declaration: SourceDeclaration,
  name: string,
): Candidate {
  const object = declaration.objects.find((one) => one.name === name);
  if (object) return { file, shape, object, confidence: 1, reason: 'settled in waybill.yaml' };
  throw new WaybillError(
    'WB_CONFIG_INVALID',
    `waybill.yaml, source.files: "${name}" is no object of ${declaration.name}.`,
    { next: `Choose one of ${declaration.objects.map((one) => one.name).join(', ')}, or skip.` },
  );
}

/** Files are called many things; the words of the objects, and these. */
const FILE_NAMES: Readonly<Record<string, string>> = {
  user: 'team.?member',
  todo: 'to.?do|task|reminder',
  appointment: 'calendar|event',
  optout: 'opt.?(in|out)|unsubscribe|bounce',
  workflow: 'action.?set|autoresponder',
  webform: 'web.?form|landing',
};

const nameBonus = (path: string, object: SourceObject): number =>
  new RegExp(
    [object.name, object.plural, FILE_NAMES[object.name] ?? object.name].join('|'),
    'i',
  ).test(path.split('/').at(-1) ?? '')
    ? 3
    : 0;

function checkContacts(
  path: string,
  candidates: readonly Candidate[],
  skipped: readonly { path: string; reason: string }[],
): void {
  const contacts = candidates.filter((one) => one.object.shape === 'partner');
  const [first] = contacts;
  if (!first) {
    const seen = [
      ...candidates.map((one) => `${one.file.path} (${one.object.plural})`),
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
    `Both ${first.file.path} and ${other.file.path} look like contact exports, with different columns.`,
    {
      place: other.file.path,
      next: 'Say in waybill.yaml, source.files, which is which: one "contact", the other "skip".',
    },
  );
}

async function inspectFile(
  { file, shape, object, confidence, reason }: Candidate,
  decisions: SourceDecisions,
  signal: AbortSignal,
): Promise<SourceFile> {
  const builders = shape.headers.map(() => profileBuilder());
  let rows = 0;
  for await (const chunk of dataRows(file, shape, shape.headers)) {
    if (signal.aborted)
      throw new WaybillError('WB_STOPPED', 'Stopped while looking through the export.', {
        next: 'Run the same command again.',
      });
    for (const row of chunk) {
      const verdict = judgeRow(row, shape.headers);
      if (verdict.kind !== 'record') continue;
      rows++;
      for (const [index, builder] of builders.entries())
        builder.add(verdict.cells[index] ?? '', row.line);
    }
  }
  if (rows === 0 && object.shape === 'partner')
    throw new WaybillError('WB_SOURCE_EMPTY', `${file.path} has a header and no record below it.`, {
      place: file.path,
      next: 'Export the contacts again; AllClients exports the contacts that are selected.',
    });
  const columns = recogniseColumns(
    object,
    shape.headers,
    builders.map((builder) => builder.build(rows)),
    decisions.columns?.[object.name] ?? {},
  );
  return {
    object: object.name,
    confidence,
    reason,
    path: file.path,
    encoding: shape.encoding,
    delimiter: shape.delimiter,
    headerLine: shape.headerLine,
    sha256: shape.sha256,
    bytes: shape.bytes,
    rows,
    columns,
  };
}

function doubts(candidates: readonly Candidate[]): string[] {
  const unsure = candidates
    .filter((one) => one.confidence < SURE)
    .map(
      (one) =>
        `${one.file.path} was taken for ${one.object.plural} with little to go by: look at its columns, and settle it in waybill.yaml, source.files, if that is wrong.`,
    );
  const mixed = candidates
    .filter((one) => one.shape.mixedEncoding)
    .map(
      (one) =>
        `${one.file.path} mixes UTF-8 with another encoding; it was read as ${one.shape.encoding}, so some accents may look wrong. Export it again, or set source.encodings in waybill.yaml.`,
    );
  return [...unsure, ...mixed];
}

function notices(files: readonly SourceFile[]): string[] {
  const out = files
    .filter((file) => ROUND.has(file.rows))
    .map(
      (file) =>
        `${file.path} has exactly ${file.rows} rows: it may have been cut off. Compare with the count AllClients shows.`,
    );
  if (!files.some((file) => file.object === 'note'))
    out.push('There is no notes file: no note will move.');
  return out;
}
