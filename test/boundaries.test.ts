/** The shape of the code, held: which room may see which, and what may be done only in one of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const MIDDLE = ['store', 'source', 'destination', 'mapping', 'report'];
/** Which rooms a room may import from, besides itself. */
const MAY_SEE: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  core: ['lib'],
  ...Object.fromEntries(MIDDLE.map((room) => [room, ['lib', 'core']])),
  engine: ['lib', 'core', ...MIDDLE],
  app: ['lib', 'core', ...MIDDLE, 'engine'],
  cli: ['lib', 'core', ...MIDDLE, 'engine', 'app'],
  server: ['lib', 'core', ...MIDDLE, 'engine', 'app'],
};
/** Contracts: pure types that the rooms beside may know, and only as types. */
const CONTRACTS = ['src/source/source.ts', 'src/destination/destination.ts'];
const KNOWS_CONTRACTS = ['mapping', 'report'];
const WHY =
  'lib <- core <- {store, source, destination, mapping, report} <- engine <- app <- {cli, server}: ' +
  'rooms that do not know each other can be read, tested and replaced alone (CONTRIBUTING.md).';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const roomOf = (file: string): string => file.split('/')[1] ?? '';
const sourceOf = (file: string): string | undefined => /^src\/source\/(\w+)\//.exec(file)?.[1];
const withoutComments = (code: string): string =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** `import type` and `export type` vanish when the program runs; everything else does not. */
function importsOf(file: string): Import[] {
  const statements = withoutComments(text(file)).matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm,
  );
  return [...statements].map(([, type, path = '', dynamic]) => ({
    from: file,
    to: relative(ROOT, join(ROOT, dirname(file), dynamic ?? path)).replaceAll('\\', '/'),
    typeOnly: type !== undefined,
  }));
}

const SRC = files('src');
const IMPORTS = SRC.flatMap(importsOf);

function allowed({ from, to, typeOnly }: Import): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === other || MAY_SEE[own]?.includes(other)) return true;
  return typeOnly && KNOWS_CONTRACTS.includes(own) && CONTRACTS.includes(to);
}

it('rooms import only what lies before them', () => {
  expect(IMPORTS.length).toBeGreaterThan(100);
  const broken = IMPORTS.filter((one) => !allowed(one));
  expect(
    broken.map(({ from, to, typeOnly }) => `${from} imports ${to}${typeOnly ? ' (type)' : ''}`),
    WHY,
  ).toEqual([]);
});

it('sources do not know each other', () => {
  const broken = IMPORTS.filter(
    ({ from, to }) => roomOf(from) === 'source' && sourceOf(to) && sourceOf(from) !== sourceOf(to),
  );
  expect(
    broken.map(({ from, to }) => `${from} imports ${to}`),
    'A source can be removed by deleting its folder; what two share lies beside them in src/source/.',
  ).toEqual([]);
});

it('no file needs itself', () => {
  const next = Map.groupBy(
    IMPORTS.filter((one) => !one.typeOnly),
    (one) => one.from,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of SRC) visit(file, []);
  expect(cycles, 'Files in a circle can only be understood, and loaded, all at once.').toEqual([]);
});

/** `where`: files that may; everybody else may not. */
const ONLY_IN: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly why: string;
}[] = [
  {
    what: "a connector's name",
    pattern: new RegExp(connectors().join('|'), 'i'),
    where: new RegExp(`^src/(source/(${connectors().join('|')})/|app/connectors\\.ts$|app/demo/)`),
    why: 'A difference between sources is data in its declaration, so that a third one costs one folder.',
  },
  {
    what: 'SQL, or the database',
    pattern:
      /from '(node:sqlite|kysely|pg)'|['"`]\s*(select\s[^'"`]+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|index)|pragma)\s/i,
    where: /^src\/store\//,
    why: 'All SQL is in one room, so that PostgreSQL can stand behind it without a change elsewhere.',
  },
  {
    what: 'an HTTP call',
    pattern: /from 'undici'|\bfetch\(/,
    where: /^src\/lib\//,
    why: 'Pacing, retries, time limits and redaction are in lib/http.ts; a call beside it has none of them.',
  },
  {
    what: "the process's environment",
    pattern: /process\.env\b/,
    where: /^src\/cli\//,
    why: 'Secrets come in at the face and are handed down; a room that reads them by itself hides where they go.',
  },
  {
    what: 'the console',
    pattern: /\bconsole\.\w/,
    where: /^$/,
    why: 'Results go through cli/print.ts, events through emit: standard output belongs to --json.',
  },
];

function connectors(): string[] {
  return readdirSync(join(ROOT, 'src/source'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

it.each(ONLY_IN)('$what: only where it belongs', ({ pattern, where, why }) => {
  const broken = SRC.filter((file) => !where.test(file)).flatMap((file) =>
    withoutComments(text(file))
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(broken, why).toEqual([]);
});

it('what reads the results back shares nothing with what wrote them', () => {
  for (const reader of ['test/support/plain-rpc.ts', 'test/support/dump.ts'])
    expect(
      importsOf(reader).map((one) => one.to),
      `${reader}: a fault in our reading must not hide the same fault in our writing.`,
    ).toEqual([]);
});
