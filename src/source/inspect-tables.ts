/** Looks through an export once: which table is what, what its columns mean, what its values look like. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../core/errors.ts';
import type { BundleFile } from './bundle.ts';
import { profileBuilder } from './profile.ts';
import { dataRows, judgeRow, readShape, widthOf, type Shape } from './read-file.ts';
import { foldHeader, recogniseColumns } from './recognise.ts';
import type { SourceDecisions, SourceDeclaration, SourceFile, SourceObject } from './source.ts';
import { formatOf, openTables, type Format, type Table } from './table.ts';

/** Counts at which exports are known to be cut off. */
const ROUND = new Set([
  500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 65_535, 100_000,
]);
const MIN_SCORE = 3;

export interface Candidate {
  readonly table: Table;
  readonly shape: Shape;
  readonly fingerprint: string;
  readonly object: SourceObject;
  readonly confidence: number;
  readonly reason: string;
}
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/** The same columns in another order are the same table. */
export const fingerprintOf = (headers: readonly string[]): string =>
  createHash('sha256')
    .update([...headers].map(foldHeader).sort().join('\u0000'))
    .digest('hex')
    .slice(0, 12);

export async function classify(
  file: BundleFile,
  declaration: SourceDeclaration,
  decisions: SourceDecisions,
  formats: readonly Format[],
): Promise<{ candidates: Candidate[]; skipped: Skipped[] }> {
  const skip = (reason: string) => ({ candidates: [], skipped: [{ path: file.path, reason }] });
  const decided = decisions.files?.[file.path];
  if (file.refused !== undefined) return skip(file.refused);
  if (decided === 'skip') return skip('left out in waybill.yaml');
  const format = formatOf(file.path) ?? (decided === undefined ? undefined : 'delimited');
  if (format === undefined || !formats.includes(format))
    return skip(
      `not a table (${formats.includes('workbook') ? '.csv, .tsv, .txt, .xlsx, .json' : '.csv, .tsv, .txt'})`,
    );
  if (file.bytes === 0) return skip('the file is empty');
  const tables = await openTables(
    file,
    format,
    decisions.encodings?.[file.path],
    declaration.objects,
  );
  if (tables.length === 0) return skip('no table in it');
  const out: { candidates: Candidate[]; skipped: Skipped[] } = { candidates: [], skipped: [] };
  for (const table of tables) {
    const answer = await classifyTable(table, declaration, decisions);
    if (typeof answer === 'string') out.skipped.push({ path: table.path, reason: answer });
    else out.candidates.push(answer);
  }
  return out;
}

async function classifyTable(
  table: Table,
  declaration: SourceDeclaration,
  decisions: SourceDecisions,
): Promise<Candidate | string> {
  const shape = await readShape(table, declaration.objects);
  if (!shape) return 'no row in it';
  const fingerprint = fingerprintOf(shape.headers);
  const decided = decisions.files?.[table.path] ?? decisions.tables?.[fingerprint]?.object;
  if (decided === 'skip') return 'left out in waybill.yaml';
  if (decided !== undefined)
    return {
      table,
      shape,
      fingerprint,
      object: namedObject(declaration, decided),
      confidence: 1,
      reason: 'settled in waybill.yaml',
    };
  const [best, second] = declaration.objects
    .map((object) => ({
      object,
      score: (shape.scores[object.name] ?? 0) + nameBonus(table.path, object),
    }))
    .sort((a, b) => b.score - a.score);
  if (!best || best.score < MIN_SCORE)
    return `its header is not recognised (${shape.headers.slice(0, 6).join(', ')}); settle it in waybill.yaml, source.files`;
  if (best.score === second?.score)
    throw new WaybillError(
      'WB_SOURCE_AMBIGUOUS',
      `${table.path} reads like ${best.object.plural} and like ${second.object.plural} alike.`,
      {
        place: table.path,
        next: `Say in waybill.yaml, source.files, which it is:  "${table.path}": ${best.object.name}`,
      },
    );
  return {
    table,
    shape,
    fingerprint,
    object: best.object,
    confidence: Math.min(0.99, 0.6 + (best.score - (second?.score ?? 0)) * 0.1),
    reason: `its header reads like ${best.object.plural}`,
  };
}

function namedObject(declaration: SourceDeclaration, name: string): SourceObject {
  const object = declaration.objects.find((one) => one.name === name);
  if (object) return object;
  throw new WaybillError(
    'WB_CONFIG_INVALID',
    `waybill.yaml, source: "${name}" is no object of ${declaration.name}.`,
    { next: `Choose one of ${declaration.objects.map((one) => one.name).join(', ')}, or skip.` },
  );
}

/** `data/Cases 2024 (2).csv` is called cases; `case_contacts.csv` is called that, and holds the word cases has. */
function nameBonus(path: string, object: SourceObject): number {
  const last = path.split(/[/#]/).at(-1) ?? '';
  const called = last
    .replace(/\.[a-z]+$/i, '')
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase();
  const names = [object.name, object.plural, ...(object.fileNames ?? [])].map((name) =>
    foldHeader(name),
  );
  if (names.includes(called)) return 5;
  return names.some((name) => called.includes(name)) ? 3 : 0;
}

export const stoppedLooking = (): WaybillError =>
  new WaybillError('WB_STOPPED', 'Stopped while looking through the export.', {
    next: 'Run the same command again.',
  });

export async function inspectTable(
  { table, shape, fingerprint, object, confidence, reason }: Candidate,
  decisions: SourceDecisions,
  signal: AbortSignal,
): Promise<SourceFile> {
  const builders = shape.headers.map(() => profileBuilder());
  let [rows, torn] = [0, 0];
  const width = widthOf(shape.headers);
  for await (const chunk of dataRows(table, shape.headerLine, width)) {
    if (signal.aborted) throw stoppedLooking();
    for (const row of chunk) {
      const verdict = judgeRow(row, width);
      if (verdict.kind === 'rejected') torn++;
      if (verdict.kind !== 'record') continue;
      rows++;
      builders.forEach((builder, index) => builder.add(verdict.cells[index] ?? '', row.line));
    }
  }
  const columns = recogniseColumns(
    object,
    shape.headers,
    builders.map((builder) => builder.build(rows)),
    { ...decisions.tables?.[fingerprint]?.columns, ...decisions.columns?.[object.name] },
  );
  return {
    object: object.name,
    fingerprint,
    confidence,
    reason,
    path: table.path,
    encoding: table.encoding,
    delimiter: table.delimiter,
    headerLine: shape.headerLine,
    sha256: table.sha256,
    bytes: table.bytes,
    rows,
    ...(torn > 0 && { torn }),
    columns,
  };
}

export const truncationNotices = (files: readonly SourceFile[], name: string): string[] =>
  files.flatMap(({ path, rows, torn = 0 }) => {
    // A total below the records is none of them; a row that is torn is one.
    const round = [rows, rows + torn].find((count) => ROUND.has(count));
    return round === undefined
      ? []
      : [
          `${path} has exactly ${round} rows: it may have been cut off. Compare with the count ${name} shows.`,
        ];
  });
