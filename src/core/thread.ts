/** A thread that is asked and answers, in turn. What goes wrong in it is thrown to the one who asked, as it was there. */
import { parentPort, Worker } from 'node:worker_threads';
import { WaybillError, type ErrorCode, type ErrorDetail } from './errors.ts';

/** Disposed of, it is gone, also in the middle of an answer; who waits for one gets an error. */
export interface Thread<Order, Answer> extends AsyncDisposable {
  ask(order: Order): Promise<Answer>;
}

type Reply =
  { readonly answer: unknown } | { readonly error: unknown } | { readonly failed: Failure };
/** An error of ours loses its class, and so its code, on the way from thread to thread. */
interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: ErrorDetail;
}

/** `module`: the URL of a module that calls `serveThread`, without its ending; `data` is what it finds in `workerData`. */
export function startThread<Order, Answer>(module: URL, data: unknown): Thread<Order, Answer> {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(module.href + ending), { workerData: data });
  const waiting: PromiseWithResolvers<Answer>[] = [];
  let broken: Error | undefined;
  const breakAll = (why: Error): void => {
    broken ??= why;
    for (const one of waiting.splice(0)) one.reject(broken);
  };
  worker.on('message', (reply: Reply) => {
    const first = waiting.shift();
    if ('answer' in reply) first?.resolve(reply.answer as Answer);
    else first?.reject('failed' in reply ? errorOf(reply.failed) : reply.error);
  });
  worker.on('error', breakAll);
  worker.on('exit', () => breakAll(new Error(`the thread ${module.pathname} ended`)));
  return {
    ask(order) {
      if (broken !== undefined) return Promise.reject(broken);
      const answer = Promise.withResolvers<Answer>();
      waiting.push(answer);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(order);
      return answer.promise;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

const errorOf = ({ code, message, detail }: Failure): WaybillError =>
  new WaybillError(code, message, detail);

/** Answers the orders one after the other, however long one takes. */
export function serveThread<Order>(answerTo: (order: Order) => unknown): void {
  const port = parentPort;
  if (!port) return;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const reply = (what: Reply): void => port.postMessage(what);
  let last = Promise.resolve();
  const serve = async (order: Order): Promise<void> => {
    try {
      reply({ answer: await answerTo(order) });
    } catch (error) {
      reply(failureOf(error));
    }
  };
  port.on('message', (order: Order) => {
    last = last.then(() => serve(order));
  });
}

function failureOf(error: unknown): Reply {
  if (!(error instanceof WaybillError)) return { error };
  const { code, message, place, next, data } = error;
  const detail = {
    data,
    ...(place !== undefined && { place }),
    ...(next !== undefined && { next }),
  };
  return { failed: { code, message, detail } };
}
