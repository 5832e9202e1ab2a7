import {
  dateText,
  parseDate,
  utcText,
  wallSeconds,
  type CivilTime,
  type DateOrder,
} from '../../lib/dates.ts';
import { zoneClock } from '../../lib/dates-zone.ts';

const CACHED = 20_000;

export interface DateReader {
  /** `YYYY-MM-DD HH:MM:SS` UTC, or undefined. A date without a time is midnight on the source's clock. */
  datetime(text: string): string | undefined;
  /** `YYYY-MM-DD`, never shifted by a zone; undefined too when there is a time of day that would be lost. */
  date(text: string): string | undefined;
}

export function dateReader(timeZone: string, order: DateOrder): DateReader {
  const toUtc = zoneClock(timeZone);
  const moment = (t: CivilTime): string => {
    const wall = wallSeconds(t);
    return utcText(t.offset === null ? toUtc(wall) : wall - t.offset * 60);
  };
  return {
    datetime: cached((text) => apply(parseDate(text, order), moment)),
    date: cached((text) =>
      apply(parseDate(text, order), (t) =>
        t.hour || t.minute || t.second ? undefined : dateText(t),
      ),
    ),
  };
}

const apply = <T>(t: CivilTime | undefined, use: (t: CivilTime) => T): T | undefined =>
  t ? use(t) : undefined;

/** As long as `2026-11-28`: what is longer tells the time too, and seldom comes again but for the same record. */
const DAY_LENGTH = 10;

/** Exports repeat few distinct days; the bound keeps those of a broken column from filling the memory. */
function cached(read: (text: string) => string | undefined): (text: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  let [last, lastMade] = ['', read('')];
  return (text) => {
    if (text === last) return lastMade;
    const found = known.get(text);
    const made = found ?? read(text);
    if (found === undefined && text.length <= DAY_LENGTH) {
      if (known.size >= CACHED) known.clear();
      known.set(text, made);
    }
    [last, lastMade] = [text, made];
    return made;
  };
}
