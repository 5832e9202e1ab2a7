/** V8 takes memory back when it needs more; at the end of a large step, what was kept for it is worth more to the next one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Node has it only behind a flag, which cannot be set for a program that is started by its name. */
setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('globalThis.gc');
setFlagsFromString('--no-expose-gc');

/** Takes some milliseconds, and a fifth of a second where hundreds of megabytes are held. */
export function collectGarbage(): void {
  if (typeof collect === 'function') collect();
}
