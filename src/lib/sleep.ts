import { setTimeout as wait } from 'node:timers/promises';

/** Ends early, without an error, when the signal fires: the caller looks at the signal next anyway. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal ? { signal } : {}).catch(() => {});
}
