/** The files of a folder, of a zip, or one file alone, to be opened as often as needed. A zip is read in place, never unpacked. */
import {
  createReadStream,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { Entry, openPromise, type ZipFile } from 'yauzl';
import { WaybillError } from '../core/errors.ts';
import { sealOf } from './seal.ts';

export interface BundleFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Why it is not read: a link, a hidden file. It is listed all the same, for nothing is skipped silently. */
  readonly refused?: string;
  open(): Promise<Readable>;
  /** Its bytes from first to last. A piece is good until the next is asked for: many of them lie in the same memory. */
  pieces(): AsyncIterable<Buffer>;
}

const MAX_FILES = 200_000;
const MAX_BYTES = 50 * 1024 ** 3;
/** Text packs at most some 20 times; a thousand times is a bomb. */
const MAX_RATIO = 500;
const RATIO_COUNTS_FROM = 10 * 1024 ** 2;

/** Throws WB_SOURCE_MISSING, WB_ARCHIVE_UNSAFE. */
export async function openBundle(path: string): Promise<BundleFile[]> {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return folderFiles(realpathSync(path));
    if (!stat.isFile()) throw new Error('it is no file and no folder');
    if (/\.zip$/i.test(path)) return await zipFiles(path, stat.size);
    return [new FolderFile(dirname(path), basename(path), stat.size, undefined)];
  } catch (error) {
    throw error instanceof WaybillError ? error : missing(path, error);
  }
}

/** "ENOENT: no such file or directory, stat '/x'" says the path a second time. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/, \w+( '.*')?$/, '') : String(error);

const missing = (path: string, error: unknown): WaybillError =>
  new WaybillError('WB_SOURCE_MISSING', `${path} cannot be read: ${reasonOf(error)}.`, {
    place: path,
    next: 'Check source.export in waybill.yaml and the rights on the file: it must be the export folder, a file of it, or its .zip.',
    cause: error,
  });

/** Read in large pieces, since each is waited for; handed on in small ones, so that what is made of one stays young. */
const READ_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

/** What goes wrong while reading gets the same words as what goes wrong before. */
const openFile = (path: string): Promise<Readable> =>
  Promise.resolve(
    Readable.from(
      translated(createReadStream(path, { highWaterMark: READ_BYTES }), (error) =>
        missing(path, error),
      ),
    ),
  );

async function* translated(
  pieces: AsyncIterable<Buffer>,
  words: (error: unknown) => WaybillError,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of pieces)
      for (let at = 0; at < piece.length; at += PIECE_BYTES)
        yield piece.subarray(at, at + PIECE_BYTES);
  } catch (error) {
    throw error instanceof WaybillError ? error : words(error);
  }
}

/** Always into the same memory: of pieces of their own, 40 MB would wait to be collected, and the system get few of them back. */
async function* readInto(buffer: Buffer, path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * Files of the bundle by their paths; nothing outside the bundle can be named. Of a folder each is opened where it lies.
 * Anything else is listed once: there may be tens of thousands, each asked for. What came later is found by listing again.
 * Throws WB_FILE_MISSING, and what `openBundle` throws.
 */
export function bundleFinder(path: string): (file: string) => Promise<BundleFile> {
  const list = async (): Promise<Map<string, BundleFile>> =>
    new Map((await openBundle(path)).map((one) => [one.path, one]));
  let listed: Promise<Map<string, BundleFile>> | undefined;
  return async (file) => {
    const known =
      inFolder(path, file) ??
      (await (listed ??= list())).get(file) ??
      (await (listed = list())).get(file);
    if (known && known.refused === undefined) return known;
    throw notThere(path, file);
  };
}

/** The bytes of files that `bundleFinder` finds. Throws WB_FILE_MISSING, and what it says of the bundle. */
export function bundleOpener(path: string): (file: string) => Promise<Readable> {
  const find = bundleFinder(path);
  return async (file) => (await find(file)).open();
}

/** What listing the folder would find under this path; undefined also where only the listing can tell. */
function inFolder(folder: string, path: string): BundleFile | undefined {
  if (path.split('/').some((part) => part === '' || part.startsWith('.'))) return undefined;
  try {
    const root = realpathSync.native(folder);
    const file = join(root, path);
    // The same by its real path: no link on the way, which could lead anywhere.
    if (realpathSync.native(file) !== file) return undefined;
    const stat = statSync(file);
    return stat.isFile() ? new FolderFile(root, path, stat.size, undefined) : undefined;
  } catch {
    return undefined;
  }
}

const notThere = (path: string, file: string): WaybillError =>
  new WaybillError('WB_FILE_MISSING', `${file} is not in the export ${path}.`, {
    place: file,
    next: 'Put the file back into the export, then run again.',
  });

/** `below` the root, with `/`. */
function folderFiles(root: string, below = ''): BundleFile[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): BundleFile[] => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.')) return folderFiles(root, path);
      const { size } = lstatSync(join(root, path));
      return [new FolderFile(root, path, size, refusal(entry))];
    });
}

/** A class, since an export has a file for every document: what each of them closed over would take as much as itself. */
class FolderFile implements BundleFile {
  readonly #root: string;
  readonly #entry: string;
  readonly path: string;
  readonly bytes: number;
  readonly refused?: string;

  constructor(root: string, entry: string, bytes: number, refused: string | undefined) {
    this.#root = root;
    this.#entry = entry;
    this.path = entry.replaceAll('\\', '/');
    this.bytes = bytes;
    if (refused !== undefined) this.refused = refused;
  }

  open(): Promise<Readable> {
    return this.bytes <= SMALL
      ? Promise.resolve(Readable.from(readSmall(this.#file)))
      : openFile(this.#file);
  }

  pieces(): AsyncIterable<Buffer> {
    if (this.bytes <= SMALL) return readSmall(this.#file);
    return translated(readInto(Buffer.allocUnsafeSlow(READ_BYTES), this.#file), (error) =>
      missing(this.#file, error),
    );
  }

  get #file(): string {
    return join(this.#root, this.#entry);
  }
}

/** A stream costs ten times what reading a letter does, and an export has tens of thousands of them. */
const SMALL = 64 * 1024;
async function* readSmall(path: string): AsyncGenerator<Buffer> {
  try {
    yield await Promise.resolve(readFileSync(path));
  } catch (error) {
    throw missing(path, error);
  }
}

/** A link could lead anywhere on this machine; what it shows would travel into the customer's Odoo. */
function refusal(entry: Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'a link; put the file itself into the folder';
  if (entry.name.startsWith('.')) return 'hidden';
  return entry.isFile() ? undefined : 'no file';
}

async function zipFiles(path: string, size: number): Promise<BundleFile[]> {
  const files = new Map<string, BundleFile>();
  let total = 0;
  await eachEntry(path, (entry) => {
    total += entry.uncompressedSize;
    check(path, entry, files.size, total);
    if (files.has(entry.fileName)) throw unsafe(path, entry.fileName, 'is in it twice');
    if (tooDense(total, size))
      throw unsafe(
        path,
        entry.fileName,
        `and those before it would unpack to ${total} bytes from ${size}`,
      );
    if (!entry.fileName.endsWith('/')) files.set(entry.fileName, new ZippedFile(path, entry));
  });
  return [...files.values()];
}

/** A class, and with as little as yauzl opens it by: what an entry has beside that, raw names and extra fields, takes 1 KB. */
class ZippedFile implements BundleFile {
  readonly #zip: string;
  readonly #entry: Entry;
  readonly refused?: string;

  constructor(zip: string, entry: Entry) {
    this.#zip = zip;
    this.#entry = bare(entry);
    if (this.path.split('/').some((part) => part.startsWith('.'))) this.refused = 'hidden';
  }

  get path(): string {
    return this.#entry.fileName;
  }

  get bytes(): number {
    return this.#entry.uncompressedSize;
  }

  open(): Promise<Readable> {
    return Promise.resolve(Readable.from(this.pieces()));
  }

  pieces(): AsyncIterable<Buffer> {
    return entryPieces(this.#zip, this.#entry);
  }
}

const bare = (entry: Entry): Entry =>
  Object.assign(new Entry(), {
    fileName: entry.fileName,
    compressedSize: entry.compressedSize,
    uncompressedSize: entry.uncompressedSize,
    compressionMethod: entry.compressionMethod,
    generalPurposeBitFlag: entry.generalPurposeBitFlag,
    relativeOffsetOfLocalHeader: entry.relativeOffsetOfLocalHeader,
    crc32: entry.crc32,
  });

const tooDense = (unpacked: number, packed: number): boolean =>
  unpacked > RATIO_COUNTS_FROM && unpacked > packed * MAX_RATIO;

/** `entry` is empty where the archive as a whole is meant. */
const unsafe = (path: string, entry: string, why: string): WaybillError =>
  new WaybillError('WB_ARCHIVE_UNSAFE', `${path}${entry && `: the entry "${entry}"`} ${why}.`, {
    place: path,
    next: 'Unpack the archive yourself, look at it, and give Waybill the folder.',
  });

const UNIX_LINK = 0o120000;
const UNIX_KIND = 0o170000;

function check(path: string, entry: Entry, count: number, total: number): void {
  if (((entry.externalFileAttributes >>> 16) & UNIX_KIND) === UNIX_LINK)
    throw unsafe(path, entry.fileName, 'is a link');
  if ((entry.generalPurposeBitFlag & 1) === 1) throw unsafe(path, entry.fileName, 'is encrypted');
  if (count >= MAX_FILES || total > MAX_BYTES)
    throw unsafe(path, entry.fileName, 'makes the archive larger than any export');
  if (tooDense(entry.uncompressedSize, entry.compressedSize))
    throw unsafe(
      path,
      entry.fileName,
      `would unpack to ${entry.uncompressedSize} bytes from ${entry.compressedSize}`,
    );
}

/** yauzl itself refuses absolute names and `..`, reads backslashes as `/`, and stops a stream that is longer than it says. */
async function eachEntry(path: string, use: (entry: Entry) => void): Promise<void> {
  const zip = await openZip(path);
  try {
    for await (const entry of zip.eachEntry()) use(entry);
  } catch (error) {
    throw error instanceof WaybillError
      ? error
      : unsafe(path, '', `cannot be trusted: ${reasonOf(error)}`);
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false, lazyEntries: true });
  } catch (error) {
    throw unsafe(path, '', `cannot be read as a zip: ${reasonOf(error)}`);
  }
}

/** From where the archive said it begins when it was listed: to look for each of 40,000 documents would take hours. */
async function* entryPieces(path: string, entry: Entry): AsyncGenerator<Buffer> {
  const zip = await openZip(path);
  try {
    yield* translated(whole(zip, entry), (error) =>
      unsafe(path, entry.fileName, `cannot be unpacked: ${reasonOf(error)}`),
    );
  } finally {
    zip.close();
  }
}

/** yauzl does not look at the checksum: half a contact is worse than none. */
async function* whole(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const stream = await zip.openReadStreamPromise(entry);
  let sum = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== entry.crc32) throw new Error('its checksum does not fit');
}

/** Which of the files are not what they were when they were read: one hash of each, no parsing. Throws as openBundle does. */
export async function changedFiles(
  path: string,
  known: readonly { readonly path: string; readonly sha256: string }[],
): Promise<string[]> {
  const files = new Map((await openBundle(path)).map((file) => [file.path, file]));
  const changed = new Set<string>();
  const hashes = new Map<string, string>();
  for (const { path: name, sha256 } of known) {
    // `firm.xlsx#Cases` is a table of firm.xlsx.
    const file = files.get(name) ?? files.get(name.slice(0, name.lastIndexOf('#')));
    const hash = file && (hashes.get(file.path) ?? (await hashOf(file)));
    if (file && hash) hashes.set(file.path, hash);
    if (hash !== sha256) changed.add(file?.path ?? name);
  }
  return [...changed];
}

const hashOf = async (file: BundleFile): Promise<string> => (await sealOf(file)).sha256;
