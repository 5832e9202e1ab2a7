/** A note, letter or text message of the source in the chatter of its contact or lead. */
import type { ErrorCode } from '../core/errors.ts';
import type { Issue, PlannedRecord, StagedRecord, Values } from '../core/record.ts';
import { cleanHtml, escapeHtml, plainToHtml } from '../lib/html.ts';
import type { CompiledFile } from './columns.ts';
import type { Child } from './compose-child.ts';
import { letterOf, originalLetter, senderOf, type Letter } from './letters.ts';
import { withPictures } from './pictures.ts';
import type { Composed, Parent } from './mapping.ts';
import { parseBoolean } from './transforms/booleans.ts';
import { cleanText } from './transforms/text.ts';

export interface MessageParts {
  readonly key: string;
  readonly record: Pick<StagedRecord, 'object' | 'position'>;
  readonly parent: Parent;
  readonly body: string;
  /** The source says that its bodies are markup; else `<b>` in a note is what somebody typed. */
  readonly html: boolean;
  readonly date: string;
  /** `author.<hash>` or empty. */
  readonly author: string;
  /** `Name <address>`, the plain name, or empty. */
  readonly emailFrom: string;
  readonly letter?: Letter;
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
    model: parts.parent.model,
    res_id: { ref: parts.parent.key },
    body:
      (parts.letter?.head ?? '') +
      (parts.html ? cleanHtml(parts.body) : plainToHtml(readableBody(parts.body))),
    date: parts.date,
    message_type: 'comment',
    subtype_id: { ref: 'subtype.note' },
    message_id: `<${parts.key}@waybill>`,
    author_id: parts.author === '' ? null : { ref: parts.author },
    email_from: parts.emailFrom === '' ? null : parts.emailFrom,
    ...parts.letter?.values,
  };
  return {
    step: 'notes',
    model: 'mail.message',
    key: parts.key,
    object: parts.record.object,
    position: parts.record.position,
    lane: laneOf(parts.parent.key),
    match: '',
    values,
  };
}

/**
 * One lane for the contacts of all owners: several whom Odoo does not know share the fallback's chatter, and its order
 * can only be kept by loading them one after the other.
 */
const laneOf = (parent: string): string =>
  parent.startsWith('ownerpartner.') ? 'ownerpartner' : parent;
/** Odoo's chatter pins nothing: the word below the note is what stays of it. */
function bodyOf(record: StagedRecord, file: CompiledFile, html: boolean): string {
  const [body, pinned] = [file.slot(record, 'body'), file.slot(record, 'pinned')];
  if (pinned === '' || parseBoolean(pinned) === false) return body;
  const word = parseBoolean(pinned) === true ? 'pinned' : `pinned: ${pinned}`;
  return html ? `${body}<p>(${escapeHtml(word)})</p>` : `${body}\n(${word})`;
}

/** A note without a date that can be read waits: where it belongs in the chatter cannot be told. */
export function composeNote(child: Child): Composed {
  const { record, file, parent, contacts, tools } = child;
  const html = tools.markup.has(record.object) || /html/i.test(file.slot(record, 'body_format'));
  const raw = file.slot(record, 'date');
  const date = tools.dates(file.order('date')).datetime(raw);
  if (date === undefined || parent === null)
    return { planned: [], issues: [noDate(file.columnOf('date'), raw)] };
  const letter = letterOf(child);
  const pictured = withPictures(record, file, parent, letter.head, tools);
  const message = composeMessage({
    key: tools.keyOf(record),
    record,
    parent,
    body: bodyOf(record, file, html),
    html,
    date,
    ...senderOf(record, file, contacts, tools),
    letter: pictured ? { ...letter, values: { ...letter.values, body: pictured.body } } : letter,
  });
  const files = [...originalLetter(record, file, parent, tools), ...(pictured?.planned ?? [])];
  return { planned: [...files, message], issues: doubts(record, file) };
}

/** The letter is there, but not all that its row says of it. */
function doubts(record: StagedRecord, file: CompiledFile): Issue[] {
  const issue = (code: ErrorCode, slot: string, message: string): Issue => ({
    code,
    message,
    column: file.columnOf(slot),
    raw: file.slot(record, slot),
  });
  const [ring, lost] = [file.slot(record, 'thread_ring'), file.slot(record, 'file_problem')];
  return [
    ...(ring === ''
      ? []
      : [issue('WB_PARENT_RING', 'in_reply_to', `${record.key} ${ring}${IN_A_RING}`)]),
    ...(lost === ''
      ? []
      : [issue('WB_FILE_MISSING', 'mail_file', `The file of the letter is not there: ${lost}.`)]),
  ];
}

const IN_A_RING =
  ': the earliest of them stands at the beginning of the thread. Mend what it answers at the source, or accept.';

const noDate = (column: string, raw: string): Issue => ({
  code: 'WB_VALUE_INVALID',
  message: `The note has ${raw === '' ? 'no date' : `a date that cannot be read, "${raw}"`}: where it belongs in the chatter cannot be told.`,
  column,
  raw,
});
