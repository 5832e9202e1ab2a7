/** The stand-in for AllClients' API, which is a tool of the tests: a program that is started, never code that is imported. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WaybillError } from '../../core/errors.ts';
import type { SampleOptions } from './sample-account.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../test/support/allclients-server/main.ts', import.meta.url),
);

export interface StandIn {
  readonly url: string;
  readonly account: string;
  readonly key: string;
  stop(): void;
}

export async function startStandIn({ seed, contacts, notes }: SampleOptions): Promise<StandIn> {
  if (!existsSync(PROGRAM))
    throw new WaybillError(
      'WB_USAGE',
      'The stand-in for the API is a tool of the tests, and comes with a checkout only.',
      {
        next: 'Run the demo from the export: waybill demo   Or clone the repository and run there: npm run demo -- --via api',
      },
    );
  const args = ['--seed', seed, '--contacts', contacts, '--notes', notes].map(String);
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const said = JSON.parse(line) as Omit<StandIn, 'stop'>;
  return { ...said, stop: () => void child.stdin.end() };
}
