/** V8 takes its memory back when it needs more; at the end of a large step, what was kept for it is worth more to the next one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Node has it only behind a flag, which cannot be set for a program that is started by its name. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

/** Takes some milliseconds, and a fifth of a second where hundreds of megabytes are held. */
export const collectGarbage = (): void => collect();
