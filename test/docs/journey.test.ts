/** The table of docs/journey.md: every step names tests that are there, from both CRMs and on both versions of Odoo. */
import { describe, expect, it } from 'vitest';
import { read } from './markdown.ts';

const page = read('docs/journey.md');
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const lines = page.split('\n').filter((line) => line.startsWith('| '));

interface Letter {
  readonly path: string;
  readonly sources: readonly string[];
  readonly versions: string;
}
const letters = new Map<string, Letter>();
for (const [letter = '', path = '', sources = '', versions = ''] of lines.map(cells))
  if (/^[A-Z]$/.test(letter))
    letters.set(letter, { path: path.slice(1, -1), sources: sources.split(', '), versions });

/** Lines of the tables that name tests, each with `letter "first words of a title"`. */
const steps = lines
  .filter((line) => /\| [A-Z] "/.test(line))
  .map((line) => {
    const [name = '', ...rest] = cells(line);
    let letter = '';
    const tests = [...(rest.at(-1) ?? '').matchAll(/\b([A-Z]) (?=")|"([^"]+)"/g)].flatMap(
      ([, next, title]) => {
        letter = next ?? letter;
        return title === undefined ? [] : [{ letter, title }];
      },
    );
    return { name, tests };
  });
const STEPS = [
  'Scope',
  'Mapping workbench',
  'Environments',
  'Sample',
  'Full run',
  'Delta',
  'Verify, reconcile',
  'Rollback',
  'Handoff',
  'Estimate',
  'Catalogue',
];

const titlesOf = (path: string): string[] =>
  [...read(path).matchAll(/\bit(?:\.each\([^)]*\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g)].map(
    (one) => one[1] ?? one[2] ?? '',
  );

describe('the journey', () => {
  it('has every step, from both CRMs', () => {
    expect(steps.map(({ name }) => name).slice(0, STEPS.length)).toEqual(STEPS);
    for (const { name, tests } of steps.slice(0, STEPS.length)) {
      const sources = tests.flatMap(({ letter }) => letters.get(letter)?.sources ?? []);
      expect(new Set(sources), name).toEqual(new Set(['AllClients', 'AgileCase']));
    }
  });

  it.each([...letters])('%s runs on the versions and from the CRMs that it says', (_, one) => {
    expect(one.versions).toBe('19, 14');
    const text = read(one.path);
    expect(text).toMatch(/describe\.each<OdooVersion>\(\[19, 14\]\)|staging: 14, production: 19/);
    expect(text.includes("'agilecase'"), one.path).toBe(one.sources.includes('AgileCase'));
  });

  it.each(steps)('"$name" names tests that are there', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { letter, title } of tests) {
      const path = letters.get(letter)?.path ?? '';
      const found = titlesOf(path).filter((one) => one.startsWith(title));
      expect(found, `${letter} "${title}"`).toHaveLength(1);
    }
  });
});
