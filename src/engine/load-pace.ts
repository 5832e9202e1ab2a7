/**
 * How many records a call takes, and how many calls go at once: as much as the person allows, less where this Odoo
 * or the proxy before it does not keep up, and more again once it does.
 */
import type { WaybillError } from '../core/errors.ts';

export interface LoadPace {
  /** Records per create call, from now on. */
  readonly batchSize: number;
  readonly concurrency: number;
  cameThrough(records: number, ms: number): void;
  failed(records: number, error: WaybillError): void;
}

export interface PaceLimits {
  /** The most, which is also what it begins with. */
  readonly batchSize: number;
  readonly concurrency: number;
  readonly say: (message: string) => void;
}

/** Proxies give up after 60 s, Odoo ends its own worker after 120 s (limit_time_real): a call stays well below. */
const SLOW_MS = 20_000;
const QUICK_MS = 5_000;
/** After so many calls that came through, one more may go at once, and larger ones may be tried again. */
const CALM = 20;
/** What was too much is not tried again at once; three quarters of it may be. */
const BELOW_FAILED = 0.75;

export function makeLoadPace({ batchSize: most, concurrency: widest, say }: PaceLimits): LoadPace {
  let [size, roof, wide, calm] = [most, most, widest, 0];

  const shrink = (to: number, why: string): void => {
    const next = Math.max(1, Math.floor(to));
    if (next >= size) return;
    size = next;
    say(`${why}: ${size} a call from now on.`);
  };
  const halve = (records: number, why: string): void => {
    calm = 0;
    roof = Math.min(most, Math.max(1, Math.floor(records * BELOW_FAILED)));
    shrink(records / 2, why);
  };
  const narrow = (why: string): void => {
    calm = 0;
    if (wide === 1) return;
    wide--;
    say(`${why}: ${wide === 1 ? 'one call' : `${wide} calls`} at a time from now on.`);
  };

  return {
    get batchSize() {
      return size;
    },
    get concurrency() {
      return wide;
    },
    cameThrough(records, ms) {
      // A few files may be slow: that says nothing of how many records a call can take.
      if (ms > SLOW_MS && records * 2 >= size)
        shrink((records * SLOW_MS) / ms, `Odoo took ${Math.round(ms / 1000)} s for ${records}`);
      else if (ms < QUICK_MS && records >= size) size = Math.min(roof, size * 2);
      if (++calm % CALM > 0) return;
      wide = Math.min(widest, wide + 1);
      roof = Math.min(most, roof * 2);
    },
    failed(records, error) {
      if (error.data['tooLarge'] === true && records > 1)
        halve(records, `${records} records are larger than Odoo takes at once`);
      else if (error.class === 'uncertain')
        halve(Math.max(size, records), `The answer for ${records} records was lost on the way`);
      else if (error.code === 'WB_ODOO_BUSY') narrow('Odoo asks to wait');
    },
  };
}
