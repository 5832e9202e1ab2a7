/** The source's records as they came, the files they came from, and the index that finds contacts. */
import type { StagedRecord } from '../core/record.ts';
import type { ContactHit, ContactIndex, Identity } from '../core/contact.ts';
import { keyTable, type KeyTable } from '../lib/key-table.ts';
import { sql, type Database } from './database.ts';
import { number, text } from './row.ts';

export interface StoredFile {
  readonly id: number;
  readonly object: string;
  readonly path: string;
  /** The SourceFile as the source described it, JSON. */
  readonly detail: string;
}

const INSERT_STAGED =
  'insert into staged (object, position, key, file, line, cells) values (?, ?, ?, ?, ?, ?)';
const INSERT_CONTACT =
  'insert into contact_index (position, key, email, other_email, name, edited) values (?, ?, ?, ?, ?, ?)';
const RECORDS =
  'select position, key, file, line, cells from staged where object = ? and position between ? and ? order by position';
type RecordRow = [position: number, key: string, file: number, line: number, cells: string];
const PATHS = 'select id, path from source_file';
const BY_KEY = `select staged.position, source_file.path as file, staged.line, staged.cells
  from staged join source_file on source_file.id = staged.file
  where staged.object = ? and unlikely(staged.key = ?)`;
const ALIASES = `select a.into_key as "into", a.key, count(*) as n from alias a
  join staged s on s.object = ? and unlikely(s.key = a.key)
  group by a.into_key, a.key order by a.into_key, min(s.position)`;
const HIT = 'select position, key, name, partner, email, other_email from contact_index where';
const HITS =
  'select key, cast(position as text), name, partner, email, other_email from contact_index order by position';
const SETTLED = `select key, cast(position as text), exists (select 1 from disposition
    where disposition.object = staged.object and disposition.position = staged.position)
  from staged where object = ? order by position`;

/** As it is written, `cells` as JSON: plain cells go from one thread to another for a fraction of what objects cost. */
export type StagedRow = readonly [
  object: string,
  position: number,
  key: string,
  file: number,
  line: number,
  cells: string,
];

export const stagedRows = (file: number, records: readonly StagedRecord[]): StagedRow[] =>
  records.map(({ object, position, key, line, cells }) => [
    object,
    position,
    key,
    file,
    line,
    JSON.stringify(cells),
  ]);

export type StagingQueries = ReturnType<typeof stagingQueries>;

export const stagingQueries = (db: Database) => ({
  /** Forgets the former extraction; what was loaded stays in the ledger. */
  clear(): void {
    db.transaction(() => {
      for (const table of ['source_file', 'staged', 'contact_index'] as const)
        db.run(sql.deleteFrom(table));
      db.run(sql.deleteFrom('review').where('env', '=', ''));
      db.exec('drop index if exists staged_key');
    });
  },
  addFile(file: Omit<StoredFile, 'id'>): number {
    return Number(
      db
        .prepare('insert into source_file (object, path, detail) values (?, ?, ?)')
        .run(file.object, file.path, file.detail).lastInsertRowid,
    );
  },
  files: (): StoredFile[] => db.all(sql.selectFrom('source_file').selectAll().orderBy('id')),
  add(rows: readonly StagedRow[]): void {
    const insert = db.prepare(INSERT_STAGED);
    db.transaction(() => {
      for (const row of rows) insert.run(...row);
    });
  },
  /** Made after the rows: building it once is several times cheaper than keeping it up to date. */
  index(): void {
    db.exec('create index if not exists staged_key on staged (object, key)');
  },
  count(object: string): number {
    return (
      db.first(
        sql
          .selectFrom('staged')
          .select((e) => e.fn.countAll<number>().as('n'))
          .where('object', '=', object),
      )?.n ?? 0
    );
  },
  lastPosition: (object: string): number =>
    db.first(
      sql
        .selectFrom('staged')
        .select((e) => e.fn.max<number | null>('position').as('last'))
        .where('object', '=', object),
    )?.last ?? 0,
  counts: (): { object: string; n: number }[] =>
    db.all(
      sql
        .selectFrom('staged')
        .select((e) => ['object', e.fn.countAll<number>().as('n')])
        .groupBy('object'),
    ),
  /** Record ids that stand on more than one record of an object. */
  repeatedKeys: (object: string): { key: string; n: number }[] =>
    db.all(
      sql
        .selectFrom('staged')
        .select((e) => ['key', e.fn.countAll<number>().as('n')])
        .where('object', '=', object)
        .groupBy('key')
        .having((e) => e.fn.countAll(), '>', 1)
        .orderBy('key'),
    ),
  /** Those of an object from one position to another, in order of arrival. Rows as arrays and paths looked up: half the time of a join of objects. */
  *records(object: string, from = 1, to = Number.MAX_SAFE_INTEGER): IterableIterator<StagedRecord> {
    const files = db.prepare(PATHS).all();
    const paths = new Map(files.map((row) => [number(row, 'id'), text(row, 'path')]));
    const rows = db.iterateArrays(RECORDS, object, from, to) as IterableIterator<RecordRow>;
    for (const [position, key, file, line, cells] of rows)
      yield {
        object,
        position,
        key,
        file: paths.get(file) ?? '',
        line,
        cells: JSON.parse(cells) as string[],
      };
  },
  at(object: string, positions: readonly number[]): StagedRecord[] {
    return db
      .all(
        stagedQuery()
          .where('staged.object', '=', object)
          .where('staged.position', 'in', [...positions])
          .orderBy('staged.position'),
      )
      .map(toRecord);
  },
  /** Asked for every record that belongs to another: compiled once. `unlikely`: else SQLite goes through all of an object though there is an index by key. */
  byKey: (object: string, key: string): StagedRecord[] =>
    db
      .prepare(BY_KEY)
      .all(object, key)
      .map((row) => ({
        object,
        key,
        position: number(row, 'position'),
        file: text(row, 'file'),
        line: number(row, 'line'),
        cells: JSON.parse(text(row, 'cells')) as string[],
      })),
  clearContacts(): void {
    db.transaction(() => {
      db.run(sql.deleteFrom('contact_index'));
      for (const name of ['contact_key', 'contact_email', 'contact_other'])
        db.exec(`drop index if exists ${name}`);
    });
  },
  addContacts(identities: readonly Identity[]): void {
    const insert = db.prepare(INSERT_CONTACT);
    db.transaction(() => {
      for (const i of identities)
        insert.run(i.position, i.key, i.email, i.otherEmail, i.name, i.edited);
    });
  },
  indexContacts(): void {
    db.exec(`create index if not exists contact_key on contact_index (key);
      create index if not exists contact_email on contact_index (email) where email <> '';
      create index if not exists contact_other on contact_index (other_email) where other_email <> ''`);
  },
  /** Groups of contacts that share a first address. */
  *sharedEmails(): IterableIterator<Identity[]> {
    const rows = db.iterate(
      sql
        .selectFrom('contact_index')
        .selectAll()
        .where(
          'email',
          'in',
          sql
            .selectFrom('contact_index')
            .select('email')
            .where('email', '<>', '')
            .groupBy('email')
            .having((e) => e.fn.countAll(), '>', 1),
        )
        .orderBy('email')
        .orderBy('position'),
    );
    let group: Identity[] = [];
    for (const row of rows) {
      const identity = {
        position: row.position,
        key: row.key,
        email: row.email,
        otherEmail: row.other_email,
        name: row.name,
        edited: row.edited,
      };
      if (group[0] && group[0].email !== identity.email) {
        yield group;
        group = [];
      }
      group.push(identity);
    }
    if (group.length > 0) yield group;
  },
  /** Records of this export that were one with others when they were loaded, with what they became. */
  aliases: (object: string) =>
    db.prepare(ALIASES).all(object) as { into: string; key: string; n: number }[],
  setPartners(rows: readonly { readonly position: number; readonly partner: string }[]): void {
    const update = db.prepare('update contact_index set partner = ? where position = ?');
    db.transaction(() => {
      for (const row of rows) update.run(row.partner, row.position);
    });
  },
  /** What `contactIndex` finds by key, as it is now: key, position, name, partner, both addresses. */
  contactTable(): KeyTable {
    const { n } = db.prepare('select count(*) as n from contact_index').get() as { n: number };
    return keyTable(n, db.iterateArrays(HITS) as IterableIterator<string[]>);
  },
  /** Every record of an object, and whether it became nothing of its own. */
  *settled(object: string): IterableIterator<{ key: string; position: string; settled: boolean }> {
    const rows = db.iterateArrays(SETTLED, object) as IterableIterator<[string, string, number]>;
    for (const [key, position, settled] of rows) yield { key, position, settled: settled === 1 };
  },
  contactIndex(): ContactIndex {
    const byKey = db.allArrays(`${HIT} key = ? order by position`);
    const byEmail = db.allArrays(
      `${HIT} email = ?1 and email <> '' union ${HIT} other_email = ?1 and other_email <> '' order by position`,
    );
    return {
      byKey: (key) => (byKey(key) as HitRow[]).map(toHit),
      byEmail: (email) => (byEmail(email) as HitRow[]).map(toHit),
    };
  },
});

type HitRow = [
  position: number,
  key: string,
  name: string,
  partner: string,
  email: string,
  otherEmail: string,
];
const toHit = ([position, key, name, partner, email, otherEmail]: HitRow): ContactHit => ({
  position,
  key,
  name,
  partner,
  email,
  otherEmail,
});

const stagedQuery = () =>
  sql
    .selectFrom('staged')
    .innerJoin('source_file', 'source_file.id', 'staged.file')
    .select([
      'staged.object',
      'staged.position',
      'staged.key',
      'source_file.path as file',
      'staged.line',
      'staged.cells',
    ]);

const toRecord = (row: {
  object: string;
  position: number;
  key: string;
  file: string;
  line: number;
  cells: string;
}): StagedRecord => ({
  ...row,
  cells: JSON.parse(row.cells) as string[],
});
