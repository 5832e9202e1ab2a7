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
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

const { dependencies, devDependencies } = manifestOf('.');
const rows = [
  ...read('docs/decisions/dependencies.md').matchAll(/^\| `([^`]+)`\s*\| (\S+)\s*\| (.+?)\s*\|$/gm),
].map(([, name = '', licence = '', reason = '']) => ({ name, licence, reason }));

it('names every package, and no other', () => {
  const all = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  expect(rows.map((one) => one.name).sort()).toEqual(all.sort());
});

it.each(rows)(
  '$name: the licence is as said, and lets anybody use it',
  ({ name, licence, reason }) => {
    expect(licence).toMatch(ALLOWED);
    expect(manifestOf(`node_modules/${name}`).license).toBe(licence);
    expect(reason.length).toBeGreaterThan(20);
  },
);

it('the program imports every package that it brings along', () => {
  const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  const unused = Object.keys(dependencies).filter(
    (name) => !new RegExp(`(from|import\\() ?'${name}(/[^']*)?'`).test(code),
  );
  expect(unused).toEqual([]);
});
