/** Contacts that Odoo has already, contacts that share an address, and companies (A1, A4): by the confirmed rule, and back again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, dumpDatabase } from '../support/dump.ts';
import { writeExport, type WrittenExport } from '../support/export.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const EXPORT = {
  'Contacts.csv': `Contact ID,First Name,Last Name,Email,Phone 1,City,Company,Flags
1,Ann,Adams,ANN@x.example,(512) 555-0101,Austin,Acme Inc,"VIP,Lead"
2,Ben,Brown,ben@x.example,(512) 555-0102,Boston,ACME  inc,
3,Cid,Clark,cid@x.example,(512) 555-0103,Chicago,Globex,
4,Eve,Evans,shared@x.example,(512) 555-0104,,,VIP
5,Ed,Evans,shared@x.example,(512) 555-0105,,,
6,Fay,Ford,,(512) 555-0106,,,
7,Fay,Ford,,(512) 555-0107,,,
8,Gus,Green,gus@x.example,,Galveston,,
9,Gus,Green,Gus@X.example,(512) 555-0109,Houston,,Lead
`,
};

const named = async (rpc: PlainRpc, name: string): Promise<PlainRow[]> =>
  rpc.readAll(
    'res.partner',
    [['name', '=', name]],
    ['name', 'email', 'city', 'phone', 'parent_id', 'category_id'],
  );

/** What Odoo has before; name -> id. */
async function fillOdoo(rpc: PlainRpc): Promise<Record<string, number>> {
  const tags = [{ name: 'VIP' }, { name: 'Own' }];
  const [vip = 0, own = 0] = await rpc.execute<number[]>('res.partner.category', 'create', [tags]);
  const there = [
    { name: 'Ann Adams', email: 'Ann@x.example', city: 'Paris', category_id: [[6, 0, [own]]] },
    { name: 'Somebody Else', email: 'ben@x.example' },
    { name: 'Cid One', email: 'cid@x.example' },
    { name: 'Cid Two', email: 'cid@x.example' },
    { name: 'Acme Inc', is_company: true },
  ];
  const made = await rpc.execute<number[]>('res.partner', 'create', [there]);
  return {
    vip,
    own,
    ...Object.fromEntries(there.map(({ name }, index) => [name, made[index] ?? 0])),
  };
}

describe.each<OdooVersion>([19, 14])('matching in Odoo %i', (version) => {
  let files: WrittenExport;
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let ids: Record<string, number>;

  const decide = async (changes: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, value] of Object.entries(changes))
      project.edit('mapping.yaml', (text) =>
        text.replace(new RegExp(`^(  ${name}: ).*$`, 'm'), `$1${value}`),
      );
    const approved = await project.run('map', '--approve', '--by', 'Test');
    expect(approved.code, approved.stderr).toBe(0);
  };

  beforeEach(async () => {
    files = writeExport(EXPORT);
    odoo = await freshOdoo(version, 'matching');
    rpc = await plainRpc(odoo);
    ids = await fillOdoo(rpc);
    project = await makeProject(odoo, files.folder);
    await prepare(project);
  });

  afterEach(async () => {
    project.remove();
    files.remove();
    await odoo.drop();
  });

  it('is counted by the scope as the run will do it, with examples, by the rule of the mapping', async () => {
    interface Existing {
      readonly existing: {
        readonly matched: number;
        readonly unclear: number;
        readonly examples: { source: string; odoo: string }[];
      };
    }
    const { existing } = (await project.run('scope', '--json')).json<Existing>();
    expect(existing).toMatchObject({ rule: 'email', contacts: 8, matched: 2, unclear: 1 });
    expect(existing.examples).toContainEqual({
      source: 'ann adams <ann@x.example>',
      odoo: `Ann Adams (contact ${ids['Ann Adams']})`,
    });
    const said = '2 of 8 contacts are in Odoo already, by their e-mail address; for 1 more';
    expect((await project.run('scope')).stdout).toContain(said);
    const html = readFileSync(join(project.folder, 'reports/scope.html'), 'utf8');
    expect(html).toContain(said);
    expect(html).toContain(`Ann Adams (contact ${ids['Ann Adams']})`);
    await decide({ match: 'email-and-name' });
    const byName = (await project.run('scope', '--json')).json<Existing>();
    expect(byName.existing).toMatchObject({ matched: 1, unclear: 0 });
    await decide({ match: 'email' });
    const ran = await project.run('run', '--json');
    const { totals } = ran.json<{ totals: { updated: number; matched: number } }>();
    expect((await named(rpc, 'Somebody Else'))[0]).toMatchObject({ city: 'Boston' });
    expect(totals, ran.stderr).toMatchObject({ updated: existing.matched });
    // What the run made itself is no match of the next scope.
    const after = (await project.run('scope', '--json')).json<Existing>();
    expect(after.existing).toMatchObject({ matched: 2, unclear: 1 });
  });

  it('fills gaps only, joins tags, makes nothing twice, and asks where it cannot know', async () => {
    const before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(4);
    const [ann, ...more] = await named(rpc, 'Ann Adams');
    expect(more).toEqual([]);
    expect(ann).toMatchObject({ id: ids['Ann Adams'], email: 'Ann@x.example', city: 'Paris' });
    expect(String(ann?.['phone']).replace(/\D/g, '')).toContain('5125550101');
    const tags = await rpc.readAll('res.partner.category', [], ['name']);
    expect(tags.filter((one) => one['name'] === 'VIP')).toHaveLength(1);
    const lead = tags.find((one) => one['name'] === 'Lead')?.id ?? 0;
    expect(new Set(ann?.['category_id'] as number[])).toEqual(
      new Set([ids['own'], ids['vip'], lead]),
    );
    // The same address alone is enough by default; the name in Odoo stays.
    expect(await named(rpc, 'Ben Brown')).toEqual([]);
    expect(await named(rpc, 'Somebody Else')).toMatchObject([{ city: 'Boston' }]);
    // Two contacts of Odoo have this address: a person decides.
    expect(await named(rpc, 'Cid Clark')).toEqual([]);
    expect((await named(rpc, 'Cid One'))[0]).toMatchObject({ city: false });
    // A shared address with other names, or none at all: everybody stays who they are.
    expect(await named(rpc, 'Eve Evans')).toHaveLength(1);
    expect(await named(rpc, 'Ed Evans')).toHaveLength(1);
    expect(await named(rpc, 'Fay Ford')).toHaveLength(2);
    // One person twice is one, and what differed is in a note.
    const [gus, ...others] = await named(rpc, 'Gus Green');
    expect(others).toEqual([]);
    const notes = await rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'res.partner'],
        ['res_id', '=', gus?.id],
      ],
      ['body'],
    );
    expect(notes.map((one) => String(one['body'])).join()).toMatch(/Houston|Galveston/);

    const queue = (await project.run('review', '--json')).json<{
      items: { id: number; code: string; candidates: string[] }[];
    }>().items;
    const item = queue.find((one) => one.code === 'WB_MATCH_AMBIGUOUS');
    expect(new Set(item?.candidates)).toEqual(
      new Set([String(ids['Cid One']), String(ids['Cid Two'])]),
    );
    const answer = await project.run(
      'review',
      '--resolve',
      String(item?.id),
      '--with',
      String(ids['Cid Two']),
      '--by',
      'Test',
    );
    expect(answer.code, answer.stderr).toBe(0);
    const again = await project.run('run', '--json');
    expect(again.json<{ open: unknown }>().open).toEqual([]);
    expect((await named(rpc, 'Cid Two'))[0]).toMatchObject({ city: 'Chicago' });
    expect((await named(rpc, 'Cid One'))[0]).toMatchObject({ city: false });

    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(unstamped(differences(before, await dumpDatabase(odoo.databaseUrl)))).toEqual([]);
  });

  it('overwrites when told so, makes companies, and puts every former value back', async () => {
    const before = await dumpDatabase(odoo.databaseUrl);
    await decide({ existing: 'overwrite', companies: 'partners', match: 'email-and-name' });
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    const [ann] = await named(rpc, 'Ann Adams');
    expect(ann).toMatchObject({ id: ids['Ann Adams'], city: 'Austin' });
    // A contact that was there keeps its place: Odoo would copy addresses to and fro. The report says so.
    expect(ann?.['parent_id']).toBe(false);
    const report = await project.report<{ verification: { verdicts: object[] } }>();
    expect(report.verification.verdicts).toContainEqual(
      expect.objectContaining({
        key: 'allclients_contact_1',
        field: 'parent_id',
        verdict: 'untaken',
      }),
    );
    const [ben] = await named(rpc, 'Ben Brown');
    expect(ben?.['parent_id']).toEqual([ids['Acme Inc'], 'Acme Inc']);
    expect(await named(rpc, 'Acme Inc')).toMatchObject([{ city: false }]);
    expect(await rpc.readAll('res.partner', [['is_company', '=', true]], ['name'])).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'Globex' })]),
    );
    expect(await rpc.count('res.partner', [['name', '=ilike', 'acme%inc']])).toBe(1);
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(unstamped(differences(before, await dumpDatabase(odoo.databaseUrl)))).toEqual([]);
  });
});

/** A contact that was there and was written to bears a new stamp: it is the one thing nobody can write back. */
function unstamped(lines: readonly string[]): string[] {
  const bare = lines.map((line) => line.replace(/, "write_(uid|date)": ("[^"]*"|\d+)/g, ''));
  const removed = bare
    .filter((line) => line.includes(' - '))
    .map((line) => line.replace(' - ', ' '));
  const added = bare.filter((line) => line.includes(' + ')).map((line) => line.replace(' + ', ' '));
  return [
    ...removed.filter((line) => !added.includes(line)),
    ...added.filter((line) => !removed.includes(line)),
  ];
}
