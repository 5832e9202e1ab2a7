/** What was done to every Odoo record, with what was there before; and the calls whose outcome is open. */
import type { Selectable } from 'kysely';
import { sql, type Database } from './database.ts';
import { number, text } from './row.ts';
import type { Tables } from './tables.ts';

export type LedgerOp = 'create' | 'update' | 'match';
/** intent: the write may or may not have happened. kept: rollback left it, a person changed it since. */
export type LedgerState = 'intent' | 'done' | 'kept' | 'undone';

export interface LedgerRow {
  readonly env: string;
  readonly key: string;
  readonly step: string;
  readonly model: string;
  readonly resId: number;
  readonly op: LedgerOp;
  readonly state: LedgerState;
  /** Values as Odoo had them before an update. */
  readonly before: Readonly<Record<string, unknown>>;
  /** Values as sent, ids resolved. */
  readonly after: Readonly<Record<string, unknown>>;
  /** Values of the source that the rule for existing records did not write. */
  readonly untaken?: Readonly<Record<string, unknown>>;
  readonly xid: boolean;
  readonly run: number;
  readonly batch: number;
  /** Odoo's write_date after our own last change; empty or absent: not changed since it was created. */
  readonly stamp?: string;
  /** Who edited the record before we changed it once more, and when. */
  readonly touched?: string;
}

export interface BatchRow {
  readonly id: number;
  readonly step: string;
  readonly model: string;
  /** Id of the fence's marker in Odoo. */
  readonly marker: number;
  readonly keys: readonly string[];
}

const WRITTEN_AFTER = `select (select count(*) from ledger where env = ?1 and run > ?2)
  + (select count(distinct key) from change where env = ?1 and run > ?2 and state <> 'dropped') as n`;

/* Messages are many and have no owner. What the source itself gives to somebody else by now is the delta's. */
const GIVEN_TO = `select l.key from ledger l join planned p on p.key = l.key
    left join base b on b.env = l.env and b.key = l.key
  where l.env = ?1 and l.state = 'done' and l.model <> 'mail.message' and l.key > ?3
    and l.after ->> '$.user_id' in (select value from json_each(?2))
    and coalesce(b.vals ->> '$.user_id.ref', p.vals ->> '$.user_id.ref') = p.vals ->> '$.user_id.ref'
  order by l.key limit ?4`;

const UPSERT = `insert or replace into ledger (env, key, step, model, res_id, op, state, before, after, untaken, xid, run, batch)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/* By way of the environments, or the whole ledger would be read for one key. */
const KNOWN = `select 1 from (select distinct env from run) r
  cross join ledger l on l.env = r.env and l.key = ? where l.state <> 'undone' limit 1`;

const rowsOf = (env: string) => sql.selectFrom('ledger').selectAll().where('env', '=', env);

export const ledgerQueries = (db: Database) => ({
  put(rows: readonly LedgerRow[]): void {
    const upsert = db.prepare(UPSERT);
    db.transaction(() => {
      for (const r of rows) {
        upsert.run(
          r.env,
          r.key,
          r.step,
          r.model,
          r.resId,
          r.op,
          r.state,
          JSON.stringify(r.before),
          JSON.stringify(r.after),
          JSON.stringify(r.untaken ?? {}),
          Number(r.xid),
          r.run,
          r.batch,
        );
      }
    });
  },
  setState(env: string, keys: readonly string[], state: LedgerState): void {
    db.transaction(() => {
      for (const key of keys)
        db.run(
          sql.updateTable('ledger').set({ state }).where('env', '=', env).where('key', '=', key),
        );
    });
  },
  setXid(env: string, keys: readonly string[]): void {
    const update = db.prepare('update ledger set xid = 1 where env = ? and key = ?');
    db.transaction(() => {
      for (const key of keys) update.run(env, key);
    });
  },
  /** Rolled-back rows leave: a new run may load the record again. What was kept stays. */
  forget(env: string, keys: readonly string[]): void {
    const remove = db.prepare('delete from ledger where env = ? and key = ?');
    const base = db.prepare('delete from base where env = ? and key = ?');
    db.transaction(() => {
      for (const key of keys) {
        remove.run(env, key);
        base.run(env, key);
      }
    });
  },
  resId(env: string, key: string): number | undefined {
    const row = db
      .prepare("select res_id from ledger where env = ? and key = ? and state <> 'undone'")
      .get(env, key) as { res_id: number } | undefined;
    return row?.res_id;
  },
  /** In whichever environment. */
  knows: (key: string): boolean => db.prepare(KNOWN).get(key) !== undefined,
  get(env: string, keys: readonly string[]): LedgerRow[] {
    return db.all(rowsOf(env).where('key', 'in', [...keys])).map(toRow);
  },
  /** Those of these that runs before this one made or matched. */
  earlier(env: string, keys: readonly string[], run: number): LedgerRow[] {
    return db
      .all(
        rowsOf(env)
          .where('key', 'in', [...keys])
          .where('run', '<', run)
          .where('res_id', '>', 0),
      )
      .map(toRow);
  },
  /** Rows of a step, ordered by key, `limit` at a time after `after`. */
  page(env: string, step: string, after: string, limit: number): LedgerRow[] {
    return db
      .all(
        rowsOf(env).where('step', '=', step).where('key', '>', after).orderBy('key').limit(limit),
      )
      .map(toRow);
  },
  /** Rows of a step from the newest Odoo id to the oldest, the order of undoing (what was kept is judged anew); `below` continues a former page. */
  newestFirst(
    env: string,
    step: string,
    limit: number,
    below?: { readonly resId: number; readonly key: string },
  ): LedgerRow[] {
    let query = rowsOf(env)
      .where('step', '=', step)
      .where('state', 'in', ['intent', 'done', 'kept']);
    if (below)
      query = query.where((e) =>
        e(e.refTuple('res_id', 'key'), '<', e.tuple(below.resId, below.key)),
      );
    return db.all(query.orderBy('res_id', 'desc').orderBy('key', 'desc').limit(limit)).map(toRow);
  },
  intents: (env: string): LedgerRow[] =>
    db
      .all(
        sql.selectFrom('ledger').selectAll().where('env', '=', env).where('state', '=', 'intent'),
      )
      .map(toRow),
  /** Ids of the Odoo records that contacts were recognised in. */
  recognised: (env: string): Set<number> =>
    new Set(
      db
        .all(
          sql
            .selectFrom('ledger')
            .select('res_id')
            .where('env', '=', env)
            .where('step', '=', 'contacts')
            .where('op', 'in', ['match', 'update']),
        )
        .map((row) => row.res_id),
    ),
  withoutXid(env: string, limit: number): LedgerRow[] {
    return db
      .all(
        rowsOf(env)
          .where('xid', '=', 0)
          .where('model', '<>', 'mail.message')
          .where('step', '<>', 'provision')
          .where('state', '=', 'done')
          .limit(limit),
      )
      .map(toRow);
  },
  /** What was created last, without the schema. */
  newestCreated: (env: string, limit: number): LedgerRow[] =>
    db
      .all(
        rowsOf(env)
          .where('op', '=', 'create')
          .where('state', '=', 'done')
          .where('step', '<>', 'provision')
          .orderBy('run', 'desc')
          .orderBy('res_id', 'desc')
          .limit(limit),
      )
      .map(toRow),
  /** Whether anything is left of what was loaded up to this run. */
  holdsOf: (env: string, run: number): boolean =>
    db
      .prepare("select 1 from ledger where env = ? and run <= ? and step <> 'provision' limit 1")
      .get(env, run) !== undefined,
  /** The newest record that a run created in each model. */
  newestOfRun: (env: string, run: number): { model: string; resId: number }[] =>
    db.all(
      sql
        .selectFrom('ledger')
        .select((e) => ['model', e.fn.max<number>('res_id').as('resId')])
        .where('env', '=', env)
        .where('run', '=', run)
        .where('op', '=', 'create')
        .where('step', '<>', 'provision')
        .groupBy('model'),
    ),
  /** What activities are planned on, but for records of ours; without `resId` it is a user's contact, by its special key. */
  activityTargets: (env: string) =>
    db
      .prepare(
        `select distinct coalesce(l.model, 'res.partner') as model, p.vals ->> '$.res_id.ref' as ref, l.res_id as resId
         from planned p left join ledger l on l.env = ? and l.key = p.vals ->> '$.res_id.ref'
         where p.step = 'activities' and (l.op is null or l.op <> 'create')`,
      )
      .all(env) as { model: string; ref: string; resId: number | null }[],
  /** Records that runs after this one wrote, or may have written. */
  writtenAfter: (env: string, run: number): number =>
    number(db.prepare(WRITTEN_AFTER).get(env, run) ?? {}, 'n'),
  counts: (env: string): { step: string; op: string; state: string; n: number }[] =>
    db.all(
      sql
        .selectFrom('ledger')
        .select((e) => ['step', 'op', 'state', e.fn.countAll<number>().as('n')])
        .where('env', '=', env)
        .groupBy(['step', 'op', 'state']),
    ),
  openBatch(row: {
    env: string;
    run: number;
    step: string;
    model: string;
    marker: number;
    keys: readonly string[];
  }): number {
    return Number(
      db
        .prepare(
          "insert into batch (env, run, step, model, marker, keys, state) values (?, ?, ?, ?, ?, ?, 'intent')",
        )
        .run(row.env, row.run, row.step, row.model, row.marker, JSON.stringify(row.keys))
        .lastInsertRowid,
    );
  },
  /** The outcome and the ledger rows in one transaction: a batch is never done without its rows. */
  closeBatch(id: number, state: 'done' | 'failed', rows: readonly LedgerRow[], note = ''): void {
    db.transaction(() => {
      db.run(sql.updateTable('batch').set({ state, note }).where('id', '=', id));
      this.put(rows);
    });
  },
  /** Keys of records whose owner, as we wrote it, is one of these users. */
  givenTo: (env: string, users: readonly number[], after: string, limit: number): string[] =>
    db
      .prepare(GIVEN_TO)
      .all(env, JSON.stringify(users), after, limit)
      .map((row) => text(row, 'key')),
  openBatches(env: string): BatchRow[] {
    return db
      .all(
        sql
          .selectFrom('batch')
          .selectAll()
          .where('env', '=', env)
          .where('state', '=', 'intent')
          .orderBy('id'),
      )
      .map((b) => ({
        id: b.id,
        step: b.step,
        model: b.model,
        marker: b.marker,
        keys: JSON.parse(b.keys) as string[],
      }));
  },
});

const toRow = (r: Selectable<Tables['ledger']>): LedgerRow => ({
  env: r.env,
  key: r.key,
  step: r.step,
  model: r.model,
  resId: r.res_id,
  op: r.op as LedgerOp,
  state: r.state as LedgerState,
  before: JSON.parse(r.before) as Record<string, unknown>,
  after: JSON.parse(r.after) as Record<string, unknown>,
  untaken: JSON.parse(r.untaken) as Record<string, unknown>,
  xid: r.xid === 1,
  run: r.run,
  batch: r.batch,
  stamp: r.stamp,
  touched: r.touched,
});
