/** The cells that a row gets behind its own: references as keys, joined values, the thread of a letter. */
import { ownCopy } from '../../lib/own-copy.ts';
import { keyMaker } from '../extract-table.ts';
import { isMarkup } from '../markup.ts';
import type { SourceFile } from '../source.ts';
import type { CompleterInput } from './complete.ts';
import { AGILECASE } from './declaration.ts';
import { momentOf, rowsOf, type Joins, type Part } from './join.ts';
import { cellOf, slotIndex, type References } from './references.ts';
import { threadsAmong, type Letter, type Threads } from './threads.ts';
import { hasBody, isDetail, isThreaded, KEYS, kindOf } from './traits.ts';

/** References become keys, labels leaves; everything else stays as it is written. */
export function resolved(
  file: SourceFile,
  cells: readonly string[],
  key: string,
  { known, joins }: CompleterInput,
): string[] {
  const out = [...cells];
  if (isDetail(file.object)) return out;
  for (const { slot, index } of file.columns) {
    const text = (out[index] ?? '').trim();
    if (slot === 'case' || slot === 'contact') {
      out[index] =
        text === '' && file.object === 'case' && slot === 'contact'
          ? joins.client(key)
          : (known.resolve(slot, text) ?? text);
    } else if (slot === 'company' && file.object === 'contact' && text !== '')
      out[index] = known.companyOf(text) ?? text;
    else if (slot === 'attendees') out[index] = people(text, known);
    else if (slot === 'tags' && kindOf(file))
      out[index] = joins.labels(kindOf(file) ?? 'case', key, text);
  }
  return out;
}

/** Contacts as their keys, whatever they are called by; users and strangers as they are written. */
const people = (text: string, known: References): string =>
  text
    .split(text.includes(';') || text.includes('\n') ? /[;\n]/ : /,/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => known.resolve('contact', name) ?? name)
    .join('; ');

export function joinedCells(
  file: SourceFile,
  cells: readonly string[],
  key: string,
  joins: Joins,
): readonly string[] {
  const kind = kindOf(file);
  if (isDetail(file.object)) return [joins.belongs(file, cells)];
  if (!kind) return [];
  return [
    ...joins.cells(kind, key),
    ...(slotIndex(file, 'tags') === -1 ? [joins.labels(kind, key, '')] : []),
    ...(kind === 'case' && slotIndex(file, 'contact') === -1 ? [joins.client(key)] : []),
  ];
}

export function bodyCell(
  file: SourceFile,
  cells: readonly string[],
  input: CompleterInput,
): string[] {
  if (!hasBody(file) || slotIndex(file, 'body_format') !== -1) return [];
  return [input.markup(file.path) && isMarkup(cellOf(file, cells, 'body')) ? 'html' : 'text'];
}

/** Only letters of one case can be a thread: a message hangs on its case. */
export async function threadsOf(parts: readonly Part[], known: References): Promise<Threads> {
  const letters: Letter[] = [];
  for (const part of parts.filter(({ file }) => isThreaded(file))) {
    const { file } = part;
    const keyOf = keyMaker(file, KEYS[file.object] ?? {});
    const moment = momentOf(file, AGILECASE.timeZone);
    for await (const cells of rowsOf(part)) {
      const read = (slot: string): string => ownCopy(cellOf(file, cells, slot));
      letters.push({
        key: keyOf(cells),
        case: known.resolve('case', read('case')) ?? '',
        at: moment(read('date')) ?? '',
        messageId: read('message_id'),
        inReplyTo: read('in_reply_to'),
        subject: /^(sms|text)/i.test(read('channel')) ? '' : read('subject'),
      });
    }
  }
  return threadsAmong(letters.filter((one) => one.case !== ''));
}
