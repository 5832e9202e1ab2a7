/**
 * Makes dist/, in this folder or the one that is named: the program with all that it imports in a few files, which
 * Node reads in a quarter of the time that a thousand small ones take; what it reads beside itself; the licences.
 * Further names are programs of this checkout that belong to it: `bench/pipeline-child`.
 * A file is replaced at once, so that a program which starts meanwhile finds one or the other.
 */
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin, type RolldownOutput } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const [, , target = root, ...programs] = process.argv;
const dist = join(target, 'dist');

/** What is started by itself: the program, what comes before it, and its threads. */
const THREADS = globSync('**/*-thread.ts', { cwd: source }).map((name) =>
  name.slice(0, -'.ts'.length),
);
const STARTED = ['cli/main', 'lib/small-heap', ...THREADS];

/** Every file that is made lies one folder deep; a module finds its neighbours from there as from its own place. */
const ownPlace: Plugin = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(source + sep)) return null;
    const place = relative(source, id).split(sep).join('/').replace(/\.ts$/, '.js');
    return code.replaceAll(
      'import.meta.url',
      `new URL(${JSON.stringify(`../${place}`)}, import.meta.url).href`,
    );
  },
};

async function bundle(): Promise<RolldownOutput['output']> {
  const input = Object.fromEntries([
    ...STARTED.map((name) => [name, join(source, `${name}.ts`)]),
    ...programs.map((name) => [name, join(root, `${name}.ts`)]),
  ]);
  const made = await rolldown({ input, platform: 'node', plugins: [ownPlace] });
  const names = { entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' };
  const { output } = await made.generate({ format: 'esm', ...names });
  await made.close();
  return output;
}

/** The packages of these modules, each with the licence that has to come along. */
function licences(modules: readonly string[]): string {
  const folders = modules.flatMap(
    (id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [],
  );
  return [...new Set(folders)]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<'name' | 'version' | 'license', string>; // prettier-ignore
  const [file] = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: folder });
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  return `${manifest.name} ${manifest.version}, ${manifest.license}\n\n${text}`;
}

function put(name: string, content: string): void {
  const path = join(dist, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, content);
  renameSync(`${path}.${process.pid}`, path);
}

const made = await bundle();
const files = new Map<string, string>();
for (const one of made) if (one.type === 'chunk') files.set(one.fileName, one.code);
for (const name of globSync('**/*.sql', { cwd: source }))
  files.set(name, readFileSync(join(source, name), 'utf8'));
files.set(
  'licences.txt',
  licences(made.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))),
);
for (const [name, content] of files) put(name, content);
// Not the half-written ones of another build.
for (const name of globSync('**/*.{js,sql,txt}', { cwd: dist }))
  if (!files.has(name)) rmSync(join(dist, name));
