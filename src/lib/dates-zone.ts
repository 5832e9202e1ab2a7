/** Wall clock to UTC without asking Intl for every value: it costs some 5 µs, a month's worth of notes would wait for it. */
const DAY = 86_400;
const CACHED_DAYS = 20_000;

export type ZoneClock = (wallSeconds: number) => number;

/**
 * Like Temporal's `compatible`: an hour that happens twice is the first, one that does not exist is moved forward.
 * Throws RangeError for an unknown zone.
 */
export function zoneClock(timeZone: string): ZoneClock {
  const offsetAt = offsetReader(timeZone);
  const quiet = new Map<number, number | null>();
  return (wall) => {
    const day = Math.floor(wall / DAY);
    let offset = quiet.get(day);
    if (offset === undefined) {
      if (quiet.size >= CACHED_DAYS) quiet.clear();
      offset = offsetOfDay(day, offsetAt);
      quiet.set(day, offset);
    }
    return offset === null ? nearTransition(wall, offsetAt) : wall - offset;
  };
}

/** The offset when it cannot have changed around this day, else null. Looked at every six hours: no zone has changed twice within them. */
function offsetOfDay(day: number, offsetAt: (utc: number) => number): number | null {
  const first = offsetAt((day - 1) * DAY);
  for (let hours = 6; hours <= 72; hours += 6)
    if (offsetAt((day - 1) * DAY + hours * 3600) !== first) return null;
  return first;
}

function nearTransition(wall: number, offsetAt: (utc: number) => number): number {
  const before = offsetAt(wall - DAY);
  const after = offsetAt(wall + DAY);
  const possible = [wall - before, wall - after].filter((utc) => utc + offsetAt(utc) === wall);
  return possible.length > 0 ? Math.min(...possible) : wall - before;
}

function offsetReader(timeZone: string): (utc: number) => number {
  const numeric = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  return (utc) => {
    const n =
      format
        .format(utc * 1000)
        .match(/\d+/g)
        ?.map(Number) ?? [];
    return Date.UTC(n[2] ?? 0, (n[0] ?? 1) - 1, n[1] ?? 1, n[3], n[4], n[5]) / 1000 - utc;
  };
}

/** Whether this machine knows the zone: Windows calls them by other names than everybody else. */
export function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
