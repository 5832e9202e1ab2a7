/** Reads dates from a closed list of forms. What is not in the list is no date: a guessed day is worse than an open question. */
export type DateOrder = 'mdy' | 'dmy' | 'ymd';

export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly timed: boolean;
  /** Minutes east of UTC where the text says so, else null. */
  readonly offset: number | null;
}

const TIME = String.raw`(?:(?:\s*,\s*|\s+|T)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s*([AP])\.?M\.?)?(?:\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?$`;
const NUMERIC = new RegExp(String.raw`^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})` + TIME, 'i');
const MONTH_FIRST = new RegExp(String.raw`^([A-Z]{3,9})\.? (\d{1,2}),? (\d{4})` + TIME, 'i');
const DAY_FIRST = new RegExp(String.raw`^(\d{1,2})[ -]([A-Z]{3,9})\.?[ -](\d{4})` + TIME, 'i');
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** `order` is asked only when the text does not begin with the year. */
export function parseDate(text: string, order: DateOrder): CivilTime | undefined {
  const numeric = NUMERIC.exec(text);
  if (numeric) return fromNumeric(numeric, order);
  const named = MONTH_FIRST.exec(text);
  if (named) return build(named[3], monthNumber(named[1]), Number(named[2]), named, 4);
  const european = DAY_FIRST.exec(text);
  return european
    ? build(european[3], monthNumber(european[2]), Number(european[1]), european, 4)
    : undefined;
}

function fromNumeric(match: RegExpExecArray, order: DateOrder): CivilTime | undefined {
  const [, a = '', , b = '', c = ''] = match;
  if (a.length === 4) return c.length <= 2 ? build(a, Number(b), Number(c), match, 5) : undefined;
  if (a.length > 2 || order === 'ymd') return undefined;
  return order === 'mdy'
    ? build(c, Number(a), Number(b), match, 5)
    : build(c, Number(b), Number(a), match, 5);
}

function monthNumber(name = ''): number {
  const low = name.toLowerCase();
  return (
    MONTHS.findIndex(
      (month) =>
        month === low || month.slice(0, 3) === low || (low === 'sept' && month === 'september'),
    ) + 1
  );
}

function build(
  yearText: string | undefined,
  month: number,
  day: number,
  match: RegExpExecArray,
  at: number,
): CivilTime | undefined {
  // A year of two digits could be 1949 or 2049: it is left to a person.
  if (yearText?.length !== 4) return undefined;
  const year = Number(yearText);
  const timed = match[at] !== undefined;
  const hour = timed ? hourOf(Number(match[at]), match[at + 3]) : 0;
  const minute = Number(match[at + 1] ?? 0);
  const second = Number(match[at + 2] ?? 0);
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month))
    return undefined;
  if (hour < 0 || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetOf(match[at + 4]);
  return offset === undefined
    ? undefined
    : { year, month, day, hour, minute, second, timed, offset };
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return -1;
  return (hour % 12) + (half === 'P' || half === 'p' ? 12 : 0);
}

/** No clock on earth is further from UTC than 14 hours. */
const MAX_OFFSET = 14 * 60;

/** Null when the text names no zone, undefined when it names one that there is not. */
function offsetOf(zone: string | undefined): number | null | undefined {
  if (zone === undefined) return null;
  if (!/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  if (minutes > MAX_OFFSET || Number(digits.slice(2)) > 59) return undefined;
  return zone.startsWith('-') ? -minutes : minutes;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysIn = (year: number, month: number): number =>
  month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0)
    ? 29
    : (LENGTHS[month - 1] ?? 0);

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

export const dateText = (t: CivilTime): string => `${t.year}-${two(t.month)}-${two(t.day)}`;

/** Seconds of the wall clock, counted as if it were UTC. */
export const wallSeconds = (t: CivilTime): number =>
  Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second) / 1000;

const DAY_SECONDS = 86_400;
const CACHED_DAYS = 20_000;
const dayTexts = new Map<number, string>();

/** By day, since `toISOString` takes ten times as long as putting the rest together. */
function dayText(day: number): string {
  const known = dayTexts.get(day);
  if (known !== undefined) return known;
  if (dayTexts.size >= CACHED_DAYS) dayTexts.clear();
  const text = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  dayTexts.set(day, text);
  return text;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => two(n));

/** `YYYY-MM-DD HH:MM:SS`, as Odoo's API wants it; of a whole number of seconds. */
export function utcText(seconds: number): string {
  const day = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - day * DAY_SECONDS;
  const [hour, minute] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60];
  return `${dayText(day)} ${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[rest % 60]}`;
}
