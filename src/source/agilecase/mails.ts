/**
 * Letters that lie beside the tables as files (.eml): what a row of the communications leaves empty is read from its
 * file, so that everything after it (threads, pictures, bodies) finds one table as any other.
 */
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Address, type Email } from 'postal-mime';
import type { CsvRow } from '../../lib/csv.ts';
import type { BundleFile } from '../bundle.ts';
import { isMarkup } from '../markup.ts';
import { widthOf } from '../read-file.ts';
import type { SourceFile } from '../source.ts';
import { extraColumn } from './columns.ts';
import type { Documents } from './documents.ts';
import type { Part } from './join.ts';
import { slotIndex } from './references.ts';

const SLOTS = [
  'mail_file',
  'from',
  'to',
  'cc',
  'date',
  'message_id',
  'in_reply_to',
  'subject',
  'body',
  'body_format',
] as const;
type Slots = Partial<Record<(typeof SLOTS)[number], string>>;

/** Larger ones are kept as files alone: their text would have to be held in memory whole. */
const MAX_MAIL = 40 * 1024 ** 2;
/** What was read stays for the next look through the table, as long as all of it is small. */
const KEPT = 16 * 1024 ** 2;

export function withMails(part: Part, mails: readonly BundleFile[], documents: Documents): Part {
  const { file, table } = part;
  if (file.object !== 'communication' || mails.length === 0) return part;
  const width = file.columns.length;
  const missing = SLOTS.filter((slot) => slotIndex(file, slot) === -1);
  const extra = missing.map((slot, n) =>
    extraColumn({ id: `(mail: ${slot})`, slot }, width + n, file.rows, undefined),
  );
  const own = widthOf(file.columns.map((column) => column.header));
  const whole: SourceFile = { ...file, columns: [...file.columns, ...extra] };
  const read = mailReader(mails, documents);
  return {
    file: whole,
    table: {
      ...table,
      async *rows() {
        for await (const rows of table.rows(own)) {
          const filled: CsvRow[] = [];
          for (const row of rows)
            filled.push(row.line > file.headerLine ? await filledRow(row, file, whole, read) : row);
          yield filled;
        }
      },
    },
  };
}

type Read = (path: string, key: string) => Promise<Slots>;

async function filledRow(
  row: CsvRow,
  file: SourceFile,
  whole: SourceFile,
  read: Read,
): Promise<CsvRow> {
  // A torn row stays as it is, and is judged so.
  const needed = file.columns.findLastIndex((column) => column.header.trim() !== '') + 1;
  const torn = row.cells.slice(file.columns.length).some((cell) => cell.trim() !== '');
  if (row.broken || torn || row.cells.length < needed || row.cells.every(isBlank)) return row;
  const cellOf = (slot: string): string => row.cells[slotIndex(file, slot)]?.trim() ?? '';
  const mail = await read(cellOf('mail_file'), cellOf('communication_id'));
  const values: Slots = {
    ...mail,
    // A body of the table's own says itself what it is.
    ...(cellOf('body') !== '' && { body_format: isMarkup(cellOf('body')) ? 'html' : 'text' }),
  };
  const cells = whole.columns.map(({ index, slot }) => {
    const written = row.cells[index] ?? '';
    return written.trim() === '' ? (values[slot as keyof Slots] ?? '') : written;
  });
  return { ...row, cells };
}

const isBlank = (cell: string): boolean => cell.trim() === '';

/** By the path that the row names, else by the key in the folder of e-mails. */
function mailReader(mails: readonly BundleFile[], documents: Documents): Read {
  const byPath = new Map(mails.map((file) => [file.path, file]));
  const byKey = new Map(mails.map((file) => [file.path.split('/').at(-1)?.toLowerCase(), file]));
  const kept = new Map<string, Slots>();
  let size = 0;
  return async (path, key) => {
    const named =
      path === '' ? byKey.get(`${key.toLowerCase()}.eml`)?.path : await pathOf(path, documents);
    const file = named === undefined ? undefined : byPath.get(named);
    if (!file) return {};
    const known = kept.get(file.path);
    if (known) return known;
    const slots = { ...(path === '' && { mail_file: file.path }), ...(await slotsOf(file)) };
    size += JSON.stringify(slots).length;
    if (size < KEPT) kept.set(file.path, slots);
    return slots;
  };
}

async function pathOf(path: string, documents: Documents): Promise<string> {
  const wanted = { path, folder: '', name: '', sha256: '', size: '', case: '' };
  return (await documents.match(wanted)).file;
}

async function slotsOf(file: BundleFile): Promise<Slots> {
  if (file.bytes > MAX_MAIL) return {};
  const mail = await PostalMime.parse(await buffer(await file.open()), {
    attachmentEncoding: 'base64',
  });
  const html = mail.html ?? '';
  return {
    from: addressText(mail.from),
    to: (mail.to ?? []).map(addressText).join(', '),
    cc: (mail.cc ?? []).map(addressText).join(', '),
    date: momentText(mail.date),
    message_id: mail.messageId ?? '',
    in_reply_to: mail.inReplyTo ?? '',
    subject: mail.subject ?? '',
    body: html === '' ? (mail.text ?? '') : withOwnPictures(html, mail),
    body_format: html === '' ? 'text' : 'html',
  };
}

const addressText = (one: Address | undefined): string => {
  if (!one) return '';
  if (one.group) return one.group.map(addressText).join(', ');
  return one.name === '' || one.name === one.address
    ? (one.address ?? '')
    : `${one.name} <${one.address ?? ''}>`;
};

/** Without fractions of a second, as dates in tables are written. */
const momentText = (date: string | undefined): string => {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
};

/** `cid:` means a part of this letter: its bytes take the place of the name, and become an attachment as any other. */
function withOwnPictures(html: string, { attachments }: Email): string {
  const parts = new Map(
    attachments.map((one) => [one.contentId?.replace(/^<|>$/g, '').toLowerCase() ?? '', one]),
  );
  return html.replace(/(["'])cid:([^"']+)\1/gi, (whole, quote: string, id: string) => {
    const part = parts.get(id.replaceAll('%40', '@').toLowerCase());
    if (typeof part?.content !== 'string' || !/^image\//i.test(part.mimeType)) return whole;
    return `${quote}data:${part.mimeType};base64,${part.content}${quote}`;
  });
}
