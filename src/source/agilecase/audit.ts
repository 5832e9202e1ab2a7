/** The audit trail of one record as text that a person can read and search, in the order of time. */
import { parseDate, utcText, wallSeconds, type DateOrder } from '../../lib/dates.ts';
import { zoneClock } from '../../lib/dates-zone.ts';

export interface AuditEntry {
  readonly when: string;
  readonly who: string;
  readonly action: string;
  readonly field: string;
  readonly old: string;
  readonly new: string;
}

/** Moments as sortable text in UTC; undefined where the text is no date. */
export function momentReader(timeZone: string, order: DateOrder) {
  const toUtc = zoneClock(timeZone);
  return (when: string): string | undefined => {
    const moment = parseDate(when.trim(), order);
    if (!moment) return undefined;
    const wall = wallSeconds(moment);
    return utcText(moment.offset === null ? toUtc(wall) : wall - moment.offset * 60);
  };
}

/**
 * As it stands on the source's clock, of which the mapping knows the zone; in UTC where the text says so itself.
 * Undefined where the text is no date.
 */
export function wallReader(order: DateOrder) {
  return (when: string): string | undefined => {
    const moment = parseDate(when.trim(), order);
    if (!moment) return undefined;
    const wall = wallSeconds(moment);
    return moment.offset === null ? utcText(wall) : `${utcText(wall - moment.offset * 60)} UTC`;
  };
}

/** Entries without a readable time keep their place behind the others, in the order they came. */
export const auditText = (entries: readonly AuditEntry[]): string =>
  entries
    .map((entry, index) => ({ entry, index, sort: /^\d{4}-/.test(entry.when) ? entry.when : '~' }))
    .sort((a, b) => (a.sort === b.sort ? a.index - b.index : a.sort < b.sort ? -1 : 1))
    .map(({ entry }) => auditLine(entry))
    .join('\n');

const auditLine = ({ when, who, action, field, old, new: now }: AuditEntry): string =>
  [
    when,
    who,
    [action, field].filter(Boolean).join(' '),
    old === '' && now === '' ? '' : `${quoted(old)} -> ${quoted(now)}`,
  ]
    .filter(Boolean)
    .join(' | ');

const quoted = (text: string): string => (text === '' ? '(empty)' : text.replace(/\s+/g, ' '));
