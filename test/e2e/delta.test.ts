/** Deltas: three sides of every field, exactly once, through conflicts, deletions and late history; and all of it undone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, dumpDatabase, type Dump } from '../support/dump.ts';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, waybill, type Ran, type TestProject } from '../support/project.ts';

type Row = Record<string, string>;
const CONTACTS = [
  'Contact ID',
  'First Name',
  'Last Name',
  'Email',
  'City',
  'Postal Code',
  'Address',
  'Flags',
  'Nickname',
  'Edit Date',
];
const NOTES = ['Note ID', 'Contact ID', 'Date', 'Note'];

const contact = (n: number, more: Row = {}): Row => ({
  'Contact ID': String(100 + n),
  'First Name': `Ana${n}`,
  'Last Name': 'Keller',
  Email: `ana${n}@example.com`,
  City: 'Austin',
  'Postal Code': `7870${n % 10}`,
  Address: `${n} Main St`,
  Flags: 'VIP, Buyer',
  Nickname: `Nick ${n}`,
  'Edit Date': '1/2/2024 10:00 AM',
  ...more,
});
const note = (n: number, of: number, date: string, text = `note ${n}`): Row => ({
  'Note ID': String(500 + n),
  'Contact ID': String(100 + of),
  Date: date,
  Note: text,
});

describe.each<OdooVersion>([19, 14])('deltas, on Odoo %i', { timeout: 900_000 }, (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-delta-'));
  let odoo: TestOdoo;
  let rpc: PlainRpc;
  let project: TestProject;
  let before: Dump;
  let contacts = Array.from({ length: 30 }, (_, n) => contact(n));
  let notes = [
    note(1, 1, '3/1/2024 9:00 AM'),
    note(2, 1, '3/5/2024 9:00 AM'),
    note(3, 2, '3/1/2024 9:00 AM'),
  ];
  const write = (): void => {
    mkdirSync(join(folder, 'export'), { recursive: true });
    writeFileSync(join(folder, 'export/Contacts.csv'), csv(CONTACTS, contacts));
    writeFileSync(join(folder, 'export/Notes.csv'), csv(NOTES, notes));
  };
  const change = (n: number, more: Row): void => {
    contacts = contacts.map((one) =>
      one['Contact ID'] === String(100 + n) ? { ...one, ...more } : one,
    );
  };
  const redate = (n: number, to: string): void => {
    notes = notes.map((one) => (one['Note ID'] === String(500 + n) ? { ...one, Date: to } : one));
  };
  const partner = async (n: number): Promise<PlainRow> => {
    const [found] = await rpc.readAll('res.partner', [
      ['x_waybill_key', '=', `allclients_contact_${100 + n}`],
    ]);
    if (found) return found;
    const [matched] = await rpc.readAll('res.partner', [['email', '=', `ana${n}@example.com`]]);
    if (!matched) throw new Error(`no partner ${n}`);
    return matched;
  };
  const edit = (id: number, values: object) => rpc.execute('res.partner', 'write', [[id], values]);
  const delta = async (...args: string[]): Promise<Ran> => {
    write();
    return project.run('delta', '--json', ...args);
  };
  const tagNames = async (row: PlainRow): Promise<string[]> =>
    (await rpc.readAll('res.partner.category', [['id', 'in', row['category_id']]]))
      .map((one) => String(one['name']))
      .sort();

  const chatterOf = async (n: number) =>
    rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'res.partner'],
        ['res_id', '=', (await partner(n)).id],
        ['message_id', 'like', '@waybill'],
      ],
      ['body', 'date'],
    );
  const dateOf = async (n: number): Promise<unknown> =>
    (await chatterOf(1)).find((one) => one['body'] === `<p>note ${n}</p>`)?.['date'];
  /** Fields of messages that are not all as they were sent, or not in order. */
  const unequal = async (): Promise<unknown> => {
    const { verification } = (await project.run('verify', '--json')).json<{
      verification: { fields: { model: string; checked: number; equal: number }[] };
    }>();
    const ours = verification.fields.filter((one) => one.model === 'mail.message');
    return ours.filter((one) => one.equal < one.checked);
  };
  /** Dates that were not taken over. */
  const listed = async () =>
    (
      await project.report<{ verification: { verdicts: Record<string, unknown>[] } }>()
    ).verification.verdicts.filter((one) => one['field'] === 'date');

  beforeAll(async () => {
    odoo = await freshOdoo(version, 'delta');
    rpc = await plainRpc(odoo);
    // There before: recognised by e-mail and name, with a city of its own.
    await rpc.execute('res.partner', 'create', [
      { name: 'Ana9 Keller', email: 'ana9@example.com', city: 'Paris' },
    ]);
    write();
    project = await makeProject(odoo, join(folder, 'export'));
    await prepare(project);
    before = await dumpDatabase(odoo.databaseUrl);
    const early = await project.run('delta', '--json');
    expect([early.code, early.stdout]).toEqual([3, expect.stringContaining('WB_DELTA_TOO_EARLY')]);
    const ran = await project.run('run', '--json');
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  });
  afterAll(async () => {
    project.remove();
    rmSync(folder, { recursive: true, force: true });
    await odoo.drop();
  });

  it('finds nothing after a freeze, and says that the freeze held', async () => {
    const ran = await delta();
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(ran.json()).toMatchObject({
      frozen: true,
      load: { created: 0 },
      totals: { written: 0, queued: 0 },
    });
    expect((await project.run('delta')).stdout).toContain('the freeze held');
  });

  it('writes what only the source changed, keeps what only Odoo changed, asks where both did', async () => {
    change(1, { City: 'Dallas', Nickname: '' });
    change(2, { City: 'Houston' });
    change(3, { Flags: 'VIP, Investor' });
    await edit((await partner(1)).id, { street: 'edited in Odoo' });
    await edit((await partner(2)).id, { city: 'Oslo' });
    const [own] = await rpc.execute<number[]>('res.partner.category', 'create', [
      [{ name: 'Own tag' }],
    ]);
    await edit((await partner(3)).id, { category_id: [[4, own]] });
    contacts = [...contacts, contact(40)];
    const ran = await delta();
    expect(ran.code, ran.stderr + ran.stdout).toBe(4);
    expect(ran.json()).toMatchObject({
      frozen: false,
      load: { created: 2 },
      totals: { written: 2, queued: 1 },
    });
    expect(await partner(1)).toMatchObject({
      city: 'Dallas',
      street: 'edited in Odoo',
      x_allclients_nickname: false,
    });
    expect(await partner(2)).toMatchObject({ city: 'Oslo' });
    expect(await tagNames(await partner(3))).toEqual(['Investor', 'Own tag', 'VIP']);
    expect(await partner(40)).toMatchObject({ name: 'Ana40 Keller' });
  });

  it('asks once, does as it was told, and then has nothing left to do', async () => {
    const again = await delta();
    expect(again.json()).toMatchObject({ totals: { written: 0, queued: 1 } });
    const { items } = (await project.run('review', '--json')).json<{
      items: { id: number; code: string; message: string }[];
    }>();
    const [item] = items.filter((one) => one.code === 'WB_DELTA_CONFLICT');
    expect(item?.message).toContain('"Houston"');
    expect(item?.message).toContain('"Oslo"');
    expect(
      (
        await project.run(
          'review',
          '--resolve',
          String(item?.id),
          '--with',
          'source',
          '--by',
          'Ana',
        )
      ).code,
    ).toBe(0);
    const told = await delta();
    expect(told.json(), told.stderr).toMatchObject({ totals: { written: 1, queued: 0 } });
    expect(await partner(2)).toMatchObject({ city: 'Houston' });
    expect((await delta()).json()).toMatchObject({
      frozen: true,
      totals: { changed: 0, written: 0 },
    });
  });

  it('fills what it may on a contact that was there before, by the confirmed rule', async () => {
    change(9, { City: 'Boston', Address: '99 Elm St' });
    expect((await delta()).json()).toMatchObject({ totals: { written: 1, kept: 1, queued: 0 } });
    expect(await partner(9)).toMatchObject({ city: 'Paris', street: '99 Elm St' });
  });

  it('keeps several changes of one record apart from what was there before them', async () => {
    change(9, { Address: '100 Elm St' });
    change(1, { City: 'El Paso' });
    expect((await delta()).json()).toMatchObject({ totals: { written: 2, queued: 0 } });
    expect(await partner(9)).toMatchObject({ street: '100 Elm St' });
  });

  it('puts history that is older than the chatter in one dated summary, and new history at its end', async () => {
    notes = [
      ...notes,
      note(10, 1, '1/1/2020 8:00 AM', 'very old'),
      note(11, 1, '1/2/2020 8:00 AM', 'old too'),
      note(12, 1, '3/9/2024 8:00 AM', 'new'),
    ];
    const ran = await delta();
    expect(ran.json(), ran.stderr).toMatchObject({ late: 2, load: { created: 2 } });
    const chatter = await rpc.readAll(
      'mail.message',
      [
        ['model', '=', 'res.partner'],
        ['res_id', '=', (await partner(1)).id],
        ['message_id', 'like', '@waybill'],
      ],
      ['body', 'date'],
    );
    const dates = chatter.map((one) => String(one['date']));
    expect(dates).toEqual([...dates].sort());
    const summary = chatter.find((one) => String(one['body']).includes('very old'));
    expect(summary?.['body']).toContain('old too');
    expect(summary?.['body']).toContain('2020-01-01');
    expect(chatter.length).toBe(4);
    expect((await project.run('run', '--json')).json()).toMatchObject({
      totals: { created: 0 },
      balances: true,
    });
  });

  it('keeps the order of a history whose dates the source changes, and lists what it could not redate, once', async () => {
    const then = await chatterOf(1);
    // The second entry to before the first; the last but one of the list and another contact's only one within it.
    redate(2, '2/1/2024 9:00 AM');
    redate(12, '3/10/2024 8:00 AM');
    redate(3, '3/2/2024 9:00 AM');
    const ran = await delta();
    expect(ran.json(), ran.stderr).toMatchObject({
      late: 1,
      load: { created: 1 },
      totals: { written: 2, queued: 0 },
      verification: { missing: 0 },
      balances: true,
    });
    expect(await unequal()).toEqual([]);
    const after = await chatterOf(1);
    const dates = after.map((one) => String(one['date']));
    expect(dates).toEqual([...dates].sort());
    expect(after.length).toBe(then.length + 1);
    expect(await dateOf(2)).toBe('2024-03-05 15:00:00');
    const summary = String(after.at(-1)?.['body']);
    expect(summary).toContain('2024-03-05 15:00:00 UTC');
    expect(summary).toContain('2024-02-01 15:00:00 UTC');
    expect(summary).toContain('note 2');
    expect(await listed()).toMatchObject([
      { verdict: 'untaken', expected: '2024-02-01 15:00:00', found: '2024-03-05 15:00:00' },
    ]);
    expect((await delta()).json()).toMatchObject({
      frozen: true,
      late: 0,
      load: { created: 0 },
      totals: { changed: 0, written: 0 },
    });
    // Another date that is out of place is told anew; the one that it has is listed no more.
    redate(2, '1/15/2024 9:00 AM');
    expect((await delta()).json()).toMatchObject({ late: 1, totals: { written: 0 } });
    expect(await listed()).toMatchObject([{ expected: '2024-01-15 15:00:00' }]);
    redate(2, '3/5/2024 9:00 AM');
    expect((await delta()).json()).toMatchObject({ late: 0, totals: { written: 0 } });
    expect(await listed()).toEqual([]);
    expect(await unequal()).toEqual([]);
  });

  it('asks about what was deleted at the source, archives when told, and brings back what returns', async () => {
    const gone = contacts.find((one) => one['Contact ID'] === '105');
    contacts = contacts.filter((one) => one !== gone);
    expect((await delta()).json()).toMatchObject({ totals: { queued: 1, archived: 0 } });
    const { items } = (await project.run('review', '--json')).json<{
      items: { id: number; code: string }[];
    }>();
    const item = items.find((one) => one.code === 'WB_DELTA_DELETED');
    await project.run('review', '--resolve', String(item?.id), '--with', 'archive', '--by', 'Ana');
    expect((await delta()).json()).toMatchObject({ totals: { queued: 0, archived: 1 } });
    expect(await partner(5)).toMatchObject({ active: false });
    expect((await delta()).json()).toMatchObject({ frozen: true, totals: { archived: 0 } });
    contacts = [...contacts, contact(5, { City: 'Waco' })];
    expect((await delta()).json()).toMatchObject({ totals: { restored: 1, written: 1 } });
    expect(await partner(5)).toMatchObject({ active: true, city: 'Waco' });
  });

  it('asks when the source changed what was deleted in Odoo', async () => {
    await rpc.execute('res.partner', 'unlink', [[(await partner(6)).id]]);
    change(6, { City: 'Waco' });
    expect((await delta()).json()).toMatchObject({ totals: { queued: 1 } });
  });

  it('refuses an export of another account, and writes nothing', async () => {
    const then = await dumpDatabase(odoo.databaseUrl);
    const kept = contacts;
    contacts = Array.from({ length: 30 }, (_, n) =>
      contact(n, { 'First Name': `Otto${n}`, Email: `otto${n}@example.net`, City: 'Graz' }),
    );
    const ran = await delta();
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('WB_DELTA_OTHER_ACCOUNT')]);
    expect(differences(then, await dumpDatabase(odoo.databaseUrl))).toEqual([]);
    contacts = kept;
    expect((await delta()).json()).toMatchObject({ frozen: true });
  });

  it('ends the same when it is killed at any moment', async () => {
    for (const [index, one] of contacts.entries())
      change(Number(one['Contact ID']) - 100, { 'Postal Code': `900${10 + index}` });
    contacts = [...contacts, ...Array.from({ length: 20 }, (_, n) => contact(60 + n))];
    write();
    for (let n = 0; n < 8; n++) await project.runKilledAfter(700 + n * 350, 'delta');
    const ran = await delta();
    expect(ran.json(), ran.stderr).toMatchObject({ verification: { missing: 1 }, balances: true });
    for (const one of contacts) {
      const n = Number(one['Contact ID']) - 100;
      if (n === 6) continue;
      expect((await partner(n))['zip'], `contact ${n}`).toBe(one['Postal Code']);
    }
    expect(await rpc.count('res.partner', [['email', 'like', 'ana6_@example.com']])).toBe(10);
  });

  it('is taken back with everything: what people edited is kept and named, the rest is as before', async () => {
    const dry = await project.run('rollback', '--dry-run', '--json');
    const edited = [(await partner(1)).id, (await partner(2)).id, (await partner(3)).id];
    // Killed in the middle, more than once, it goes on where it stopped and says the same in the end.
    for (const ms of [1_500, 2_500, 4_000])
      await waybill(['rollback', project.folder, '--yes'], project.env, ms);
    const ran = await project.run('rollback', '--yes', '--json');
    expect(ran.code, ran.stderr).toBe(6);
    const { kept } = ran.json<{ kept: Kept[] }>();
    expect(dry.json<{ kept: Kept[] }>().kept.map((one) => one.resId)).toEqual(
      kept.map((one) => one.resId),
    );
    const people = kept.filter((one) => one.model === 'res.partner').map((one) => one.resId);
    expect(people.sort(ascending)).toEqual(edited.sort(ascending));
    expect(kept.find((one) => one.resId === edited[0])?.reason).toMatch(/edited by .*Admin/);
    expect(await partner(9)).toMatchObject({ city: 'Paris', street: false, zip: false });
    expect((await project.run('rollback', '--yes', '--json')).json()).toMatchObject({
      removed: 0,
      restored: 0,
    });
  });

  it('leaves a database that is what it was, once what people edited is given up', async () => {
    const ours = await rpc.execute('res.partner', 'search', [[['x_waybill_key', '!=', false]]]);
    await rpc.execute('res.partner', 'unlink', [ours]);
    const tags = await rpc.execute('res.partner.category', 'search', [[['name', '=', 'Own tag']]]);
    await rpc.execute('res.partner.category', 'unlink', [tags]);
    const last = await project.run('rollback', '--yes', '--json');
    expect([last.code, last.json()], last.stderr).toMatchObject([0, { kept: [] }]);
    const after = await dumpDatabase(odoo.databaseUrl);
    // The contact that was there before has its values back; when it was last written cannot be put back.
    expect(differences(withoutWriteDate(before), withoutWriteDate(after))).toEqual([]);
  });
});

interface Kept {
  readonly model: string;
  readonly resId: number;
  readonly reason: string;
}

const withoutWriteDate = (dump: Dump): Dump =>
  new Map(
    [...dump].map(([table, rows]) => [
      table,
      table === 'res_partner'
        ? rows.map((row) => row.replace(/"write_date": "[^"]*"/, '"write_date": ""'))
        : rows,
    ]),
  );

const csv = (header: readonly string[], rows: readonly Row[]): string =>
  [header, ...rows.map((row) => header.map((name) => row[name] ?? ''))]
    .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
    .join('\r\n');

const ascending = (a: number, b: number): number => a - b;
