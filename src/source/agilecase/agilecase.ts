/** An AgileCase bundle, folder or zip, as a source. */
import { Readable } from 'node:stream';
import type { StagedRecord } from '../../core/record.ts';
import { bundleOpener, openBundle, type BundleFile } from '../bundle.ts';
import { extractTable, keyMaker } from '../extract-table.ts';
import type { Extracted, LoadedName, Source, SourceDecisions, SourceFile } from '../source.ts';
import type { Completer } from './complete.ts';
import { LOOSE_DOCUMENTS, WORKFLOWS } from './document-rows.ts';
import { dataBytes, isData } from './inline.ts';
import { KEYS } from './traits.ts';
import { AGILECASE } from './declaration.ts';
import { inspectBundle, type Inspected } from './inspect.ts';

/** `path`: the folder, one file, or the .zip. Nothing is read before `inspect`. */
export function openAgileCaseExport(path: string, decisions: SourceDecisions): Source {
  const arrived = new Map<string, number>();
  let inspected: Promise<Inspected> | undefined;
  const open = bundleOpener(path);
  const look = async (
    signal: AbortSignal,
    loaded: readonly LoadedName[] = [],
  ): Promise<Inspected> =>
    inspectBundle({ path, files: await openBundle(path), decisions, loaded, signal });
  return {
    declaration: AGILECASE,
    async inspect(signal, _emit, loaded) {
      arrived.clear();
      inspected = look(signal, loaded);
      return (await inspected).inspection;
    },
    async *extract(file, signal) {
      inspected ??= look(signal);
      const { parts, completer } = await inspected;
      if (file.path === WORKFLOWS || file.path === LOOSE_DOCUMENTS) {
        yield* madeRecords(file, completer, arrived);
        if (file.path === LOOSE_DOCUMENTS) yield* completer.strangers.map(stranger);
        return;
      }
      const part = parts.get(file.path);
      if (!part) return;
      const complete = (cells: readonly string[], key: string, line: number) =>
        completer.complete(part, cells, key, line);
      const width = part.file.columns.length;
      const key = KEYS[file.object] ?? {};
      yield* extractTable({ file, table: part.table, width, key, arrived, complete }, signal);
    },
    async openFile(file) {
      return isData(file) ? Readable.from([dataBytes(file)]) : open(file);
    },
  };
}

const stranger = (file: BundleFile): Extracted => ({
  kind: 'rejected',
  row: {
    code: 'WB_DOCUMENT_STRANGER',
    message: `No row of the export names the file ${file.path} (${file.bytes} bytes), and its folder is no case.`,
    file: file.path,
    line: 0,
    text: file.path,
  },
});

async function* madeRecords(
  file: SourceFile,
  completer: Completer,
  arrived: Map<string, number>,
): AsyncGenerator<Extracted> {
  const keyOf = keyMaker(file, KEYS[file.object] ?? {});
  for await (const { line, cells } of completer.made(file.path)) {
    const position = (arrived.get(file.object) ?? 0) + 1;
    arrived.set(file.object, position);
    const record: StagedRecord = {
      object: file.object,
      position,
      key: keyOf(cells),
      file: file.path,
      line,
      cells,
    };
    yield { kind: 'records', records: [record] };
  }
}
