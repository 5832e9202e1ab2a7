/** The files of a folder, of a zip, or one file alone, to be opened as often as needed. A zip is read in place, never unpacked. */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { WaybillError } from '../core/errors.ts';

export interface BundleFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
  open(): Promise<Readable>;
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
    if (/\.zip$/i.test(path)) return await zipFiles(path);
    return [
      {
        path: basename(path),
        bytes: stat.size,
        open: () => Promise.resolve(openFile(path)),
      },
    ];
  } catch (error) {
    if (error instanceof WaybillError) throw error;
    throw unreadable(path, error);
  }
}

const unreadable = (path: string, error: unknown): WaybillError =>
  new WaybillError('WB_SOURCE_MISSING', `${path} cannot be read: ${reasonOf(error)}.`, {
    place: path,
    next: 'Check source.export in waybill.yaml and the rights on the file: it must be the export folder, a file of it, or its .zip.',
    cause: error,
  });

/** "ENOENT: no such file or directory, stat '/x'" says the path a second time. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/, \w+( '.*')?$/, '') : String(error);

const openFile = (path: string): Readable =>
  Readable.from(guarded(createReadStream(path), (error) => unreadable(path, error)));

async function* guarded(
  stream: Readable,
  explain: (error: unknown) => WaybillError,
  close = (): void => {},
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw explain(error);
  } finally {
    close();
  }
}

/** One file of the bundle by its path; nothing outside the bundle can be named. */
export async function openBundleFile(path: string, file: string): Promise<Readable> {
  const found = (await openBundle(path)).find((one) => one.path === file);
  if (found) return found.open();
  throw new WaybillError('WB_FILE_MISSING', `${file} is not in the export ${path}.`, {
    place: file,
    next: 'Put the file back into the export, then run again.',
  });
}

function folderFiles(root: string, folder = root): BundleFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name): BundleFile[] => {
      const path = join(folder, name);
      const stat = lstatSync(path);
      if (stat.isDirectory()) return folderFiles(root, path);
      // A link could lead anywhere on this machine; what it shows would travel into the customer's Odoo.
      if (!stat.isFile() || name.startsWith('.')) return [];
      return [
        {
          path: relative(root, path).replaceAll('\\', '/'),
          bytes: stat.size,
          open: () => Promise.resolve(openFile(path)),
        },
      ];
    });
}

async function zipFiles(path: string): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  let total = 0;
  await eachEntry(path, (entry) => {
    total += entry.uncompressedSize;
    check(path, entry, files.length, total);
    if (!entry.fileName.endsWith('/'))
      files.push({
        path: entry.fileName,
        bytes: entry.uncompressedSize,
        open: () => openEntry(path, entry.fileName),
      });
  });
  return files;
}

/** `entry` empty: the archive as a whole. */
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
  if (
    entry.uncompressedSize > RATIO_COUNTS_FROM &&
    entry.uncompressedSize > entry.compressedSize * MAX_RATIO
  )
    throw unsafe(
      path,
      entry.fileName,
      `would unpack to ${entry.uncompressedSize} bytes from ${entry.compressedSize}`,
    );
}

/** yauzl itself refuses absolute names, `..` and backslashes, and stops a stream that is longer than it says. */
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

async function openEntry(path: string, name: string): Promise<Readable> {
  const zip = await openZip(path);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    const stream = await zip.openReadStreamPromise(entry);
    const broken = (error: unknown): WaybillError =>
      unsafe(path, name, `cannot be unpacked: ${reasonOf(error)}`);
    return Readable.from(guarded(stream, broken, () => zip.close()));
  }
  zip.close();
  throw unsafe(path, name, 'is gone');
}

/** Which of the files are not what they were when they were read: one hash of each, no parsing. Throws as openBundle does. */
export async function changedFiles(
  path: string,
  known: readonly { readonly path: string; readonly sha256: string }[],
): Promise<string[]> {
  const files = new Map((await openBundle(path)).map((file) => [file.path, file]));
  const changed: string[] = [];
  for (const { path: name, sha256 } of known) {
    const file = files.get(name);
    if (!file || (await hashOf(file)) !== sha256) changed.push(name);
  }
  return changed;
}

async function hashOf(file: BundleFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await file.open()) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
