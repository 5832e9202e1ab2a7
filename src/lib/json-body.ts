/** JSON for a request's body. Files in it are read and turned into base64 while it is sent: memory does not grow with them. */
import { randomUUID } from 'node:crypto';

/** A file that stands for its base64 text; `open` may be called again, when the request is made again. */
export class FileContent {
  readonly bytes: number;
  readonly open: () => Promise<AsyncIterable<Buffer>>;
  constructor(bytes: number, open: () => Promise<AsyncIterable<Buffer>>) {
    this.bytes = bytes;
    this.open = open;
  }
}

export interface StreamedBody {
  /** Said beforehand: Odoo's server reads nothing of a request that does not say how long it is. */
  readonly length: number;
  readonly chunks: () => AsyncIterable<Buffer>;
}

/** The whole text where no file is in it. */
export function jsonBody(value: unknown): string | StreamedBody {
  const mark = randomUUID();
  const files: FileContent[] = [];
  const text = JSON.stringify(value, (_key, one: unknown) =>
    one instanceof FileContent ? `${mark}${files.push(one)}` : one,
  );
  if (files.length === 0) return text;
  const parts = text.split(new RegExp(`${mark}\\d+`)).map((part) => Buffer.from(part));
  const around = parts.reduce((sum, part) => sum + part.length, 0);
  const inside = files.reduce((sum, { bytes }) => sum + base64Length(bytes), 0);
  return { length: around + inside, chunks: () => stream(parts, files) };
}

const GROUP = 3;
export const base64Length = (bytes: number): number => Math.ceil(bytes / GROUP) * 4;

async function* stream(
  parts: readonly Buffer[],
  files: readonly FileContent[],
): AsyncGenerator<Buffer> {
  for (const [index, part] of parts.entries()) {
    yield part;
    const file = files[index];
    if (file) yield* base64(await file.open());
  }
}

/** Cut at whole groups of three bytes; only the end may be padded. */
async function* base64(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % GROUP);
    rest = bytes.subarray(whole);
    if (whole > 0) yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1');
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}
