/** Threads that map beside this one, which then only writes: for exports whose mapping takes longer than starting them. */
import { availableParallelism } from 'node:os';
import type { Identity } from '../core/contact.ts';
import { startThread, type Thread } from '../core/thread.ts';
import type { MapHelper, MappedBeside } from '../engine/map.ts';
import type { Found, Range } from '../engine/map-range.ts';
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
  | { readonly kind: 'identify'; readonly object: string; readonly range: Range }
  | { readonly kind: 'begin'; readonly object: string; readonly found: Found }
  | { readonly kind: 'map'; readonly range: Range }
  | { readonly kind: 'end' }
  | { readonly kind: 'settle' };

/** Starting one takes half a second, and 60 MB for as long as it lives. */
const WORTH_IT = 50_000;
const MOST = 3;

export interface MapHelpers extends AsyncDisposable {
  readonly helpers: readonly MapHelper[];
}

/** None for a small export. Disposed of, they are gone, also in the middle of a range. */
export function mapHelpers(records: number, data: ThreadData): MapHelpers {
  const count = records < WORTH_IT ? 0 : Math.min(MOST, availableParallelism());
  const module = new URL('./map-thread', import.meta.url);
  const threads = Array.from({ length: count }, () => startThread<Order, unknown>(module, data));
  return {
    helpers: threads.map(helperOf),
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

const helperOf = (thread: Thread<Order, unknown>): MapHelper => ({
  identify: (object, range) =>
    thread.ask({ kind: 'identify', object, range }) as Promise<Identity[]>,
  begin: (object, found) => thread.ask({ kind: 'begin', object, found }) as Promise<void>,
  map: (range) => thread.ask({ kind: 'map', range }) as Promise<MappedBeside>,
  end: () => thread.ask({ kind: 'end' }) as Promise<void>,
  settle: () => thread.ask({ kind: 'settle' }) as Promise<void>,
});
