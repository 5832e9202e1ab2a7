/** The chosen sample of an environment, and what choosing it asks of the plan. */
import type { MapState, PlannedRecord, StagedRecord } from '../core/record.ts';
import { sql, type Database } from './database.ts';
import { toPlanned, type PlannedRow } from './plan.ts';
import { number, text } from './row.ts';

/** A source record by its place; `object` and `position` as staged. */
export interface SourcePlace {
  readonly object: string;
  readonly position: number;
}

export const sampleQueries = (db: Database) => ({
  set(env: string, keys: Iterable<string>): void {
    const insert = db.prepare('insert or ignore into sample (env, key) values (?, ?)');
    db.transaction(() => {
      db.run(sql.deleteFrom('sample').where('env', '=', env));
      for (const key of keys) insert.run(env, key);
    });
  },
  keys: (env: string): string[] =>
    db
      .all(sql.selectFrom('sample').select('key').where('env', '=', env).orderBy('key'))
      .map((row) => row.key),
  /** Planned records in the order of their source records; those of one source record follow each other. */
  *bySource(): IterableIterator<PlannedRow> {
    const query = sql
      .selectFrom('planned')
      .selectAll()
      .where('object', '<>', '')
      .orderBy('object')
      .orderBy('position')
      .orderBy('seq');
    for (const row of db.iterate(query)) yield toPlanned(row);
  },
  ofSource({ object, position }: SourcePlace): PlannedRow[] {
    const query = sql
      .selectFrom('planned')
      .selectAll()
      .where('object', '=', object)
      .where('position', '=', position)
      .orderBy('seq');
    return db.all(query).map(toPlanned);
  },
  ofLane(lane: string): PlannedRow[] {
    const steps = db.all(
      sql.selectFrom('planned').select('step').where('lane', '<>', '').groupBy('step'),
    );
    return steps.flatMap(({ step }) =>
      db
        .all(
          sql
            .selectFrom('planned')
            .selectAll()
            .where('step', '=', step)
            .where('lane', '=', lane)
            .orderBy('sort')
            .orderBy('seq'),
        )
        .map(toPlanned),
    );
  },
  laneSizes(): Map<string, number> {
    const rows = db.all(
      sql
        .selectFrom('planned')
        .select((e) => ['lane', e.fn.countAll<number>().as('n')])
        .where('lane', '<>', '')
        .groupBy('lane'),
    );
    return new Map(rows.map((row) => [row.lane, row.n]));
  },
  /** What many records share: tags, companies, stages; by key. */
  shared: (): Pick<PlannedRecord, 'step' | 'key' | 'values'>[] =>
    db.all(sql.selectFrom('planned').selectAll().where('object', '=', '')).map(toPlanned),
  /** Addresses that more than one planned record would be matched by. */
  sharedMatches(): Set<string> {
    const query = sql
      .selectFrom('planned')
      .select('match')
      .where('match', '<>', '')
      .groupBy('match')
      .having((e) => e.fn.countAll(), '>', 1);
    return new Set(db.all(query).map((row) => row.match));
  },
  /** Keys of planned records that others were merged into. */
  mergedInto: (): Set<string> =>
    new Set(
      db
        .all(
          sql.selectFrom('disposition').select('into_key').distinct().where('state', '=', 'merged'),
        )
        .map((row) => row.into_key),
    ),
  /** What was raised about records that are loaded all the same: `code column` by object and position. */
  raised(): Map<string, string[]> {
    const query = sql
      .selectFrom('review')
      .select(['object', 'position', 'code', 'column_id'])
      .where('env', '=', '')
      .where('position', '>', 0);
    const raised = new Map<string, string[]>();
    for (const row of db.iterate(query)) {
      const at = `${row.object} ${row.position}`;
      raised.set(at, [...(raised.get(at) ?? []), `${row.code} ${row.column_id}`.trim()]);
    }
    return raised;
  },
  /** Objects whose records become Odoo records one by one. */
  objects: (): string[] =>
    db
      .all(sql.selectFrom('planned').select('object').distinct().where('object', '<>', ''))
      .map((row) => row.object)
      .sort(),
  /** What became of the records that are not planned, by place. */
  fates(): Map<string, MapState> {
    const rows = db.iterate(
      sql
        .selectFrom('disposition')
        .select(['object', 'position', 'state'])
        .where('state', '<>', 'planned'),
    );
    const fates = new Map<string, MapState>();
    for (const row of rows) fates.set(placeOf(row), row.state as MapState);
    return fates;
  },
  /** Objects of which no record is planned, by what became of them. */
  apart: (): { object: string; state: MapState; n: number }[] =>
    db
      .all(
        sql
          .selectFrom('disposition')
          .select((e) => ['object', 'state', e.fn.countAll<number>().as('n')])
          .where('object', 'not in', sql.selectFrom('planned').select('object').distinct())
          .groupBy(['object', 'state'])
          .orderBy('object')
          .orderBy('state'),
      )
      .map((row) => ({ ...row, state: row.state as MapState })),
  /** Every n-th source record that has a planned one, from all of them. */
  spread(wanted: number): SourcePlace[] {
    const all = db.prepare("select count(*) as n from planned where object <> ''").get() ?? {};
    const stride = Math.max(1, Math.floor(number(all, 'n') / Math.max(1, wanted)));
    return db
      .prepare(
        "select distinct object, position from planned where object <> '' and seq % ? = 0 order by seq limit ?",
      )
      .all(stride, wanted)
      .map((row) => ({ object: text(row, 'object'), position: number(row, 'position') }));
  },
});

export const placeOf = (record: Pick<StagedRecord, 'object' | 'position'>): string =>
  `${record.object} ${record.position}`;
