/** A stand-in and the source that reads it, as fast as it can; what a test changes is given. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiAddress } from '../../../src/source/allclients/api/address.ts';
import { openAllClientsApi } from '../../../src/source/allclients/api/api-source.ts';
import type { Source } from '../../../src/source/source.ts';
import { TEST_ACCOUNT, TEST_KEY, type HeldAccount } from './account.ts';
import type { Quirks } from './quirks.ts';
import { startStandIn, type StandIn } from './server.ts';

export interface OpenStandIn extends StandIn {
  readonly folder: string;
  address(change?: Partial<ApiAddress>): ApiAddress;
  source(change?: Partial<ApiAddress>): Source;
  /** How often each function was called. */
  counts(): Record<string, number>;
}

export async function openStandIn(
  account: HeldAccount,
  quirks: Partial<Quirks> = {},
): Promise<OpenStandIn> {
  const server = await startStandIn(account, quirks);
  const stop = server.close.bind(server);
  const folder = mkdtempSync(join(tmpdir(), 'waybill-api-'));
  const address = (change: Partial<ApiAddress> = {}): ApiAddress => ({
    url: server.url,
    account: TEST_ACCOUNT,
    key: TEST_KEY,
    format: 'xml',
    callsPerSecond: 1_000_000,
    without: [],
    workflows: [],
    autoresponders: [],
    users: {},
    pausesMs: [0, 0, 0],
    timeoutMs: 300,
    ...change,
  });
  return Object.assign(server, {
    folder,
    address,
    source: (change?: Partial<ApiAddress>) => openAllClientsApi(() => address(change), folder),
    counts: () =>
      Object.fromEntries(
        [...Map.groupBy(server.calls, (call) => call.name)].map(([name, calls]) => [
          name,
          calls.length,
        ]),
      ),
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await stop();
    },
  });
}
