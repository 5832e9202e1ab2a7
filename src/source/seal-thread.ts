/** A thread that reads files of a bundle to their ends, for `sealAhead`. */
import { workerData } from 'node:worker_threads';
import { serveThread } from '../core/thread.ts';
import { bundleFinder } from './bundle.ts';
import { DIGEST_BYTES, type SealOrder } from './seal-ahead.ts';
import { sealOf } from './seal.ts';

const find = bundleFinder(workerData as string);

serveThread(async ({ paths, table }: SealOrder): Promise<void> => {
  for (const [number, path] of paths.entries()) {
    // Who needs one that cannot be read finds that out for himself, and says it.
    const seal = await find(path)
      .then(sealOf)
      .catch(() => undefined);
    if (!seal) continue;
    table.digests.set(Buffer.from(seal.sha256, 'hex'), number * DIGEST_BYTES);
    table.bytes[number] = seal.bytes;
  }
});
