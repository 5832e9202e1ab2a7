/** Groups (A5) as sales teams, on request: led by whoever owns most of their contacts, who also gets those without an owner. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, dumpDatabase } from '../support/dump.ts';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,Team Member,Groups
1,Ann,Adams,ann@x.example,Sam Seller,Buyers
2,Ben,Brown,ben@x.example,Sam Seller,"Buyers,Golf"
3,Cid,Clark,cid@x.example,Lea Low,Buyers
4,Dee,Davis,dee@x.example,,Buyers
5,Eve,Evans,eve@x.example,,
`,
  'Users.csv': `Team Member ID,Name,Email,Status
11,Sam Seller,sam@firm.example,Active
12,Lea Low,lea@firm.example,Active
`,
  'Groups.csv': `Group Name,Description
Buyers,those who buy
Golf,those who play
Nobody,those who left
`,
};

describe.each<OdooVersion>([19, 14])('groups as teams in Odoo %i', (version) => {
  let files: WrittenExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;

  beforeEach(async () => {
    files = writeExport(EXPORT);
    odoo = await freshOdoo(version, 'teams');
    rpc = await plainRpc(odoo);
    for (const [name, login] of [
      ['Sam Seller', 'sam@firm.example'],
      ['Lea Low', 'lea@firm.example'],
    ])
      await rpc.execute('res.users', 'create', [{ name, login, email: login }], {
        context: { no_reset_password: true },
      });
    project = await makeProject(odoo, files.folder);
    await prepare(project);
  });

  afterEach(async () => {
    project.remove();
    files.remove();
    await odoo.drop();
  });

  it('are made once, with their lead, and go with the rollback', async () => {
    const before = await dumpDatabase(odoo.databaseUrl);
    project.edit('mapping.yaml', (text) =>
      text.replace('groupsAsTeams: false', 'groupsAsTeams: true'),
    );
    expect((await project.run('map', '--approve', '--by', 'Test')).code).toBe(0);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(0);

    const user = async (login: string): Promise<number> =>
      (await rpc.readAll('res.users', [['login', '=', login]], ['id']))[0]?.id ?? 0;
    const [sam, lea] = [await user('sam@firm.example'), await user('lea@firm.example')];
    const teams = await rpc.readAll(
      'crm.team',
      [['name', 'in', ['Buyers', 'Golf', 'Nobody']]],
      ['name', 'user_id'],
    );
    expect(
      Object.fromEntries(teams.map((one) => [one['name'], (one['user_id'] as [number])[0]])),
    ).toEqual({ Buyers: sam, Golf: sam, Nobody: rpc.uid });
    const contacts = await rpc.readAll(
      'res.partner',
      [['email', 'like', '@x.example']],
      ['name', 'user_id'],
    );
    expect(
      Object.fromEntries(
        contacts.map((one) => [one['name'], (one['user_id'] as [number] | false) || null]),
      ),
    ).toEqual({
      'Ann Adams': [sam, 'Sam Seller'],
      'Ben Brown': [sam, 'Sam Seller'],
      'Cid Clark': [lea, 'Lea Low'],
      'Dee Davis': [sam, 'Sam Seller'],
      'Eve Evans': null,
    });
    expect(await rpc.count('res.partner.category', [['name', '=', 'Group: Buyers']])).toBe(1);

    expect((await project.run('run', '--json')).code).toBe(0);
    expect(await rpc.count('crm.team', [['name', '=', 'Buyers']])).toBe(1);
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});
