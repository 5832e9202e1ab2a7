/** A delta's files: replaced byte for byte, asked about where somebody replaced them in Odoo too; and deletions by each rule. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';

const table = (header: string, ...rows: readonly string[]): string =>
  `${[header, ...rows].join('\r\n')}\r\n`;
const NAMES = ['plain.txt', 'both.pdf', 'theirs.txt', ...Array.from({ length: 12 }, (_, n) => `kill${n}.bin`)]; // prettier-ignore

describe.each<OdooVersion>([19, 14])('files and deletions of a delta, on Odoo %i', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-deltafiles-'));
  let people = Array.from({ length: 40 }, (_, n) => String(n + 1));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;

  const put = (name: string, bytes: string): void =>
    writeFileSync(join(folder, 'attachments', '1', name), bytes);
  const writeTables = (): void => {
    writeFileSync(
      join(folder, 'Contacts.csv'),
      table('Contact ID,First Name,Last Name,Email,City', ...people.map((n) => `${n},Ana${n},Keller,ana${n}@example.com,Austin`)), // prettier-ignore
    );
    writeFileSync(
      join(folder, 'Attachments.csv'),
      table('Contact ID,File Name', ...NAMES.map((name) => `1,${name}`)),
    );
  };
  const file = async (name: string): Promise<PlainRow & { readonly text: string }> => {
    const fields = ['name', 'datas', 'mimetype', 'res_id', 'file_size'];
    const [row] = await rpc.readAll('ir.attachment', [['name', '=', name]], fields);
    if (!row) throw new Error(`no file ${name}`);
    return { ...row, text: Buffer.from(String(row['datas']), 'base64').toString() };
  };
  const replaceInOdoo = async (name: string, text: string): Promise<unknown> =>
    rpc.execute('ir.attachment', 'write', [
      [(await file(name)).id],
      { datas: Buffer.from(text).toString('base64') },
    ]);
  const partner = async (n: string): Promise<PlainRow> => {
    const [row] = await rpc.readAll('res.partner', [['x_allclients_id', '=', n]]);
    if (!row) throw new Error(`no partner ${n}`);
    return row;
  };
  const delta = async () => {
    writeTables();
    return project.run('delta', '--json');
  };
  const openItems = async (code: string) => {
    const { items } = (await project.run('review', '--json')).json<{
      items: { id: number; code: string; message: string; candidates: string[] }[];
    }>();
    return items.filter((one) => one.code === code);
  };
  const answer = (id: number | undefined, choice: string) =>
    project.run('review', '--resolve', String(id), '--with', choice, '--by', 'Ana');
  const choose = async (deletions: string): Promise<void> => {
    project.edit('mapping.yaml', (text) =>
      text.replace(/deletions: \w+/, `deletions: ${deletions}`),
    );
    expect((await project.run('map', '--approve', '--by', 'Ana')).code).toBe(0);
  };

  beforeAll(async () => {
    mkdirSync(join(folder, 'attachments', '1'), { recursive: true });
    for (const name of NAMES) put(name, `first of ${name}`);
    writeTables();
    odoo = await freshOdoo(version, 'deltafiles');
    rpc = await plainRpc(odoo);
    project = await makeProject(odoo, folder);
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  });
  afterAll(async () => {
    project.remove();
    rmSync(folder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('a file that changed at the source replaces its attachment, and is verified', async () => {
    const then = await file('plain.txt');
    put('plain.txt', 'second, and longer than the first');
    const ran = await delta();
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json()).toMatchObject({ totals: { written: 1, queued: 0 } });
    const now = await file('plain.txt');
    expect(now).toMatchObject({ id: then.id, text: 'second, and longer than the first' });
    expect(now['mimetype']).toBe(then['mimetype']);
    expect(await rpc.count('ir.attachment', [['name', '=', 'plain.txt']])).toBe(1);
    expect((await project.run('verify', '--json')).code).toBe(0);
    expect((await delta()).json()).toMatchObject({ frozen: true, totals: { written: 0 } });
  });

  it('one that was replaced in Odoo alone stays; one replaced at both ends waits, and goes where a person says', async () => {
    await replaceInOdoo('theirs.txt', 'made in Odoo');
    await replaceInOdoo('both.pdf', 'made in Odoo too');
    put('both.pdf', 'made at the source');
    const ran = await delta();
    expect(ran.json(), ran.stderr).toMatchObject({ totals: { written: 0, queued: 1 } });
    expect((await file('both.pdf')).text).toBe('made in Odoo too');
    expect((await file('theirs.txt')).text).toBe('made in Odoo');
    const [item] = await openItems('WB_DELTA_CONFLICT');
    expect(item).toMatchObject({
      candidates: ['source', 'odoo'],
      message: expect.stringContaining('both.pdf'),
    });
    expect((await answer(item?.id, 'source')).code).toBe(0);
    expect((await delta()).json()).toMatchObject({ totals: { written: 1, queued: 0 } });
    expect((await file('both.pdf')).text).toBe('made at the source');
    expect((await delta()).json()).toMatchObject({ frozen: true, totals: { changed: 0 } });
  });

  it('killed at any moment, every file ends as it is at the source, once', async () => {
    const killed = NAMES.filter((name) => name.startsWith('kill'));
    for (const name of killed) put(name, `third of ${name} `.repeat(50));
    writeTables();
    for (let n = 0; n < 6; n++) await project.runKilledAfter(900 + n * 400, 'delta');
    const ran = await delta();
    expect(ran.json(), ran.stderr).toMatchObject({ totals: { queued: 0 } });
    for (const name of killed) expect((await file(name)).text).toBe(`third of ${name} `.repeat(50));
    expect(await rpc.count('ir.attachment', [['name', 'like', 'kill']])).toBe(killed.length);
  });

  it('a contact deleted at the source is left by "keep", without a question', async () => {
    await choose('keep');
    people = people.filter((n) => n !== '5');
    expect((await delta()).json()).toMatchObject({ totals: { left: 1, archived: 0, queued: 0 } });
    expect(await partner('5')).toMatchObject({ active: true });
    expect((await delta()).json()).toMatchObject({ totals: { left: 0 } });
  });

  it('no rule archives a fifth of the contacts at once: it is asked about, until the export is whole again', async () => {
    await choose('archive');
    const whole = people;
    people = whole.slice(0, 15);
    const cut = await delta();
    expect(cut.json(), cut.stderr).toMatchObject({ totals: { archived: 0, queued: 24 } });
    const items = await openItems('WB_DELTA_DELETED');
    expect(items).toHaveLength(24);
    expect(items[0]?.message).toContain('like 24 of 39 of its kind: was the export whole?');
    expect(await partner('30')).toMatchObject({ active: true });
    people = whole;
    expect((await delta()).json()).toMatchObject({ totals: { archived: 0, queued: 0 } });
    expect(await openItems('WB_DELTA_DELETED')).toEqual([]);
  });

  it('is archived by "archive", unless somebody edited it', async () => {
    await rpc.execute('res.partner', 'write', [[(await partner('7')).id], { city: 'Oslo' }]);
    people = people.filter((n) => n !== '6' && n !== '7');
    expect((await delta()).json()).toMatchObject({ totals: { archived: 1, queued: 1 } });
    expect(await partner('6')).toMatchObject({ active: false });
    expect(await partner('7')).toMatchObject({ active: true, city: 'Oslo' });
  });

  it('is asked about by "queue", and what is answered once is not asked again', async () => {
    await choose('queue');
    people = people.filter((n) => n !== '4');
    expect((await delta()).json()).toMatchObject({ totals: { archived: 0, queued: 2 } });
    expect(await partner('4')).toMatchObject({ active: true });
    for (const item of await openItems('WB_DELTA_DELETED')) await answer(item.id, 'keep');
    expect((await delta()).json()).toMatchObject({ totals: { queued: 0, archived: 0 } });
    expect(await partner('7')).toMatchObject({ active: true });
  });

  it('is taken back: what people touched stays and is named, and without it Odoo is as it was', async () => {
    const back = await project.run('rollback', '--yes', '--json');
    expect(back.code, back.stderr).toBe(6);
    const { kept } = back.json<{ kept: { model: string; resId: number; reason: string }[] }>();
    const names = kept.filter((one) => one.model === 'ir.attachment').map((one) => one.resId);
    const theirs = [(await file('theirs.txt')).id, (await file('both.pdf')).id];
    expect(new Set(names)).toEqual(new Set(theirs));
    expect(await rpc.count('ir.attachment', [['name', 'like', 'kill']])).toBe(0);
    await rpc.execute('ir.attachment', 'unlink', [theirs]);
    const rest = kept.filter((one) => one.model === 'res.partner').map((one) => one.resId);
    await rpc.execute('res.partner', 'unlink', [rest]);
    expect((await project.run('rollback', '--yes', '--json')).code).toBe(0);
    expect(differences(before, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
  });
});
