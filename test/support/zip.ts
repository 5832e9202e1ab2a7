/** Zip files written byte by byte, since no tool writes the ones that a reader has to refuse. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: string | Buffer;
  /** Unix mode, with the kind of the file: 0o120777 is a link. */
  readonly mode?: number;
  /** What the archive says the entry unpacks to; else the truth. */
  readonly claimed?: number;
  readonly encrypted?: boolean;
}

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, directory } = pack(entry, offset);
    locals.push(local);
    central.push(directory);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function pack(entry: ZipEntry, offset: number): { local: Buffer; directory: Buffer } {
  const { name, content, mode = 0o100644, encrypted = false } = entry;
  const data = deflateRawSync(content);
  const size = entry.claimed ?? Buffer.byteLength(content);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(encrypted ? 1 : 0, 2);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(size, 18);
  shared.writeUInt16LE(Buffer.byteLength(name), 22);
  const head = Buffer.from([0x50, 0x4b, 3, 4]);
  const directoryHead = Buffer.from([0x50, 0x4b, 1, 2, 20, 3]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((mode << 16) >>> 0) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([head, shared, Buffer.from(name), data]),
    directory: Buffer.concat([directoryHead, shared, tail, Buffer.from(name)]),
  };
}
