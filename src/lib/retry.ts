/** Repeats what may be repeated, with growing pauses and jitter; the other side's own word on when comes first. */
import { sleep } from './sleep.ts';

const PAUSES_MS = [250, 1_000, 3_000, 8_000, 15_000];
const JITTER = 0.25;

/** False: give up. Otherwise try again, after the time the other side asked to wait if it did. */
export type Verdict = false | { readonly afterMs?: number };

/** `again` judges each error. What it throws in the end is the last error as it came. */
export async function retry<T>(
  work: () => Promise<T>,
  again: (error: unknown) => Verdict,
  signal?: AbortSignal,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const verdict = again(error);
      const pause = pausesMs[attempt];
      if (!verdict || pause === undefined || signal?.aborted) throw error;
      await sleep(verdict.afterMs ?? jittered(pause), signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** Several lanes that failed together must not come back together. */
const jittered = (ms: number): number => ms * (1 - JITTER + Math.random() * 2 * JITTER);
