/** A request's body says its length beforehand and holds every byte of its files. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileContent, jsonBody } from '../../src/lib/json-body.ts';

const file = (chunks: readonly Uint8Array[]): FileContent =>
  new FileContent(
    chunks.reduce((sum, one) => sum + one.length, 0),
    () => pieces(chunks),
  );

const pieces = (chunks: readonly Uint8Array[]): Promise<AsyncIterable<Buffer>> =>
  Promise.resolve(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));

it('is the JSON it would be with the files as base64 in it, whatever their pieces', async () => {
  const files = fc.array(fc.array(fc.uint8Array({ maxLength: 50 })), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(files, fc.string({ unit: 'binary' }), async (all, beside) => {
      const value = { beside, files: all.map((chunks) => ({ datas: file(chunks), beside })) };
      const body = jsonBody(value);
      if (typeof body === 'string') throw new Error('not streamed');
      const sent = await buffer(body.chunks());
      expect(sent.length).toBe(body.length);
      const whole = all.map((chunks) => Buffer.concat(chunks).toString('base64'));
      expect(JSON.parse(sent.toString())).toEqual(
        JSON.parse(JSON.stringify({ beside, files: whole.map((datas) => ({ datas, beside })) })),
      );
    }),
  );
});

it('is plain text without a file', () => {
  expect(jsonBody({ a: [1, null, 'ü'] })).toBe('{"a":[1,null,"ü"]}');
});
