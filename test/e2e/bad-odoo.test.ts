/** Every way in which an Odoo can be the wrong one, or the user too small: said before anything moves. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { makeApiKey } from '../support/api-key.ts';
import { differences, dumpDatabase } from '../support/dump.ts';
import { freshOdoo, odooScript, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill, type Ran, type TestProject } from '../support/project.ts';
import { expectFailure, expectNoSecret } from '../support/outcomes.ts';
import { plainAccount, smallExport, type SmallExport } from '../support/small-export.ts';

describe.each<OdooVersion>([19, 14])('on Odoo %i', (version) => {
  let files: SmallExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  const seen: { ran: Ran; key: string }[] = [];

  beforeAll(async () => {
    files = smallExport(plainAccount(3, 1));
    odoo = await freshOdoo(version, 'badodoo');
    rpc = await plainRpc(odoo);
    project = await makeProject(odoo, files.folder);
    await prepare(project);
  });

  afterAll(async () => {
    for (const { ran, key } of seen) expectNoSecret(project, key, [ran]);
    // Nothing of all this moved a single record.
    expect(await rpc.count('res.partner', [['name', '=like', 'First10%']])).toBe(0);
    project.remove();
    files.remove();
    await odoo.drop();
  });

  /** Runs with waybill.yaml changed so, and puts it back. */
  async function withChange(
    from: string | RegExp,
    to: string,
    key: string,
    command: string,
  ): Promise<Ran> {
    let before = '';
    project.edit('waybill.yaml', (text) => {
      before = text;
      const changed = text.replace(from, to);
      return changed;
    });
    const ran = await waybill([command, project.folder], { WAYBILL_ODOO_API_KEY: key });
    project.edit('waybill.yaml', () => before);
    seen.push({ ran, key });
    return ran;
  }

  async function expectUserRefused(
    login: string,
    key: string,
    code: number,
    ...said: readonly (string | RegExp)[]
  ): Promise<void> {
    expectFailure(
      await withChange(`login: ${odoo.login}`, `login: ${login}`, key, 'run'),
      code,
      ...said,
    );
    const doctor = await withChange(`login: ${odoo.login}`, `login: ${login}`, key, 'doctor');
    expectFailure(doctor, code, /FAIL {2}Odoo: /, ...said.slice(0, 1));
  }

  it('says that the database does not exist', async () => {
    const ran = await withChange(`db: ${odoo.db}`, 'db: no_such_db', odoo.apiKey, 'run');
    expectFailure(ran, 5, 'WB_ODOO_DATABASE', 'no_such_db', '"db" in waybill.yaml');
  });

  it('says that the key is wrong, without showing it', async () => {
    await expectUserRefused(
      odoo.login,
      'f00dfeedf00dfeedf00dfeed',
      5,
      /refuses|denied|Invalid/i,
      'WAYBILL_ODOO_API_KEY',
    );
  });

  it('says that there is no such user', async () => {
    const ran = await withChange(`login: ${odoo.login}`, 'login: stranger', odoo.apiKey, 'run');
    expectFailure(ran, 5, 'WB_ODOO_LOGIN', 'stranger');
  });

  it('says what the user may not do', async () => {
    const user = await makeUser(rpc, 'small', ['base.group_user']);
    const key = await keyOf(odoo, version, user);
    const then = await dumpDatabase(odoo.databaseUrl);
    await expectUserRefused(
      user.login,
      key,
      5,
      'may not create',
      'ir.model.fields',
      'Administration: Settings',
    );
    expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });

  // 19 asks PostgreSQL for a writing transaction by name, which this setting does not refuse.
  it.runIf(version === 14)('says that the database takes no writes', async () => {
    const then = await dumpDatabase(odoo.databaseUrl);
    await setReadOnly(odoo, true);
    try {
      const ran = await project.run('run');
      expectFailure(ran, 5, 'WB_ODOO_READ_ONLY', odoo.db, 'takes no writes');
    } finally {
      await setReadOnly(odoo, false);
    }
    expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});

describe('at an address', () => {
  let files: SmallExport;
  let project: TestProject;
  let web: Server;
  let answer = { status: 200, type: 'text/html', body: '<html>Welcome to nginx</html>' };
  const key = 'f00dfeedf00dfeedf00dfeed';

  beforeAll(async () => {
    files = smallExport(plainAccount(3, 1));
    web = createServer((_request, response) => {
      response.writeHead(answer.status, {
        'content-type': answer.type,
        location: 'https://elsewhere.example/',
      });
      response.end(answer.body);
    });
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const nowhere = { url: 'http://127.0.0.1:9', db: 'acme', login: 'admin', apiKey: key };
    project = await makeProject(
      {
        ...nowhere,
        password: '',
        version: '',
        databaseUrl: '',
        keyOf: async () => undefined,
        drop: async () => {},
      },
      files.folder,
    );
    expect((await project.run('scope')).code).toBe(0);
  });
  afterAll(async () => {
    project.remove();
    files.remove();
    await new Promise((done) => web.close(done));
  });

  async function expectAt(
    url: string,
    code: number,
    ...said: readonly (string | RegExp)[]
  ): Promise<void> {
    project.edit('waybill.yaml', (text) => text.replace(/url: .*/, `url: ${url}`));
    const ran = await project.run('map');
    expectFailure(ran, code, ...said);
    expectNoSecret(project, key, [ran]);
  }
  const webUrl = (): string => `http://127.0.0.1:${(web.address() as AddressInfo).port}`;

  it('says that nothing listens', () =>
    expectAt(
      'http://127.0.0.1:9',
      5,
      'WB_ODOO_UNREACHABLE',
      '127.0.0.1:9',
      'ECONNREFUSED',
      'that Odoo runs',
    ));

  it('says that a name does not exist', () =>
    expectAt('https://no-such-host.invalid', 5, 'WB_ODOO_UNREACHABLE', 'no-such-host.invalid'));

  it.each([
    [200, 'text/html', 'WB_ODOO_NOT_ODOO'],
    [404, 'text/html', 'WB_ODOO_NOT_ODOO'],
    [301, 'text/html', /WB_ODOO_NOT_ODOO[^]*to https:\/\/elsewhere\.example/],
    [200, 'application/json', 'WB_ODOO_NOT_ODOO'],
  ])('says that it is no Odoo that answers (%i, %s)', async (status, type, said) => {
    answer = {
      status,
      type,
      body: type.endsWith('json') ? '{"hello":"world"}' : '<html>Hi</html>',
    };
    await expectAt(webUrl(), 5, said, 'it must be the address of Odoo itself');
  });

  it('says that a server speaks plain http where https was asked', () =>
    expectAt(
      webUrl().replace('http:', 'https:'),
      5,
      'WB_ODOO_UNREACHABLE',
      'speaks plain http, not https',
    ));

  it('sends no key in the clear to another machine', () =>
    expectAt(
      'http://odoo.example.com',
      2,
      'WB_CONFIG_INVALID',
      'the API key would travel in the clear',
      'https',
    ));

  it('says that no key was given, and where one comes from', async () => {
    const ran = await waybill(['map', project.folder], { WAYBILL_ODOO_API_KEY: '' });
    expectFailure(ran, 2, 'WB_KEY_MISSING', 'New API Key', 'export WAYBILL_ODOO_API_KEY=');
  });
});

it('says that keys expire, when one has', async () => {
  const odoo = await freshOdoo(19, 'badkey');
  const files = smallExport(plainAccount(2, 1));
  const valid = await makeApiKey(odoo.databaseUrl, odoo.login, "now() + interval '1 day'");
  const expired = await makeApiKey(odoo.databaseUrl, odoo.login, "now() - interval '1 minute'");
  const [good, late] = [
    await makeProject({ ...odoo, apiKey: valid }, files.folder),
    await makeProject({ ...odoo, apiKey: expired }, files.folder),
  ];
  try {
    expect((await good.run('doctor')).code).toBe(0);
    const ran = await late.run('doctor');
    expectFailure(ran, 5, /FAIL {2}Odoo: .*(refuses|denied|Invalid)/i, 'Keys expire');
    expectNoSecret(late, expired, [ran]);
  } finally {
    good.remove();
    late.remove();
    files.remove();
    await odoo.drop();
  }
});

it('asks for the CRM app before anything moves', async () => {
  const name = `nocrm_${process.pid.toString(36)}${Date.now().toString(36)}`;
  const made = await odooScript('fresh', name, '19', '--json', '--modules', 'base,contacts');
  const odoo = {
    ...(JSON.parse(made) as Omit<TestOdoo, 'drop' | 'keyOf'>),
    keyOf: async () => undefined,
    drop: async () => {},
  };
  const files = smallExport(plainAccount(2, 1));
  const project = await makeProject(odoo, files.folder);
  try {
    expectFailure(
      await project.run('doctor'),
      5,
      /FAIL {2}Odoo: the CRM app is not installed/,
      'Install CRM',
    );
    await prepare(project);
    expectFailure(await project.run('run'), 5, 'WB_ODOO_MODULE', 'The CRM app is not installed');
    const rpc = await plainRpc(odoo);
    expect(await rpc.count('ir.model.fields', [['name', 'like', 'x_waybill']])).toBe(0);
  } finally {
    project.remove();
    files.remove();
    await odooScript('drop', name, '19');
  }
});

/** As a standby is, or a database whose administrator shut it; Odoo connects anew afterwards. */
async function setReadOnly({ db, databaseUrl }: TestOdoo, readOnly: boolean): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `begin read write; alter database "${db}" set default_transaction_read_only = ${readOnly ? 'on' : 'off'}; commit`,
    );
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [db],
    );
  } finally {
    await client.end();
  }
}

async function makeUser(
  rpc: PlainRpc,
  login: string,
  groups: readonly string[],
): Promise<{ login: string; password: string }> {
  const ids: number[] = [];
  for (const group of groups) {
    const [module = '', name = ''] = group.split('.');
    const [found] = await rpc.readAll(
      'ir.model.data',
      [
        ['module', '=', module],
        ['name', '=', name],
      ],
      ['res_id'],
    );
    ids.push(Number(found?.['res_id']));
  }
  const fields = await rpc.execute<Record<string, unknown>>('res.users', 'fields_get', [], {
    attributes: ['type'],
  });
  const groupField = 'group_ids' in fields ? 'group_ids' : 'groups_id';
  const password = `${login}-password-1234`;
  await rpc.execute(
    'res.users',
    'create',
    [{ name: `User ${login}`, login, password, [groupField]: [[6, 0, ids]] }],
    { context: { no_reset_password: true } },
  );
  return { login, password };
}

/** On 14 the password serves: JSON-RPC takes either. */
const keyOf = async (
  odoo: TestOdoo,
  version: OdooVersion,
  { login, password }: { login: string; password: string },
): Promise<string> =>
  version === 14 ? password : makeApiKey(odoo.databaseUrl, login, "now() + interval '1 day'");
