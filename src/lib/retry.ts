/** Repeats what may be repeated, with growing pauses and jitter; the server's own word on when comes first. */
import { sleep } from './sleep.ts';

const PAUSES_MS = [250, 1_000, 3_000, 8_000, 15_000];

/** `again` says whether this error may be tried again, and after how long the other side asked to wait. */
export async function retry<T>(work: () => Promise<T>, again: (error: unknown) => false | { readonly afterMs?: number }, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const verdict = again(error);
      const pause = PAUSES_MS[attempt];
      if (!verdict || pause === undefined || signal?.aborted) throw error;
      // Several lanes that failed together must not come back together.
      await sleep(verdict.afterMs ?? pause * (0.75 + (attempt + 1) * 0.1), signal);
    }
  }
}
