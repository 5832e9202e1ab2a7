/** What docs/guarantees.md says is not compared is what is not compared, and the tests it names are there. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { IGNORED, NOT_COMPARED } from '../support/dump.ts';
import { read, sections } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = read('docs/guarantees.md');
const promises = sections(page, 2).filter((one) => /^\d\. /.test(one.heading));

it('states the six promises, each with its limits and the tests that try to break it', () => {
  expect(promises.map((one) => one.heading)).toEqual([
    '1. Nothing lost',
    '2. Nothing twice',
    '3. Nothing unapproved',
    '4. Nothing irreversible',
    '5. Nothing unproven',
    '6. Nothing leaks',
  ]);
  for (const { heading, body } of promises) {
    expect(body, heading).toContain('**Limits.**');
    const tests = /\*\*Tried by\*\*(.*)/.exec(body)?.[1] ?? '';
    const named = [...tests.matchAll(/`(test\/[^`]+)`/g)].map((one) => one[1] ?? '');
    expect(named.length, heading).toBeGreaterThan(0);
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
  }
});

it('prints the very list of tables that are not compared after a rollback', () => {
  const body = sections(page, 3).find((one) => one.heading === 'Not compared')?.body ?? '';
  const rows = [...body.matchAll(/^\| `(\w+)`\s*\|\s*(.*?)\s*\|$/gm)].map(
    ([, table = '', why = '']) => [table, why],
  );
  const columns = Object.keys(IGNORED).filter((table) => rows.some(([name]) => name === table));
  expect(columns).toEqual(Object.keys(IGNORED));
  expect(Object.fromEntries(rows.filter(([table = '']) => !(table in IGNORED)))).toEqual(
    NOT_COMPARED,
  );
});

it('no page points at a file that is not there', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
    readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  );
  const broken = pages.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map((one) => posix.join(dirname(path), one[1] ?? ''))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${path} -> ${target}`),
  );
  expect(broken).toEqual([]);
});
