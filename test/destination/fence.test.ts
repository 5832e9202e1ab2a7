/** The claim of docs/decisions/0003-exactly-once.md, tried on real servers. */
import { Client } from 'pg';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import {
  FENCE_FIELD,
  KEY_FIELD,
  type Destination,
  type DestinationSchema,
  type Made,
} from '../../src/destination/destination.ts';
import { connectOdoo } from '../../src/destination/odoo/odoo.ts';
import { odooSchema } from '../../src/destination/odoo/schema.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';

const MODELS = ['res.partner', 'mail.message'];
const ROUNDS = 10;
const BATCH = 2_000;

describe.each([19, 14] as const)('the fence on Odoo %s', (version) => {
  let odoo: TestOdoo;
  let destination: Destination;
  let schema: DestinationSchema;
  let plain: PlainRpc;
  let made: Made[];

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'cl_fence');
    destination = await connectOdoo(odoo);
    schema = odooSchema(destination);
    plain = await plainRpc(odoo);
    made = await schema.ensureFence(MODELS);
  });
  afterAll(async () => {
    await destination?.close();
    await odoo?.drop();
  });

  it('is made once', async () => {
    expect(made.map((one) => one.created)).toEqual([true, true, true, true, true]);
    const again = await schema.ensureFence(MODELS);
    expect(again.map(({ id, created }) => [id, created])).toEqual(
      made.map(({ id }) => [id, false]),
    );
  });

  it('stands on a real foreign key and an index', async (test) => {
    test.skip(!odoo.databaseUrl, 'no way into PostgreSQL was given');
    const rows = await query(
      odoo.databaseUrl,
      `select conrelid::regclass::text as name, confdeltype as rule from pg_constraint
       where contype = 'f' and confrelid = 'x_waybill_batch'::regclass order by 1`,
    );
    expect(rows).toEqual([
      { name: 'mail_message', rule: 'n' },
      { name: 'res_partner', rule: 'n' },
    ]);
    const indexes = await query(
      odoo.databaseUrl,
      `select 1 from pg_indexes where tablename = 'res_partner' and indexdef like '%(${KEY_FIELD})%'`,
    );
    expect(indexes).toHaveLength(1);
  });

  it('leaves all or nothing of a call that was cut, and nothing comes later', async () => {
    const outcomes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const count = await cutAndDrop(
        `round${round}`,
        20 + round * 120 + Math.trunc(Math.random() * 120),
      );
      expect([0, BATCH]).toContain(count);
      outcomes.push(count);
    }
    await wait(5_000);
    const keys = outcomes.map((_, round) => plain.count('res.partner', keysOf(`round${round}`)));
    expect(await Promise.all(keys)).toEqual(outcomes);
  });

  /** How many of the batch are there once the marker is gone. */
  async function cutAndDrop(round: string, afterMs: number): Promise<number> {
    const [marker = 0] = await schema.openMarkers(1);
    const records = Array.from({ length: BATCH }, (_, at) => ({
      name: `${round} ${at}`,
      [KEY_FIELD]: `${round}/${at}`,
      [FENCE_FIELD]: marker,
    }));
    const stop = AbortSignal.timeout(afterMs);
    await destination.create('res.partner', records, stop).catch((error: unknown) => {
      if (!isWaybillError(error, 'WB_ODOO_UNCERTAIN')) throw error;
    });
    await schema.dropMarker(marker);
    return plain.count('res.partner', keysOf(round));
  }

  it('refuses a call whose marker is gone', async () => {
    const [marker = 0] = await schema.openMarkers(1);
    await schema.dropMarker(marker);
    await schema.dropMarker(marker);
    const late = destination.create('res.partner', [{ name: 'late', [FENCE_FIELD]: marker }]);
    await expect(late).rejects.toMatchObject({ class: 'record' });
    expect(await plain.count('res.partner', [['name', '=', 'late']])).toBe(0);
  });

  it('drops a marker that two ask to drop at once', async () => {
    const [marker = 0] = await schema.openMarkers(1);
    await destination.create('res.partner', [{ name: 'kept', [FENCE_FIELD]: marker }]);
    await Promise.all([1, 2, 3].map(() => schema.dropMarker(marker)));
    const [row] = await destination.find('res.partner', [['name', '=', 'kept']], [FENCE_FIELD]);
    expect(row?.[FENCE_FIELD]).toBeNull();
  });

  it('gives the time of Odoo', async () => {
    const time = await schema.serverTime();
    expect(Math.abs(Date.parse(`${time.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(60_000);
  });

  it('goes away without a trace in the schema', async (test) => {
    await schema.removeMade(made.toReversed());
    await schema.removeMade(made);
    expect(await plain.count('ir.model', [['model', '=', 'x_waybill_batch']])).toBe(0);
    expect(await plain.count('ir.model.fields', [['name', '=like', 'x_waybill%']])).toBe(0);
    test.skip(!odoo.databaseUrl, 'no way into PostgreSQL was given');
    const columns = `select column_name from information_schema.columns where column_name like 'x_waybill%'`;
    expect(await query(odoo.databaseUrl, columns)).toEqual([]);
  });
});

const keysOf = (round: string) => [[KEY_FIELD, '=like', `${round}/%`]];

async function query(databaseUrl: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
