/** A process that reads an account through the API into a store, to be killed or measured: `<url> <folder>`. */
import { join } from 'node:path';
import type { WaybillEvent } from '../../src/core/events.ts';
import { extract } from '../../src/engine/extract.ts';
import { openAllClientsApi } from '../../src/source/allclients/api/api-source.ts';
import { openStore } from '../../src/store/store.ts';
import { TEST_ACCOUNT, TEST_KEY } from './allclients-server/account.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const notices: string[] = [];
const keep = (event: WaybillEvent): void => {
  if (event.type === 'notice') notices.push(event.message);
};
const store = openStore(folder, 'write');
const source = openAllClientsApi(
  () => ({
    url,
    account: TEST_ACCOUNT,
    key: TEST_KEY,
    format: 'xml',
    callsPerSecond: 1_000_000,
    without: [],
    workflows: ['12'],
    autoresponders: ['7'],
    users: {},
  }),
  join(folder, 'source'),
);
await extract({ store, emit: keep, signal: new AbortController().signal }, source);
store.close();
process.stdout.write(`${JSON.stringify({ maxRssKb: process.resourceUsage().maxRSS, notices })}\n`);
