/** The end of a run: when it was, by Odoo's clock, and a mark in Odoo that an older backup lacks. */
import { randomUUID } from 'node:crypto';
import { sleep } from '../lib/sleep.ts';
import type { Context } from './context.ts';

const LOOK_AGAIN_MS = 150;

/** Of the last run that ended and wrote anything, and the name of its mark in Odoo. */
export interface EndMark {
  readonly run: number;
  readonly name: string;
}

const keyOf = (ctx: Context): string => `end mark.${ctx.env}`;

export const endMark = (ctx: Context): EndMark | undefined =>
  ctx.store.runs.meta<EndMark | null>(keyOf(ctx)) ?? undefined;

/** Before a rollback: the marks go with it. */
export const forgetEndMark = (ctx: Context): void => ctx.store.runs.setMeta(keyOf(ctx), null);

/**
 * Leaves a mark, unless the run wrote nothing: then the one before stands for what is there. Gives the first second in
 * which nothing of ours was written. Odoo stamps writes by the second: without waiting for the next one, what a person
 * does straight after a run could not be told from the run's own last write, and a delta would write over it, a
 * rollback remove it.
 */
export async function serverEnd(ctx: Context, run: number): Promise<string> {
  if (ctx.store.runs.lastWriting(ctx.env) === run) await leaveMark(ctx, run);
  const last = await ctx.schema.serverTime();
  for (;;) {
    await sleep(LOOK_AGAIN_MS);
    const now = await ctx.schema.serverTime();
    if (now > last) return now;
  }
}

async function leaveMark(ctx: Context, run: number): Promise<void> {
  const name = `end of run ${run}, ${randomUUID()}`;
  await ctx.schema.leaveMark(name);
  ctx.store.runs.setMeta(keyOf(ctx), { run, name } satisfies EndMark);
}
