/** `waybill demo`: the whole journey of a sample on an Odoo that it starts itself, and back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { odooScript } from '../support/odoo.ts';
import { plainRpc } from '../support/plain-rpc.ts';
import { waybill } from '../support/project.ts';

const SIZE = { contacts: 30, notes: 30 };
const WHERE = /^Odoo: +(http\S+?)\/odoo\/\w+\?db=(\w+) +login (\S+), password (\S+)$/m;

it('moves an account that it reads through the API, and takes it back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-demo-'));
  const demo = ['demo', '--dir', join(folder, 'demo')];
  let database = '';
  try {
    const sizes = ['--contacts', String(SIZE.contacts), '--notes', String(SIZE.notes)];
    const ran = await waybill([...demo, '--via', 'api', ...sizes]);
    // Some things wait for a person: the sample has dirt in it.
    expect([0, 4], ran.stderr).toContain(ran.code);
    expect(ran.stderr).toContain("A stand-in for AllClients' API answers");
    expect(ran.stdout).toContain(', 0 differ,');
    const [, url = '', db = '', login = '', apiKey = ''] = WHERE.exec(ran.stdout) ?? [];
    database = db;
    const rpc = await plainRpc({ url, db, login, apiKey });
    const moved = await rpc.readAll('res.partner', [['x_allclients_id', '!=', false]], ['name']);
    expect(moved).toHaveLength(SIZE.contacts);
    expect(await rpc.count('mail.activity', [['x_waybill_key', '!=', false]])).toBeGreaterThan(0);
    const back = await waybill([...demo, '--rollback']);
    expect(back.code, back.stderr).toBe(0);
    const ids = moved.map((one) => one.id);
    expect(await rpc.count('res.partner', [['id', 'in', ids]])).toBe(0);
  } finally {
    if (database !== '') await odooScript('drop', database, '19');
    rmSync(folder, { recursive: true, force: true });
  }
});

it('moves a firm that leaves AgileCase, and takes it back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-demo-'));
  const demo = ['demo', '--source', 'agilecase', '--dir', join(folder, 'demo')];
  let database = '';
  try {
    const ran = await waybill([...demo, '--contacts', '14', '--notes', '10']);
    expect([0, 4], ran.stderr).toContain(ran.code);
    expect(ran.stderr).toContain('Wrote a sample AgileCase export');
    expect(ran.stdout).toContain(', 0 differ,');
    const [, url = '', db = '', login = '', apiKey = ''] = WHERE.exec(ran.stdout) ?? [];
    database = db;
    const rpc = await plainRpc({ url, db, login, apiKey });
    const cases = await rpc.readAll('crm.lead', [['x_ac_id', '!=', false]], ['partner_id']);
    expect(cases).toHaveLength(20);
    expect(cases.filter((one) => one['partner_id'] === false)).toEqual([]);
    const ids = cases.map((one) => one.id);
    const files = [
      ['res_model', '=', 'crm.lead'],
      ['res_id', 'in', ids],
    ] as const;
    expect(await rpc.count('ir.attachment', files)).toBeGreaterThan(16);
    const back = await waybill([...demo, '--rollback']);
    expect(back.code, back.stderr).toBe(0);
    expect(await rpc.count('crm.lead', [['id', 'in', ids]])).toBe(0);
    expect(await rpc.count('ir.attachment', files)).toBe(0);
  } finally {
    if (database !== '') await odooScript('drop', database, '19');
    rmSync(folder, { recursive: true, force: true });
  }
});
