/** A thread that maps ranges of the staged records for `mapHelpers`: it reads the store and answers with plain rows. */
import { workerData } from 'node:worker_threads';
import { serveThread } from '../core/thread.ts';
import { rangeMapper, type RangeMapper } from '../engine/map-range.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Mapper } from '../mapping/mapping.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Order, ThreadData } from './map-helpers.ts';

const { declaration, storeFolder, document, inspection, catalog, pictures } =
  workerData as ThreadData;

function learned(store: Store): Mapper {
  const mapper = createMapper(document, declaration, inspection, catalog, pictures);
  for (const shape of ['user', 'group'])
    for (const { name } of declaration.objects.filter((one) => one.shape === shape))
      for (const record of store.staging.records(name)) mapper.learn(record);
  return mapper;
}

const store = openStore(storeFolder, 'read');
const mapper = learned(store);
let map: RangeMapper | undefined;

serveThread((order: Order): unknown => {
  switch (order.kind) {
    case 'identify': {
      const { from, to } = order.range;
      const records = [...store.staging.records(order.object, from, to)];
      return records.map((record) => mapper.identify(record));
    }
    case 'begin': {
      store.beginLook();
      const object = declaration.objects.find(({ name }) => name === order.object);
      map = object && rangeMapper({ store, mapper, declaration }, object, order.found);
      return undefined;
    }
    case 'map':
      return map && { ...map(order.range), met: mapper.news() };
    case 'end':
      return store.endLook();
    case 'settle':
      return store.settleLog();
  }
});
