/**
 * Which file of the bundle a document row means: by path, then by checksum, then by case, name and size. Both ways:
 * rows without a file and files without a row are each said.
 */
import { createHash } from 'node:crypto';
import type { BundleFile } from '../bundle.ts';

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
  /** Files that no row has claimed. */
  unclaimed(): readonly BundleFile[];
  /** Read at most once, so that what is sent later can be held against it. Throws when the bundle has no such file. */
  seal(path: string): Promise<Seal>;
}

export interface Seal {
  readonly bytes: number;
  readonly sha256: string;
}

/** Accents may be one character or two, separators lean either way; the same file is meant. */
const fold = (path: string): string =>
  path.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();

const ESCAPES = /(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[a-z]:/i;
const DEVICES = /(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i;

export function documentMatcher(files: readonly BundleFile[]): Documents {
  const claimed = new Set<string>();
  const byPath = new Map<string, BundleFile>();
  for (const file of files) byPath.set(fold(file.path), file);
  let tails: ReturnType<typeof tailIndex> | undefined;
  const byName = Map.groupBy(files, (file) => fold(file.path).split('/').at(-1) ?? '');
  const seals = new Map<string, Seal>();
  let hashes: Promise<ReadonlyMap<string, BundleFile>> | undefined;
  const sealed = async (file: BundleFile): Promise<Seal> => {
    const seal = seals.get(file.path) ?? (await sealOf(file));
    seals.set(file.path, seal);
    return seal;
  };
  const take = (file: BundleFile): Match => {
    claimed.add(file.path);
    return { file: file.path, problem: '' };
  };
  return {
    async match(row) {
      const path = row.path || [row.folder, row.name].filter(Boolean).join('/');
      if (ESCAPES.test(path) || DEVICES.test(fold(path)))
        return { file: '', problem: `the path "${path}" leads out of the export` };
      const there = byPath.get(fold(path)) ?? (tails ??= tailIndex(files)).get(fold(path));
      if (there) return take(there);
      if (/^[0-9a-f]{64}$/i.test(row.sha256)) {
        hashes ??= bySeal(files, sealed);
        const same = (await hashes).get(row.sha256.toLowerCase());
        if (same) return take(same);
      }
      const named = byNameAndSize(byName.get(fold(row.name)) ?? [], row);
      return named
        ? take(named)
        : { file: '', problem: `no file of the export is "${path || row.name}"` };
    },
    seal(path) {
      const file = byPath.get(fold(path));
      if (!file) throw new Error(`no file ${path} in the bundle`);
      return sealed(file);
    },
    unclaimed: () => files.filter((file) => !claimed.has(file.path)),
  };
}

/** `44120/report.pdf` means `documents/44120/report.pdf` where no other file ends so. */
function tailIndex(files: readonly BundleFile[]): ReadonlyMap<string, BundleFile | undefined> {
  const tails = new Map<string, BundleFile | undefined>();
  for (const file of files) {
    const parts = fold(file.path).split('/');
    for (let from = 1; from < parts.length - 1; from++) {
      const tail = parts.slice(from).join('/');
      tails.set(tail, tails.has(tail) ? undefined : file);
    }
  }
  return tails;
}

function byNameAndSize(named: readonly BundleFile[], row: DocumentRow): BundleFile | undefined {
  const size = Number(row.size.replace(/\D/g, ''));
  const sized = row.size === '' ? named : named.filter((file) => file.bytes === size);
  const inCase = sized.filter((file) => file.path.split('/').includes(row.case));
  const [only, ...more] = inCase.length > 0 ? inCase : row.size === '' ? [] : sized;
  return only && more.length === 0 ? only : undefined;
}

async function bySeal(
  files: readonly BundleFile[],
  sealed: (file: BundleFile) => Promise<Seal>,
): Promise<ReadonlyMap<string, BundleFile>> {
  const hashes = new Map<string, BundleFile>();
  for (const file of files) hashes.set((await sealed(file)).sha256, file);
  return hashes;
}

async function sealOf(file: BundleFile): Promise<Seal> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await file.open()) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
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
