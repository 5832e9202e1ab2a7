/** Whatever goes wrong with an account on its way through the API: said plainly, one item in the queue each, and the rest arrives. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  emptyAccount,
  push,
  TEST_ACCOUNT,
  TEST_KEY,
  type HeldAccount,
} from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';
import { freshOdoo, type TestOdoo } from '../support/odoo.ts';
import { plainRpc, type PlainRpc } from '../support/plain-rpc.ts';
import { makeProjectFrom, prepare, waybill, type TestProject } from '../support/project.ts';

/** More than one page of contacts. */
const CONTACTS = 120;
const FILES = ['offer.pdf', 'empty.txt', '../..\\evil\u0007.sh', 'dead.pdf', 'short.pdf'];

function badAccount(): HeldAccount {
  const account = emptyAccount();
  for (let n = 0; n < CONTACTS; n++) {
    const id = String(70_000 + n);
    account.contacts.push({
      id,
      firstname: `First${n}`,
      lastname: `Last${n}`,
      email: `c${n}@example.com`,
    });
    push(account.notesOf, id, { date: '3/4/2016 9:05 AM', notecontent: `hello ${n}` });
  }
  for (const filename of FILES) {
    const bytes = filename === 'empty.txt' ? 0 : 50 * 1_024;
    push(account.attachmentsOf, '70001', {
      filename,
      uploaddate: '12/17/2009 1:24:56 AM',
      size: `${bytes / 1_024} KB`,
      bytes,
    });
  }
  account.members.push({ teammemberid: '3', email: 'sam@example.com', display_fullname: 'Sam' });
  const todo = { contactid: '70002', status: 'open', duedate: '5/6/2027', category: 'Letter' };
  account.todos.push(
    { todoid: '1', teammemberid: '3', summary: 'Write', lettertemplateid: '8', ...todo },
    { todoid: '2', teammemberid: '99', summary: 'Of nobody known', ...todo },
  );
  const meeting = { teammemberid: '3', contactid: '70003', startdatetime: '5/6/2027 2:00:00 PM' };
  account.appointments.push(
    { appointmentid: '1', description: 'Lunch', enddatetime: '5/6/2027 3:00:00 PM', ...meeting },
    { appointmentid: '2', description: 'Back', enddatetime: '5/6/2027 1:00:00 PM', ...meeting },
    { appointmentid: '3', description: 'Who', ...meeting, teammemberid: '98' },
  );
  const body = '<p onclick="steal()">Dear {{FirstName}}<script>alert(1)</script></p>';
  account.letters.push({ id: '8', name: 'Thank you', body });
  return account;
}

let server: StandIn;
let odoo: TestOdoo;
let rpc: PlainRpc;
let project: TestProject;
let queue: { object: string; code: string; key: string; message: string; place: string }[];
let said: string;

beforeAll(async () => {
  server = await startStandIn(badAccount(), {
    repeats: 'changed',
    vanished: new Set(['70005']),
    badLinks: new Set(['dead.pdf']),
    wrongBytes: new Set(['short.pdf']),
    lacks: new Set(['GetDeals']),
  });
  server.failing = ({ name, params }) =>
    name === 'GetContactNotes' && params.includes('70006') ? 'truncated' : undefined;
  odoo = await freshOdoo(19, 'bad_api');
  rpc = await plainRpc(odoo);
  project = await makeProjectFrom(odoo, ['--api', server.url, '--account', TEST_ACCOUNT], {
    WAYBILL_SOURCE_API_KEY: TEST_KEY,
  });
  project.edit('waybill.yaml', (text) =>
    text.replace(/^( *)account: .*$/m, '$&\n$1callsPerSecond: 200'),
  );
});
afterAll(async () => {
  project?.remove();
  await odoo?.drop();
  await server?.close();
});

it('a wrong key, and a key of another account, stop before anything is read and say what to do', async () => {
  const wrong = { ...project.env, WAYBILL_SOURCE_API_KEY: 'F'.repeat(32) };
  const refused = await waybill(['scope', project.folder], wrong);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toMatch(/WB_SOURCE_LOGIN[^]*Authentication failed/);
  expect(refused.stderr).not.toContain(wrong.WAYBILL_SOURCE_API_KEY);
  project.edit('waybill.yaml', (text) => text.replace(TEST_ACCOUNT, '4712'));
  const other = await project.run('scope');
  expect(other.code).toBe(5);
  expect(other.stderr).toContain('WB_SOURCE_LOGIN');
  project.edit('waybill.yaml', (text) => text.replace('4712', TEST_ACCOUNT));
});

it('the rest is read and loaded, and each bad thing waits with its reason', async () => {
  const scoped = await project.run('scope');
  expect(scoped.code, scoped.stderr).toBe(0);
  said = scoped.stdout + scoped.stderr;
  await prepare(project);
  const ran = await project.run('run', '--json');
  expect(ran.code, ran.stderr + ran.stdout).toBe(4);
  expect(ran.json<{ verification: object; balances: boolean }>()).toMatchObject({
    verification: { differences: 0, missing: 0 },
    balances: true,
  });
  queue = (await project.run('review', '--json')).json<{ items: typeof queue }>().items;
  expect(queue.map((one) => `${one.object} ${one.code}`).sort()).toEqual([
    'appointment WB_OWNER_UNKNOWN',
    'appointment WB_VALUE_INVALID',
    'attachment WB_FILE_CHANGED',
    'attachment WB_FILE_MISSING',
    'contact WB_DUPLICATE_KEY',
    'note WB_SOURCE_CALL',
    'note WB_SOURCE_GONE',
    'todo WB_OWNER_UNKNOWN',
  ]);
});

it('an item of an unknown owner names the to-do or appointment, the owner, and who stands in', () => {
  const items = queue
    .filter((one) => one.code === 'WB_OWNER_UNKNOWN')
    .sort((a, b) => a.key.localeCompare(b.key));
  expect(items.map((one) => [one.key, one.message])).toEqual([
    [
      '2',
      expect.stringMatching(/^To-do 2 belongs to "99", .*no user of this Odoo.*admin stands in/),
    ],
    ['3', expect.stringMatching(/^Appointment 3 belongs to "98"/)],
  ]);
});

it.each([
  ['WB_VALUE_INVALID', /"5\/6\/2027 1:00:00 PM" lies before the start, 5\/6\/2027 2:00:00 PM/],
  ['WB_FILE_CHANGED', /"short\.pdf" of contact 70001 is 50 KB by the list, and \d+ bytes came/],
  ['WB_FILE_MISSING', /"dead\.pdf" of contact 70001 cannot be fetched: the link answers HTTP 404/],
  ['WB_DUPLICATE_KEY', /70\d{3}/],
  [
    'WB_SOURCE_CALL',
    /GetContactNotes for contact 70006 failed: the answer breaks off in the middle/,
  ],
  ['WB_SOURCE_GONE', /70005/],
])('%s says what and where', (code, words) => {
  expect(queue.find((one) => one.code === code)?.message).toMatch(words);
});

it('every contact is there once, with its note', async () => {
  const contacts = await rpc.readAll(
    'res.partner',
    [['email', 'like', 'c%@example.com']],
    ['email'],
  );
  expect(new Set(contacts.map((one) => one['email'])).size).toBe(CONTACTS);
  expect(contacts.length).toBe(CONTACTS);
  const notes = await rpc.count('mail.message', [['body', 'like', 'hello ']]);
  expect(notes).toBe(CONTACTS - 2);
});

it('files arrive under a plain name, also one of no bytes', async () => {
  const files = await rpc.readAll(
    'ir.attachment',
    [['x_waybill_key', '!=', false]],
    ['name', 'file_size'],
  );
  expect(files.map((one) => [one['name'], one['file_size']])).toEqual([
    ['offer.pdf', 50 * 1_024],
    ['empty.txt', 0],
    ['evil.sh', 50 * 1_024],
  ]);
});

it('a to-do of somebody unknown has the fallback as its owner, and the report names who that was', async () => {
  const todos = await rpc.readAll('mail.activity', [], ['summary', 'user_id']);
  expect(todos.map((one) => String(one['summary'])).sort()).toEqual(['Of nobody known', 'Write']);
  const of = todos.find((one) => one['summary'] === 'Of nobody known');
  expect(of?.['user_id']).toEqual([rpc.uid, expect.any(String)]);
  const { owners } = await project.report<{ owners: { label: string; how: string }[] }>();
  expect(owners.find((one) => one.label.includes('99'))?.how).toBe('fallback');
});

it('of an account whose appointment ends too early the others are there, and of a template what does not run', async () => {
  const events = await rpc.readAll('calendar.event', [], ['name']);
  expect(events.map((one) => String(one['name'])).sort()).toEqual(['Lunch', 'Who']);
  const [template] = await rpc.readAll(
    'mail.template',
    [['x_waybill_key', '!=', false]],
    ['name', 'body_html'],
  );
  expect(template?.['name']).toContain('Thank you');
  expect(String(template?.['body_html'])).toContain('Dear');
  expect(String(template?.['body_html'])).not.toMatch(/script|onclick|alert/);
});

it('a function that this white label lacks is named by the scope', () => {
  expect(said).toContain('GetDeals cannot be used here');
});
