/** When a run ended, by Odoo's clock: the first second in which nothing of ours was written. */
import { sleep } from '../lib/sleep.ts';
import type { Context } from './context.ts';

const LOOK_AGAIN_MS = 150;

/**
 * Odoo stamps writes by the second. Without waiting for the next one, what a person does straight after a run could
 * not be told from the run's own last write: a delta would write over it, a rollback remove it.
 */
export async function serverEnd(ctx: Context): Promise<string> {
  const last = await ctx.schema.serverTime();
  for (;;) {
    await sleep(LOOK_AGAIN_MS);
    const now = await ctx.schema.serverTime();
    if (now > last) return now;
  }
}
