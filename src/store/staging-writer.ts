/** Writes what the source has into the staging store; for a large export in a thread, while the next rows are read. */
import type { StagedRecord } from '../core/record.ts';
import { startThread } from '../core/thread.ts';
import { stagedRows, type StagedRow, type StagingQueries } from './staging.ts';

/** Disposed of before `end`, it lets what it was given be written, and no more. */
export interface StagingWriter extends AsyncDisposable {
  /** Resolves when there is room for the next ones. */
  add(file: number, records: readonly StagedRecord[]): Promise<void>;
  /** All is in the store, and can be found by key. */
  end(): Promise<void>;
}

export type WriteOrder =
  { readonly kind: 'rows'; readonly rows: readonly StagedRow[] } | { readonly kind: 'index' };

/** Starting a thread takes half a second. */
const WORTH_IT = 50_000;
/** Chunks that wait to be written: more of them would only fill memory. */
const AHEAD = 16;

/** `records`: how many will come, roughly. */
export const stagingWriter = (
  path: string,
  staging: StagingQueries,
  records: number,
): StagingWriter => (records < WORTH_IT ? writeHere(staging) : writeBeside(path));

const writeHere = (staging: StagingQueries): StagingWriter => ({
  async add(file, records) {
    await Promise.resolve(staging.add(stagedRows(file, records)));
  },
  async end() {
    await Promise.resolve(staging.index());
  },
  async [Symbol.asyncDispose]() {},
});

function writeBeside(path: string): StagingWriter {
  const thread = startThread<WriteOrder, undefined>(
    new URL('./staging-thread', import.meta.url),
    path,
  );
  let open: Promise<undefined>[] = [];
  return {
    async add(file, records) {
      const written = thread.ask({ kind: 'rows', rows: stagedRows(file, records) });
      // It is waited for below, chunks later; refused before that, nobody would have it in hand, and the program end.
      written.catch(() => undefined);
      open.push(written);
      if (open.length >= AHEAD) await open.shift();
    },
    async end() {
      await Promise.all(open);
      open = [];
      await thread.ask({ kind: 'index' });
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(open);
      await thread[Symbol.asyncDispose]();
    },
  };
}
