/** An address in somebody's text leads nowhere but to the public network. */
import { expect, it } from 'vitest';
import { isPrivateLiteral, isPublic, publicLookup } from '../../src/lib/public-network.ts';

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  'no address',
])('%s is not public', (address) => {
  expect(isPublic(address)).toBe(false);
});

it.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
  '%s is public',
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

it.each([
  'http://127.0.0.1/a',
  'http://[::1]:80/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://169.254.169.254/',
])('%s is private, however it is written', (url) => {
  expect(isPrivateLiteral(new URL(url))).toBe(true);
});

it('a name that leads inside is refused when the connection is made', async () => {
  const failure = await new Promise<Error | null>((done) =>
    publicLookup('localhost', {}, (error) => done(error)),
  );
  expect(failure?.message).toBe('localhost is in a private network');
});
