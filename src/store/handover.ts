/** What leaves the project as lists: the id map, the inventory of files, the audit log. */
import type { ChainEntry } from '../core/audit-chain.ts';
import { sql, type Database } from './database.ts';
import { number, text, type Row } from './row.ts';

export interface IdRow {
  readonly object: string;
  readonly source: string;
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  readonly op: string;
  readonly state: string;
}

export interface AuditRow extends ChainEntry {
  readonly id: number;
}

const IDS = `select coalesce(p.object, b.object, '') as object, coalesce(s.key, b.source, '') as source, l.key, l.model,
    l.res_id as resId, l.op, l.state
  from ledger l
  left join planned p on p.key = l.key
  left join staged s on s.object = p.object and s.position = p.position
  left join base b on b.env = l.env and b.key = l.key
  where l.env = ? and l.step <> 'provision' and l.res_id > 0 and l.before ->> '$.redated' is null
  order by l.key`;

const toId = (row: Row): IdRow => ({
  object: text(row, 'object'),
  source: text(row, 'source'),
  key: text(row, 'key'),
  model: text(row, 'model'),
  resId: number(row, 'resId'),
  op: text(row, 'op'),
  state: text(row, 'state'),
});

export const handoverQueries = (db: Database) => ({
  *ids(env: string): IterableIterator<IdRow> {
    for (const row of db.prepare(IDS).iterate(env)) yield toId(row);
  },
  *planned(
    model: string,
  ): IterableIterator<{ key: string; object: string; position: number; vals: string }> {
    const query = sql
      .selectFrom('planned')
      .select(['key', 'object', 'position', 'vals'])
      .where('model', '=', model)
      .orderBy('seq');
    yield* db.iterate(query);
  },
  *audit(): IterableIterator<AuditRow> {
    yield* db.iterate(sql.selectFrom('audit').selectAll().orderBy('id'));
  },
});
