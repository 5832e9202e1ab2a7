/**
 * What a firm may choose, and the rarer things of a bundle: a zip with a listing of blobs, leads in a team's pipeline,
 * versions of a document, the files of a letter, fields of contacts, bills that do not add up.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, type TestProject } from '../support/project.ts';
import { zipOf } from '../support/zip-archive.ts';

const FILES: Readonly<Record<string, string>> = {
  'firm/data/users.csv': 'id,name,email\nu1,Jane Poole,jane@firm.example\n',
  'firm/data/contacts.csv':
    'id,code,first_name,last_name,company,email\nc1,DOE1,Ann,Doe,c3,ann@client.example\n' +
    'c2,ROE1,Bob,Roe,ACME1,bob@client.example\nc3,ACME1,,,Acme & Sons,office@acme.example\n',
  'firm/data/cases.csv':
    'id,number,title,client,opened_on,fee_earner,status,stage,labels,probability,created_at\n' +
    '1,A/1,Leak,c1,14/01/2024,Jane Poole,Open,Evidence,Finance > Urgent,35,15/07/2024 12:00\n' +
    '2,A/2,Fire,c2,03/02/2024,Gone Gary,Open,Survey,Urgent,,2024-07-15T12:00:00+01:00\n' +
    '3,A/3,Theft,c2,03/02/2024,Jane Poole,Closed,Survey,,,15/01/2024 12:00\n',
  'firm/manifest.json': '{"format": "agilecase-bundle/1", "timezone": "Europe/Athens"}',
  'firm/data/audit_log.csv':
    'id,at,user,object_type,object,action,field,old,new\n' +
    'a1,15/07/2024 12:00,Jane Poole,case,1,create,,,\n' +
    'a2,2024-07-15T14:00:00Z,Jane Poole,case,1,update,status,Hold,Open\n' +
    'a3,15/01/2024 12:00,Jane Poole,contact,c1,create,,,\n',
  'firm/data/custom_fields.csv':
    'key,label,scope,type,help_text\nnick,Nickname,contact,text,What friends say\n',
  'firm/data/custom_values.csv': 'owner_type,owner,field,value\ncontact,c2,nick,Bobby\n',
  'firm/data/document_versions.csv':
    'id,case,folder,file_name,path,version\n' +
    'd2,1,Drafts,report.txt,documents/1/v2/report.txt,2\n' +
    'd1,1,Drafts,report.txt,documents/1/v1/report.txt,1\n',
  'firm/data/blobs.csv':
    'Name,Content-Length,Content-Type,Blob ID\ndocuments/2/Photos/scan.txt,4,text/plain,b1\n',
  'firm/data/communications.csv':
    'id,case,channel,at,from,subject,body,attachments\n' +
    'm1,2,email,15/01/2024 11:00,bob@client.example,Photos,See the scan,b1\n',
  'firm/data/bills.csv':
    'id,customer,cases,issued_on,net,tax,gross,paid\nB1,c1,1,31/01/2024,100.10,20.02,130.00,0\nB2,c1,1,31/01/2024,0.10,0.20,0.30,0\n',
  'firm/documents/1/v1/report.txt': 'first draft',
  'firm/documents/1/v2/report.txt': 'second draft',
  'firm/documents/2/Photos/scan.txt': 'scan',
};

describe.each<OdooVersion>([19, 14])('what a firm chooses, into Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-choices-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let notices: string;
  let leads: Map<unknown, PlainRow>;

  beforeAll(async () => {
    const zip = join(folder, 'firm.zip');
    writeFileSync(zip, zipOf(Object.entries(FILES).map(([name, data]) => ({ name, data }))));
    odoo = await freshOdoo(version, 'choices');
    rpc = await plainRpc(odoo);
    await rpc.execute(
      'res.users',
      'create',
      [{ name: 'Jane Poole', login: 'jane@firm.example', email: 'jane@firm.example' }],
      { context: { no_reset_password: true } },
    );
    project = await makeProject(odoo, zip, undefined, 'agilecase');
    const scoped = await project.run('scope', '--json');
    notices = scoped.json<{ inspection: { notices: string[] } }>().inspection.notices.join('\n');
    await project.run('map');
    project.edit('mapping.yaml', (text) =>
      text
        .replace(/pipeline: .*/, 'pipeline: Claims')
        .replace('leadType: opportunity', 'leadType: lead'),
    );
    const approved = await project.run('map', '--approve', '--by', 'Test');
    expect(approved.code, approved.stderr + approved.stdout).toBe(0);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(ran.json()).toMatchObject({
      balances: true,
      verification: { differences: 0, missing: 0 },
    });
    const all = await rpc.readAll('crm.lead', [['x_ac_id', '!=', false]]);
    leads = new Map(all.map((one) => [one['x_ac_id'], one]));
  });
  afterAll(async () => {
    project?.remove();
    rmSync(folder, { recursive: true, force: true });
    await odoo?.drop();
  });

  it('cases are leads in the pipeline of the team that was chosen, each with an owner and a stage of it (B1, B2, B4)', async () => {
    const [team, ...more] = await rpc.readAll('crm.team', [['name', '=', 'Claims']]);
    expect(more).toEqual([]);
    const [jane] = await rpc.readAll('res.users', [['login', '=', 'jane@firm.example']]);
    const owners = { '1': jane?.id, '2': rpc.uid, '3': jane?.id };
    const stages = { '1': 'Evidence', '2': 'Survey', '3': 'Won' };
    for (const [id, owner] of Object.entries(owners)) {
      const lead = leads.get(id);
      expect(lead, id).toMatchObject({
        type: 'lead',
        team_id: [team?.id, expect.any(String)],
        user_id: [owner, expect.any(String)],
        stage_id: [expect.any(Number), stages[id as keyof typeof stages]],
      });
    }
    const own = await rpc.readAll('crm.stage', [['name', 'in', ['Evidence', 'Survey']]]);
    for (const stage of own)
      expect(version === 19 ? stage['team_ids'] : (stage['team_id'] as unknown[])[0]).toEqual(
        version === 19 ? [team?.id] : team?.id,
      );
  });

  it('an open case keeps the chance that the source gives it (B2)', () =>
    expect(leads.get('1')?.['probability']).toBe(35));

  it('times are those of the clock that the manifest names, or of the zone beside them (B1, B11)', async () => {
    expect(notices).toContain('those of Europe/Athens, and not of Europe/London');
    const made = ['1', '2', '3'].map((id) => leads.get(id)?.['x_ac_original_create_date']);
    expect(made).toEqual(['2024-07-15 09:00:00', '2024-07-15 11:00:00', '2024-01-15 10:00:00']);
    expect(leads.get('1')?.['x_ac_audit_history']).toBe(
      '2024-07-15 09:00:00 UTC | Jane Poole | create\n' +
        '2024-07-15 14:00:00 UTC | Jane Poole | update status | Hold -> Open',
    );
    const [ann] = await rpc.readAll('res.partner', [['email', '=', 'ann@client.example']]);
    expect(ann?.['x_ac_audit_history']).toBe('2024-01-15 10:00:00 UTC | Jane Poole | create');
  });

  it('a company that is named by its key or code is called by its name (B3)', async () => {
    const people = await rpc.readAll('res.partner', [['x_ac_client_code', '!=', false]]);
    const companies = new Map(people.map((one) => [one['email'], one['company_name']]));
    expect(companies.get('ann@client.example')).toBe('Acme & Sons');
    expect(companies.get('bob@client.example')).toBe('Acme & Sons');
  });

  it('versions of a document stand in their order, each with its bytes and its own name (B6)', async () => {
    const files = await rpc.readAll(
      'ir.attachment',
      [
        ['res_id', '=', leads.get('1')?.id],
        ['res_model', '=', 'crm.lead'],
      ],
      ['name', 'checksum', 'description'],
    );
    const drafts = files.toSorted((a, b) => a.id - b.id);
    expect(drafts.map(({ name, checksum }) => [name, checksum])).toEqual([
      ['report.txt', sha1('first draft')],
      ['report (version 2).txt', sha1('second draft')],
    ]);
    expect(drafts[1]?.['description']).toContain('documents/1/v2/report.txt');
  });

  it('a listing of blobs puts each file on the case of its folder, and a letter shows the files it names (B6, B8)', async () => {
    const [scan] = await rpc.readAll(
      'ir.attachment',
      [
        ['res_id', '=', leads.get('2')?.id],
        ['res_model', '=', 'crm.lead'],
      ],
      ['name', 'checksum', 'mimetype'],
    );
    expect(scan).toMatchObject({
      name: 'scan.txt',
      checksum: sha1('scan'),
      mimetype: 'text/plain',
    });
    const [letter] = await rpc.readAll(
      'mail.message',
      [['message_id', 'like', '_communication_m1@']],
      ['attachment_ids', 'res_id'],
    );
    expect(letter).toMatchObject({ res_id: leads.get('2')?.id, attachment_ids: [scan?.id] });
  });

  it('a custom field of contacts is a field of contacts, with its help (B5)', async () => {
    const people = await rpc.readAll('res.partner', [['x_ac_nickname', '!=', false]]);
    expect(people).toMatchObject([{ email: 'bob@client.example', x_ac_nickname: 'Bobby' }]);
    const fields = await rpc.execute<Record<string, object>>('res.partner', 'fields_get', [
      ['x_ac_nickname'],
    ]);
    expect(fields['x_ac_nickname']).toMatchObject({ string: 'Nickname', help: 'What friends say' });
  });

  it('labels that become one tag are said, and are one tag (B12)', async () => {
    expect(notices).toContain(
      'The labels Finance > Urgent and Urgent both become the tag "urgent"',
    );
    const tags = await rpc.readAll('crm.tag', [['name', '=', 'Urgent']]);
    expect(tags).toHaveLength(1);
    for (const id of ['1', '2']) expect(leads.get(id)?.['tag_ids']).toEqual([tags[0]?.id]);
  });

  it('bills are listed with the sum, and one that does not add up is said', () => {
    expect(notices).toContain(
      '1 bill(s) whose figures do not agree (net and tax are not the gross amount): B1.',
    );
    const { tables } = JSON.parse(
      readFileSync(join(project.folder, 'reports/inventory.json'), 'utf8'),
    ) as { tables: { object: string; columns: string[]; rows: string[][] }[] };
    const bills = tables.find(({ object }) => object === 'bill');
    const sum = bills?.rows.at(-1) ?? [];
    const of = (column: string): string | undefined => sum[bills?.columns.indexOf(column) ?? -1];
    expect([of('net'), of('tax'), of('gross')]).toEqual(['100.20', '20.22', '130.30']);
  });
});

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
