/** What every verb of the engine works with. Verbs speak to each other only through the store. */
import type { Readable } from 'node:stream';
import type { Emit } from '../core/events.ts';
import type {
  Destination,
  DestinationFacts,
  DestinationSchema,
} from '../destination/destination.ts';
import type { Choices } from '../mapping/mapping.ts';
import type { Store } from '../store/store.ts';
import type { LoadPace } from './load-pace.ts';

export interface LocalContext {
  readonly store: Store;
  readonly emit: Emit;
  /** First Ctrl-C: finish the calls in flight, start no new one. */
  readonly signal: AbortSignal;
}

/** A file of the source, by the name its FileRef gives. Rejects with WB_FILE_MISSING. */
export type OpenFile = (file: string) => Promise<Readable>;

export interface Context extends LocalContext {
  readonly env: string;
  readonly destination: Destination;
  readonly schema: DestinationSchema;
  readonly facts: DestinationFacts;
  readonly choices: Choices;
  readonly pace: LoadPace;
  /** Only the planned records of the environment's chosen sample are loaded. */
  readonly sampled?: boolean;
  readonly openFile: OpenFile;
  /** The largest file that fits into one request of this Odoo and of the proxy before it. */
  readonly maxFileBytes: number;
}
