/** The same account once more, differently: whom an edit makes lead, rows elsewhere, notes that get their contact late. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { answer, openItems } from '../support/outcomes.ts';
import { plainRpc, type PlainRow, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProject, prepare, type TestProject } from '../support/project.ts';
import { NOTE_HEADER, rows, smallExport, type SmallExport } from '../support/small-export.ts';

const HEADER = 'Contact ID,First Name,Last Name,Email,City,Edit Date';
const JANE = '1,Jane,Lee,jane@example.com,Austin,1/20/2024 10:00 AM';
const BOB = '3,Bob,Ray,bob@example.com,Boise,1/2/2024 10:00 AM';
const KIM = '9,Kim,Oh,kim@example.com,Reno,1/2/2024 10:00 AM';
const janeAgain = (edited: string): string => `2,Jane,Lee,jane@example.com,Dallas,${edited}`;

let odoo: TestOdoo;
let rpc: PlainRpc;
let source: SmallExport;
let project: TestProject;

const janes = (): Promise<PlainRow[]> =>
  rpc.readAll('res.partner', [['email', '=', 'jane@example.com']]);
const chatter = (partner: number): Promise<PlainRow[]> =>
  rpc.readAll(
    'mail.message',
    [
      ['model', '=', 'res.partner'],
      ['res_id', '=', partner],
      ['message_id', 'like', '@waybill'],
    ],
    ['body', 'date'],
  );

beforeAll(async () => {
  odoo = await freshOdoo(19, 'same');
  rpc = await plainRpc(odoo);
  source = smallExport({
    'Contacts.csv': rows(HEADER, JANE, janeAgain('1/15/2024 10:00 AM'), BOB),
    'Notes.csv': rows(
      NOTE_HEADER,
      '1,n1,3/1/2024 9:00 AM,Of Jane,',
      '3,n2,3/5/2024 9:00 AM,Of Bob,',
      '999,n3,3/5/2019 9:00 AM,Of whom?,',
    ),
  });
  project = await makeProject(odoo, source.folder);
  await prepare(project);
  const ran = await project.run('run', '--json');
  expect(ran.json(), ran.stderr).toMatchObject({ totals: { queued: 0 }, balances: true });
}, 600_000);
afterAll(async () => {
  project.remove();
  source.remove();
  await odoo.drop();
});

it('a merged contact stays one, with one merge note, when rows move and another of its records leads', async () => {
  const [jane, ...others] = await janes();
  expect([others.length, jane?.['x_waybill_key']]).toEqual([0, 'allclients_contact_1']);
  const before = await chatter(jane?.id ?? 0);
  expect(before.map((one) => String(one['body'])).join()).toContain('city: Dallas');
  source.write('Contacts.csv', rows(HEADER, KIM, BOB, janeAgain('1/15/2024 10:00 AM'), JANE));
  const same = await project.run('delta', '--json');
  expect(same.json(), same.stderr).toMatchObject({
    load: { created: 1 },
    late: 0,
    totals: { changed: 0, queued: 0 },
  });
  source.write('Contacts.csv', rows(HEADER, KIM, BOB, janeAgain('2/25/2024 10:00 AM'), JANE));
  const led = await project.run('delta', '--json');
  expect(led.json(), led.stderr).toMatchObject({ totals: { queued: 0 }, balances: true });
  expect(await janes()).toMatchObject([{ id: jane?.id, city: 'Dallas' }]);
  const after = await chatter(jane?.id ?? 0);
  expect(after.slice(0, before.length)).toEqual(before);
  const added = after.slice(before.length).map((one) => String(one['body']));
  expect(added.length).toBe(1);
  expect(added[0]).toContain('city: Austin');
  expect(added[0]).not.toContain('1970');
}, 300_000);

it('stays that one while the record whose id it bears is gone at the source, and when that returns', async () => {
  const [jane] = await janes();
  for (const there of [[], [JANE]]) {
    source.write('Contacts.csv', rows(HEADER, KIM, BOB, janeAgain('2/25/2024 10:00 AM'), ...there));
    const ran = await project.run('delta', '--json');
    expect(ran.json(), ran.stderr).toMatchObject({ load: { created: 0 }, balances: true });
    expect((await janes()).map((one) => one.id)).toEqual([jane?.id]);
  }
}, 300_000);

it('a note that gets its contact by an answer stands in that chatter below what is newer', async () => {
  const item = (await openItems(project)).find((one) => one.code === 'WB_NOTE_ORPHAN');
  if (!item) throw new Error('no orphan in the queue');
  await answer(project, item, '3');
  const ran = await project.run('run', '--json');
  expect(ran.json(), ran.stderr).toMatchObject({
    late: 1,
    totals: { created: 1 },
    verification: { differences: 0, missing: 0 },
    balances: true,
  });
  const [bob] = await rpc.readAll('res.partner', [['email', '=', 'bob@example.com']]);
  const messages = await chatter(bob?.id ?? 0);
  const dates = messages.map((one) => String(one['date']));
  expect(dates).toEqual([...dates].sort());
  expect(messages.at(-1)?.['body']).toMatch(/2019-03-05[^]*Of whom\?/);
  const again = await project.run('run', '--json');
  expect(again.json()).toMatchObject({ late: 0, totals: { created: 0 }, open: [] });
}, 300_000);
