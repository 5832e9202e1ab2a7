/** A project on the source's own API: what `init` takes, what it writes, and that no key is in it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waybill } from '../support/project.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KEY = 'ABCDEF0123456789ABCDEF0123456789';
const init = (...source: string[]) =>
  waybill(
    [
      'init',
      join(folder, 'acme'),
      '--json',
      '--source',
      'allclients',
      ...source,
      '--odoo',
      'https://acme.odoo.com',
      '--db',
      'acme',
      '--login',
      'admin',
    ],
    { WAYBILL_SOURCE_API_KEY: KEY },
  );

it('writes the address and the account, and never the key', async () => {
  const ran = await init('--api', 'https://crm.example.com/base', '--account', '12345');
  expect(ran.code, ran.stderr).toBe(0);
  const text = readFileSync(join(folder, 'acme', 'waybill.yaml'), 'utf8');
  expect(text).toContain('url: https://crm.example.com/base');
  expect(text).toContain('account: "12345"');
  expect(text).not.toContain(KEY);
});

it.each([
  [
    'an API without an account',
    ['--api', 'https://crm.example.com'],
    '--api and --account belong together',
  ],
  ['neither an export nor an API', [], 'Say where the records come from'],
  [
    'an address that would carry the key in the clear',
    ['--api', 'http://crm.example.com', '--account', '1'],
    'must begin with https://',
  ],
] as const)('refuses %s', async (_what, source, words) => {
  const ran = await init(...source);
  expect(ran.code).toBe(2);
  expect(ran.json<{ error: { message: string } }>().error.message).toContain(words);
});

it('says where the key comes from when it is not given', async () => {
  await init('--api', 'https://crm.example.com', '--account', '1');
  const ran = await waybill(['scope', join(folder, 'acme'), '--json'], {
    WAYBILL_SOURCE_API_KEY: '',
  });
  expect(ran.code).toBe(2);
  expect(ran.json<{ error: { code: string; next: string } }>().error).toMatchObject({
    code: 'WB_KEY_MISSING',
    next: expect.stringContaining('WAYBILL_SOURCE_API_KEY') as string,
  });
});
