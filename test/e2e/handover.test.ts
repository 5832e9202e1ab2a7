/** Staging before production, a signed scope, the certificate, the package and its audit log, a value map in Odoo. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallExport } from '../support/small-export.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, waybill, type TestProject } from '../support/project.ts';
import { unzip } from '../support/unzip.ts';

const CONTACTS = `Contact ID,First Name,Last Name,Email,City,Client Type
1,Ann,Adams,ann@example.com,Austin,Hot
2,Ben,Brown,ben@example.com,Boston,Hot
3,Eve,=cmd|x,eve@example.com,El Paso,Cold
4,Joe,Jones,joe@example.com,Juneau,Cold
5,Kim,King,kim@example.com,Kent,Hot
`;
const NOTES =
  'Note ID,Contact ID,Date,Note\n1,1,3/1/2024 9:00 AM,called\n2,3,3/2/2024 9:00 AM,wrote\n';

describe('from staging to the handoff', { timeout: 900_000 }, () => {
  const files = smallExport({ 'Contacts.csv': CONTACTS, 'Notes.csv': NOTES });
  const unzipped = mkdtempSync(join(tmpdir(), 'waybill-handoff-'));
  let staging: TestOdoo;
  let production: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  const keys = (): Record<string, string> => ({
    WAYBILL_ODOO_API_KEY_STAGING: staging.apiKey,
    WAYBILL_ODOO_API_KEY: production.apiKey,
  });
  const run = (command: string, ...args: string[]) =>
    waybill([command, project.folder, ...args, '--json'], keys());

  beforeAll(async () => {
    [staging, production] = [await freshOdoo(14, 'staging'), await freshOdoo(19, 'handover')];
    rpc = await plainRpc(production);
    project = await makeProject(production, files.folder, undefined, 'allclients', 'asked');
    const { url, db, login } = staging;
    project.edit('waybill.yaml', (text) =>
      text.replace(
        'environments:\n',
        `environments:\n  staging:\n    url: ${url}\n    db: ${db}\n    login: ${login}\n`,
      ),
    );
  });
  afterAll(async () => {
    project.remove();
    files.remove();
    rmSync(unzipped, { recursive: true, force: true });
    await staging.drop();
    await production.drop();
  });

  it('writes a scope with the Odoo side, and signs its numbers', async () => {
    expect((await run('scope')).code).toBe(0);
    const html = readFileSync(join(project.folder, 'reports/scope.html'), 'utf8');
    for (const text of [
      'Client Type',
      'Odoo (production): 19',
      'languages: en_US',
      'not Odoo&#39;s own',
      'No attachment has bytes',
      'inventory only',
    ])
      expect(html).toContain(text);
    expect((await run('scope', '--sign')).code).toBe(2);
    expect((await run('scope', '--sign', '--by', 'Ana')).json()).toMatchObject({
      by: 'Ana',
      objects: { contact: 5, note: 2 },
    });
  });

  it('maps values as a person wrote, and shows them', async () => {
    expect((await run('map')).code).toBe(0);
    project.edit('mapping.yaml', (text) =>
      text.replace(
        /( +)- column: City\n/,
        '$1- column: City\n$1  transform: [upper]\n$1  values: { Kent: Canterbury }\n',
      ),
    );
    expect((await run('map', '--approve', '--by', 'Ana')).code).toBe(0);
    project.edit('mapping.yaml', (text) => text.replace('match: email\n', 'match: none\n'));
    expect((await run('map', '--compare')).json<{ changes: unknown[] }>().changes).toEqual([
      { where: 'choices.match', before: 'email', after: 'none' },
    ]);
    project.edit('mapping.yaml', (text) => text.replace('match: none\n', 'match: email\n'));
  });

  it('opens production with the sample that was approved on staging, and each has its own ledger', async () => {
    for (const command of ['run', 'sample']) {
      const shut = await run(command, '--env', 'production');
      expect([shut.code, shut.stdout]).toEqual([3, expect.stringContaining('staging')]);
    }
    expect(await rpc.count('ir.model.fields', [['name', '=', 'x_waybill_key']])).toBe(0);
    expect([0, 4]).toContain((await run('sample', '--env', 'staging')).code);
    expect((await run('run', '--env', 'production')).code).toBe(3);
    expect((await run('sample', '--env', 'staging', '--approve', '--by', 'Ana')).code).toBe(0);
    const ran = await run('run', '--env', 'production');
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json()).toMatchObject({ totals: { created: 7 }, certificate: null });
    const cities = (
      await rpc.readAll('res.partner', [['x_waybill_key', '!=', false]], ['city'])
    ).map((one) => one['city']);
    expect(new Set(cities)).toEqual(
      new Set(['AUSTIN', 'BOSTON', 'CANTERBURY', 'EL PASO', 'JUNEAU']),
    );
    expect((await run('rollback', '--env', 'staging', '--yes')).code).toBe(0);
    expect(await rpc.count('res.partner', [['x_waybill_key', '!=', false]])).toBe(5);
  });

  it('certifies a second full run that changes nothing, and lays records out for a spot check', async () => {
    const again = await run('run');
    expect(again.code, again.stderr).toBe(0);
    const { certificate } = again.json<{ certificate: string }>();
    expect(readFileSync(certificate, 'utf8')).toContain('created nothing and changed nothing');
    const verified = (await run('verify')).json<{ verification: { spotCheck: string } }>();
    expect(readFileSync(verified.verification.spotCheck, 'utf8')).toContain('CANTERBURY');
    await rpc.execute('res.partner', 'write', [
      await rpc.execute('res.partner', 'search', [[['email', '=', 'joe@example.com']]]),
      { city: 'Elsewhere' },
    ]);
    expect((await run('run')).json()).toMatchObject({ certificate: null });
  });

  it('hands over one zip that checks itself', async () => {
    expect((await run('estimate')).code).toBe(0);
    const made = (await run('handoff')).json<{ zip: string }>();
    await unzip(made.zip, unzipped);
    const manifest = JSON.parse(readFileSync(join(unzipped, 'manifest.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(Object.keys(manifest).length).toBe(readdirSync(unzipped).length - 1);
    for (const [name, hash] of Object.entries(manifest))
      expect(
        createHash('sha256')
          .update(readFileSync(join(unzipped, name)))
          .digest('hex'),
        name,
      ).toBe(hash);
    const ids = readFileSync(join(unzipped, 'id-map.csv'), 'utf8').trim().split('\r\n');
    expect(ids.length).toBe(1 + 7);
    for (const line of ids.slice(1)) {
      const [object = '', source = '', model = '', id = ''] = line.split(',');
      expect(await rpc.count(model, [['id', '=', Number(id)]]), line).toBe(1);
      expect([object, source]).not.toContain('');
    }
    expect(readFileSync(join(unzipped, 'reconciliation.json'), 'utf8')).toContain('"signed": 5');
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
    const index = readFileSync(join(unzipped, 'index.html'), 'utf8');
    expect(index).toContain('the sample in &quot;staging&quot;, approved by Ana on');
    expect(index).toContain('certified on');
  });

  it('hands over no certificate once something was written after it', async () => {
    files.write('Contacts.csv', CONTACTS.replace('Boston', 'Bergen'));
    expect((await run('delta')).json()).toMatchObject({ totals: { written: 1 } });
    const made = (await run('handoff')).json<{ zip: string; files: { name: string }[] }>();
    expect(made.files.map(({ name }) => name)).not.toContain('certificate.html');
    await unzip(made.zip, unzipped);
    const index = readFileSync(join(unzipped, 'index.html'), 'utf8');
    expect(index).toContain('is outdated: 1 record(s) were written since');
  });

  it('refuses an Odoo that was restored to an older backup, and two environments in one database', async () => {
    const ours = await rpc.execute('res.partner', 'search', [[['x_waybill_key', '!=', false]]]);
    await rpc.execute('res.partner', 'unlink', [ours]);
    const restored = await run('run');
    expect([restored.code, restored.stdout]).toEqual([3, expect.stringContaining('older backup')]);
    expect((await run('rollback', '--yes')).json()).toMatchObject({ kept: [] });
    const text = readFileSync(join(project.folder, 'waybill.yaml'), 'utf8');
    project.edit('waybill.yaml', (now) =>
      now.replaceAll(staging.db, production.db).replaceAll(staging.url, production.url),
    );
    const same = await run('plan');
    expect([same.code, same.stdout]).toEqual([
      2,
      expect.stringContaining('one and the same database'),
    ]);
    project.edit('waybill.yaml', () => text);
  });

  it('finds an audit log that somebody changed, in the package and in the project', async () => {
    const path = join(unzipped, 'audit.jsonl');
    expect((await waybill(['audit', '--file', path, '--json'])).code).toBe(0);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"who":"Ana"', '"who":"Bob"'));
    const broken = await waybill(['audit', '--file', path, '--json']);
    expect([broken.code, broken.stdout]).toEqual([4, expect.stringContaining('WB_AUDIT_BROKEN')]);
    expect((await run('audit')).code).toBe(0);
    const store = new DatabaseSync(join(project.folder, '.waybill/store.db'));
    store.exec("delete from audit where what = 'sample approved'");
    store.close();
    expect((await run('audit')).code).toBe(4);
  });
});
