/**
 * Which file of the bundle a document row means: by path, then by checksum, then by case, name and size. Both ways:
 * rows without a file and files without a row are each said.
 */
import type { BundleFile } from '../bundle.ts';
import { sealOf, type Seal } from '../seal.ts';
import type { SealedAhead } from '../seal-ahead.ts';

export interface DocumentRow {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  readonly sha256: string;
  readonly size: string;
  readonly case: string;
}

export interface Match {
  /** Path of the file in the bundle; empty when none is found. */
  readonly file: string;
  readonly problem: string;
}

export interface Documents {
  match(row: DocumentRow): Promise<Match>;
  /** Once all rows are matched: lets go of what only `match` needs, 1 KB a file. */
  matched(): void;
  /** Files that no row has claimed. */
  unclaimed(): readonly BundleFile[];
  /** Read at most once, so that what is sent later can be held against it. Throws when the bundle has no such file. */
  seal(path: string): Promise<Seal>;
}

/** Accents may be one character or two, separators lean either way; the same file is meant. */
const fold = (path: string): string =>
  path.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();

const ESCAPES = /(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[a-z]:/i;
const DEVICES = /(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i;

/** A file of the bundle, and what is known of it by now. */
interface Known {
  readonly file: BundleFile;
  /** Among the files of the bundle. */
  readonly number: number;
  claimed: boolean;
  seal?: Seal;
}

/** `ahead`: seals of these files, as far as they are made already. */
export function documentMatcher(
  files: readonly BundleFile[],
  ahead: SealedAhead['seals'],
): Documents {
  const all = files.map((file, number): Known => ({ file, number, claimed: false }));
  const sealed = async (one: Known): Promise<Seal> =>
    (await ahead)(one.number) ?? (one.seal ??= await sealOf(one.file));
  const byPath = pathIndex(all);
  const at = (path: string): Known | undefined => byPath.get(path) ?? byPath.get(fold(path));
  let finder: ReturnType<typeof fileFinder> | undefined;
  return {
    async match(row) {
      const path = row.path || [row.folder, row.name].filter(Boolean).join('/');
      if (ESCAPES.test(path) || DEVICES.test(fold(path)))
        return { file: '', problem: `the path "${path}" leads out of the export` };
      const there = at(path);
      if (there) return take(there);
      finder ??= fileFinder(all, sealed);
      const found =
        finder.byTail(path) ?? (await finder.byChecksum(row.sha256)) ?? finder.byNameAndSize(row);
      return found
        ? take(found)
        : { file: '', problem: `no file of the export is "${path || row.name}"` };
    },
    matched: () => (finder = undefined),
    seal(path) {
      const there = at(path);
      if (!there) throw new Error(`no file ${path} in the bundle`);
      return sealed(there);
    },
    unclaimed: () => all.filter((one) => !one.claimed).map(({ file }) => file),
  };
}

/** Folded; files that fold to the same (`A.txt` beside `a.txt`) also as they are written. */
function pathIndex(files: readonly Known[]): ReadonlyMap<string, Known> {
  const byPath = new Map<string, Known>();
  for (const one of files) {
    const folded = fold(one.file.path);
    const other = byPath.get(folded);
    byPath.set(folded, one);
    if (other) for (const each of [other, one]) byPath.set(each.file.path, each);
  }
  return byPath;
}

type Sealed = (one: Known) => Promise<Seal>;

/** Finds what does not lie where its row says. */
function fileFinder(files: readonly Known[], sealed: Sealed) {
  let tails: ReturnType<typeof tailIndex> | undefined;
  let byName: ReturnType<typeof nameIndex> | undefined;
  let byHash: Promise<ReadonlyMap<string, Known>> | undefined;
  return {
    byTail: (path: string): Known | undefined => (tails ??= tailIndex(files)).get(fold(path)),
    async byChecksum(sha256: string): Promise<Known | undefined> {
      if (!/^[0-9a-f]{64}$/i.test(sha256)) return undefined;
      return (await (byHash ??= hashIndex(files, sealed))).get(sha256.toLowerCase());
    },
    byNameAndSize(row: DocumentRow): Known | undefined {
      byName ??= nameIndex(files);
      return withNameAndSize(byName.get(fold(row.name)) ?? [], row);
    },
  };
}

/** `44120/report.pdf` means `documents/44120/report.pdf` where no other file ends so. */
function tailIndex(files: readonly Known[]): ReadonlyMap<string, Known | undefined> {
  const tails = new Map<string, Known | undefined>();
  for (const one of files) {
    const parts = fold(one.file.path).split('/');
    for (let from = 1; from < parts.length - 1; from++) {
      const tail = parts.slice(from).join('/');
      tails.set(tail, tails.has(tail) ? undefined : one);
    }
  }
  return tails;
}

const nameIndex = (files: readonly Known[]): ReadonlyMap<string, readonly Known[]> =>
  Map.groupBy(files, ({ file }) => fold(file.path).split('/').at(-1) ?? '');

async function hashIndex(
  files: readonly Known[],
  sealed: Sealed,
): Promise<ReadonlyMap<string, Known>> {
  const hashes = new Map<string, Known>();
  for (const one of files) hashes.set((await sealed(one)).sha256, one);
  return hashes;
}

function withNameAndSize(named: readonly Known[], row: DocumentRow): Known | undefined {
  const size = Number(row.size.replace(/\D/g, ''));
  const sized = row.size === '' ? named : named.filter(({ file }) => file.bytes === size);
  const inCase = sized.filter(({ file }) => file.path.split('/').includes(row.case));
  const [only, ...more] = inCase.length > 0 ? inCase : row.size === '' ? [] : sized;
  return only && more.length === 0 ? only : undefined;
}

function take(known: Known): Match {
  known.claimed = true;
  return { file: known.file.path, problem: '' };
}

/** Names within one case after its folders are gone: a name that is taken gets its folder, then a number. */
export function flatNames() {
  const taken = new Set<string>();
  return (of: string, name: string, folder: string, version: string): string => {
    for (const choice of flatChoices(name, folder, version)) {
      const id = `${of}/${choice.toLowerCase()}`;
      if (taken.has(id)) continue;
      taken.add(id);
      return choice;
    }
    return name;
  };
}

function* flatChoices(name: string, folder: string, version: string): Generator<string> {
  const dot = name.lastIndexOf('.');
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const where = folder.split(/[/\\]/).filter(Boolean).join(' - ');
  const numbered = version === '' || version === '1' ? '' : `version ${version}`;
  const named = (...more: string[]): string => {
    const text = more.filter(Boolean).join(', ');
    return text === '' ? name : `${stem} (${text})${end}`;
  };
  yield named(numbered);
  yield named(where, numbered);
  for (let n = 2; ; n++) yield named(where, numbered, String(n));
}
