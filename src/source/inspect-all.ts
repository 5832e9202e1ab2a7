/** Looks through all tables of a bundle; where more than one is large, side by side. */
import { availableParallelism } from 'node:os';
import type { Thread } from '../core/thread.ts';
import { inspectTable, type Candidate } from './inspect-tables.ts';
import { sourceThread } from './thread.ts';
import type { SourceDecisions, SourceFile } from './source.ts';
import { formatOf, type Table } from './table.ts';

/** What a thread has to know to look through tables of a bundle. */
export interface LookData {
  /** The bundle's. */
  readonly path: string;
  readonly decisions: SourceDecisions;
}
/** A candidate without its open file. */
export interface LookOrder extends Omit<Candidate, 'table'> {
  readonly table: Omit<Table, 'rows'>;
}

/**
 * A thread takes half a second and 30 MB to start, and a second to become as fast as the one that has looked through
 * other tables before: with two tables of 10 to 16 MB it gained nothing.
 */
const LARGE = 25_000_000;

/** In the order of the candidates. `path` is the bundle's, so that a thread can open it as well. */
export async function inspectTables(
  path: string,
  candidates: readonly Candidate[],
  decisions: SourceDecisions,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const open = [...candidates].sort((a, b) => b.table.bytes - a.table.bytes);
  const found = new Map<Candidate, SourceFile>();
  const lane = async (
    takes: (candidate: Candidate) => boolean,
    look: (candidate: Candidate) => Promise<SourceFile>,
  ): Promise<void> => {
    for (;;) {
      const at = open.findIndex(takes);
      const [mine] = at === -1 ? [] : open.splice(at, 1);
      if (!mine) return;
      found.set(mine, await look(mine));
    }
  };
  const beside = Math.min(open.filter(isLarge).length, availableParallelism()) - 1;
  await using threads = lookThreads({ path, decisions }, Math.max(0, beside), signal);
  const here = lane(
    () => true,
    (candidate) => inspectTable(candidate, decisions, signal),
  );
  try {
    await Promise.all([here, ...threads.looks.map((look) => lane(isLarge, look))]);
  } finally {
    // Once one has failed, the others begin nothing more.
    open.length = 0;
  }
  return candidates.flatMap((candidate) => found.get(candidate) ?? []);
}

const isLarge = ({ table }: Candidate): boolean =>
  table.bytes >= LARGE && formatOf(table.path) === 'delimited';

interface LookThreads extends AsyncDisposable {
  readonly looks: readonly ((candidate: Candidate) => Promise<SourceFile>)[];
}

function lookThreads(data: LookData, count: number, signal: AbortSignal): LookThreads {
  const module = new URL('./inspect-thread', import.meta.url);
  const threads = Array.from({ length: count }, () =>
    sourceThread<LookOrder, SourceFile>(module, data, signal),
  );
  return {
    looks: threads.map((thread) => (candidate) => lookBeside(thread, candidate)),
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

function lookBeside(
  thread: Thread<LookOrder, SourceFile>,
  { table, ...rest }: Candidate,
): Promise<SourceFile> {
  const { path, encoding, delimiter, sha256, bytes, notices } = table;
  return thread.ask({ ...rest, table: { path, encoding, delimiter, sha256, bytes, notices } });
}
