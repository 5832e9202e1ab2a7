/** Copies the source into the staging store, raw. */
import { WaybillError } from '../core/errors.ts';
import { standardField } from '../mapping/custom-fields.ts';
import type {
  Inspection,
  LoadedName,
  RejectedRow,
  Source,
  SourceDeclaration,
  SourceFile,
} from '../source/source.ts';
import { sha256 } from '../lib/hash.ts';
import type { StagingWriter } from '../store/staging-writer.ts';
import type { LocalContext } from './context.ts';

/** Replaces the former extraction. What was loaded before stays in the ledger and is recognised by its keys. */
export async function extract(ctx: LocalContext, source: Source): Promise<Inspection> {
  // A delta compares with what was loaded, so it is kept before the new extraction replaces it.
  ctx.store.delta.capture();
  const names = loadedNames(ctx, source.declaration);
  const inspection = await source.inspect(ctx.signal, ctx.emit, names);
  keepContent(ctx);
  ctx.store.staging.clear();
  ctx.store.runs.setMeta('inspection', null);
  const strict = ctx.store.relax();
  const rejected = new Map<string, number>();
  try {
    const rows = inspection.files.reduce((sum, file) => sum + file.rows, 0);
    await using writer = ctx.store.stagingWriter(rows);
    for (const file of inspection.files)
      add(rejected, file.object, await extractFile(ctx, source, file, writer));
    await writer.end();
  } finally {
    strict();
  }
  ctx.store.reconcile.setCounted(rowsAtSource(inspection, rejected));
  // Written last: a scope that died half-way leaves no inspection, so nothing is mapped from half an export.
  ctx.store.runs.setMeta('inspection', inspection);
  source.done?.();
  return inspection;
}

/** What a record is called in the destination, behind what it was called there before. */
function loadedNames({ store }: LocalContext, declaration: SourceDeclaration): LoadedName[] {
  const { fieldPrefix, objects } = declaration;
  return objects
    .filter(({ slots }) => slots.some(({ name }) => name === 'former_numbers'))
    .flatMap(({ name: object, shape }) =>
      ['former_numbers', 'number'].flatMap((slot) =>
        store.delta
          .loadedValues(object, fieldPrefix + (standardField(slot, shape) ?? slot))
          .flatMap(({ key, text }) => text.split('; ').map((name) => ({ object, key, name }))),
      ),
    );
}

function keepContent({ store }: LocalContext): void {
  const extraction = store.runs.meta<number>('extraction') ?? 0;
  store.delta.keepContent(extraction, store.runs.loadedExtractions());
  store.runs.setMeta('extraction', extraction + 1);
}

/**
 * Counted by the inspection, which reads the files on its own, so that a row that was lost on the way into the store
 * is missed. Rows that are no records it does not count: the reader that hands them over does.
 */
function rowsAtSource(
  { files }: Inspection,
  rejected: ReadonlyMap<string, number>,
): Record<string, number> {
  const counts = new Map(rejected);
  for (const file of files) add(counts, file.object, file.rows);
  return Object.fromEntries(counts);
}

const add = (counts: Map<string, number>, object: string, n: number): unknown =>
  counts.set(object, (counts.get(object) ?? 0) + n);

/** Returns how many of its rows are no records. */
async function extractFile(
  ctx: LocalContext,
  source: Source,
  file: SourceFile,
  writer: StagingWriter,
): Promise<number> {
  const step = `extract ${file.path}`;
  ctx.emit({ type: 'step-started', step, total: file.rows });
  const id = ctx.store.staging.addFile({
    object: file.object,
    path: file.path,
    detail: JSON.stringify(file),
  });
  let [done, rejected] = [0, 0];
  for await (const chunk of source.extract(file, ctx.signal)) {
    if (ctx.signal.aborted)
      throw new WaybillError('WB_STOPPED', 'Stopped while reading the export.', {
        next: 'Run the same command again; it starts the reading over.',
      });
    if (chunk.kind === 'records') {
      await writer.add(id, chunk.records);
      done += chunk.records.length;
    } else {
      queueRejected(ctx, file, chunk.row);
      rejected++;
      done++;
    }
    ctx.emit({ type: 'step-progress', step, done });
  }
  ctx.emit({ type: 'step-ended', step, done });
  return rejected;
}

function queueRejected(ctx: LocalContext, file: SourceFile, row: RejectedRow): void {
  const issue = { ...row, raw: row.text };
  ctx.store.review.add([
    {
      env: '',
      object: file.object,
      position: 0,
      // By its text, not its line: an answer must not pass to another bad row that a later export has there.
      key: `${row.file}:${sha256(row.text).slice(0, 16)}`,
      place: `${row.file}, line ${row.line}`,
      issue,
    },
  ]);
}
