/** The other end of a temporary link: the bytes of an attachment, from any offset. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { HeldAccount, HeldAttachment } from './account.ts';
import type { Quirks } from './quirks.ts';

/** `asked` counts the tries per file, for what goes wrong only once. */
export function download(
  account: HeldAccount,
  quirks: Quirks,
  asked: Map<string, number>,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, , contact = '', name = ''] = url.pathname.split('/').map(decodeURIComponent);
  const held = account.attachmentsOf.get(contact)?.find((one) => one.filename === name);
  const tries = (asked.get(url.pathname) ?? 0) + 1;
  asked.set(url.pathname, tries);
  if (!held || quirks.badLinks.has(name)) return void response.writeHead(404).end();
  if (quirks.expiredLinks.has(name) && tries === 1) return void response.writeHead(403).end();
  const bytes = quirks.wrongBytes.has(name) ? Math.floor(held.bytes / 3) : held.bytes;
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': bytes - from,
    ...(from > 0 && { 'content-range': `bytes ${from}-${bytes - 1}/${bytes}` }),
  });
  const breaksAt = quirks.cutDownloads.has(name) && tries === 1 ? Math.floor(bytes / 2) : bytes;
  const stream = Readable.from(piecesOf(held, from, breaksAt));
  stream.pipe(response, { end: false });
  stream.on('end', () => (breaksAt < bytes ? response.destroy() : response.end()));
}

const PIECE = 1 << 16;

export function* piecesOf(held: HeldAttachment, from = 0, to = held.bytes): Generator<Buffer> {
  if (held.content) return yield held.content.subarray(from, to);
  for (let at = from; at < to;) {
    const piece = Math.floor(at / PIECE);
    const end = Math.min(to, (piece + 1) * PIECE);
    yield Buffer.alloc(end - at, piece % 251);
    at = end;
  }
}
