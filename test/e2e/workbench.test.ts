/** The mapping as a workbench: proposed values, transforms and fields of Odoo's own, checked first and then seen in Odoo. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { smallExport, type SmallExport } from '../support/small-export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type TestProject } from '../support/project.ts';

const HEADER = 'Contact ID,First Name,Last Name,Email,Phone 1,City,Country,Team Member,Flags,Language,Profile,Met On,Kind,Code'; // prettier-ignore
const ROWS = [
  '1,ANA MARÍA,"  O\'BRIEN ",ana@x.example,020 7946 0958,london,Deutschland,Jane,"v.i.p., New",english us,"<p>Hi <b>you</b></p><script>alert(1)</script>",31/12/2019,x,ab-1', // prettier-ignore
  ...Array.from({ length: 11 }, (_, n) => `${n + 2},Bob,Brown ${n},bob${n}@x.example,,leeds,France,Jane Poole,New,English (US),,28/02/2020,y,ab-${n + 2}`), // prettier-ignore
];

const nameOf = (value: unknown): unknown => (Array.isArray(value) ? (value[1] as unknown) : value);

describe.each<OdooVersion>([19, 14])('the workbench, on Odoo %i', (version) => {
  let files: SmallExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;

  /** Writes lines below a contact's column, and another target. */
  const set = (column: string, to: string, lines = ''): void =>
    project.edit('mapping.yaml', (text) =>
      text.replace(
        new RegExp(`(    - column: ${column}\\n      to: ).*\\n((?:      transform: .*\\n)?)`),
        `$1${to}\n${lines === '' ? '' : `      ${lines}\n`}`,
      ),
    );
  const mapping = (): string => readFileSync(join(project.folder, 'mapping.yaml'), 'utf8');
  const lineOf = (column: string): number =>
    mapping()
      .slice(0, mapping().indexOf(`- column: ${column}\n`))
      .split('\n').length + 1;

  beforeAll(async () => {
    files = smallExport({ 'Contacts.csv': `${[HEADER, ...ROWS].join('\n')}\n` });
    odoo = await freshOdoo(version, 'workbench');
    rpc = await plainRpc(odoo);
    await rpc.execute(
      'res.users',
      'create',
      [{ name: 'Jane Poole', login: 'jane@firm.example', email: 'jane@firm.example' }],
      { context: { no_reset_password: true } },
    );
    await rpc.execute('res.partner.category', 'create', [{ name: 'VIP' }]);
    project = await makeProject(odoo, files.folder);
    expect((await project.run('scope')).code).toBe(0);
    expect([0, 3]).toContain((await project.run('map')).code);
    before = await dumpDatabase(odoo.databaseUrl);
  });
  afterAll(async () => {
    project.remove();
    files.remove();
    await odoo.drop();
  });

  it('proposes what values become where they match nothing in this Odoo', () => {
    expect(mapping()).toMatch(/Deutschland: Germany/);
    expect(mapping()).toMatch(/Jane: jane@firm\.example/);
    expect(mapping()).toMatch(/v\.i\.p\.: VIP/);
    expect(mapping()).toMatch(/- column: Language[\s\S]*?- field:lang/);
  });

  it.each([
    ['field:no_such_field', /this Odoo has no field res\.partner\.no_such_field/],
    ['field:commercial_company_name', /cannot be written/],
    ['field:parent_id', /is a many2one/],
    ['field:partner_latitude', /is a float, and the column holds \w+ values/],
    ['field:lang', /res\.partner\.lang \(selection\) does not take .*under "values:"/],
  ])('refuses %s with its line, before anybody can approve it', async (target, why) => {
    set('Code', target);
    for (const args of [['--check'], ['--approve', '--by', 'Ana']]) {
      const ran = await project.run('map', ...args, '--json');
      expect(ran.code, ran.stdout).toBe(2);
      const { error } = ran.json<{ error: { message: string; place: string } }>();
      expect(error.message).toMatch(why);
      expect(error.place).toBe(`mapping.yaml:${lineOf('Code')}`);
    }
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    set('Code', 'field:ref');
  });

  it('writes every value as its line says', async () => {
    const choice = (name: string, value: string): void =>
      project.edit('mapping.yaml', (text) =>
        text.replace(new RegExp(`^(  ${name}: ).*$`, 'm'), `$1${value}`),
      );
    choice('country', 'GB');
    set('First Name', 'slot:first_name', 'transform: [title, first-word]');
    set('Last Name', 'slot:last_name', 'transform: [lower, title]');
    set('City', 'slot:city', 'transform: [upper]');
    set('Kind', 'field:function', 'transform: ["constant:Client"]');
    set('Code', 'field:ref', 'transform: [upper, "prefix:AC "]');
    set('Profile', 'field:comment', 'transform: [plain]');
    set('Language', 'field:lang');
    expect([0, 3]).toContain((await project.run('map')).code);
    expect(mapping()).toMatch(/english us: English \(US\)/);
    const approved = await project.run('map', '--approve', '--by', 'Ana');
    expect(approved.code, approved.stderr).toBe(0);
    const ran = await project.run('run', '--json');
    expect(ran.json(), ran.stderr).toMatchObject({ verification: { differences: 0, missing: 0 } });
    const [ana] = await rpc.readAll('res.partner', [['email', '=', 'ana@x.example']]);
    expect(ana).toMatchObject({
      name: "Ana O'Brien",
      city: 'LONDON',
      phone: '+44 20 7946 0958',
      function: 'Client',
      ref: 'AC AB-1',
      lang: 'en_US',
      x_allclients_met_on: '2019-12-31',
    });
    expect(nameOf(ana?.['country_id'])).toBe('Germany');
    expect(nameOf(ana?.['user_id'])).toBe('Jane Poole');
    expect(await tagsOf(ana)).toEqual(['New', 'VIP']);
    expect(String(ana?.['comment']).replace(/<\/?p>/g, '')).toBe('Hi you');
  });

  const tagsOf = async (row: PlainRow | undefined): Promise<string[]> =>
    (await rpc.readAll('res.partner.category', [['id', 'in', row?.['category_id']]], ['name']))
      .map((one) => String(one['name']))
      .sort();
});
