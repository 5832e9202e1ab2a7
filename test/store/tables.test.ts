/** The row types are written by hand beside the schema; Kysely believes them, so they must be true. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';

type Shape = Record<string, Record<string, string>>;

it('the row types are those of the real tables', () => {
  expect(realTables()).toEqual(writtenTables());
});

function realTables(): Shape {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-tables-'));
  const database = openDatabase(join(folder, 'store.db'));
  try {
    const names = database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all() as { name: string }[];
    return Object.fromEntries(
      names.map(({ name }) => {
        const columns = database.prepare(`pragma table_info(${name})`).all() as unknown as Column[];
        return [name, Object.fromEntries(columns.map((one) => [one.name, typeOf(one)]))];
      }),
    );
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

const TYPES: Readonly<Record<string, string>> = {
  INTEGER: 'number',
  REAL: 'number',
  TEXT: 'string',
  BLOB: 'Uint8Array',
};
const typeOf = ({ type, notnull, pk }: Column): string =>
  `${TYPES[type.toUpperCase()] ?? type}${notnull || pk ? '' : ' | null'}`;

function writtenTables(): Shape {
  const code = readFileSync(new URL('../../src/store/tables.ts', import.meta.url), 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/Generated<(\w+)>/g, '$1');
  const tables = [...code.matchAll(/^ {2}(\w+): \{([^}]*)\}/gm)];
  expect(tables.length).toBeGreaterThan(10);
  return Object.fromEntries(
    tables.map(([, name = '', body = '']) => [
      name,
      Object.fromEntries(
        [...body.matchAll(/(\w+): ([^;\n]+?)\s*(?:;|$)/gm)].map(([, column = '', type = '']) => [
          column,
          type,
        ]),
      ),
    ]),
  );
}
