/** Run as a program of its own: holds a store, or writes to it until it is killed. Says on standard output how far it is. */
import { stagedRows } from '../../src/store/staging.ts';
import { openStore } from '../../src/store/store.ts';

const [, , folder = '', what = ''] = process.argv;
const store = openStore(folder);
if (what === 'hold') {
  process.stdout.write('held\n');
  process.stdin.resume();
} else {
  const file = store.staging.addFile({ object: 'contact', path: 'c.csv', detail: '{}' });
  for (let round = 0; ; round++) {
    store.transaction(() => {
      const records = Array.from({ length: 200 }, (_, n) => ({
        object: 'contact',
        position: round * 200 + n + 1,
        key: String(n),
        file: 'c.csv',
        line: n,
        cells: ['x'.repeat(200)],
      }));
      store.staging.add(stagedRows(file, records));
      store.runs.setMeta('rounds', round + 1);
    });
    process.stdout.write(`${round + 1}\n`);
  }
}
