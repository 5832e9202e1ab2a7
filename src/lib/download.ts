/** Streams a file from an address to disk: memory does not grow with it, and what was there already is not fetched again. */
import { createHash, type Hash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';
import { HttpFailure, toFailure } from './http.ts';
import { isPrivateLiteral, publicLookup } from './public-network.ts';

export interface Downloaded {
  readonly status: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Where to look instead, when the answer is a redirect. */
  readonly location?: string;
}

/** For addresses that nobody vouches for. */
export interface DownloadLimits {
  readonly maxBytes?: number;
  /** No address of a private network, whatever the name says. */
  readonly publicOnly?: boolean;
}

const TIMEOUT_MS = 60_000;

/** A file at `path` is whole. Throws HttpFailure; what had come by then is kept beside it and gone on with. */
export async function download(
  url: string,
  path: string,
  signal: AbortSignal,
  { maxBytes = Infinity, publicOnly = false }: DownloadLimits = {},
): Promise<Downloaded> {
  if (publicOnly && isPrivateLiteral(new URL(url)))
    throw new HttpFailure('its address is in a private network', NOT_SENT);
  const part = `${path}.part`;
  const there = existsSync(part) ? statSync(part).size : 0;
  const dispatcher = new Agent({
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    ...(publicOnly && { connect: { lookup: publicLookup } }),
  });
  try {
    const headers = there > 0 ? { range: `bytes=${there}-` } : {};
    const { statusCode, headers: said, body } = await request(url, { dispatcher, signal, headers });
    if (statusCode !== 200 && statusCode !== 206) {
      await body.dump();
      // The part may be of another file than the server has now.
      rmSync(part, { force: true });
      const to = said['location'];
      return {
        status: statusCode,
        bytes: 0,
        sha256: '',
        ...(typeof to === 'string' && { location: new URL(to, url).href }),
      };
    }
    const goesOn = statusCode === 206 && startOf(said['content-range']) === there;
    if (statusCode === 206 && !goesOn) throw new HttpFailure('another range came', FAILED);
    const hash = createHash('sha256');
    if (goesOn) await hashFile(part, hash);
    await pipeline(
      body,
      hashing(hash, maxBytes - (goesOn ? there : 0)),
      createWriteStream(part, { flags: goesOn ? 'a' : 'w', mode: 0o600 }),
    );
    renameSync(part, path);
    return { status: 200, bytes: statSync(path).size, sha256: hash.digest('hex') };
  } catch (error) {
    throw error instanceof HttpFailure ? error : toFailure(error, signal);
  } finally {
    await dispatcher.close();
  }
}

const FAILED = { sent: true, aborted: false };
const NOT_SENT = { sent: false, aborted: false };

const startOf = (range: string | string[] | undefined): number =>
  Number(/^bytes (\d+)-/.exec(String(range))?.[1] ?? Number.NaN);

const hashing = (hash: Hash, most: number) =>
  async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > most) throw new HttpFailure('it is larger than is taken', FAILED);
      hash.update(chunk);
      yield chunk;
    }
  };

async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
}
