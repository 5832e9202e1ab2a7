/** How long each step took, listened off the stream of events: for the report, the log and the benchmark. */
import type { Emit } from '../core/events.ts';

export interface StepTime {
  readonly step: string;
  readonly done: number;
  readonly seconds: number;
}

export function stepTimes(next: Emit): { readonly emit: Emit; readonly steps: StepTime[] } {
  const began = new Map<string, number>();
  const steps: StepTime[] = [];
  const emit: Emit = (event) => {
    if (event.type === 'step-started') began.set(event.step, performance.now());
    if (event.type === 'step-ended') {
      const ms = performance.now() - (began.get(event.step) ?? performance.now());
      steps.push({ step: event.step, done: event.done, seconds: Math.round(ms) / 1000 });
    }
    next(event);
  };
  return { emit, steps };
}
