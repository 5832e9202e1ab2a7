/** Owners (A6): matched, replaced by the fallback, created on request, and put right when the user appears later. */
import { afterEach, describe, expect, it } from 'vitest';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { writeExport } from '../support/export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,Team Member
1,Ann,Adams,ann@customers.example,Sam Seller
2,Ben,Brown,ben@customers.example,Nora New
3,Cid,Clark,cid@customers.example,Old Hand
4,Dee,Davis,dee@customers.example,Nora New
`,
  'Users.csv': `Team Member ID,Name,Email,Status
11,Sam Seller,sam@firm.example,Active
12,Nora New,nora@firm.example,Active
13,Old Hand,old@firm.example,Inactive
`,
};

let close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close) await one();
  close = [];
});

/** Everything that names an owner; the last to-do is Nora's own. */
const MORE = {
  ...EXPORT,
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,Spouse First Name,Spouse Last Name,Team Member
1,Ann,Adams,ann@customers.example,,,Sam Seller
2,Ben,Brown,ben@customers.example,Bea,Brown,Nora New
`,
  'Deals.csv': `Deal ID,Primary Contact ID,Deal Name,Deal Stage,Deal Status,Team Member
21,2,Big deal,Offer,Open,Nora New
`,
  'ToDos.csv': `To Do ID,Contact ID,Summary,Due Date,Status,Team Member
31,2,Call Ben,01/15/2030,open,Nora New
32,,Tidy up,01/16/2030,open,Nora New
`,
  'Appointments.csv': `Appointment ID,Contact ID,Description,Start Date Time,End Date Time,Team Member
41,2,Visit,01/17/2030 10:00 AM,01/17/2030 11:00 AM,Nora New
`,
};

async function start(
  version: OdooVersion,
  account: Readonly<Record<string, string>> = EXPORT,
): Promise<{ odoo: TestOdoo; rpc: PlainRpc; project: TestProject }> {
  const files = writeExport(account);
  const odoo = await freshOdoo(version, 'owners');
  const rpc = await plainRpc(odoo);
  await makeUser(rpc, 'Sam Seller', 'sam@firm.example');
  const project = await makeProject(odoo, files.folder);
  close.push(
    async () => files.remove(),
    async () => project.remove(),
    () => odoo.drop(),
  );
  return { odoo, rpc, project };
}

const makeUser = (rpc: PlainRpc, name: string, login: string): Promise<number> =>
  rpc.execute<number>('res.users', 'create', [{ name, login, email: login }], {
    context: { no_reset_password: true },
  });

/** Contact's name -> login of its salesperson. */
async function owners(rpc: PlainRpc): Promise<Record<string, string>> {
  const logins = new Map(
    (await rpc.readAll('res.users', [], ['login'])).map((one) => [one.id, String(one['login'])]),
  );
  const contacts = await rpc.readAll(
    'res.partner',
    [['email', 'like', '@customers.example']],
    ['name', 'user_id'],
  );
  return Object.fromEntries(
    contacts.map((one) => [
      String(one['name']),
      logins.get((one['user_id'] as [number, string])[0]) ?? '',
    ]),
  );
}

describe.each<OdooVersion>([19, 14])('owners in Odoo %i', (version) => {
  it('go to the fallback, are reported, and come right once the user exists', async () => {
    const { rpc, project } = await start(version);
    await prepare(project);
    await project.run('run', '--json');
    expect(await owners(rpc)).toEqual({
      'Ann Adams': 'sam@firm.example',
      'Ben Brown': 'admin',
      'Cid Clark': 'admin',
      'Dee Davis': 'admin',
    });
    const report = await project.report<{ owners: { label: string; how: string }[] }>();
    expect(Object.fromEntries(report.owners.map((one) => [one.label, one.how]))).toEqual({
      'Sam Seller': 'matched',
      'Nora New': 'fallback',
      'Old Hand': 'fallback',
    });
    await makeUser(rpc, 'Nora New', 'nora@firm.example');
    // Somebody took this one over meanwhile: it is not given away again.
    const [dee] = await rpc.readAll('res.partner', [['name', '=', 'Dee Davis']], ['id']);
    const [sam] = await rpc.readAll('res.users', [['login', '=', 'sam@firm.example']], ['id']);
    await rpc.execute('res.partner', 'write', [[dee?.id], { user_id: sam?.id }]);
    const again = await project.run('run', '--json');
    expect(again.json<{ reassigned: number }>().reassigned).toBe(1);
    expect(await owners(rpc)).toMatchObject({
      'Ben Brown': 'nora@firm.example',
      'Cid Clark': 'admin',
      'Dee Davis': 'sam@firm.example',
    });
  });

  it('whom nobody knows have what belongs to them there, and it waits with its reason until they are known', async () => {
    const { rpc, project } = await start(version, UNKNOWN);
    await prepare(project);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    const waiting = async (): Promise<string[]> =>
      (await project.run('review', '--json'))
        .json<{ items: { object: string; code: string; key: string; message: string }[] }>()
        .items.map((one) => `${one.code} ${one.object} ${one.key}: ${one.message}`)
        .sort();
    // Nora has no user either, but the firm knows her: she stands in the report alone.
    expect(await waiting()).toEqual([
      expect.stringMatching(
        /^WB_OWNER_UNKNOWN appointment 41: Appointment 41 belongs to "Gus Ghost"/,
      ),
      expect.stringMatching(/^WB_OWNER_UNKNOWN todo 32: To-do 32 .*"Gus Ghost".*admin stands in/),
      expect.stringMatching(/^WB_OWNER_UNKNOWN todo 33: To-do 33 .*"Gus Ghost"/),
    ]);
    const ownerOf = async (model: string, domain: unknown[]): Promise<unknown> => {
      const [row] = await rpc.readAll(model, domain, ['user_id']);
      return (row?.['user_id'] as unknown[] | undefined)?.[0];
    };
    const both = async (): Promise<unknown[]> => [
      await ownerOf('mail.activity', [['summary', '=', 'Call Ben']]),
      await ownerOf('calendar.event', [['name', '=', 'Visit']]),
    ];
    expect(await both()).toEqual([rpc.uid, rpc.uid]);
    if (version === 14) {
      const done = await rpc.readAll('mail.message', [['body', 'like', 'Wrote']], ['email_from']);
      expect(done.map((one) => one['email_from'])).toEqual(['Gus Ghost']);
    }
    const gus = await makeUser(rpc, 'Gus Ghost', 'gus@firm.example');
    expect((await project.run('run', '--json')).code).toBe(0);
    expect(await waiting()).toEqual([]);
    expect(await both()).toEqual([gus, gus]);
  });

  it('become users when the mapping says so, with no invitation, and go with the rollback', async () => {
    const { odoo, rpc, project } = await start(version);
    await prepare(project);
    const before = await dumpDatabase(odoo.databaseUrl);
    project.edit('mapping.yaml', (text) => text.replace('createUsers: false', 'createUsers: true'));
    await project.run('map', '--approve', '--by', 'Test');
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    expect(await owners(rpc)).toEqual({
      'Ann Adams': 'sam@firm.example',
      'Ben Brown': 'nora@firm.example',
      'Cid Clark': 'old@firm.example',
      'Dee Davis': 'nora@firm.example',
    });
    const made = await rpc.readAll(
      'res.users',
      [['login', 'in', ['nora@firm.example', 'old@firm.example']]],
      ['login', 'name', 'active'],
    );
    expect(made.map(({ id: _id, ...one }) => one)).toEqual([
      { login: 'nora@firm.example', name: 'Nora New', active: true },
      { login: 'old@firm.example', name: 'Old Hand', active: false },
    ]);
    expect(await rpc.count('mail.mail')).toBe(0);
    expect((await project.run('run', '--json')).code).toBe(0);
    expect(await rpc.count('res.users', [['login', 'like', '@firm.example']])).toBe(3);
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(differences(unstamped(before), unstamped(await dumpDatabase(odoo.databaseUrl)))).toEqual(
      [],
    );
  });
});

const UNKNOWN = {
  ...EXPORT,
  'ToDos.csv': `To Do ID,Contact ID,Summary,Due Date,Status,Complete Date,Team Member
31,2,Ask Nora,01/15/2030,open,,Nora New
32,2,Call Ben,01/15/2030,open,,Gus Ghost
33,2,Wrote,01/15/2020,closed,01/16/2020,Gus Ghost
34,2,Of nobody,01/16/2030,open,,
`,
  'Appointments.csv': `Appointment ID,Contact ID,Description,Start Date Time,End Date Time,Team Member
41,2,Visit,01/15/2030 10:00 AM,01/15/2030 11:00 AM,Gus Ghost
`,
};

const OWNED = ['res.partner', 'crm.lead', 'mail.activity', 'calendar.event'];

it('everything that names the owner comes right, also after a run that was stopped before it came to that', async () => {
  const { rpc, project } = await start(19, MORE);
  await prepare(project);
  const first = await project.run('run', '--json');
  expect([0, 4], first.stderr + first.stdout).toContain(first.code);
  const ids = async (login: string) => {
    const [user] = await rpc.readAll('res.users', [['login', '=', login]], ['partner_id']);
    return { id: user?.id ?? 0, partner: (user?.['partner_id'] as [number, string] | undefined)?.[0] ?? 0 }; // prettier-ignore
  };
  const ownedBy = async (user: number): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(
        OWNED.map(async (model) => {
          const domain = [['user_id', '=', user], ['x_waybill_key', '!=', false]]; // prettier-ignore
          return [model, await rpc.count(model, domain)] as const;
        }),
      ),
    );
  const admin = await ids('admin');
  const all = { 'res.partner': 2, 'crm.lead': 1, 'mail.activity': 2, 'calendar.event': 1 };
  const none = { 'res.partner': 0, 'crm.lead': 0, 'mail.activity': 0, 'calendar.event': 0 };
  expect(await ownedBy(admin.id)).toEqual(all);
  const lead = async () =>
    (await rpc.readAll('crm.lead', [['name', '=', 'Big deal']], ['team_id', 'stage_id']))[0];
  const then = await lead();
  await makeUser(rpc, 'Nora New', 'nora@firm.example');
  const nora = await ids('nora@firm.example');
  expect((await project.runKilledAt(/provision: /, 'run')).signal).toBe('SIGKILL');
  expect((await project.runKilledAt(/give external ids: /, 'run')).signal).toBe('SIGKILL');
  const again = await project.run('run', '--json');
  expect([0, 4], again.stderr + again.stdout).toContain(again.code);
  expect(await ownedBy(nora.id)).toEqual(all);
  expect(await ownedBy(admin.id)).toEqual(none);
  expect(await lead()).toEqual(then);
  const [visit] = await rpc.readAll('calendar.event', [['name', '=', 'Visit']], ['partner_ids']);
  expect(visit?.['partner_ids']).toContain(nora.partner);
  expect(visit?.['partner_ids']).not.toContain(admin.partner);
  const [own] = await rpc.readAll('mail.activity', [['summary', '=', 'Tidy up']], ['res_id']);
  expect(own?.['res_id']).toBe(nora.partner);
  expect(await rpc.count('mail.mail')).toBe(0);
  const last = (await project.run('run', '--json')).json();
  expect(last).toMatchObject({ reassigned: 0, verification: { differences: 0, missing: 0 } });
});

/** Odoo subscribes a new user to these and takes him out again by itself, which stamps them anew; nobody can write stamps. */
const STAMPED = new Set(['digest_digest', 'mail_channel', 'discuss_channel']);
const STAMPS = /, "write_(uid|date)": ("[^"]*"|\d+)/g;

const unstamped = (dump: Dump): Dump =>
  new Map(
    [...dump].map(([table, rows]) => [
      table,
      STAMPED.has(table) ? rows.map((row) => row.replace(STAMPS, '')) : rows,
    ]),
  );
