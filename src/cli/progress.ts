/** Shows events: one moving line with rate and ETA on a terminal, plain lines elsewhere. */
import type { Emit, WaybillEvent } from '../core/events.ts';
import { clock } from '../lib/clock.ts';
import { say } from './print.ts';

const REDRAW_MS = 100;
const PLAIN_EVERY_MS = 10_000;

export function progressPrinter(stream: NodeJS.WriteStream, quiet: boolean): Emit {
  if (quiet)
    return (event) => event.type === 'notice' && event.level === 'warn' && say(event.message);
  const moving = stream.isTTY;
  let step = { name: '', total: null as number | null, began: 0, shown: 0, done: 0 };
  const draw = (event: WaybillEvent): void => {
    const now = clock.now().getTime();
    if (event.type === 'step-started')
      step = { name: event.step, total: event.total, began: now, shown: moving ? 0 : now, done: 0 };
    if (event.type === 'step-progress') {
      // Batches finish out of order; progress never runs backwards.
      step.done = Math.max(step.done, event.done);
      if (now - step.shown < (moving ? REDRAW_MS : PLAIN_EVERY_MS)) return;
      step.shown = now;
      stream.write(moving ? `\r\x1b[K  ${line(step, now)}` : `  ${line(step, now)}\n`);
    }
    if (event.type === 'step-ended')
      stream.write(
        `${moving ? '\r\x1b[K' : ''}  ${event.step}: ${count(event.done)} in ${duration(now - step.began)}${event.note ? ` (${event.note})` : ''}\n`,
      );
    if (event.type === 'notice')
      stream.write(
        `${moving ? '\r\x1b[K' : ''}  ${event.level === 'warn' ? 'Note: ' : ''}${event.message}\n`,
      );
  };
  return draw;
}

function line(
  step: { name: string; total: number | null; began: number; done: number },
  now: number,
): string {
  const seconds = Math.max(0.001, (now - step.began) / 1000);
  const rate = step.done / seconds;
  const left =
    step.total === null || rate === 0
      ? ''
      : `, ${duration(((step.total - step.done) / rate) * 1000)} left`;
  const share = step.total
    ? ` of ${count(step.total)} (${Math.floor((100 * step.done) / step.total)}%)`
    : '';
  return `${step.name}: ${count(step.done)}${share}, ${count(Math.round(rate))}/s${left}`;
}

export const count = (n: number): string => n.toLocaleString('en-US');

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
