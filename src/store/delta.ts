/** What a delta compares: the content of the extraction that was loaded, and what the source said of every record then. */
import type { Step, Values } from '../core/record.ts';
import { isoNow } from '../lib/clock.ts';
import { sha256 } from '../lib/hash.ts';
import { canonicalJson } from '../lib/json.ts';
import { sql, type Database } from './database.ts';
import { toPlanned, type PlannedRow } from './plan.ts';
import { number, text } from './row.ts';

/** One record at the source, then and now. */
export type Fate = 'same' | 'new' | 'changed' | 'deleted';
export interface SourceChange {
  readonly object: string;
  readonly counts: Readonly<Record<Fate, number>>;
}

export interface ChangedRow {
  readonly row: PlannedRow;
  readonly base: Values;
}

/** A message in Odoo that the source dates otherwise by now. */
export interface RedatedRow {
  readonly row: PlannedRow;
  readonly resId: number;
  /** As it was sent. */
  readonly was: string;
  readonly now: string;
}

export interface GoneRow {
  readonly key: string;
  readonly object: string;
  /** The record's own key at the source. */
  readonly source: string;
}

export interface ChangeRow {
  readonly id: number;
  readonly key: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly base: Values;
}

const CAPTURE = `insert or ignore into base (env, key, object, source, vals)
  select l.env, p.key, p.object, coalesce(s.key, ''), p.vals
  from ledger l join planned p on p.key = l.key
  left join staged s on s.object = p.object and s.position = p.position
  where l.step <> 'provision'`;

/* Who is apart by now is no alias any more; who is alone by now, since the others were deleted, still is. */
const ALIASES = `delete from alias where exists
    (select 1 from contact_index c where c.key = alias.key and c.partner <> alias.into_key);
  insert or replace into alias select key, partner from contact_index
    where partner in (select partner from contact_index where partner <> '' group by partner having count(*) > 1)`;

const LOADED = `select distinct source, vals ->> ?1 as text from base
  where object = ?2 and source <> '' and vals ->> ?1 is not null order by source, text`;

/* Documents and tasks are called alike everywhere. Of the contacts and cases that were loaded under a name: how many are planned still, and how many still bear name or e-mail. */
const LIKENESS = `select count(*) as loaded, count(p.key) as there,
    coalesce(sum(p.vals ->> '$.name' = b.vals ->> '$.name' or p.vals ->> '$.email' = b.vals ->> '$.email'), 0) as alike
  from base b join ledger l on l.env = b.env and l.key = b.key and l.step in ('contacts', 'leads')
  left join planned p on p.key = b.key
  where b.env = ? and b.object <> '' and b.vals ->> '$.name' is not null and b.gone = 0`;

/*
 * A record that is still at the source, but merged or waiting now, is not deleted; nor is the note on what a merged
 * record said, when it no longer says so.
 */
const GONE_FROM = `from base b left join planned p on p.key = b.key
  where b.env = ?1 and b.gone = 0 and b.object <> '' and p.key is null and b.key > ?2
    and instr(b.key, '.merged.') = 0
    and not exists (select 1 from staged s join disposition d on d.object = s.object and d.position = s.position
      where s.object = b.object and s.key = b.source)`;
const GONE = `select b.key, b.object, b.source ${GONE_FROM} order by b.key limit ?3`;

const GONE_SHARES = `select lost.object, lost.n as gone, all_of.n as loaded
  from (select b.object, count(*) as n ${GONE_FROM} group by b.object) lost
  join (select object, count(*) as n from base where env = ?1 and gone = 0 group by object) all_of
    on all_of.object = lost.object`;

const OUTDATED = `select (select count(*) from base b join planned p on p.key = b.key
    where b.env = ?1 and p.object <> '' and p.vals <> b.vals) + (select count(*) ${GONE_FROM}) as n`;

const WROTE_AT = "select 1 from change where env = ? and stamp = ? and stamp <> ''";

/* One Odoo record may be several contacts by a person's answer: their messages are one chatter, so one lane. */
const JOIN_LANES = `with shared as (select key, min(key) over (partition by model, res_id) as first,
      count(*) over (partition by model, res_id) as n
    from ledger where env = ?1 and step = 'contacts')
  update planned set lane = shared.first from shared
  where shared.n > 1 and planned.lane = shared.key and planned.step = ?2 and shared.key <> shared.first`;

const CHATTERS = `select distinct after ->> '$.model' || ' ' || (after ->> '$.res_id') as chatter
  from ledger where env = ? and step = ? and op = 'create'`;

const MISSING_SUMMARIES = `select key from planned p where object = '' and instr(key, '.late.') > 0
  and not exists (select 1 from ledger l where l.env = ? and l.key = p.key)`;

const OPEN_LANES = `select distinct p.lane from planned p left join ledger l on l.env = ?1 and l.key = p.key
  where p.lane <> '' and p.model = 'mail.message' and l.key is null
    and exists (select 1 from ledger r where r.env = ?1 and r.key = p.lane)`;

const ROWS_AT_ONCE = 2_000;

export const deltaQueries = (db: Database) => ({
  /** Called before plan or staging are made anew; what was captured before stays as it was loaded. */
  capture(): void {
    db.transaction(() => db.exec(`${CAPTURE};\n${ALIASES}`));
  },
  /** Keeps the content of the present extraction, when an environment was loaded from it, before a new one replaces it. */
  keepContent(extraction: number, wanted: readonly number[]): void {
    const insert = db.prepare(
      'insert or ignore into digest (extraction, object, key, n, hash) values (?, ?, ?, ?, ?)',
    );
    db.transaction(() => {
      const forget = sql.deleteFrom('digest');
      db.run(wanted.length > 0 ? forget.where('extraction', 'not in', [...wanted]) : forget);
      if (!wanted.includes(extraction)) return;
      for (const one of contents(db)) insert.run(extraction, one.object, one.key, one.n, one.hash);
    });
  },
  /** Compares what is staged now with a former extraction, object by object. */
  sourceChanges(extraction: number): SourceChange[] {
    const former = db.prepare(
      'select hash from digest where extraction = ? and object = ? and key = ? and n = ?',
    );
    const counts = new Map<string, Record<Fate, number>>();
    const of = (object: string): Record<Fate, number> => {
      const known = counts.get(object) ?? { same: 0, new: 0, changed: 0, deleted: 0 };
      counts.set(object, known);
      return known;
    };
    for (const { object, n } of db.all(
      sql
        .selectFrom('digest')
        .select((e) => ['object', e.fn.countAll<number>().as('n')])
        .where('extraction', '=', extraction)
        .groupBy('object'),
    ))
      of(object).deleted = n;
    for (const one of contents(db)) {
      const then = former.get(extraction, one.object, one.key, one.n);
      const count = of(one.object);
      if (then) count.deleted--;
      count[!then ? 'new' : text(then, 'hash') === one.hash ? 'same' : 'changed']++;
    }
    return [...counts].map(([object, one]) => ({ object, counts: one }));
  },
  /** What the records of an object hold in a field by what was last loaded, in whichever environment. */
  loadedValues: (object: string, field: string): { key: string; text: string }[] =>
    db
      .prepare(LOADED)
      .all(`$.${field}`, object)
      .map((row) => ({ key: text(row, 'source'), text: text(row, 'text') })),
  likeness(env: string): { loaded: number; there: number; alike: number } {
    const row = db.prepare(LIKENESS).get(env) ?? {};
    return {
      loaded: number(row, 'loaded'),
      there: number(row, 'there'),
      alike: number(row, 'alike'),
    };
  },
  /** Records whose planned values are no longer those they were loaded with, by key. */
  changed(env: string, after: string, limit: number): ChangedRow[] {
    const rows = db.all(
      sql
        .selectFrom('base')
        .innerJoin('planned', 'planned.key', 'base.key')
        .selectAll('planned')
        .select(['base.vals as base_vals'])
        .where('base.env', '=', env)
        .where('planned.object', '<>', '')
        .where((e) => e('planned.vals', '<>', e.ref('base.vals')))
        .where('base.key', '>', after)
        .orderBy('base.key')
        .limit(limit),
    );
    return rows.map((row) => ({ row: toPlanned(row), base: JSON.parse(row.base_vals) as Values }));
  },
  /** Records in Odoo that the source, or the mapping, says otherwise of by now: a delta's work. */
  outdated: (env: string): number => number(db.prepare(OUTDATED).get(env, '') ?? {}, 'n'),
  gone: (env: string, after: string, limit: number): GoneRow[] =>
    db
      .prepare(GONE)
      .all(env, after, limit)
      .map((row) => ({
        key: text(row, 'key'),
        object: text(row, 'object'),
        source: text(row, 'source'),
      })),
  /** How much of an object is gone, of all that was there at the last delta. */
  goneShares: (env: string): { object: string; gone: number; loaded: number }[] =>
    db
      .prepare(GONE_SHARES)
      .all(env, '')
      .map((row) => ({
        object: text(row, 'object'),
        gone: number(row, 'gone'),
        loaded: number(row, 'loaded'),
      })),
  /** Gone at an earlier delta, and at the source again. */
  returned: (env: string): PlannedRow[] =>
    db
      .all(
        sql
          .selectFrom('base')
          .innerJoin('planned', 'planned.key', 'base.key')
          .selectAll('planned')
          .where('base.env', '=', env)
          .where('base.gone', '=', 1),
      )
      .map(toPlanned),
  setGone(env: string, keys: readonly string[], gone: boolean): void {
    const update = db.prepare('update base set gone = ? where env = ? and key = ?');
    db.transaction(() => {
      for (const key of keys) update.run(Number(gone), env, key);
    });
  },
  redated(env: string): RedatedRow[] {
    const query = sql
      .selectFrom('base')
      .innerJoin('planned', 'planned.key', 'base.key')
      .innerJoin('ledger', (join) =>
        join.onRef('ledger.key', '=', 'base.key').onRef('ledger.env', '=', 'base.env'),
      )
      .selectAll('planned')
      .select(['base.vals as base_vals', 'ledger.res_id as res_id', 'ledger.after as sent'])
      .where('base.env', '=', env)
      .where('planned.model', '=', 'mail.message')
      .where((e) => e('planned.vals', '<>', e.ref('base.vals')))
      .where('ledger.state', '=', 'done')
      .where('ledger.op', '=', 'create')
      .orderBy('planned.sort')
      .orderBy('planned.seq');
    return db.all(query).flatMap((one) => {
      const row = toPlanned(one);
      const { date: then } = JSON.parse(one.base_vals) as Values;
      const { date: was } = JSON.parse(one.sent) as Values;
      const { date: now } = row.values;
      if (typeof was !== 'string' || typeof now !== 'string') return [];
      if (now === then || now === was) return [];
      return [{ row, resId: one.res_id, was, now }];
    });
  },
  /** Odoo holds by now what the source says. */
  forgetUntaken(env: string, key: string, fields: readonly string[]): void {
    const remove = db.prepare(
      "update ledger set untaken = json_remove(untaken, '$.' || ?) where env = ? and key = ?",
    );
    for (const field of fields) remove.run(field, env, key);
  },
  /** The date of a message counts as settled, though Odoo keeps another: the report lists it as not taken over. */
  settleDate(env: string, key: string, date: string): void {
    db.transaction(() => {
      db.prepare(
        "update ledger set untaken = json_set(untaken, '$.date', ?) where env = ? and key = ?",
      ).run(date, env, key);
      const base = db.first(
        sql.selectFrom('base').select('vals').where('env', '=', env).where('key', '=', key),
      );
      if (base) this.setBase(env, key, { ...(JSON.parse(base.vals) as Values), date });
    });
  },
  setBase(env: string, key: string, values: Values): void {
    db.prepare('update base set vals = ? where env = ? and key = ?').run(
      JSON.stringify(values),
      env,
      key,
    );
  },
  objectOf: (env: string, key: string): string =>
    db.first(sql.selectFrom('base').select('object').where('env', '=', env).where('key', '=', key))
      ?.object ?? '',
  joinLanes(env: string): void {
    for (const step of messageSteps(db)) db.prepare(JOIN_LANES).run(env, step);
  },
  /** `model id` of the records that messages were written to. */
  chatters: (env: string): Set<string> =>
    new Set(
      messageSteps(db).flatMap((step) =>
        db
          .prepare(CHATTERS)
          .all(env, step)
          .map((row) => text(row, 'chatter')),
      ),
    ),
  /** Records in Odoo whose chatter still lacks messages. */
  openLanes: (env: string): string[] =>
    db
      .prepare(OPEN_LANES)
      .all(env)
      .map((row) => text(row, 'lane')),
  openChanges: (env: string): ChangeRow[] =>
    db
      .all(
        sql
          .selectFrom('change')
          .selectAll()
          .where('env', '=', env)
          .where('state', '=', 'intent')
          .orderBy('id')
          .limit(ROWS_AT_ONCE),
      )
      .map((row) => ({
        id: row.id,
        key: row.key,
        before: JSON.parse(row.before) as Record<string, unknown>,
        after: JSON.parse(row.after) as Record<string, unknown>,
        base: JSON.parse(row.base) as Values,
      })),
  /** On disk before Odoo is called. Returns the ids of the intents, in order. */
  intend(env: string, run: number, changes: readonly Omit<ChangeRow, 'id'>[]): number[] {
    const insert = db.prepare(
      "insert into change (env, run, key, before, after, base, state, at) values (?, ?, ?, ?, ?, ?, 'intent', ?)",
    );
    return db.transaction(() =>
      changes.map(({ key, before, after, base }) =>
        Number(
          insert.run(
            env,
            run,
            key,
            JSON.stringify(before),
            JSON.stringify(after),
            JSON.stringify(base),
            isoNow(),
          ).lastInsertRowid,
        ),
      ),
    );
  },
  /** Whether a change of ours bears this write_date: Odoo gives one to all that a call writes, children and all. */
  wroteAt: (env: string, stamp: string): boolean =>
    db.prepare(WROTE_AT).get(env, stamp) !== undefined,
  /**
   * Change, ledger and base in one transaction. The ledger keeps, field by field, what was there before the first
   * of all changes, so that undoing once undoes them all.
   */
  settle(
    env: string,
    change: ChangeRow,
    written: readonly string[],
    mark: { readonly stamp: string; readonly touched: string },
  ): void {
    db.transaction(() => {
      db.run(
        sql
          .updateTable('change')
          .set(written.length > 0 ? { state: 'done', stamp: mark.stamp } : { state: 'dropped' })
          .where('id', '=', change.id),
      );
      this.mergeIntoLedger(env, change, written, mark);
      if (Object.keys(change.base).length > 0) this.setBase(env, change.key, change.base);
    });
  },
  mergeIntoLedger(
    env: string,
    { key, before, after }: ChangeRow,
    written: readonly string[],
    { stamp, touched }: { readonly stamp: string; readonly touched: string },
  ): void {
    const row = db.first(
      sql.selectFrom('ledger').selectAll().where('env', '=', env).where('key', '=', key),
    );
    if (!row || written.length === 0) return;
    const only = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
      Object.fromEntries(written.map((field) => [field, values[field] ?? null]));
    const first = JSON.parse(row.before) as Record<string, unknown>;
    const sent = JSON.parse(row.after) as Record<string, unknown>;
    const untaken = Object.entries(JSON.parse(row.untaken) as Record<string, unknown>);
    db.run(
      sql
        .updateTable('ledger')
        .set({
          op: row.op === 'match' ? 'update' : row.op,
          before: JSON.stringify(row.op === 'create' ? {} : { ...only(before), ...first }),
          after: JSON.stringify({ ...sent, ...only(after) }),
          untaken: JSON.stringify(
            Object.fromEntries(untaken.filter(([field]) => !written.includes(field))),
          ),
          stamp,
          touched: row.touched || touched,
        })
        .where('env', '=', env)
        .where('key', '=', key),
    );
  },
  /** Adds planned records to those that the mapping made: summaries of what came late. */
  addPlanned(rows: readonly PlannedRow[]): void {
    for (const row of rows)
      db.run(
        sql.insertInto('planned').values({
          step: row.step,
          model: row.model,
          key: row.key,
          object: row.object,
          position: row.position,
          lane: row.lane,
          sort: row.sort,
          match: row.match,
          vals: JSON.stringify(row.values),
        }),
      );
  },
  /** Keys of the planned summaries that this environment does not have. */
  missingSummaries: (env: string): string[] =>
    db
      .prepare(MISSING_SUMMARIES)
      .all(env)
      .map((row) => text(row, 'key')),
  unplan(keys: readonly string[]): void {
    const remove = db.prepare('delete from planned where key = ?');
    for (const key of keys) remove.run(key);
  },
  missingOfLane: (env: string, lane: string): PlannedRow[] =>
    db
      .all(
        sql
          .selectFrom('planned')
          .selectAll('planned')
          .leftJoin('ledger', (join) =>
            join.onRef('ledger.key', '=', 'planned.key').on('ledger.env', '=', env),
          )
          .where('planned.lane', '=', lane)
          .where('planned.step', 'in', messageSteps(db))
          .where('ledger.key', 'is', null)
          .orderBy('planned.sort')
          .orderBy('planned.seq'),
      )
      .map(toPlanned),
  /** Items of former deltas: they are raised again while they hold. */
  clearRaised(env: string): void {
    db.run(
      sql
        .deleteFrom('review')
        .where('env', '=', env)
        .where('code', 'in', ['WB_DELTA_CONFLICT', 'WB_DELTA_DELETED']),
    );
  },
});

const messageSteps = (db: Database): Step[] =>
  db
    .all(
      sql.selectFrom('planned').select('step').where('model', '=', 'mail.message').groupBy('step'),
    )
    .map((row) => row.step as Step);

/** Every staged record with a hash of its filled cells by column: order and empty columns do not matter. */
function* contents(db: Database) {
  const columns = new Map<number, readonly string[]>();
  for (const file of db.all(sql.selectFrom('source_file').selectAll())) {
    const detail = JSON.parse(file.detail) as {
      columns: readonly { id: string; index: number }[];
    };
    const ids: string[] = [];
    for (const column of detail.columns) ids[column.index] = column.id;
    columns.set(file.id, ids);
  }
  const seen = new Map<string, number>();
  for (const row of db.iterate(
    sql.selectFrom('staged').selectAll().orderBy('object').orderBy('position'),
  )) {
    const at = `${row.object} ${row.key}`;
    const n = (seen.get(at) ?? 0) + 1;
    seen.set(at, n);
    const ids = columns.get(row.file) ?? [];
    const cells = (JSON.parse(row.cells) as string[]).flatMap((cell, index) =>
      cell === '' ? [] : [[ids[index] ?? String(index), cell]],
    );
    const hash = sha256(canonicalJson(Object.fromEntries(cells))).slice(0, 32);
    yield { object: row.object, key: row.key, n, hash };
  }
}
