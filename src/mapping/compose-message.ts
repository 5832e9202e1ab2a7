/** A note of the source as an internal note in the partner's chatter. */
import type { Issue, PlannedRecord, StagedRecord, Values } from '../core/record.ts';
import { cleanHtml, plainToHtml } from '../lib/html.ts';
import { cleanText } from './transforms/text.ts';

export interface MessageParts {
  readonly key: string;
  readonly record: Pick<StagedRecord, 'object' | 'position'>;
  readonly partner: string;
  readonly body: string;
  /** The source says that its bodies are markup; else `<b>` in a note is what somebody typed. */
  readonly html: boolean;
  readonly date: string;
  /** `author.<hash>` or empty. */
  readonly author: string;
  /** `Name <address>`, the plain name, or empty. */
  readonly emailFrom: string;
}

/** `[[System]][[Icon:Email]]` before the text is how AllClients marks what it wrote itself (AddContactNote). */
const MARKS = /^(?:\[\[(System|Icon:[A-Za-z]+)\]\])+/;

/** The mark stays readable, as a word before the text: nothing is lost and nobody sees brackets. */
export function readableBody(raw: string): string {
  const text = cleanText(raw);
  const marks = MARKS.exec(text)?.[0];
  if (!marks) return text;
  const icon = /\[\[Icon:([A-Za-z]+)\]\]/.exec(marks)?.[1];
  return `(${icon ? `system, ${icon.toLowerCase()}` : 'system'}) ${text.slice(marks.length).trim()}`;
}

export function composeMessage(parts: MessageParts): PlannedRecord {
  const values: Values = {
    model: 'res.partner',
    res_id: { ref: parts.partner },
    body: parts.html ? cleanHtml(parts.body) : plainToHtml(readableBody(parts.body)),
    date: parts.date,
    message_type: 'comment',
    subtype_id: { ref: 'subtype.note' },
    message_id: `<${parts.key}@waybill>`,
    author_id: parts.author === '' ? null : { ref: parts.author },
    email_from: parts.emailFrom === '' ? null : parts.emailFrom,
  };
  return {
    step: 'notes',
    model: 'mail.message',
    key: parts.key,
    object: parts.record.object,
    position: parts.record.position,
    lane: parts.partner,
    match: '',
    values,
  };
}

export const noDate = (column: string, raw: string): Issue => ({
  code: 'WB_VALUE_INVALID',
  message: `The note has ${raw === '' ? 'no date' : `a date that cannot be read, "${raw}"`}: where it belongs in the chatter cannot be told.`,
  column,
  raw,
});
