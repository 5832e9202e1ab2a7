/**
 * Entries whose date the source changed after they were loaded. A chatter is shown by id, so an entry that moves past
 * another cannot be put where it belongs: it keeps the date that it was loaded with, and the summary note tells the new
 * one. Where the order stays what it is, the delta writes the date like any other value.
 */
import { escapeHtml, htmlToText } from '../lib/html.ts';
import type { RedatedRow } from '../store/delta.ts';
import { misplaced, type Message } from './order.ts';

/** Of these, the ones whose new date would stand out of the order; `messages`: all that people read there. */
export function outOfPlace(
  messages: readonly Message[],
  redated: readonly RedatedRow[],
): RedatedRow[] {
  const wrong = new Set(misplaced(messages).map(({ id }) => id));
  const fits = (next: readonly Message[]): boolean =>
    misplaced(next).every(({ id }) => wrong.has(id));
  if (fits(withDates(messages, redated))) return [];
  let [placed, waiting] = [messages, [...redated]];
  // A whole stretch may have moved by an hour: then each fits once its neighbour has moved, from one end or the other.
  for (let left = Infinity; waiting.length < left;) {
    left = waiting.length;
    waiting = waiting.toReversed().filter((one) => {
      const next = withDates(placed, [one]);
      if (fits(next)) placed = next;
      return placed !== next;
    });
  }
  return redated.filter((one) => waiting.includes(one));
}

/** As the chatter is once these have their new dates. */
export function withDates(
  messages: readonly Message[],
  redated: readonly RedatedRow[],
): readonly Message[] {
  const now = new Map(redated.map((one) => [one.resId, one.now]));
  return messages.map((message) => ({ ...message, date: now.get(message.id) ?? message.date }));
}

const WORDS = 60;

/** What the summary note says of them. */
export function redatedHtml(redated: readonly RedatedRow[]): string {
  if (redated.length === 0) return '';
  const items = redated.map(({ row, was, now }) => {
    const { body } = row.values;
    const words = typeof body === 'string' ? htmlToText(body).slice(0, WORDS) : '';
    return `<li>the entry of <b>${was} UTC</b> (${escapeHtml(words)}) is dated <b>${now} UTC</b></li>`;
  });
  return `<p><i>Dates that the source changed after the entries were here; no entry can move to another place in this history:</i></p><ul>${items.join('')}</ul>`;
}
