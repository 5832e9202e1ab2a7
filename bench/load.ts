/** The load benchmark: every way on its own fresh database, in rounds, each round in another order. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { catalogOf } from '../src/app/session.ts';
import { connectOdoo } from '../src/destination/odoo/odoo.ts';
import { seededRandom } from '../src/lib/random.ts';
import type { Catalog } from '../src/mapping/mapping.ts';
import { freshOdoo } from '../test/support/odoo.ts';
import { prepareDatabase, QUIET, type BenchDatabase } from './database.ts';
import { planRecords, type BenchRecords } from './records.ts';
import { inShell, loadCalls, oneByOne, plainMessages, type Rate } from './rivals.ts';
import { waybillRun, type WaybillRun } from './waybill-run.ts';

export interface LoadOptions {
  readonly contacts: number;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

export const RIVALS = [
  'oneByOne',
  'loadCalls',
  'shell',
  'quietShell',
  'plainNotes',
  'plainNotesTwo',
] as const;
export type Rival = (typeof RIVALS)[number];
export type Round = Readonly<Record<Rival, Rate>> & { readonly waybill: WaybillRun };

/** Slow ways get fewer of the same records: after so many their rate is known. */
const ONE_BY_ONE = 100;
const PLAIN_NOTES = 2_000;

const WAYS: Readonly<
  Record<Rival, (database: BenchDatabase, records: BenchRecords) => Promise<Rate>>
> = {
  oneByOne: (database, records) => oneByOne(database, records, ONE_BY_ONE),
  loadCalls,
  shell: (database, records) => inShell(database, records, {}),
  quietShell: (database, records) => inShell(database, records, QUIET),
  plainNotes: (database, records) => plainMessages(database, records, PLAIN_NOTES, 1),
  plainNotesTwo: (database, records) => plainMessages(database, records, PLAIN_NOTES, 2),
};

export async function benchLoad(
  options: LoadOptions,
): Promise<{ version: string; rounds: Round[] }> {
  const { catalog, version } = await askOdoo();
  const records = await planRecords(options.contacts, catalog);
  try {
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round++)
      rounds.push(await playRound(round, records, options));
    return { version, rounds };
  } finally {
    rmSync(dirname(records.exportFolder), { recursive: true, force: true });
  }
}

async function askOdoo(): Promise<{ catalog: Catalog; version: string }> {
  const odoo = await freshOdoo(19, 'bench_ask');
  const destination = await connectOdoo(odoo);
  try {
    const signal = AbortSignal.timeout(300_000);
    const facts = await destination.facts(signal);
    const catalog = await catalogOf({ destination, facts }, signal);
    return { catalog, version: facts.version };
  } finally {
    await destination.close();
    await odoo.drop();
  }
}

async function playRound(
  round: number,
  records: BenchRecords,
  { say, rounds }: LoadOptions,
): Promise<Round> {
  const done: Partial<Record<Rival, Rate>> = {};
  let waybill: WaybillRun | undefined;
  for (const way of shuffled(['waybill', ...RIVALS] as const, round)) {
    const began = performance.now();
    if (way === 'waybill') waybill = await playWaybill(records);
    else done[way] = await playRival(way, records);
    const { records: n, seconds } = way === 'waybill' ? waybill!.contacts : done[way]!;
    const whole = ((performance.now() - began) / 1000).toFixed(0);
    say(`round ${round} of ${rounds}, ${way}: ${(n / seconds).toFixed(1)} records/s (${whole} s)`);
  }
  return { ...(done as Record<Rival, Rate>), waybill: waybill! };
}

async function playWaybill(records: BenchRecords): Promise<WaybillRun> {
  const odoo = await freshOdoo(19, 'bench_waybill');
  try {
    return await waybillRun(odoo, records.exportFolder);
  } finally {
    await odoo.drop();
  }
}

async function playRival(way: Rival, records: BenchRecords): Promise<Rate> {
  const database = await prepareDatabase(records, `bench_${way}`);
  try {
    return await WAYS[way](database, records);
  } finally {
    await database.odoo.drop();
  }
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
