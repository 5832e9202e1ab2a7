/** A file is never sent as what it is not: the last bytes go out only when all before them are right. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { withBytes } from '../../src/engine/files.ts';
import { FileContent } from '../../src/lib/json-body.ts';

const bytes = Buffer.alloc(200_000, 'as the scope saw it ');
const file = {
  file: 'a.bin',
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
};
const row = {
  step: 'attachments',
  model: 'ir.attachment',
  key: 'k',
  object: 'attachment',
  position: 1,
  lane: '',
  match: '',
  sort: '',
  seq: 1,
  values: {},
} as const;

/** What is there at each opening. */
const sendable = (...contents: readonly Buffer[]) => {
  let opened = 0;
  const open = (): Promise<Readable> => {
    const now = contents[Math.min(opened++, contents.length - 1)] ?? bytes;
    return Promise.resolve(Readable.from([now.subarray(0, 65_536), now.subarray(65_536)]));
  };
  return withBytes(
    { openFile: open, maxFileBytes: 1_000_000 },
    { row, values: {}, files: [['datas', file]] },
  );
};

const content = ({ sent }: Awaited<ReturnType<typeof sendable>>): Promise<Buffer> => {
  const { datas } = sent;
  if (!(datas instanceof FileContent)) throw new Error('not a file');
  return datas.open().then(buffer);
};

it('can be sent again and again, and is remembered by its checksum and size', async () => {
  const one = await sendable(bytes);
  expect(await content(one)).toEqual(bytes);
  expect(await content(one)).toEqual(bytes);
  const checksum = createHash('sha1').update(bytes).digest('hex');
  expect(one.values).toEqual({ checksum, file_size: bytes.length });
});

it.each([
  ['changed', Buffer.alloc(bytes.length, 'another ')],
  ['shorter', bytes.subarray(1)],
  ['longer', Buffer.concat([bytes, bytes])],
])('is held back before it is sent when it is %s', async (_how, now) => {
  await expect(sendable(now)).rejects.toMatchObject({ code: 'WB_FILE_CHANGED' });
});

it.each([
  ['changes', Buffer.concat([bytes.subarray(1), Buffer.from('!')])],
  ['shrinks', bytes.subarray(0, 100_000)],
  ['grows', Buffer.concat([bytes, bytes])],
])('breaks off before its end when it %s while it is sent', async (_how, then) => {
  const { sent } = await sendable(bytes, then);
  const { datas } = sent;
  if (!(datas instanceof FileContent)) throw new Error('not a file');
  let out = 0;
  const reading = (async () => {
    for await (const chunk of await datas.open()) out += chunk.length;
  })();
  await expect(reading).rejects.toMatchObject({ code: 'WB_FILE_CHANGED' });
  expect(out).toBeLessThan(bytes.length);
});
