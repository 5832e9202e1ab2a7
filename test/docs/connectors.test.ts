/** The tables of docs/connectors: every row names tests that are there, and that run on both versions of Odoo. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read, sections } from './markdown.ts';

const titlesOf = (path: string): string[] =>
  [...read(path).matchAll(/^ {2}it\('((?:[^'\\]|\\.)*)'/gm)].map((one) => one[1] ?? '');

describe('AgileCase', () => {
  const PLACES: Readonly<Record<string, string>> = {
    'in the journey': 'test/e2e/agilecase-journey.test.ts',
    'among the choices': 'test/e2e/agilecase-choices.test.ts',
    '': 'test/e2e/agilecase.test.ts',
  };
  const body =
    sections(read('docs/connectors/agilecase.md'), 2).find((one) => one.heading === 'What moves')
      ?.body ?? '';
  const rows = [...body.matchAll(/^\| (B\d+|–) .*$/gm)].map(([line, row = '']) => ({
    row,
    tests: (line.split('|')[4] ?? '').trim(),
  }));

  it('has every row of the brief', () => {
    expect(rows.map(({ row }) => row).filter((row) => row !== '–')).toEqual(
      Array.from({ length: 12 }, (_, n) => `B${n + 1}`),
    );
  });

  it.each(rows)('row $row names tests that are there ($tests)', ({ tests }) => {
    for (const named of tests.split('; ').filter((one) => one !== 'the same')) {
      const [, place = '', title = ''] =
        /^(?:(in the journey|among the choices): )?(.+)$/.exec(named) ?? [];
      const titles = titlesOf(PLACES[place] ?? '');
      const found = title.endsWith(' …')
        ? titles.filter((one) => one.startsWith(title.slice(0, -2)))
        : titles.filter((one) => one === title);
      expect(found, named).toHaveLength(1);
    }
  });

  it('says of all of them that they run on Odoo 19 and 14, and names each that tells its row', () => {
    for (const path of Object.values(PLACES)) {
      expect(read(path), path).toContain('describe.each<OdooVersion>([19, 14])');
      for (const title of titlesOf(path).filter((one) => /\(B\d/.test(one)))
        expect(body, title).toContain(title.replaceAll('|', '\\|'));
    }
  });
});

/** Of a test file that is named without its folder. */
const pathOf = (file: string): string =>
  ['test/e2e', 'test/app']
    .map((folder) => `${folder}/${file.split('/').at(-1) ?? ''}`)
    .find((path) => existsSync(new URL(`../../${path}`, import.meta.url))) ?? file;

/** The first words of a title, or its parts with … between. */
const fits = (title: string, named: string): boolean => {
  const [first = '', ...more] = named.split('…').map((part) => part.trim());
  return title.startsWith(first) && more.every((part) => title.includes(part));
};

describe('AllClients', () => {
  const LETTERS: Readonly<Record<string, string>> = {
    J: 'test/e2e/journey.test.ts',
    R: 'test/e2e/rows.test.ts',
  };
  const body =
    sections(read('docs/connectors/allclients.md'), 2).find(({ heading }) =>
      heading.startsWith('What arrives'),
    )?.body ?? '';
  const rows = [...body.matchAll(/^\| (A\d.*?) +\| .*$/gm)].map(([line, row = '']) => ({
    row,
    tests: (line.split('|')[4] ?? '').trim(),
  }));

  it('has every row of the brief', () => {
    expect(rows.flatMap(({ row }) => row.split(', '))).toEqual(
      Array.from({ length: 15 }, (_, n) => `A${n + 1}`),
    );
  });

  it.each(rows)('row $row names tests that are there ($tests)', ({ tests }) => {
    let file = '';
    const named = [...tests.matchAll(/\b([JR])\b(?= ")|`([^`]+)`|"([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [text, letter, name, title] of named) {
      if (title === undefined) {
        file = letter === undefined ? pathOf(name ?? '') : (LETTERS[letter] ?? '');
        expect(read(file), text).toContain(letter === undefined ? 'it(' : '[19, 14]');
        continue;
      }
      expect(
        titlesOf(file).filter((one) => fits(one, title)),
        text,
      ).toHaveLength(1);
    }
  });
});
