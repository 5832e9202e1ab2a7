/** What the mapping made of the staged records: planned Odoo records, dispositions, owners. */
import type { Selectable } from 'kysely';
import type { Owner } from '../core/contact.ts';
import type { MapState, PlannedRecord, Step, Values } from '../core/record.ts';
import { sql, type Database } from './database.ts';
import { number, text } from './row.ts';
import type { Tables } from './tables.ts';

/** A planned record with its place in the order of loading. */
export interface PlannedRow extends PlannedRecord {
  readonly seq: number;
  readonly sort: string;
}

export interface DispositionRow {
  readonly object: string;
  readonly position: number;
  readonly state: Exclude<MapState, 'planned'>;
  /** Key of the planned record it was merged into. */
  readonly into: string;
}

/** As it is written, `vals` as JSON: plain cells go from one thread to another for a fraction of what objects cost. */
export type PlanRow = readonly [
  step: string,
  model: string,
  key: string,
  object: string,
  position: number,
  lane: string,
  sort: string,
  match: string,
  vals: string,
];

/** `sort` orders records of one lane; empty keeps the order of arrival. */
export const planRow = (record: PlannedRecord, sort: string): PlanRow => [
  record.step,
  record.model,
  record.key,
  record.object,
  record.position,
  record.lane,
  sort,
  record.match,
  JSON.stringify(record.values),
];

const INSERT =
  'insert into planned (step, model, key, object, position, lane, sort, match, vals) values (?, ?, ?, ?, ?, ?, ?, ?, ?)';

export interface OwnedRow {
  readonly object: string;
  readonly position: number;
  readonly owner: string;
}

const LOADED_OF = `select p.object, p.position,
  coalesce(p.vals ->> '$.user_id.ref', replace(p.vals ->> '$.author_id.ref', 'author.', 'owner.')) as owner
from planned p join ledger l on l.env = ? and l.key = p.key and l.state = 'done'
where p.object in (select value from json_each(?)) and owner in (select value from json_each(?))
group by p.object, p.position order by p.object, p.position`;

export const planQueries = (db: Database) => ({
  /** All indexes but one are made after the rows: once is several times cheaper than row by row, unless they come in its order. */
  clear(): void {
    db.transaction(() => {
      for (const table of ['planned', 'disposition', 'owner'] as const)
        db.run(sql.deleteFrom(table));
      db.exec(
        'drop index if exists planned_order; drop index if exists planned_key; drop index if exists planned_match; create index if not exists planned_source on planned (object, position)',
      );
    });
  },
  add(rows: readonly PlanRow[]): void {
    const insert = db.prepare(INSERT);
    db.transaction(() => {
      for (const row of rows) insert.run(...row);
    });
  },
  index(): void {
    db.exec(`create index if not exists planned_order on planned (step, lane, sort, seq);
      create unique index if not exists planned_key on planned (key);
      create index if not exists planned_match on planned (match) where match <> ''`);
  },
  setDispositions(rows: readonly DispositionRow[]): void {
    const insert = db.prepare(
      'insert or replace into disposition (object, position, state, into_key) values (?, ?, ?, ?)',
    );
    db.transaction(() => {
      for (const row of rows) insert.run(row.object, row.position, row.state, row.into);
    });
  },
  isSettled: (object: string, position: number): boolean =>
    db
      .prepare('select 1 from disposition where object = ? and position = ?')
      .get(object, position) !== undefined,
  setOwners(owners: readonly Owner[]): void {
    db.transaction(() => {
      db.run(sql.deleteFrom('owner'));
      for (const o of owners) {
        db.run(
          sql.insertInto('owner').values({
            key: o.key,
            label: o.label,
            email: o.email,
            name: o.name,
            active: o.active === null ? null : Number(o.active),
            listed: Number(o.listed),
          }),
        );
      }
    });
  },
  owners: (): Owner[] =>
    db.all(sql.selectFrom('owner').selectAll().orderBy('label')).map((o) => ({
      ...o,
      active: o.active === null ? null : o.active === 1,
      listed: o.listed === 1,
    })),
  /** What is in this Odoo of the objects, and belongs to one of the owners or was done by him. */
  loadedOf(env: string, objects: readonly string[], owners: readonly string[]): OwnedRow[] {
    return db
      .prepare(LOADED_OF)
      .all(env, JSON.stringify(objects), JSON.stringify(owners))
      .map((row) => ({
        object: text(row, 'object'),
        position: number(row, 'position'),
        owner: text(row, 'owner'),
      }));
  },
  contactsPerOwner(): Map<string, number> {
    const rows = db
      .prepare(
        "select vals ->> '$.user_id.ref' as owner, count(*) as n from planned where step = 'contacts' group by 1",
      )
      .all() as { owner: string | null; n: number }[];
    return new Map(rows.flatMap((row) => (row.owner === null ? [] : [[row.owner, row.n]])));
  },
  counts: (): { step: string; model: string; n: number }[] =>
    db.all(
      sql
        .selectFrom('planned')
        .select((e) => ['step', 'model', e.fn.countAll<number>().as('n')])
        .groupBy(['step', 'model']),
    ),
  models: (): string[] =>
    db
      .all(sql.selectFrom('planned').select('model').distinct().orderBy('model'))
      .map((row) => row.model),
  /** For steps of few records; loading goes through `missing`. */
  ofStep: (step: Step): PlannedRow[] =>
    db
      .all(sql.selectFrom('planned').selectAll().where('step', '=', step).orderBy('seq'))
      .map(toPlanned),
  byKeys(keys: readonly string[]): PlannedRow[] {
    return db
      .all(
        sql
          .selectFrom('planned')
          .selectAll()
          .where('key', 'in', [...keys])
          .orderBy('seq'),
      )
      .map(toPlanned);
  },
  /**
   * Records of a step that this environment does not have yet, in the order of loading, `limit` at a time
   * after `after`; with `sampled`, only those of its chosen sample.
   */
  missing(
    env: string,
    step: Step,
    after: { readonly lane: string; readonly sort: string; readonly seq: number },
    limit: number,
    sampled = false,
  ): PlannedRow[] {
    return db
      .all(
        sql
          .selectFrom('planned')
          .selectAll('planned')
          .leftJoin('ledger', (join) =>
            join.onRef('ledger.key', '=', 'planned.key').on('ledger.env', '=', env),
          )
          .$if(sampled, (query) =>
            query.innerJoin('sample', (join) =>
              join.onRef('sample.key', '=', 'planned.key').on('sample.env', '=', env),
            ),
          )
          .where('planned.step', '=', step)
          .where('ledger.key', 'is', null)
          .where((e) =>
            e(
              e.refTuple('planned.lane', 'planned.sort', 'planned.seq'),
              '>',
              e.tuple(after.lane, after.sort, after.seq),
            ),
          )
          .orderBy('planned.lane')
          .orderBy('planned.sort')
          .orderBy('planned.seq')
          .limit(limit),
      )
      .map(toPlanned);
  },
  /** Those of the addresses that more than one planned record would be matched by. */
  sharedMatches(emails: readonly string[]): Set<string> {
    const rows = db.all(
      sql
        .selectFrom('planned')
        .select('match')
        .where('match', 'in', [...emails])
        .groupBy('match')
        .having((e) => e.fn.countAll(), '>', 1),
    );
    return new Set(rows.map((row) => row.match));
  },
  missingCount(env: string, step: Step, sampled = false): number {
    const row = db.first(
      sql
        .selectFrom('planned')
        .select((e) => e.fn.countAll<number>().as('n'))
        .leftJoin('ledger', (join) =>
          join.onRef('ledger.key', '=', 'planned.key').on('ledger.env', '=', env),
        )
        .$if(sampled, (query) =>
          query.innerJoin('sample', (join) =>
            join.onRef('sample.key', '=', 'planned.key').on('sample.env', '=', env),
          ),
        )
        .where('planned.step', '=', step)
        .where('ledger.key', 'is', null),
    );
    return row?.n ?? 0;
  },
});

export const toPlanned = (row: Selectable<Tables['planned']>): PlannedRow => ({
  seq: row.seq,
  step: row.step as Step,
  model: row.model,
  key: row.key,
  object: row.object,
  position: row.position,
  lane: row.lane,
  sort: row.sort,
  match: row.match,
  values: JSON.parse(row.vals) as Values,
});
