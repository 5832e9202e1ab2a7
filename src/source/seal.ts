/** What bytes of the source are held against when they are sent: their number and their checksum. */
import { createHash } from 'node:crypto';
import type { BundleFile } from './bundle.ts';

export interface Seal {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export const sealOfBytes = (bytes: Buffer): Seal => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

export async function sealOf(file: Pick<BundleFile, 'pieces'>): Promise<Seal> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file.pieces()) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
