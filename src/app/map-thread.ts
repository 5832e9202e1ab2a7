/** A thread that maps ranges of the staged records for `mapHelpers`: it reads the store and answers with plain rows. */
import { parentPort, workerData } from 'node:worker_threads';
import { rangeMapper, type RangeMapper } from '../engine/map-range.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Mapper } from '../mapping/mapping.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Answer, Order, ThreadData } from './map-helpers.ts';

const { declaration, storeFolder, document, inspection, catalog, pictures } =
  workerData as ThreadData;

function learned(store: Store): Mapper {
  const mapper = createMapper(document, declaration, inspection, catalog, pictures);
  for (const shape of ['user', 'group'])
    for (const { name } of declaration.objects.filter((one) => one.shape === shape))
      for (const record of store.staging.records(name)) mapper.learn(record);
  return mapper;
}

function serve(port: NonNullable<typeof parentPort>): void {
  const store = openStore(storeFolder, 'read');
  const mapper = learned(store);
  let map: RangeMapper | undefined;
  const answer = (what: Answer): void => port.postMessage(what);
  port.on('message', (order: Order) => {
    if (order.kind === 'begin') {
      const object = declaration.objects.find(({ name }) => name === order.object);
      map = object && rangeMapper({ store, mapper, declaration }, object, order.fate);
    } else if (map) {
      try {
        answer({ mapped: { ...map(order.range), met: mapper.news() } });
      } catch (error) {
        answer({ error });
      }
    }
  });
}

if (parentPort) serve(parentPort);
