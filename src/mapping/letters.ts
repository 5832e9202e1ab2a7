/** What a letter has more than a note: sender and receivers, a subject, a thread, files; and who may see it. */
import type { ContactIndex } from '../core/contact.ts';
import type { PlannedRecord, StagedRecord, Value } from '../core/record.ts';
import { escapeHtml } from '../lib/html.ts';
import type { CompiledFile } from './columns.ts';
import { asides, isPublic, VISIBLE } from './asides.ts';
import type { Child, ChildTools } from './compose-child.ts';
import type { Parent } from './mapping.ts';
import { emailKey } from './transforms/emails.ts';
import { splitList } from './transforms/lists.ts';
import { singleLine } from './transforms/text.ts';

export interface Letter {
  /** Stands before the body: Odoo's messages have no place for receivers. */
  readonly head: string;
  readonly values: Readonly<Record<string, Value>>;
}

export function letterOf(child: Child): Letter {
  const { record, file, tools } = child;
  const read = (slot: string): string => singleLine(file.slot(record, slot));
  const channel = read('channel').toLowerCase();
  const type = messageType(channel, tools);
  const subject = read('subject');
  const values: Record<string, Value> = {};
  if (type !== 'comment') values['message_type'] = type;
  if (subject !== '') values['subject'] = subject;
  if (isPublic(read('visibility'))) values['subtype_id'] = { ref: 'xml.mail.mt_comment' };
  const thread = file.slot(record, 'thread');
  if (thread !== '') values['parent_id'] = { ref: tools.keyOf({ ...record, key: thread }) };
  const files = attached(file.slot(record, 'attachments'), record, file, tools);
  if (files.length > 0) values['attachment_ids'] = files;
  return { head: headOf(child, channel, type), values };
}

/** `sms` is a type only where the SMS app is installed. */
function messageType(channel: string, tools: ChildTools): 'comment' | 'email' | 'sms' {
  const types = tools.catalog.fields['mail.message']?.['message_type']?.selection ?? [];
  const wanted = /mail/.test(channel) ? 'email' : /sms|text/.test(channel) ? 'sms' : 'comment';
  return types.some(([value]) => value === wanted) ? wanted : 'comment';
}

const HEADERS = [
  ['from', 'From'],
  ['to', 'To'],
  ['cc', 'Cc'],
  ['bcc', 'Bcc'],
  ['message_id', 'Message-ID'],
  ['in_reply_to', 'In-Reply-To'],
] as const;

function headOf(child: Child, channel: string, type: string): string {
  const read = (slot: string): string => singleLine(child.file.slot(child.record, slot));
  const lines = HEADERS.map(([slot, label]): [string, string] => [label, read(slot)]).filter(
    ([, text]) => text !== '',
  );
  // The type says it where it can; a call or a letter has none of its own.
  if (channel !== '' && type === 'comment') lines.unshift(['Channel', channel]);
  const logged = read('from') === '' ? '' : read('author');
  lines.push(
    ...[
      ['Kind', read('note_kind')] as [string, string],
      ['Logged by', child.tools.owners.sender(logged)] as [string, string],
    ].filter(([, text]) => text !== ''),
    ...asides(child).filter(([label]) => label !== VISIBLE),
  );
  const direction = read('direction');
  if (direction !== '' && type !== 'email') lines.unshift(['Direction', direction]);
  return lines.length === 0
    ? ''
    : `<p>${lines.map(([label, text]) => `${label}: ${escapeHtml(text)}`).join('<br>')}</p>`;
}

/** Documents of the same export, by their ids; they are loaded before the messages. */
const attached = (
  text: string,
  record: StagedRecord,
  file: CompiledFile,
  tools: ChildTools,
): { ref: string }[] => {
  const object = tools.declaration.objects.find(({ shape }) => shape === 'attachment');
  const listed = object
    ? splitList(text).map((key) => ({ ref: tools.keyOf({ ...record, object: object.name, key }) }))
    : [];
  const own = file.slot(record, 'file') === '' ? [] : [{ ref: `${tools.keyOf(record)}.file` }];
  return [...listed, ...own];
};

/** The mail as it was sent (.eml, .msg), beside the text that the source made of it. */
export function originalLetter(
  record: StagedRecord,
  file: CompiledFile,
  parent: Parent,
  tools: ChildTools,
): PlannedRecord[] {
  const path = file.slot(record, 'file');
  if (path === '') return [];
  const values: Record<string, Value> = {
    name: path.split('/').at(-1) ?? path,
    type: 'binary',
    res_model: parent.model,
    res_id: { ref: parent.key },
    description: `From ${tools.declaration.name}: file ${path}`,
    datas: {
      file: path,
      bytes: Number(file.slot(record, 'bytes')),
      sha256: file.slot(record, 'sha256'),
      column: file.columnOf(file.slot(record, 'mail_file') === '' ? 'file' : 'mail_file'),
    },
  };
  const key = `${tools.keyOf(record)}.file`;
  const { object, position } = record;
  const place = { object, position, lane: parent.key, match: '' };
  return [{ step: 'attachments', model: 'ir.attachment', key, ...place, values }];
}

export interface Sender {
  /** A ref, or empty. */
  readonly author: string;
  readonly emailFrom: string;
}

/** Who wrote: a user of the source, else a contact of its address, else the text alone. */
export function senderOf(
  record: StagedRecord,
  file: CompiledFile,
  contacts: ContactIndex,
  tools: ChildTools,
): Sender {
  const from = singleLine(file.slot(record, 'from'));
  const address = emailKey(from);
  const [hit, ...more] =
    address === '' || tools.owners.knows(address) ? [] : contacts.byEmail(address);
  if (hit && more.length === 0 && hit.partner !== '')
    return { author: hit.partner, emailFrom: from };
  const label = from === '' ? singleLine(file.slot(record, 'author')) : address || from;
  // Somebody who is no user wrote from outside: the text says who, and nobody is made up for it.
  if (from !== '' && !tools.owners.knows(label)) return { author: '', emailFrom: from };
  const owner = tools.owners.refOf(label, '');
  return {
    author: owner ? owner.ref.replace(/^owner\./, 'author.') : '',
    emailFrom: tools.owners.sender(label),
  };
}
