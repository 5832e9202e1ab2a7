/** Keeps calls apart: never more at once than allowed, and a pause between two starts. */
import { sleep } from './sleep.ts';

export interface PaceOptions {
  readonly concurrency: number;
  /** Between the starts of two calls, whoever makes them. */
  readonly pauseMs?: number;
  /** Tells the time in milliseconds, and lets it pass; a test counts instead of waiting. */
  readonly time?: PaceTime;
}

export interface PaceTime {
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

const REAL_TIME: PaceTime = { now: () => Date.now(), wait: sleep };

export type Pace = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export function makePace({ concurrency, pauseMs = 0, time = REAL_TIME }: PaceOptions): Pace {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextStart = 0;

  const enter = async (): Promise<void> => {
    if (running < concurrency) running++;
    else await new Promise<void>((go) => waiting.push(go));
  };
  // The place is handed over, not freed: a newcomer cannot slip in before those who wait.
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
  const keepApart = async (signal?: AbortSignal): Promise<void> => {
    if (pauseMs <= 0) return;
    const start = Math.max(time.now(), nextStart);
    nextStart = start + pauseMs;
    await time.wait(Math.max(0, start - time.now()), signal);
  };

  return async (work, signal) => {
    await enter();
    try {
      await keepApart(signal);
      return await work();
    } finally {
      leave();
    }
  };
}
