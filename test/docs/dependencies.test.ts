/** Every package that is brought in has its reason written down, and is really used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { read } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALLOWED = /^(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause)$/;

interface Manifest {
  readonly license?: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

const { devDependencies } = manifestOf('.');
const [PROGRAM = '', TOOLS = ''] = read('docs/decisions/dependencies.md').split(
  '## Only to develop',
);
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| `([^`]+)`\s*\| (\S+)\s*\| (.+?)\s*\|$/gm)].map(
    ([, name = '', licence = '', reason = '']) => ({ name, licence, reason }),
  );
const rows = [...rowsOf(PROGRAM), ...rowsOf(TOOLS)];

it('names every package, and no other', () => {
  expect(rows.map((one) => one.name).sort()).toEqual(Object.keys(devDependencies).sort());
});

it.each(rows)(
  '$name: the licence is as said, and lets anybody use it',
  ({ name, licence, reason }) => {
    expect(licence).toMatch(ALLOWED);
    expect(manifestOf(`node_modules/${name}`).license).toBe(licence);
    expect(reason.length).toBeGreaterThan(20);
  },
);

it('the program imports every package that is built into it, and no other', () => {
  const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  const imported = (name: string): boolean =>
    new RegExp(`(from|import\\() ?'${name}(/[^']*)?'`).test(code);
  const packages = Object.keys(devDependencies).filter(imported);
  expect(packages.sort()).toEqual(
    rowsOf(PROGRAM)
      .map((one) => one.name)
      .sort(),
  );
});
