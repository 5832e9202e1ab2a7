/** Runs, approvals, owner matches, verdicts, small facts, and the audit log, each entry chained to the one before. */
import { canonicalJson } from '../lib/json.ts';
import { isoNow } from '../lib/clock.ts';
import { entryHash } from '../core/audit-chain.ts';
import { sql, type Database } from './database.ts';
import { number } from './row.ts';

export interface OwnerMatch {
  readonly key: string;
  readonly userId: number | null;
  readonly partnerId: number | null;
  readonly how: 'matched' | 'created' | 'fallback';
}
export interface Verdict {
  readonly key: string;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** untaken: Odoo had a value already, and the rule for existing records let it stand. */
  readonly verdict: 'differs' | 'missing' | 'untaken';
}

const LAST_WRITING = `select coalesce(max(run), 0) as run from (
  select run from batch where env = ?1 union all select run from change where env = ?1
  union all select run from ledger where env = ?1)`;

export const runQueries = (db: Database) => ({
  start(env: string, kind: string, mappingHash: string): number {
    return Number(
      db
        .prepare(
          "insert into run (env, kind, mapping_hash, state, started_at) values (?, ?, ?, 'running', ?)",
        )
        .run(env, kind, mappingHash, isoNow()).lastInsertRowid,
    );
  },
  end(id: number, state: 'done' | 'stopped' | 'failed', totals: unknown, serverEndedAt = ''): void {
    db.run(
      sql
        .updateTable('run')
        .set({
          state,
          ended_at: isoNow(),
          server_ended_at: serverEndedAt,
          totals: JSON.stringify(totals),
        })
        .where('id', '=', id),
    );
  },
  list: (env: string) =>
    db.all(sql.selectFrom('run').selectAll().where('env', '=', env).orderBy('id')),
  /** The last run that has left anything in the ledger; 0 when none has. */
  lastWriting: (env: string): number => number(db.prepare(LAST_WRITING).get(env) ?? {}, 'run'),
  approve(env: string, subject: string, hash: string, by: string): void {
    db.run(sql.insertInto('approval').values({ env, subject, hash, by, at: isoNow() }));
  },
  approval: (subject: string, hash: string) =>
    db.first(
      sql
        .selectFrom('approval')
        .selectAll()
        .where('subject', '=', subject)
        .where('hash', '=', hash)
        .orderBy('id', 'desc')
        .limit(1),
    ),
  /** The latest approval of a subject in one environment, whatever it was bound to. */
  lastApproval: (env: string, subject: string) =>
    db.first(
      sql
        .selectFrom('approval')
        .selectAll()
        .where('env', '=', env)
        .where('subject', '=', subject)
        .orderBy('id', 'desc')
        .limit(1),
    ),
  approvals: (subject: string) =>
    db.all(sql.selectFrom('approval').selectAll().where('subject', '=', subject).orderBy('id')),
  anyApproval: (subject: string): boolean =>
    db.first(sql.selectFrom('approval').select('id').where('subject', '=', subject).limit(1)) !==
    undefined,
  setOwnerMatches(env: string, matches: readonly OwnerMatch[]): void {
    db.transaction(() => {
      db.run(sql.deleteFrom('owner_match').where('env', '=', env));
      for (const m of matches)
        db.run(
          sql
            .insertInto('owner_match')
            .values({ env, key: m.key, user_id: m.userId, partner_id: m.partnerId, how: m.how }),
        );
    });
  },
  ownerMatches: (env: string): OwnerMatch[] =>
    db.all(sql.selectFrom('owner_match').selectAll().where('env', '=', env)).map((m) => ({
      key: m.key,
      userId: m.user_id,
      partnerId: m.partner_id,
      how: m.how as OwnerMatch['how'],
    })),
  clearVerdicts(env: string): void {
    db.run(sql.deleteFrom('verdict').where('env', '=', env));
  },
  addVerdicts(env: string, verdicts: readonly Verdict[]): void {
    const insert = db.prepare(
      'insert or replace into verdict (env, key, field, expected, found, verdict, at) values (?, ?, ?, ?, ?, ?, ?)',
    );
    db.transaction(() => {
      for (const v of verdicts)
        insert.run(env, v.key, v.field, v.expected, v.found, v.verdict, isoNow());
    });
  },
  verdicts: (env: string, limit: number) =>
    db.all(sql.selectFrom('verdict').selectAll().where('env', '=', env).limit(limit)),
  setMeta(key: string, value: unknown): void {
    db.prepare('insert or replace into meta (key, value) values (?, ?)').run(
      key,
      JSON.stringify(value),
    );
  },
  /** The number of the extraction that each environment was last loaded from. */
  setLoaded(env: string): void {
    this.setMeta(`loaded.${env}`, this.meta<number>('extraction') ?? 0);
  },
  loadedExtractions: (): number[] =>
    db
      .all(sql.selectFrom('meta').select('value').where('key', 'like', 'loaded.%'))
      .map((row) => Number(row.value)),
  meta<T>(key: string): T | undefined {
    const row = db.first(sql.selectFrom('meta').select('value').where('key', '=', key));
    return row && (JSON.parse(row.value) as T);
  },
  audit(who: string, what: string, detail: unknown): void {
    db.transaction(() => {
      const previous =
        db.first(sql.selectFrom('audit').select('hash').orderBy('id', 'desc').limit(1))?.hash ?? '';
      const entry = { at: isoNow(), who, what, detail: canonicalJson(detail), previous };
      db.run(sql.insertInto('audit').values({ ...entry, hash: entryHash(entry) }));
    });
  },
});
