/**
 * The journey with its gates, out of each CRM: scope, mapping, sample on staging, run, certificate, handoff, delta and
 * rollback, in a staging on Odoo 14 and a production on Odoo 19 of one project, with people at work in both.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogueRow } from '../../src/app/catalogue.ts';
import type { SampleModel } from '../../src/report/sample-model.ts';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, waybill, type Ran, type TestProject } from '../support/project.ts';
import { rows } from '../support/small-export.ts';
import { unzip } from '../support/unzip.ts';

const PEOPLE = [
  '1,Ann,Adams,ann@example.com,Austin,Hot,TAKEN',
  '2,Ben,Brown,ben@example.com,Boston,Hot,B2',
  '3,Eve,=cmd|x,eve@example.com,El Paso,Cold,B3',
  '4,Joe,Jones,joe@example.com,Juneau,Cold,B4',
  '5,Kim,King,kim@example.com,Kent,Hot,B5',
  '6,Lou,Lang,lou@example.com,Laredo,Hot,B6',
];

/** The same people and the same four matters, as each CRM writes them. Each file ends where a delta adds to it. */
const SOURCES = {
  allclients: {
    people: 'Contacts.csv',
    matters: 'Deals.csv',
    counts: { contact: 6, deal: 4, note: 2 },
    files: {
      'Contacts.csv': rows('Contact ID,First Name,Last Name,Email,City,Kind,Barcode', ...PEOPLE),
      'Deals.csv': rows(
        'Deal ID,Primary Contact ID,Deal Name,Stage,Amount',
        ...['11,1,Leak', '12,2,Fire', '13,3,Theft', '14,4,Storm'].map((one) => `${one},Survey,100`),
      ),
      'Notes.csv': rows(
        'Note ID,Contact ID,Date,Note',
        '1,1,3/1/2024 9:00 AM,called',
        '2,2,3/2/2024 9:00 AM,wrote',
      ),
    },
    matter: (id: string, contact: string, name: string) => `${id},${contact},${name},Survey,100\n`,
  },
  agilecase: {
    people: 'data/contacts.csv',
    matters: 'data/cases.csv',
    counts: { contact: 6, case: 4, note: 2, user: 1 },
    files: {
      'data/users.csv': rows('id,name,email', 'u1,Jane Poole,jane@firm.example'),
      'data/contacts.csv': rows('id,first_name,last_name,email,city,kind,barcode', ...PEOPLE),
      'data/cases.csv': rows(
        'id,number,title,client,opened_on,fee_earner,status,stage',
        '11,A/11,Leak,1,14/01/2024,Jane Poole,Open,Survey',
        '12,A/12,Fire,2,14/01/2024,Jane Poole,Open,Survey',
        '13,A/13,Theft,3,14/01/2024,Jane Poole,Open,Survey',
        '14,A/14,Storm,4,14/01/2024,Jane Poole,Open,Survey',
      ),
      'data/notes.csv': rows(
        'id,case,at,author,body',
        '1,11,15/01/2024 10:00,Jane Poole,called',
        '2,12,16/01/2024 10:00,Jane Poole,wrote',
      ),
    },
    matter: (id: string, contact: string, name: string) =>
      `${id},A/${id},${name},${contact},14/01/2024,Jane Poole,Open,Survey\n`,
  },
} as const;

const ENVIRONMENTS = ['staging', 'production'] as const;
const VERSIONS = { staging: 14, production: 19 } as const;
type Environment = (typeof ENVIRONMENTS)[number];

/** One Odoo of the project, and what is known of it. */
interface Side {
  readonly odoo: TestOdoo;
  readonly rpc: PlainRpc;
  readonly before: Dump;
  /** Whose barcode one of the contacts bears, until it is released. */
  readonly holder: number;
  /** Ids of the leads by their first name. */
  leads: ReadonlyMap<string, number>;
}

async function makeSide(env: Environment): Promise<Side> {
  const odoo = await freshOdoo(VERSIONS[env], env);
  const rpc = await plainRpc(odoo);
  const [holder = 0] = await rpc.execute<number[]>('res.partner', 'create', [
    [{ name: 'Holder of the code', barcode: 'TAKEN' }],
  ]);
  return { odoo, rpc, holder, before: await dumpDatabase(odoo.databaseUrl), leads: new Map() };
}

describe.each(['allclients', 'agilecase'] as const)(
  '%s, with staging on Odoo 14 and production on Odoo 19',
  (crm) => {
    const source = SOURCES[crm];
    const folder = mkdtempSync(join(tmpdir(), 'waybill-gates-'));
    const unzipped = mkdtempSync(join(tmpdir(), 'waybill-handoff-'));
    let sides: Readonly<Record<Environment, Side>>;
    let project: TestProject;

    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    const change = (path: string, how: (text: string) => string): void =>
      write(path, how(readFileSync(join(folder, path), 'utf8')));
    const run = (env: Environment, command: string, ...args: readonly string[]): Promise<Ran> =>
      waybill([command, project.folder, '--env', env, ...args, '--json'], {
        WAYBILL_ODOO_API_KEY_STAGING: sides.staging.odoo.apiKey,
        WAYBILL_ODOO_API_KEY: sides.production.odoo.apiKey,
      });
    const map = (...args: readonly string[]): Promise<Ran> =>
      waybill(['map', project.folder, ...args, '--json'], {
        WAYBILL_ODOO_API_KEY: sides.production.odoo.apiKey,
      });
    const read = (path: string): string => readFileSync(join(project.folder, path), 'utf8');
    const partner = async (env: Environment, name: string): Promise<PlainRow> => {
      const [row] = await sides[env].rpc.readAll('res.partner', [
        ['email', '=', `${name}@example.com`],
        ['x_waybill_key', '!=', false],
      ]);
      if (!row) throw new Error(`no ${name} in ${env}`);
      return row;
    };
    const lead = async (env: Environment, name: string): Promise<PlainRow | undefined> =>
      (await sides[env].rpc.readAll('crm.lead', [['id', '=', sides[env].leads.get(name)]]))[0];
    const edit = (env: Environment, model: string, id: unknown, values: object) =>
      sides[env].rpc.execute(model, 'write', [[id], values]);
    const written = (env: Environment) =>
      Promise.all(
        ['res.partner', 'crm.lead'].map((model) =>
          sides[env].rpc.readAll(model, [['x_waybill_key', '!=', false]], ['write_date']),
        ),
      );
    /** What the package of an environment holds, by name. */
    const handoff = async (env: Environment): Promise<Record<string, string>> => {
      const made = (await run(env, 'handoff')).json<{ zip: string }>();
      rmSync(unzipped, { recursive: true, force: true });
      mkdirSync(unzipped);
      await unzip(made.zip, unzipped);
      return JSON.parse(readFileSync(join(unzipped, 'manifest.json'), 'utf8')) as Record<
        string,
        string
      >;
    };

    beforeAll(async () => {
      for (const [path, text] of Object.entries(source.files)) write(path, text);
      sides = { staging: await makeSide('staging'), production: await makeSide('production') };
      const { odoo } = sides.production;
      project = await makeProject(odoo, folder, undefined, crm, 'asked');
      const { url, db, login } = sides.staging.odoo;
      project.edit('waybill.yaml', (text) =>
        text.replace(
          'environments:\n',
          `environments:\n  staging:\n    url: ${url}\n    db: ${db}\n    login: ${login}\n`,
        ),
      );
    });
    afterAll(async () => {
      project.remove();
      for (const path of [folder, unzipped]) rmSync(path, { recursive: true, force: true });
      for (const { odoo } of Object.values(sides)) await odoo.drop();
    });

    it('the scope tells both sides, every object with what the catalogue says of it, and is signed by name', async () => {
      const catalogue = await waybill(['catalogue', '--json']);
      const rowsOf = catalogue
        .json<{ sources: { id: string; rows: CatalogueRow[] }[] }>()
        .sources.find((one) => one.id === crm)?.rows;
      for (const env of ENVIRONMENTS) {
        expect((await run(env, 'scope')).code).toBe(0);
        const html = read('reports/scope.html');
        expect(html).toContain(`Odoo (${env}): ${VERSIONS[env]}`);
        for (const row of rowsOf ?? []) expect(html, row.label).toContain(row.compatibility);
        for (const text of ['El Paso', 'languages: en_US', 'not Odoo&#39;s own', 'inventory only'])
          expect(html, text).toContain(text);
      }
      expect((await run('production', 'scope', '--sign')).code).toBe(2);
      const signed = (await run('production', 'scope', '--sign', '--by', 'Ana')).json();
      expect(signed).toMatchObject({ by: 'Ana', objects: source.counts });
    });

    it('the estimate is made from the scope', async () => {
      expect((await run('production', 'estimate')).json()).toMatchObject({
        grade: expect.stringMatching(/^[AB]$/) as string,
        records: Object.values<number>(source.counts).reduce((sum, n) => sum + n, 0),
        rate: { from: 'the rate card' },
      });
    });

    it('the mapping takes what a person writes, keeps it, and shows what changed', async () => {
      expect((await map()).code).toBe(0);
      project.edit('mapping.yaml', (text) =>
        text
          .replace(
            /( +)- column: City\n/i,
            (line, space: string) =>
              `${line}${space}  transform: [upper]\n${space}  values: { Kent: Canterbury }\n`,
          )
          .replace(/(column: Barcode\n\s+to: )\S+/i, '$1field:barcode')
          .replace('conflicts: queue', 'conflicts: source')
          .replace('deletions: queue', 'deletions: archive'),
      );
      expect((await map()).code).toBe(0);
      expect(read('mapping.yaml')).toContain('Kent: Canterbury');
      expect((await map('--approve', '--by', 'Ana')).code).toBe(0);
      project.edit('mapping.yaml', (text) => text.replace('match: email\n', 'match: none\n'));
      expect((await map('--compare')).json<{ changes: unknown[] }>().changes).toEqual([
        { where: 'choices.match', before: 'email', after: 'none' },
      ]);
      project.edit('mapping.yaml', (text) => text.replace('match: none\n', 'match: email\n'));
    });

    it('the sample on staging opens production once it is approved, and may be taken back before the run', async () => {
      for (const command of ['run', 'sample']) {
        const shut = await run('production', command);
        expect([shut.code, shut.stdout]).toEqual([3, expect.stringContaining('staging')]);
      }
      expect((await run('staging', 'sample')).code).toBe(4);
      const model = JSON.parse(read('reports/sample-staging.json')) as SampleModel;
      expect(model.totals).toMatchObject({ differs: 0 });
      // The contact that Odoo refuses, and what waits for it: its matter and its note.
      expect(model.records.filter((one) => one.verdict === 'missing')).toHaveLength(3);
      const cities = model.records.flatMap((one) =>
        one.fields.filter(({ field }) => field === 'city').map(({ found }) => found),
      );
      expect(cities).toContain('CANTERBURY');
      const { production, staging } = sides;
      expect(differences(production.before, await dumpDatabase(production.odoo.databaseUrl))).toEqual([]); // prettier-ignore
      expect((await run('staging', 'sample', '--approve', '--by', 'Ana')).code).toBe(0);
      expect((await run('staging', 'rollback', '--yes')).code).toBe(0);
      expect(differences(staging.before, await dumpDatabase(staging.odoo.databaseUrl))).toEqual([]);
    });

    it.each(ENVIRONMENTS)(
      'the run into %s does what the plan told, and what Odoo refused is loaded alone once that is mended',
      async (env) => {
        const { rpc, holder } = sides[env];
        const plan = await run(env, 'plan');
        expect(plan.json()).toMatchObject({ freeze: expect.stringContaining('Freeze') as string });
        const planned = plan.json<{ steps: { step: string; toDo: number }[] }>().steps;
        const toDo = (names: readonly string[]): number =>
          planned.filter((one) => names.includes(one.step)).reduce((sum, one) => sum + one.toDo, 0);
        expect(toDo(['contacts', 'leads', 'notes'])).toBe(12);
        const first = await run(env, 'run');
        expect(first.code, first.stderr + first.stdout).toBe(4);
        expect(first.json()).toMatchObject({ balances: true, certificate: null });
        expect(await rpc.count('crm.lead', [['x_waybill_key', '!=', false]])).toBe(3);
        const then = await written(env);
        await edit(env, 'res.partner', holder, { barcode: false });
        const again = await run(env, 'run');
        expect(again.code, again.stderr + again.stdout).toBe(0);
        // The contact, and what waited for it: its matter and its note.
        expect(again.json()).toMatchObject({ balances: true, totals: { created: 3, updated: 0 } });
        const now = await written(env);
        for (const [at, same] of then.entries())
          expect(now[at]?.filter((one) => same.some(({ id }) => id === one.id))).toEqual(same);
        const people = await rpc.readAll('res.partner', [['x_waybill_key', '!=', false]], ['city']);
        expect(people.map((one) => String(one['city'])).sort()).toEqual([
          'AUSTIN',
          'BOSTON',
          'CANTERBURY',
          'EL PASO',
          'JUNEAU',
          'LAREDO',
        ]);
        const leads = await rpc.readAll('crm.lead', [['x_waybill_key', '!=', false]], ['name']);
        sides[env].leads = new Map(leads.map((one) => [String(one['name']), one.id]));
        expect([...sides[env].leads.keys()].sort()).toEqual(['Fire', 'Leak', 'Storm', 'Theft']);
      },
    );

    it.each(ENVIRONMENTS)(
      'a second run into %s is certified, every value is read back, and one zip hands it all over',
      async (env) => {
        const again = await run(env, 'run');
        expect(again.code, again.stderr + again.stdout).toBe(0);
        const { certificate } = again.json<{ certificate: string }>();
        expect(readFileSync(certificate, 'utf8')).toContain('created nothing and changed nothing');
        const verified = (await run(env, 'verify')).json<{
          verification: { differences: number; missing: number; spotCheck: string };
        }>().verification;
        expect(verified).toMatchObject({ differences: 0, missing: 0 });
        expect(readFileSync(verified.spotCheck, 'utf8')).toContain('CANTERBURY');
        const manifest = await handoff(env);
        expect(Object.keys(manifest).length).toBe(readdirSync(unzipped).length - 1);
        for (const [name, hash] of Object.entries(manifest))
          expect(sha256(readFileSync(join(unzipped, name))), name).toBe(hash);
        const packed = (name: string): string => readFileSync(join(unzipped, name), 'utf8');
        const ids = packed('id-map.csv').trim().split('\r\n').slice(1);
        expect(ids.length).toBeGreaterThanOrEqual(12);
        for (const line of ids) {
          const [object = '', key = '', model = '', id = ''] = line.split(',');
          expect(await sides[env].rpc.count(model, [['id', '=', Number(id)]]), line).toBe(1);
          // A stage is of no one record.
          if (model !== 'crm.stage') expect([object, key]).not.toContain('');
        }
        expect(packed('reconciliation.json')).toContain('"signed": 6');
        for (const name of [
          'index.html',
          'field-mapping.xlsx',
          'owners.csv',
          'review-queue.csv',
          'inventory.html',
          'spot-check.html',
          'certificate.html',
          'mapping.yaml',
        ])
          expect(Object.keys(manifest)).toContain(name);
        expect(packed('index.html')).toContain('in &quot;staging&quot;, approved by Ana on');
        expect(packed('index.html')).toContain('certified on');
      },
    );

    it.each(ENVIRONMENTS)(
      'people work in %s: the delta keeps that, follows the policy where both changed, and asks what became of a merged lead',
      async (env) => {
        const { rpc, leads } = sides[env];
        if (env === 'staging') {
          change(source.people, (text) =>
            text
              .replace('Boston', 'Bergen')
              .replace(/^6,.*\n/m, '')
              .concat('7,Mia,Moss,mia@example.com,Miami,Hot,B7\n'),
          );
          change(source.matters, (text) =>
            text
              .replace('Fire', 'Fire at night')
              .replace('Storm', 'Storm at sea')
              .concat(source.matter('17', '7', 'Hail')),
          );
        }
        await edit(env, 'res.partner', (await partner(env, 'ben')).id, { city: 'Oslo' });
        await edit(env, 'res.partner', (await partner(env, 'eve')).id, { city: 'Lima' });
        await edit(env, 'crm.lead', leads.get('Fire'), { expected_revenue: 777 });
        await merge(rpc, [leads.get('Theft'), leads.get('Storm')]);
        expect(await lead(env, 'Storm')).toBeUndefined();
        const merged = await lead(env, 'Theft');
        const ran = await run(env, 'delta');
        expect([ran.code, ran.json()], ran.stderr + ran.stdout).toMatchObject([
          4,
          { frozen: false, load: { created: 2 }, totals: { written: 2, queued: 1, archived: 1 } },
        ]);
        expect(await partner(env, 'ben')).toMatchObject({ city: 'BERGEN' });
        expect(await partner(env, 'eve')).toMatchObject({ city: 'Lima' });
        expect(await partner(env, 'lou')).toMatchObject({ active: false });
        expect(await partner(env, 'mia')).toMatchObject({ city: 'MIAMI' });
        expect(await lead(env, 'Fire')).toMatchObject({
          name: 'Fire at night',
          expected_revenue: 777,
        });
        // What is left of the two is as the person made it.
        expect(merged?.['name']).toBe('Theft');
        expect((await lead(env, 'Theft'))?.['write_date']).toBe(merged?.['write_date']);
        expect(await rpc.count('crm.lead', [['name', 'ilike', 'Storm at sea']])).toBe(0);
        const asked = (await run(env, 'review'))
          .json<{ items: { id: number; code: string; message: string }[] }>()
          .items.find((one) => one.code === 'WB_DELTA_CONFLICT');
        expect(asked?.message).toContain(`crm.lead ${leads.get('Storm')} is no longer in Odoo`);
        const told = ['--resolve', String(asked?.id), '--with', 'odoo', '--by', 'Ana'];
        expect((await run(env, 'review', ...told)).code).toBe(0);
        expect((await run(env, 'delta')).json()).toMatchObject({
          frozen: true,
          totals: { written: 0, queued: 0 },
        });
      },
    );

    it('a mapping that staging has not shown is kept out of production, but for an override that the audit log keeps', async () => {
      project.edit('mapping.yaml', (text) => text.replace('conflicts: source', 'conflicts: odoo'));
      expect((await map('--approve', '--by', 'Ana')).code).toBe(0);
      const ben = await partner('production', 'ben');
      await edit('production', 'res.partner', ben.id, { city: 'Rome' });
      change(source.people, (text) => text.replace('Bergen', 'Berlin'));
      for (const command of ['delta', 'run']) {
        const shut = await run('production', command);
        expect([shut.code, shut.stdout]).toEqual([
          3,
          expect.stringMatching(/sample in \\"staging\\" was made with another mapping/),
        ]);
      }
      const bold = await run('production', 'run', '--without-sample', '--by', 'Bold Bob');
      expect([0, 4], bold.stderr + bold.stdout).toContain(bold.code);
      const ran = await run('production', 'delta');
      expect(ran.json(), ran.stderr).toMatchObject({ totals: { written: 0, kept: 1, queued: 0 } });
      expect(await partner('production', 'ben')).toMatchObject({ city: 'Rome' });
      await handoff('production');
      const log = readFileSync(join(unzipped, 'audit.jsonl'), 'utf8').trim().split('\n');
      const overrides = log.filter((line) => line.includes('without an approved sample'));
      expect(overrides).toHaveLength(1);
      expect(overrides[0]).toContain('Bold Bob');
      expect(overrides[0]).toMatch(/production.*stale/);
      const index = readFileSync(join(unzipped, 'index.html'), 'utf8');
      expect(index).toMatch(/is outdated: \d+ record\(s\) were written since/);
      project.edit('mapping.yaml', (text) => text.replace('conflicts: odoo', 'conflicts: source'));
    });

    it.each(ENVIRONMENTS)(
      'a %s that was restored to a backup from before the last delta is not written to',
      async (env) => {
        const { rpc } = sides[env];
        const marks = await rpc.readAll('x_waybill_batch', [['x_name', 'like', 'end of run']]);
        const last = marks.at(-1);
        await rpc.execute('x_waybill_batch', 'unlink', [[last?.id]]);
        const then = await written(env);
        const refused = await run(env, env === 'staging' ? 'delta' : 'run');
        expect([refused.code, refused.stdout], refused.stderr).toEqual([
          3,
          expect.stringMatching(/WB_DATABASE_CHANGED.*older backup.*waybill rollback/s),
        ]);
        expect(await written(env)).toEqual(then);
        await rpc.execute('x_waybill_batch', 'create', [[{ x_name: last?.['x_name'] }]]);
      },
    );

    it('two environments in one database are refused', async () => {
      const text = read('waybill.yaml');
      const { staging, production } = sides;
      project.edit('waybill.yaml', (now) =>
        now
          .replaceAll(staging.odoo.db, production.odoo.db)
          .replaceAll(staging.odoo.url, production.odoo.url),
      );
      const same = await run('production', 'plan');
      expect([same.code, same.stdout]).toEqual([
        2,
        expect.stringContaining('one and the same database'),
      ]);
      project.edit('waybill.yaml', () => text);
    });

    it.each(ENVIRONMENTS)(
      'the rollback of %s keeps and names what people worked on, and without that Odoo is as it was',
      async (env) => {
        const { rpc, odoo, before, leads, holder } = sides[env];
        const theirs = [
          ['res.partner', (await partner(env, 'ben')).id],
          ['res.partner', (await partner(env, 'eve')).id],
          ['crm.lead', leads.get('Fire')],
          ['crm.lead', leads.get('Theft')],
        ];
        const back = await run(env, 'rollback', '--yes');
        expect(back.code, back.stderr + back.stdout).toBe(6);
        const { kept } = back.json<{ kept: Kept[] }>();
        const named = kept.filter(({ model }) => ['res.partner', 'crm.lead'].includes(model));
        for (const [model, id] of theirs)
          expect(named, `${model} ${id}`).toContainEqual(
            expect.objectContaining({ model, resId: id }),
          );
        for (const one of named) expect(one.reason, one.key).not.toBe('');
        for (const model of ['crm.lead', 'res.partner']) {
          const there = (await rpc.readAll(model, [['x_waybill_key', '!=', false]], ['id'])).map(
            (one) => one.id,
          );
          const ours = named.filter((one) => one.model === model).map((one) => one.resId);
          expect(there.sort(ascending)).toEqual(ours.sort(ascending));
          await rpc.execute(model, 'unlink', [there]);
        }
        const last = await run(env, 'rollback', '--yes');
        expect([last.code, last.json()], last.stderr).toMatchObject([0, { kept: [] }]);
        const left = differences(before, await dumpDatabase(odoo.databaseUrl));
        // The wizard that merged, and the contact that gave its code away.
        const known = new RegExp(
          `^(crm_merge_|merge_opportunity)|Holder of|res.partner,${holder}"`,
        );
        expect(left.filter((line) => !known.test(line))).toEqual([]);
      },
    );

    it('an audit log that somebody changed is found, in the package and in the project', async () => {
      const path = join(unzipped, 'audit.jsonl');
      expect((await waybill(['audit', '--file', path, '--json'])).code).toBe(0);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('"who":"Ana"', '"who":"Bob"'));
      const broken = await waybill(['audit', '--file', path, '--json']);
      expect([broken.code, broken.stdout]).toEqual([4, expect.stringContaining('WB_AUDIT_BROKEN')]);
      expect((await waybill(['audit', project.folder, '--json'])).code).toBe(0);
      const store = new DatabaseSync(join(project.folder, '.waybill/store.db'));
      store.exec("delete from audit where what = 'sample approved'");
      store.close();
      expect((await waybill(['audit', project.folder, '--json'])).code).toBe(4);
    });
  },
);

interface Kept {
  readonly key: string;
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const ascending = (a: number, b: number): number => a - b;

/** As the button in Odoo's list does it. */
async function merge(rpc: PlainRpc, ids: readonly unknown[]): Promise<void> {
  const model = 'crm.merge.opportunity';
  const values = { opportunity_ids: [[6, 0, ids]] };
  const [wizard] = await rpc.execute<number[]>(model, 'create', [[values]]);
  await rpc.execute(model, 'action_merge', [[wizard]]);
}
