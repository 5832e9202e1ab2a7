/** The review queue, and the decisions people took, which outlive a new extraction. */
import type { Selectable } from 'kysely';
import type { Issue } from '../core/record.ts';
import { isoNow } from '../lib/clock.ts';
import { sql, type Database } from './database.ts';
import type { Tables } from './tables.ts';

export interface ReviewItem {
  readonly id: number;
  /** Empty: raised by the source or the mapping, the same for every environment. */
  readonly env: string;
  readonly object: string;
  readonly position: number;
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly column: string;
  readonly raw: string;
  readonly candidates: readonly string[];
  readonly resolution: string;
  readonly resolvedBy: string;
}

export interface NewReview {
  readonly env: string;
  readonly object: string;
  readonly position: number;
  readonly key: string;
  readonly place: string;
  readonly issue: Issue;
}

/** What an answer belongs to: one bad value accepted does not accept the record's others, nor one Odoo's id another Odoo's. */
export interface Question {
  readonly env?: string;
  readonly object: string;
  readonly key: string;
  readonly code: string;
  readonly column?: string;
}

const questionCode = ({ env = '', code, column = '' }: Question): string =>
  [code, ...(column === '' ? [] : [column]), ...(env === '' ? [] : [`@${env}`])].join(' ');

const INSERT = `insert into review (env, object, position, key, code, message, place, column_id, raw, candidates, resolution)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export const reviewQueries = (db: Database) => ({
  /** An item whose decision was taken before arrives resolved. */
  add(items: readonly NewReview[]): void {
    const insert = db.prepare(INSERT);
    db.transaction(() => {
      for (const { env, object, position, key, place, issue } of items) {
        insert.run(
          env,
          object,
          position,
          key,
          issue.code,
          issue.message,
          place,
          issue.column ?? '',
          issue.raw ?? '',
          JSON.stringify(issue.candidates ?? []),
          this.decided({ env, object, key, code: issue.code, column: issue.column ?? '' }),
        );
      }
    });
  },
  /** What a person answered; empty while nobody did. */
  decided(question: Question): string {
    const row = db
      .prepare('select resolution from decision where object = ? and key = ? and code = ?')
      .get(question.object, question.key, questionCode(question)) as
      { resolution: string } | undefined;
    return row?.resolution ?? '';
  },
  /** Removes what mapping raised, before it maps again. */
  clearMapped(): void {
    db.run(sql.deleteFrom('review').where('env', '=', '').where('position', '>', 0));
  },
  clearEnv(env: string, keys: readonly string[]): void {
    const remove = db.prepare('delete from review where env = ? and key = ?');
    db.transaction(() => {
      for (const key of keys) remove.run(env, key);
    });
  },
  clearCode(env: string, code: string): void {
    db.run(sql.deleteFrom('review').where('env', '=', env).where('code', '=', code));
  },
  clearWholeEnv(env: string): void {
    db.run(sql.deleteFrom('review').where('env', '=', env));
  },
  list(env: string, open: boolean, limit: number, offset = 0): ReviewItem[] {
    let query = sql
      .selectFrom('review')
      .selectAll()
      .where('env', 'in', ['', env])
      .orderBy('id')
      .limit(limit)
      .offset(offset);
    if (open) query = query.where('resolution', '=', '');
    return db.all(query).map(toItem);
  },
  get(id: number): ReviewItem | undefined {
    const row = db.first(sql.selectFrom('review').selectAll().where('id', '=', id));
    return row && toItem(row);
  },
  openByCode: (env: string): { code: string; n: number }[] =>
    db.all(
      sql
        .selectFrom('review')
        .select((e) => ['code', e.fn.countAll<number>().as('n')])
        .where('env', 'in', ['', env])
        .where('resolution', '=', '')
        .groupBy('code')
        .orderBy('code'),
    ),
  resolve(item: ReviewItem, resolution: string, by: string): void {
    db.transaction(() => {
      db.run(
        sql
          .updateTable('review')
          .set({ resolution, resolved_by: by, resolved_at: isoNow() })
          .where('id', '=', item.id),
      );
      db.prepare(
        'insert or replace into decision (object, key, code, resolution, by, at) values (?, ?, ?, ?, ?, ?)',
      ).run(item.object, item.key, questionCode(item), resolution, by, isoNow());
    });
  },
  decisions: (): { object: string; key: string; code: string; resolution: string }[] =>
    db.all(sql.selectFrom('decision').select(['object', 'key', 'code', 'resolution'])),
});

const toItem = (r: Selectable<Tables['review']>): ReviewItem => ({
  id: r.id,
  env: r.env,
  object: r.object,
  position: r.position,
  key: r.key,
  code: r.code,
  message: r.message,
  place: r.place,
  column: r.column_id,
  raw: r.raw,
  candidates: JSON.parse(r.candidates) as string[],
  resolution: r.resolution,
  resolvedBy: r.resolved_by,
});
