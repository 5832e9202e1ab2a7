/** A thread that reads from the source: Ctrl-C ends it, and then what it was asked for ends as any reading does. */
import { startThread, type Thread } from '../core/thread.ts';
import { stoppedLooking } from './inspect-tables.ts';

/** `module` and `data` as `startThread` takes them. */
export function sourceThread<Order, Answer>(
  module: URL,
  data: unknown,
  signal: AbortSignal,
): Thread<Order, Answer> {
  const thread = startThread<Order, Answer>(module, data);
  const end = () => thread[Symbol.asyncDispose]();
  const stop = (): void => void end();
  signal.addEventListener('abort', stop);
  return {
    async ask(order) {
      try {
        return await thread.ask(order);
      } catch (error) {
        throw signal.aborted ? stoppedLooking() : error;
      }
    },
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop);
      await end();
    },
  };
}
