/** A fresh, real Odoo database per test file; drop it when done. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ODOO_SCRIPT = fileURLToPath(new URL('../../scripts/odoo', import.meta.url));
export type OdooVersion = 19 | 14;

export interface TestOdoo {
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly password: string;
  readonly apiKey: string;
  /** '19.0-20250918', '14.0' … as Odoo says it. */
  readonly version: string;
  /** PostgreSQL of this database; empty on a server of one's own, where nobody gave it. */
  readonly databaseUrl: string;
  /** An API key of another user, which over RPC only that user could make; undefined on a server of one's own. */
  keyOf(login: string): Promise<string | undefined>;
  /** Removes the database; does nothing on a server of one's own. */
  drop(): Promise<void>;
}

const FRESH_TIMEOUT_MS = 900_000;
const HOW_TO =
  'Make scripts/odoo work (docs/development/odoo.md), or give a throw-away database of your own: WAYBILL_TEST_ODOO_URL, ' +
  'WAYBILL_TEST_ODOO_DB, WAYBILL_TEST_ODOO_LOGIN, WAYBILL_TEST_ODOO_KEY (and WAYBILL_TEST_ODOO_DATABASE_URL for the tests that look into PostgreSQL). ' +
  'Everything in it may be changed.';

/** `hint` begins the name of the database, so that one left behind tells whose it was. */
export async function freshOdoo(version: OdooVersion = 19, hint = 'test'): Promise<TestOdoo> {
  return ownOdoo() ?? (await scriptedOdoo(version, hint));
}

function ownOdoo(env: NodeJS.ProcessEnv = process.env): TestOdoo | undefined {
  const url = env['WAYBILL_TEST_ODOO_URL'];
  if (!url) return undefined;
  const {
    WAYBILL_TEST_ODOO_DB: db,
    WAYBILL_TEST_ODOO_LOGIN: login,
    WAYBILL_TEST_ODOO_KEY: key,
  } = env;
  if (!db || !login || !key)
    throw new Error(`WAYBILL_TEST_ODOO_URL is set, but not all of _DB, _LOGIN and _KEY. ${HOW_TO}`);
  const databaseUrl = env['WAYBILL_TEST_ODOO_DATABASE_URL'] ?? '';
  return {
    url,
    db,
    login,
    password: key,
    apiKey: key,
    version: '',
    databaseUrl,
    keyOf: async () => undefined,
    drop: async () => {},
  };
}

async function scriptedOdoo(version: OdooVersion, hint: string): Promise<TestOdoo> {
  const name = uniqueName(hint);
  const made = JSON.parse(await odooScript('fresh', name, String(version), '--json')) as Omit<
    TestOdoo,
    'drop' | 'keyOf'
  >;
  return {
    ...made,
    keyOf: (login) => makeKey(name, version, login),
    drop: async () => void (await odooScript('drop', name, String(version))),
  };
}

async function makeKey(name: string, version: OdooVersion, login: string): Promise<string> {
  const expires = version === 19 ? ', datetime.datetime.now() + datetime.timedelta(days=1)' : '';
  const said = await runScript(
    ['shell', name, String(version)],
    `import datetime
user = env['res.users'].search([('login', '=', '${login}')])
key = env['res.users.apikeys'].with_user(user).sudo()._generate('rpc', 'test'${expires})
env.cr.commit()
print('key=' + key)
`,
  );
  const key = /^key=(\w+)$/m.exec(said)?.[1];
  if (key) return key;
  throw new Error(`Odoo's shell made no key for ${login}: ${said.slice(-500)}`);
}

/** Two test files, or two people's test runs, never share a database. */
function uniqueName(hint: string): string {
  const suffix = `${Date.now().toString(36)}${process.pid.toString(36)}${Math.trunc(Math.random() * 1296).toString(36)}`;
  return `${hint.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${suffix}`.slice(0, 50);
}

/** Runs scripts/odoo and gives what it printed. */
export const odooScript = (...args: readonly string[]): Promise<string> => runScript(args);

async function runScript(args: readonly string[], input = ''): Promise<string> {
  try {
    const running = promisify(execFile)(ODOO_SCRIPT, [...args], {
      timeout: FRESH_TIMEOUT_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    running.child.stdin?.end(input);
    return (await running).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(
      `No Odoo to test with: scripts/odoo ${args.join(' ')} failed.\n${said.slice(-2_000)}\n${HOW_TO}`,
      { cause: error },
    );
  }
}
