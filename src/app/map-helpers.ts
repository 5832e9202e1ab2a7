/** Threads that map beside this one, which then only writes: for exports whose mapping takes longer than starting them. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Fate } from '../engine/duplicates.ts';
import type { MapHelper, MappedBeside } from '../engine/map.ts';
import type { Range } from '../engine/map-range.ts';
import type { Catalog, MappingDocument, Pictures } from '../mapping/mapping.ts';
import type { Inspection, SourceDeclaration } from '../source/source.ts';

export interface ThreadData {
  readonly declaration: SourceDeclaration;
  readonly storeFolder: string;
  readonly document: MappingDocument;
  readonly inspection: Inspection;
  readonly catalog: Catalog;
  readonly pictures: Pictures;
}

export type Order =
  | { readonly kind: 'begin'; readonly object: string; readonly fate: Fate | null }
  | { readonly kind: 'map'; readonly range: Range };

/** To each order to map, in turn. */
export type Answer = { readonly mapped: MappedBeside } | { readonly error: unknown };

/** Starting one takes half a second, and 60 MB for as long as it lives. */
const WORTH_IT = 50_000;
const MOST = 3;

export interface MapHelpers extends AsyncDisposable {
  readonly helpers: readonly MapHelper[];
}

/** None for a small export. Disposed of, they are gone, also in the middle of a range. */
export function mapHelpers(records: number, data: ThreadData): MapHelpers {
  const count = records < WORTH_IT ? 0 : Math.min(MOST, availableParallelism());
  const threads = Array.from({ length: count }, () => startThread(data));
  return {
    helpers: threads.map(helperOf),
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function startThread(workerData: ThreadData): Worker {
  const file = import.meta.url.endsWith('.ts') ? './map-thread.ts' : './map-thread.js';
  return new Worker(new URL(file, import.meta.url), { workerData });
}

function helperOf(thread: Worker): MapHelper {
  const waiting: PromiseWithResolvers<MappedBeside>[] = [];
  let broken: Error | undefined;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const order = (what: Order): void => thread.postMessage(what);
  thread.on('message', (answer: Answer) => {
    const first = waiting.shift();
    if ('mapped' in answer) first?.resolve(answer.mapped);
    else first?.reject(answer.error);
  });
  thread.on('error', (error: Error) => {
    broken = error;
    for (const one of waiting) one.reject(error);
  });
  return {
    begin: (object, fate) => order({ kind: 'begin', object, fate }),
    map(range) {
      if (broken) return Promise.reject(broken);
      const answer = Promise.withResolvers<MappedBeside>();
      waiting.push(answer);
      order({ kind: 'map', range });
      return answer.promise;
    },
  };
}
