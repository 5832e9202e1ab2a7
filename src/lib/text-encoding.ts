/** Finds out how a file's text is encoded, and decodes it as a stream. */
import { createHash } from 'node:crypto';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface EncodingFound {
  readonly encoding: Encoding;
  /** Not valid UTF-8, and yet with letters in it that only UTF-8 writes so. */
  readonly mixed: boolean;
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads to the end. A BOM decides; else NULs at every second place; else valid UTF-8; else Windows-1252, where any byte is something. */
export async function detectEncoding(pieces: AsyncIterable<Buffer>): Promise<EncodingFound> {
  const hash = createHash('sha256');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let [bytes, valid, letters, wide] = [0, true, false, undefined as Encoding | undefined];
  for await (const chunk of pieces) {
    if (bytes === 0) wide = wideEncoding(chunk);
    bytes += chunk.length;
    hash.update(chunk);
    valid &&= decodes(utf8, chunk, true);
    letters ||= UTF8_LETTER.test(chunk.toString('latin1'));
  }
  valid &&= decodes(utf8, Buffer.alloc(0), false);
  return {
    encoding: wide ?? (valid ? 'utf-8' : 'windows-1252'),
    mixed: wide === undefined && !valid && letters,
    sha256: hash.digest('hex'),
    bytes,
  };
}

/** An accented Latin letter or a typographic quote in UTF-8; in Windows-1252 nobody writes these pairs. */
const UTF8_LETTER = /[\u00c3\u00c5][\u0080-\u00bf]|\u00e2\u0080[\u0090-\u00bf]/;

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer, more: boolean): boolean {
  try {
    decoder.decode(chunk, { stream: more });
    return true;
  } catch {
    return false;
  }
}

function wideEncoding(start: Buffer): Encoding | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const sample = start.subarray(0, 2_000);
  const nuls = (offset: number): number =>
    sample.filter((byte, index) => byte === 0 && index % 2 === offset).length;
  const half = sample.length / 2;
  if (half >= 4 && nuls(1) > half * 0.6) return 'utf-16le';
  return half >= 4 && nuls(0) > half * 0.6 ? 'utf-16be' : undefined;
}

/** Decoded text in chunks; the BOM is dropped. */
export async function* decodeText(
  pieces: AsyncIterable<Buffer>,
  encoding: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of pieces) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
