/** What every command gets: progress, the stop signal, the secrets of the environment. */
import type { Faces } from '../app/session.ts';
import { EXIT } from '../core/errors.ts';
import { progressPrinter } from './progress.ts';
import { say } from './print.ts';

/** First Ctrl-C finishes the calls in flight and leaves; the second leaves at once. Both can be resumed. */
export function makeFaces(json: boolean): Faces {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.stopped);
    say(
      '\nStopping after the calls in flight. Ctrl-C again stops at once. Either way, the same command goes on later.',
    );
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { emit: progressPrinter(process.stderr, json), signal: stop.signal, secrets: process.env };
}
