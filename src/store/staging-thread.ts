/** A thread that writes the source's records into the store, for `stagingWriter`. */
import { workerData } from 'node:worker_threads';
import { serveThread } from '../core/thread.ts';
import { openDatabase } from './database.ts';
import type { WriteOrder } from './staging-writer.ts';
import { stagingQueries } from './staging.ts';

const db = openDatabase(workerData as string);
db.relax();
const staging = stagingQueries(db);

serveThread((order: WriteOrder): void => {
  if (order.kind === 'rows') staging.add(order.rows);
  else staging.index();
});
