/** A project on the source's own API: what `init` takes, what it writes, and that no key is in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyAccount, TEST_ACCOUNT, TEST_KEY } from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
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

describe('the key out of a keychain', () => {
  let server: StandIn;
  let project: string;
  beforeEach(async () => {
    const account = emptyAccount();
    account.contacts.push({ id: '7', firstname: 'Ana', lastname: 'Keller' });
    server = await startStandIn(account);
    project = join(folder, 'acme');
    await init('--api', server.url, '--account', TEST_ACCOUNT);
  });
  afterEach(() => server.close());

  /** A program of its own, like a keychain's. */
  const scopeWith = (...command: string[]) => {
    const path = join(project, 'waybill.yaml');
    const line = `keyCommand: ${JSON.stringify(command)}`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^( *)account: .*$/m, `$&\n$1${line}`));
    return waybill(['scope', project, '--json'], { WAYBILL_SOURCE_API_KEY: '' });
  };
  const printing = (code: string) => scopeWith(process.execPath, '-e', code);

  it('is what its program prints first, opens the account, and is kept nowhere', async () => {
    // In pieces: the command line itself stands in waybill.yaml.
    const [start, end] = [TEST_KEY.slice(0, 9), TEST_KEY.slice(9)];
    const ran = await printing(`console.log('${start}' + '${end}\\nmore')`);
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.calls.filter((call) => call.answered).length).toBeGreaterThan(5);
    expect(ran.stdout + ran.stderr).not.toContain(TEST_KEY);
    for (const name of readdirSync(project, { recursive: true, encoding: 'utf8' })) {
      const path = join(project, name);
      if (statSync(path).isFile()) expect(readFileSync(path).includes(TEST_KEY), name).toBe(false);
    }
  });

  it.each([
    ['fails', "console.log('half a secret'); process.exit(3)", 'it ended with 3'],
    ['prints nothing', ';', 'it printed nothing'],
    ['prints nothing but empty lines', "console.log('\\n \\n')", 'it printed nothing'],
    ['is killed', "process.kill(process.pid, 'SIGKILL')", 'it ended with a signal'],
  ])('of a program that %s is missed before anything is asked', async (_what, code, words) => {
    const ran = await printing(code);
    expect(ran.code).toBe(2);
    const { error } = ran.json<{ error: { code: string; message: string; next: string } }>();
    expect(error.code).toBe('WB_KEY_MISSING');
    expect(error.message).toMatch(/^source\.api\.keyCommand: /);
    expect(error.message).toContain(words);
    expect(error.next).toContain('Run it by hand');
    expect(ran.stdout + ran.stderr).not.toContain('half a secret');
    expect(server.calls).toEqual([]);
  });

  it('of a program that is not there is missed, and the program named', async () => {
    const ran = await scopeWith('no-such-keychain');
    expect(ran.code).toBe(2);
    expect(ran.json<{ error: object }>().error).toMatchObject({
      code: 'WB_KEY_MISSING',
      message: expect.stringMatching(
        /"no-such-keychain" gives no API key: it cannot be run/,
      ) as string,
    });
  });

  it('is not asked for where the environment has the key', async () => {
    const path = join(project, 'waybill.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        /^( *)account: .*$/m,
        '$&\n$1keyCommand: [no-such-keychain]',
      ),
    );
    const ran = await waybill(['scope', project], { WAYBILL_SOURCE_API_KEY: TEST_KEY });
    expect(ran.code, ran.stderr).toBe(0);
  });
});
