import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';

/** The files of a flat archive, into a folder that is there. */
export async function unzip(path: string, folder: string): Promise<void> {
  const zip = await new Promise<ZipFile>((done, failed) =>
    fromBuffer(readFileSync(path), { lazyEntries: true }, (error, file) =>
      file ? done(file) : failed(error ?? new Error('no zip')),
    ),
  );
  for (let left = zip.entryCount; left > 0; left--) {
    const entry = await new Promise<Entry>((done) => {
      zip.once('entry', done);
      zip.readEntry();
    });
    const chunks: Buffer[] = [];
    const stream = await new Promise<NodeJS.ReadableStream>((done, failed) =>
      zip.openReadStream(entry, (error, opened) =>
        opened ? done(opened) : failed(error ?? new Error('no entry')),
      ),
    );
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
    writeFileSync(join(folder, entry.fileName), Buffer.concat(chunks));
  }
}
