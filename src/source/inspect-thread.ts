/** A thread that looks through tables of a bundle, for `inspectTables`. */
import { workerData } from 'node:worker_threads';
import { serveThread } from '../core/thread.ts';
import { bundleFinder } from './bundle.ts';
import type { LookData, LookOrder } from './inspect-all.ts';
import { inspectTable } from './inspect-tables.ts';
import { delimitedRows } from './read-file.ts';
import type { SourceFile } from './source.ts';

const { path, decisions } = workerData as LookData;
const find = bundleFinder(path);

serveThread(async ({ table, ...rest }: LookOrder): Promise<SourceFile> => {
  const file = await find(table.path);
  const { encoding, delimiter } = table;
  const rows = (width?: Parameters<typeof delimitedRows>[3]) =>
    delimitedRows(file, encoding, delimiter, width);
  return inspectTable(
    { ...rest, table: { ...table, rows } },
    decisions,
    new AbortController().signal,
  );
});
