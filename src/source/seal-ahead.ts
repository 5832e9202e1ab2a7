/** Seals many files of a bundle in a thread, while its tables are read: some of them come from a disk that must look for each. */
import type { Thread } from '../core/thread.ts';
import type { BundleFile } from './bundle.ts';
import type { Seal } from './seal.ts';
import { sourceThread } from './thread.ts';

export interface SealedAhead extends AsyncDisposable {
  readonly seals: Promise<Seals>;
}

/** By the number of the file; undefined where it could not be read, or was left to whoever asks for it. */
export type Seals = (file: number) => Seal | undefined;

/** What the thread writes into: as objects, seals would take 200 bytes each, twice over. */
export interface SealTable {
  /** Of each file; -1 as long as it has no seal. */
  readonly bytes: Float64Array<SharedArrayBuffer>;
  /** `DIGEST_BYTES` of each file. */
  readonly digests: Uint8Array<SharedArrayBuffer>;
}
export interface SealOrder {
  readonly paths: readonly string[];
  readonly table: SealTable;
}

export const DIGEST_BYTES = 32;
/** A thread takes half a second to start; in that time so many small files are sealed. */
const MANY = 1_000;

/** `bundle`: where the files are, so that a thread can open them as well. */
export function sealAhead(
  bundle: string,
  files: readonly BundleFile[],
  signal: AbortSignal,
): SealedAhead {
  if (files.length < MANY)
    return {
      seals: Promise.resolve(() => undefined),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const module = new URL('./seal-thread', import.meta.url);
  const thread = sourceThread<SealOrder, undefined>(module, bundle, signal);
  const seals = sealsBeside(thread, files);
  // What goes wrong is thrown to those who wait for it; when something else went wrong before, there is nobody.
  seals.catch(() => undefined);
  return { seals, [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() };
}

async function sealsBeside(
  thread: Thread<SealOrder, undefined>,
  files: readonly BundleFile[],
): Promise<Seals> {
  const table: SealTable = {
    bytes: new Float64Array(new SharedArrayBuffer(files.length * 8)).fill(-1),
    digests: new Uint8Array(new SharedArrayBuffer(files.length * DIGEST_BYTES)),
  };
  await thread.ask({ paths: files.map(({ path }) => path), table });
  return (file) => sealIn(table, file);
}

function sealIn({ bytes, digests }: SealTable, file: number): Seal | undefined {
  const length = bytes[file] ?? -1;
  if (length === -1) return undefined;
  const digest = digests.subarray(file * DIGEST_BYTES, (file + 1) * DIGEST_BYTES);
  return { bytes: length, sha256: Buffer.from(digest).toString('hex') };
}
