/** Why an address gets no mail stays with it, campaigns become Odoo's own where asked, and the key may come from a keychain (A8, A15). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill, type TestProject } from '../support/project.ts';

const FILES = {
  'Contacts.csv': [
    'Contact ID,First Name,Last Name,Email,Opt In Status',
    '70001,Ana,Keller,ana@example.com,Bounced',
    '70002,Bob,Smith,bob@example.com,Opt In',
  ],
  'OptInStatus.csv': [
    'Address,Status,Status Date',
    'ana@example.com,Bounced,3/4/2021 5:06:07 PM',
    'eve@example.com,Spam Report,3/5/2021 5:06:07 PM',
    'gil@example.com,Opt Out,',
    'bob@example.com,Opt In,',
  ],
  'Campaigns.csv': ['Campaign ID,Campaign Name,Sent', '1,Spring sale,200', '2,Newsletter 7,300'],
};

describe.each<OdooVersion>([19, 14])('into Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-optouts-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;

  beforeAll(async () => {
    for (const [name, lines] of Object.entries(FILES))
      writeFileSync(join(folder, name), lines.map((line) => `${line}\r\n`).join(''));
    odoo = await freshOdoo(version, 'optouts');
    rpc = await plainRpc(odoo);
    project = await makeProject(odoo, folder);
    await prepare(project);
    project.edit('mapping.yaml', (text) =>
      text
        .replace('campaigns: tags', 'campaigns: utm')
        .replace('timeZone: America/Chicago', 'timeZone: Europe/Paris'),
    );
    await project.run('map', '--approve', '--by', 'Test');
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(ran.json<{ verification: object }>().verification).toMatchObject({
      differences: 0,
      missing: 0,
    });
  });
  afterAll(async () => {
    project?.remove();
    await odoo?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('each address on the blacklist says why it is there, once, dated by the clock of the server’s own zone', async () => {
    const entries = await rpc.readAll('mail.blacklist', [['active', '=', true]], ['email']);
    const notes = await rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'mail.blacklist'],
        ['message_id', 'like', '@waybill'],
      ],
      ['res_id', 'body', 'date'],
    );
    const said = entries.map((one) => [
      one['email'],
      ...notes
        .filter((note) => note['res_id'] === one.id)
        .map((note) => String(note['body']).replace(/<[^>]*>/g, '')),
    ]);
    expect(said.map(String).sort()).toEqual([
      'ana@example.com,AllClients: Bounced',
      'eve@example.com,AllClients: Spam Report',
      'gil@example.com,AllClients: Opt Out',
    ]);
    expect(notes.map((one) => one['date'])).toContain('2021-03-05 16:06:07');
  });

  it('campaigns are Odoo’s own', async () => {
    const campaigns = await rpc.readAll('utm.campaign', [['x_waybill_key', '!=', false]]);
    const names = campaigns.map((one) => one[version === 19 ? 'title' : 'name']);
    expect(names.map(String).sort()).toEqual(['Newsletter 7', 'Spring sale']);
    expect(await rpc.readAll('crm.tag', [['name', '=', 'Spring sale']])).toEqual([]);
  });

  it('the key comes from the program that waybill.yaml names, where the environment has none', async () => {
    const none = { WAYBILL_ODOO_API_KEY: '' };
    const node = JSON.stringify(process.execPath);
    const command = (code: string): void =>
      project.edit(
        'waybill.yaml',
        (text) =>
          `${text.replace(/\n {4}keyCommand:.*/, '').trimEnd()}\n    keyCommand: [${node}, -e, ${JSON.stringify(code)}]\n`,
      );
    command(`console.log('${odoo.apiKey}')`);
    const good = await waybill(['verify', project.folder, '--json'], none);
    expect(good.code, good.stderr).toBe(0);
    command("console.log('half a secret'); process.exit(3)");
    const bad = await waybill(['verify', project.folder], none);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/WB_KEY_MISSING[^]*keyCommand[^]*ended with 3/);
    expect(bad.stderr + bad.stdout).not.toContain('half a secret');
    // The environment comes first.
    expect((await project.run('verify')).code).toBe(0);
  });

  it('changes nothing when it runs again, and is taken back', async () => {
    const again = await project.run('run', '--json');
    expect(again.json<{ totals: object }>().totals).toMatchObject({ created: 0, updated: 0 });
    const back = await project.run('rollback', '--yes');
    expect(back.code, back.stderr).toBe(0);
    expect(await rpc.count('mail.blacklist')).toBe(0);
    expect(await rpc.count('mail.message', [['message_id', 'like', '@waybill']])).toBe(0);
    expect(await rpc.readAll('utm.campaign', [['name', 'like', 'Spring sale']])).toEqual([]);
  });
});
