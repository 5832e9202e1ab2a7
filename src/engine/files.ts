/** Bytes on their way from the source to Odoo: read twice, once to see that they are what the scope saw, once to be sent. Never held whole. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../core/errors.ts';
import type { FileRef } from '../core/record.ts';
import type { NewRecord, OdooValue } from '../destination/destination.ts';
import { FileContent } from '../lib/json-body.ts';
import type { Context } from './context.ts';
import type { Resolved } from './resolve.ts';

type Files = Pick<Context, 'openFile' | 'maxFileBytes'>;

/** What is sent, and what is remembered of it: Odoo gives a file's sha1 and size without its bytes. */
export interface Sendable {
  readonly row: Resolved['row'];
  readonly sent: NewRecord;
  readonly values: Record<string, OdooValue>;
}

/** Throws WB_FILE_MISSING, WB_FILE_CHANGED, WB_FILE_TOO_LARGE: this record's fault. */
export async function withBytes(ctx: Files, resolved: Resolved): Promise<Sendable> {
  const { row, files } = resolved;
  if (files.length === 0) return { row, sent: resolved.values, values: resolved.values };
  const sent: Record<string, OdooValue | FileContent> = { ...resolved.values };
  const values = { ...resolved.values };
  for (const [field, file] of files) {
    const sha1 = await sha1Of(ctx, file);
    sent[field] = new FileContent(file.bytes, () => Promise.resolve(checked(ctx, file)));
    // Of nothing, some versions of Odoo keep a checksum and some do not.
    if (file.bytes > 0) values['checksum'] = sha1;
    values['file_size'] = file.bytes;
  }
  return { row, sent, values };
}

async function sha1Of(ctx: Files, file: FileRef): Promise<string> {
  if (file.bytes > ctx.maxFileBytes) throw tooLarge(ctx, file);
  const sha1 = createHash('sha1');
  for await (const chunk of checked(ctx, file)) sha1.update(chunk);
  return sha1.digest('hex');
}

/** The last bytes come only when all are known to be right: a request that ends too early changes nothing in Odoo. */
async function* checked(ctx: Files, file: FileRef): AsyncGenerator<Buffer> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of (await ctx.openFile(file.file)) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    bytes += chunk.length;
    if (bytes > file.bytes) throw changed(file, `more than ${file.bytes}`);
    if (held.length > 0) yield held;
    held = chunk;
  }
  if (sha256.digest('hex') !== file.sha256) throw changed(file, String(bytes));
  yield held;
}

const changed = (file: FileRef, now: string): WaybillError =>
  new WaybillError(
    'WB_FILE_CHANGED',
    `${file.file} is no longer the file that the scope saw (${now} bytes now, ${file.bytes} then).`,
    { place: file.file, next: 'Run: waybill scope   then run again.' },
  );

const MB = 1024 ** 2;
const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;

const RAISE =
  'Raise the request limit of Odoo (system parameter web.max_file_upload_size, in bytes) and of the proxy before it (nginx: client_max_body_size), set options.maxFileMegabytes in waybill.yaml, and run again; or upload the file by hand.';

const tooLarge = (ctx: Files, file: FileRef): WaybillError =>
  new WaybillError(
    'WB_FILE_TOO_LARGE',
    `${file.file} has ${megabytes(file.bytes)}; one request of this Odoo takes files up to ${megabytes(ctx.maxFileBytes)}.`,
    { place: file.file, next: RAISE },
  );

/** Not the limit that is known: the server, or a proxy before it, did not take the file. */
export function notTaken({ files }: Resolved, why: string): WaybillError {
  const names = files.map(([, { file, bytes }]) => `${file} (${megabytes(bytes)})`).join(', ');
  const message = `${names} is more than this Odoo, or a proxy before it, takes at once: ${why}.`;
  return new WaybillError('WB_FILE_TOO_LARGE', message, { next: RAISE });
}

/** The largest file whose base64 fits into one request, beside what else is in it. */
export const largestFile = (requestLimit: number): number =>
  Math.floor((requestLimit - BESIDE) / 4) * 3;
const BESIDE = 64 * 1024;
