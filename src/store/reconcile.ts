/**
 * The conservation law: every source record ends in exactly one disposition, counted here and nowhere else. What must
 * come out is what the reader counted in the files, never what the store itself holds: a store cannot miss what it lost.
 */
import type { Disposition } from '../core/record.ts';
import { sql, type Database } from './database.ts';

export interface ObjectBalance {
  readonly object: string;
  /** Rows that the reader counted at the source, rejected ones included. */
  readonly extracted: number;
  /** Of those, how many the store does not hold; negative when it holds more than there were. */
  readonly lost: number;
  readonly counts: Readonly<Record<Disposition, number>>;
  readonly balances: boolean;
}

/*
 * A record is loaded when it has planned records and each of them has a settled ledger row. Tags, stages and the
 * like are shared by many records: they have no object and count for none of them. Users and groups are learnt,
 * not planned.
 */
const BALANCE = `
with own as (
  select p.object, p.position, count(*) as wanted, sum(l.key is not null and l.state in ('done', 'kept')) as there
  from planned p left join ledger l on l.env = ? and l.key = p.key
  where p.object <> ''
  group by p.object, p.position
),
failed as (select object, position, max(resolution = '') as open from review where env = ? and position > 0 group by object, position)
select s.object, case
    when d.state is not null then d.state
    when own.wanted is null then 'pending'
    when own.wanted = own.there then 'loaded'
    when failed.open = 1 then 'queued'
    when failed.open = 0 then 'excluded'
    else 'pending' end as disposition,
  count(*) as n
from staged s
left join disposition d on d.object = s.object and d.position = s.position
left join own on own.object = s.object and own.position = s.position
left join failed on failed.object = s.object and failed.position = s.position
group by 1, 2`;

const MERGED = `select s.object, s.key, d.into_key as "into" from disposition d
  join staged s on s.object = d.object and s.position = d.position
  where d.state = 'merged' and d.into_key not in ('owner', 'tag') order by s.object, s.position limit ?`;

/** object -> rows that the reader counted at the source. */
export type RowCounts = Readonly<Record<string, number>>;

const COUNTED = 'counted';

export const reconcileQueries = (db: Database) => ({
  /** By whoever reads the source, on its own: not from the tables that the balance is made of. */
  setCounted(counts: RowCounts): void {
    db.prepare('insert or replace into meta (key, value) values (?, ?)').run(
      COUNTED,
      JSON.stringify(counts),
    );
  },
  counted(): RowCounts {
    const row = db.first(sql.selectFrom('meta').select('value').where('key', '=', COUNTED));
    return row ? (JSON.parse(row.value) as RowCounts) : {};
  },
  /** Records that went into another, and into which. */
  merged: (limit: number) =>
    db.prepare(MERGED).all(limit) as { object: string; key: string; into: string }[],
  balance(env: string): ObjectBalance[] {
    const rows = db.prepare(BALANCE).all(env, env) as {
      object: string;
      disposition: Disposition;
      n: number;
    }[];
    const rejected = db
      .prepare(
        "select object, count(*) as n from review where env = '' and position = 0 group by object",
      )
      .all() as { object: string; n: number }[];
    const counted = this.counted();
    const held = [...rows, ...rejected].map((one) => one.object);
    const there = Object.keys(counted).filter((object) => counted[object] !== 0);
    const objects = [...new Set([...there, ...held])].sort();
    return objects.map((object) =>
      balanceOf(
        object,
        counted[object] ?? 0,
        rows,
        rejected.find((r) => r.object === object)?.n ?? 0,
      ),
    );
  },
});

function balanceOf(
  object: string,
  extracted: number,
  rows: readonly { object: string; disposition: Disposition; n: number }[],
  rejectedRows: number,
): ObjectBalance {
  const counts: Record<Disposition, number> = {
    loaded: 0,
    merged: 0,
    excluded: 0,
    queued: 0,
    rejected: rejectedRows,
    pending: 0,
  };
  for (const row of rows) if (row.object === object) counts[row.disposition] += row.n;
  const lost = extracted - Object.values(counts).reduce((a, b) => a + b, 0);
  return { object, extracted, lost, counts, balances: counts.pending === 0 && lost === 0 };
}
