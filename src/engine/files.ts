/** Bytes on their way from the source to Odoo: read when they are sent, checked against what the scope saw. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../core/errors.ts';
import type { FileRef } from '../core/record.ts';
import type { OdooValue } from '../destination/destination.ts';
import type { Context } from './context.ts';
import type { Resolved } from './resolve.ts';

/** What is sent, and what is remembered of it: Odoo gives a file's sha1 and size without its bytes. */
export interface Sendable {
  readonly row: Resolved['row'];
  readonly sent: Record<string, OdooValue>;
  readonly values: Record<string, OdooValue>;
}

/** Throws WB_FILE_MISSING, WB_FILE_CHANGED, WB_FILE_TOO_LARGE: this record's fault. */
export async function withBytes(ctx: Context, resolved: Resolved): Promise<Sendable> {
  const { row, files } = resolved;
  if (files.length === 0) return { row, sent: resolved.values, values: resolved.values };
  const sent = { ...resolved.values };
  const values = { ...resolved.values };
  for (const [field, file] of files) {
    const bytes = await readWhole(ctx, file);
    sent[field] = bytes.toString('base64');
    // Of nothing, some versions of Odoo keep a checksum and some do not.
    if (bytes.length > 0) values['checksum'] = createHash('sha1').update(bytes).digest('hex');
    values['file_size'] = bytes.length;
  }
  return { row, sent, values };
}

async function readWhole(ctx: Context, file: FileRef): Promise<Buffer> {
  if (file.bytes > ctx.maxFileBytes) throw tooLarge(ctx, file);
  const chunks: Buffer[] = [];
  for await (const chunk of (await ctx.openFile(file.file)) as AsyncIterable<Buffer>)
    chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (createHash('sha256').update(bytes).digest('hex') === file.sha256) return bytes;
  throw new WaybillError(
    'WB_FILE_CHANGED',
    `${file.file} is no longer the file that the scope saw (${bytes.length} bytes now, ${file.bytes} then).`,
    { place: file.file, next: 'Run: waybill scope   then run again.' },
  );
}

const MB = 1024 ** 2;
const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;

const tooLarge = (ctx: Context, file: FileRef): WaybillError =>
  new WaybillError(
    'WB_FILE_TOO_LARGE',
    `${file.file} has ${megabytes(file.bytes)}; one request of this Odoo takes files up to ${megabytes(ctx.maxFileBytes)}.`,
    {
      place: file.file,
      next: 'Raise the request limit of Odoo and of the proxy before it (nginx: client_max_body_size), set options.maxFileMegabytes in waybill.yaml, and run again; or upload the file by hand.',
    },
  );
