/** Somebody deletes a contact in Odoo, and the source has more for it: nothing is hung on what is not there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { openItems } from '../support/outcomes.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';
import { rows } from '../support/small-export.ts';

const HEADERS = {
  'Contacts.csv': 'Contact ID,First Name,Last Name,Email',
  'Notes.csv': 'Note ID,Contact ID,Date,Note',
  'ToDos.csv': 'To Do ID,Contact ID,Description,Due Date',
  'Attachments.csv': 'Contact ID,File Name',
  'Deals.csv': 'Deal ID,Primary Contact ID,Deal Name,Stage,Amount',
  'Appointments.csv': 'Appointment ID,Contact ID,Description,Start,End',
};

describe.each<OdooVersion>([19, 14])('a contact that was deleted in Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-deleted-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  const write = (contacts: readonly string[], of: readonly string[]): void => {
    const lines: Record<keyof typeof HEADERS, string[]> = {
      'Contacts.csv': contacts.map((id) => `${id},First${id},Last${id},c${id}@x.example`),
      'Notes.csv': of.map((id) => `n${id},${id},3/1/2024 9:00 AM,note of ${id}`),
      'ToDos.csv': of.map((id) => `t${id},${id},call ${id},3/1/2030`),
      'Attachments.csv': of.map((id) => `${id},file${id}.txt`),
      'Deals.csv': of.map((id) => `d${id},${id},deal of ${id},Lead,100`),
      'Appointments.csv': of.map((id) => `a${id},${id},visit ${id},3/1/2030 9:00 AM,3/1/2030 10:00 AM`),
    }; // prettier-ignore
    for (const [name, header] of Object.entries(HEADERS))
      writeFileSync(join(folder, name), rows(header, ...lines[name as keyof typeof HEADERS]));
    for (const id of of) {
      mkdirSync(join(folder, 'attachments', id), { recursive: true });
      writeFileSync(join(folder, 'attachments', id, `file${id}.txt`), `file of ${id}`);
    }
  };

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'deleted');
    rpc = await plainRpc(odoo);
    write(['1', '2', '3', '4'], ['1']);
    project = await makeProject(odoo, folder);
    await prepare(project);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  });
  afterAll(async () => {
    project.remove();
    rmSync(folder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('gets nothing more from a delta: what is new about it waits', async () => {
    const gone = await rpc.execute<number[]>('res.partner', 'search', [
      [['email', '=', 'c2@x.example']],
    ]);
    await rpc.execute('res.partner', 'unlink', [gone]);
    write(['1', '2', '3', '4'], ['1', '2', '3']);
    const ran = await project.run('delta', '--json');
    expect([ran.code, ran.json()], ran.stderr).toMatchObject([
      4,
      { load: { created: 5, queued: 5 }, verification: { missing: 1 }, balances: true },
    ]);
    const waiting = await openItems(project);
    expect(waiting.map((one) => one.object).sort()).toEqual([
      'appointment',
      'attachment',
      'deal',
      'note',
      'todo',
    ]);
    for (const one of waiting)
      expect(one.message).toContain(`Contacts.csv, line 3, which somebody deleted in Odoo (res.partner ${gone[0]})`); // prettier-ignore
    for (const model of ['mail.message', 'mail.activity', 'ir.attachment']) {
      const of = model === 'mail.message' ? 'model' : 'res_model';
      const on = (ids: number[]) => rpc.count(model, [[of, '=', 'res.partner'], ['res_id', 'in', ids]]); // prettier-ignore
      expect(await on(gone), model).toBe(0);
    }
    for (const [model, name] of [
      ['crm.lead', 'deal of 3'],
      ['calendar.event', 'visit 3'],
      ['ir.attachment', 'file3.txt'],
    ])
      // prettier-ignore
      expect(await rpc.count(model ?? '', [['name', '=', name]]), name).toBe(1);
  });

  it('and a run after it does the same, until a person leaves it out', async () => {
    const again = await project.run('run', '--json');
    expect(again.json(), again.stderr).toMatchObject({ totals: { created: 0, queued: 5 } });
    for (const { id } of await openItems(project))
      expect((await project.run('review', '--resolve', String(id), '--with', 'accept', '--by', 'Ana')).code).toBe(0); // prettier-ignore
    const ran = await project.run('run', '--json');
    expect(ran.json(), ran.stderr).toMatchObject({ open: [], balances: true });
  });
});
