/** An account read through the API of the stand-in: what it gives, what its faults cost, how politely it is asked. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import {
  emptyAccount,
  push,
  sampleAccount,
  type HeldAccount,
} from '../support/allclients-server/account.ts';
import { piecesOf } from '../support/allclients-server/download.ts';
import { openStandIn, type OpenStandIn } from '../support/allclients-server/open.ts';
import type { Fault, Quirks } from '../support/allclients-server/quirks.ts';
import { readSource, type ReadSource } from '../support/read-source.ts';

const open: OpenStandIn[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function standIn(account: HeldAccount, quirks: Partial<Quirks> = {}): Promise<OpenStandIn> {
  const server = await openStandIn(account, quirks);
  open.push(server);
  return server;
}

const SIZE = { seed: 5, contacts: 130, notes: 60 };

function people(n: number): HeldAccount {
  const account = emptyAccount();
  for (let i = 0; i < n; i++)
    account.contacts.push({
      id: String(1_000 + i),
      firstname: `First${i}`,
      lastname: `Last${i}`,
      email: `c${i}@example.com`,
    });
  return account;
}

const unowned = ({ owner: _owner, ...row }: Record<string, string>) => row;

/** Contacts as the account holds them, by id. */
const heldById = (account: HeldAccount) => account.contacts.map((one) => one['id'] ?? '').sort();
const idsOf = (read: ReadSource): string[] =>
  read
    .rows('contact')
    .map((row) => row['id'] ?? '')
    .sort();

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a reading', () => {
  it.each([
    ['as documented', {}],
    ['empty elements and CDATA', { emptyElements: true, cdata: true }],
    ['malformed as the samples', { malformed: true }],
    ['smaller pages than asked for', { pageLimit: 37 }],
    ['the last of a page again on the next', { repeats: 'same' }],
    ['flags in the contact', { flagsInContact: true }],
    ['ids for categories', { lists: 'ids' }],
    ['lists by filter only', { lists: 'filter' }],
    [
      'no team members, no labels, no statistics',
      { membersRefused: true, lacks: new Set(['StatsContactsAdded', 'GetStatistics']) },
    ],
    ['statistics that name nobody', { vagueStatistics: true }],
  ] satisfies [string, Partial<Quirks>][])(
    'gives every contact and note: %s',
    async (_what, quirks) => {
      const account = sampleAccount(SIZE);
      const plain = await readSource((await standIn(account)).source());
      const server = await standIn(account, quirks);
      for (const format of ['xml', 'json'] as const) {
        const read = await readSource(server.source({ format }));
        expect(read.rejected).toEqual([]);
        expect(idsOf(read)).toEqual(heldById(account));
        expect(read.rows('note')).toEqual(plain.rows('note'));
        const refused = 'membersRefused' in quirks;
        expect(refused ? read.rows('contact').map(unowned) : read.rows('contact')).toEqual(
          refused ? plain.rows('contact').map(unowned) : plain.rows('contact'),
        );
      }
      expect(server.mostAtOnce()).toBe(1);
    },
  );

  it('names owner, flags, category and custom fields as people know them', async () => {
    const account = sampleAccount(SIZE);
    const { rows, inspection } = await readSource((await standIn(account)).source());
    const contact = rows('contact').find((row) => row['flags']?.includes(','));
    const held = account.contacts.find((one) => one['id'] === contact?.['id']);
    expect(contact).toMatchObject({
      firstname: held?.['firstname'],
      category: 'Client',
      source: 'Web',
      flags: account.flagsOf
        .get(held?.['id'] ?? '')
        ?.toSorted((a, b) => (a < b ? -1 : 1))
        .join(', '),
      ...(held?.['custom1'] && { 'Lead Score': held['custom1'] }),
    });
    const columns = inspection.files.find((file) => file.object === 'contact')?.columns ?? [];
    expect(columns.filter((column) => column.confidence < 1)).toEqual([]);
    expect(Object.fromEntries(columns.map((column) => [column.id, column.slot]))).toMatchObject({
      firstname: 'first_name',
      otherlastname: 'person2_last_name',
      phone1note: 'phone1_note',
      postalcode: 'zip',
      owner: 'owner',
      flags: 'tags',
      'Lead Score': null,
    });
  });

  it('keeps what nobody documented as a column of its own', async () => {
    const { rows } = await readSource(
      (await standIn(people(3), { unknownElements: true })).source(),
    );
    expect(rows('contact')[2]).toMatchObject({ shoesize: '42' });
  });

  it('takes a name for a number from waybill.yaml where the API does not tell', async () => {
    const account = people(2);
    account.contacts[0] = { ...account.contacts[0], teammemberid: '3' };
    const server = await standIn(account, { membersRefused: true });
    const { rows, inspection } = await readSource(
      server.source({ users: { 3: 'sam@example.com' } }),
    );
    expect(rows('contact')[0]).toMatchObject({ owner: 'sam@example.com' });
    expect(inspection.notices.join()).toContain('GetTeamMembers cannot be used here');
  });

  it('finds a page that brings nobody new, and does not ask for ever', async () => {
    const server = await standIn(people(300), { ignoreOffset: true });
    const { rows, inspection } = await readSource(
      server.source({ without: ['notes', 'attachments', 'specialevents'] }),
    );
    expect(rows('contact')).toHaveLength(100);
    expect(inspection.notices.join()).toContain(
      'AllClients counts 300 contacts and its list holds 100',
    );
    expect(server.counts()['GetContacts']).toBeLessThan(6);
  });

  it('puts a contact that came twice and differently before a person, and takes the first', async () => {
    const server = await standIn(people(150), { repeats: 'changed' });
    const { rows, rejected } = await readSource(server.source());
    expect(rows('contact')).toHaveLength(150);
    expect(rejected).toMatchObject([
      { code: 'WB_DUPLICATE_KEY', text: expect.stringContaining('Moved Meanwhile') as string },
    ]);
  });
});

it('has the special events of a contact as lines of one column', async () => {
  const account = people(2);
  push(account.eventsOf, '1001', {
    occasion: 'Anniversary',
    description: 'Wedding',
    addresslabel: '',
    date: '06/16/2001',
  });
  push(account.eventsOf, '1001', {
    occasion: 'Birthday',
    description: '',
    addresslabel: 'Rex',
    date: '02/29',
  });
  const { rows } = await readSource((await standIn(account)).source());
  expect(rows('contact')[1]).toMatchObject({
    'Special Events': '06/16/2001 Anniversary, Wedding\n02/29 Birthday, Rex',
  });
});

describe('calls that can be spared', () => {
  it('are: notes are asked for contacts that have some, and lists as often as they have pages', async () => {
    const account = people(250);
    for (const id of ['1003', '1100', '1249'])
      push(account.notesOf, id, { date: '3/4/2016 9:05 AM', notecontent: `of ${id}` });
    const server = await standIn(account);
    const { rows } = await readSource(server.source({ without: ['attachments', 'specialevents'] }));
    expect(rows('note').map((row) => row['contactid'])).toEqual(['1003', '1100', '1249']);
    expect(server.counts()).toMatchObject({
      // Three pages; one listing for the one category and one for the one source, which no contact says itself.
      GetContacts: 5,
      GetContactNotes: 3,
      GetDeals: 4,
      GetToDos: 1,
      StatsAppointmentDetail: 1,
    });
    expect(server.counts()['GetContactAttachments']).toBeUndefined();
  });

  it('are counted beforehand', async () => {
    const account = sampleAccount({ seed: 5, contacts: 300, notes: 40 });
    const server = await standIn(account);
    const said: string[] = [];
    const source = server.source();
    await source.inspect(
      new AbortController().signal,
      (event) => event.type === 'notice' && said.push(event.message),
    );
    const estimate = Number(/about ([\d,]+) times/.exec(said.join())?.[1]?.replaceAll(',', ''));
    expect(Math.abs(estimate - server.calls.length)).toBeLessThan(server.calls.length * 0.1);
    const probe = (await source.probe?.(new AbortController().signal)) ?? [];
    expect(probe.join()).toContain('for 300 contacts');
  });
});

describe('lists that stop silently', () => {
  it('to-dos: all of them, by status, then by team member', async () => {
    const account = people(3);
    account.members.push(
      { teammemberid: '0', display_fullname: 'Owner' },
      { teammemberid: '1', display_fullname: 'Sam' },
    );
    for (let i = 0; i < 90; i++)
      account.todos.push({
        todoid: String(i + 1),
        teammemberid: String(i % 2),
        contactid: '1001',
        summary: `To do ${i}`,
        status: i % 3 ? 'open' : 'closed',
      });
    const server = await standIn(account, { todoCap: 2_500 });
    expect(await todosOf(server)).toHaveLength(90);
    expect(server.counts()['GetToDos']).toBe(1);
  });

  it('to-dos over 2,500 of one status and member: by contact, and a notice says what may be missing', async () => {
    const account = people(3);
    account.members.push({ teammemberid: '0', display_fullname: 'Owner' });
    for (let i = 0; i < 5_200; i++)
      account.todos.push({
        todoid: String(i + 1),
        teammemberid: '0',
        contactid: String(1_000 + (i % 3)),
        summary: 's',
        status: 'open',
      });
    const server = await standIn(account);
    const read = await readSource(
      server.source({ without: ['notes', 'attachments', 'specialevents'] }),
    );
    expect(todoIds(read)).toHaveLength(5_200);
    expect(read.inspection.notices.join()).toContain(
      'to-dos that belong to no contact may be missing',
    );
  });

  it.each([
    ['by the statistics, which know no limit', {}, 1],
    ['by the statistics when they are cut after all', { statsCap: 500 }, undefined],
    ['by the statistics, where a century is too long a span', { longestSpan: 400 }, undefined],
    [
      'by the list and its flag, where there are no statistics',
      { lacks: new Set(['StatsAppointmentDetail']) },
      undefined,
    ],
  ] satisfies [string, Partial<Quirks>, number | undefined][])(
    'appointments: all, %s',
    async (_what, quirks, calls) => {
      const account = people(2);
      for (let i = 0; i < 1_300; i++) {
        const date = `${1 + (i % 12)}/${1 + (i % 28)}/${2015 + (i % 9)}`;
        account.appointments.push({
          appointmentid: String(i + 1),
          date,
          startdatetime: `${date} 9:00:00 AM`,
          enddatetime: `${date} 10:00:00 AM`,
          contactid: '1000',
          description: `Meeting ${i}`,
        });
      }
      const server = await standIn(account, quirks);
      const read = await readSource(
        server.source({ without: ['notes', 'attachments', 'specialevents'] }),
      );
      expect(new Set(appointmentIds(read)).size).toBe(1_300);
      expect(read.inspection.notices.join()).not.toContain('incomplete');
      if (calls !== undefined) expect(server.counts()['StatsAppointmentDetail']).toBe(calls);
    },
  );

  it('appointments of one day that are more than the list gives: the notice names the day', async () => {
    const account = people(1);
    for (let i = 0; i < 700; i++)
      account.appointments.push({
        appointmentid: String(i + 1),
        startdatetime: '5/6/2021 9:00:00 AM',
        enddatetime: '5/6/2021 9:30:00 AM',
        contactid: '1000',
        description: 'x',
      });
    const server = await standIn(account, { lacks: new Set(['StatsAppointmentDetail']) });
    const { inspection } = await readSource(server.source());
    expect(inspection.notices.join()).toContain('Appointments of 05/06/2021 may be incomplete');
  });
});

const todoIds = (read: ReadSource): (string | undefined)[] =>
  read.rows('todo').map((row) => row['todoid']);
const todosOf = async (server: OpenStandIn) => todoIds(await readSource(server.source()));
const appointmentIds = (read: ReadSource): (string | undefined)[] =>
  read.rows('appointment').map((row) => row['appointmentid']);

describe('faults', () => {
  it.each([
    'http-500',
    'html',
    'cut',
    'truncated',
    'rate-limit',
    'busy-text',
    'slow',
  ] satisfies Fault[])('that pass cost nothing: every few calls meet %s', async (fault) => {
    const account = sampleAccount({ seed: 5, contacts: 25, notes: 30 });
    const wanted = await readSource((await standIn(account)).source());
    const server = await standIn(account);
    server.failing = (call) => (call.n % (fault === 'slow' ? 29 : 7) === 0 ? fault : undefined);
    const read = await readSource(server.source());
    expect(read.records).toEqual(wanted.records);
    expect(read.rejected).toEqual([]);
    expect(server.mostAtOnce()).toBe(1);
  });

  it('of one contact are listed, and the others go on', async () => {
    const account = people(12);
    for (const { id } of account.contacts as { id: string }[])
      push(account.notesOf, id, { date: '3/4/2016 9:05 AM', notecontent: 'hello' });
    const server = await standIn(account);
    server.failing = (call) => (call.params.includes('identifyvalue=1004') ? 'html' : undefined);
    const { rows, rejected } = await readSource(server.source());
    expect(rows('contact')).toHaveLength(12);
    expect(rows('note')).toHaveLength(11);
    expect(rejected.map((row) => row.code)).toEqual([
      'WB_SOURCE_CALL',
      'WB_SOURCE_CALL',
      'WB_SOURCE_CALL',
    ]);
    expect(rejected.map((row) => row.message).join()).toContain(
      'GetContactNotes for contact 1004 failed: the answer is an HTML page ("Runtime Error")',
    );
  });

  it('of a function that never works are taken for a function that is not there', async () => {
    const server = await standIn(people(30));
    server.failing = (call) => (call.name === 'GetContactAttachments' ? 'http-500' : undefined);
    const { rows, rejected, inspection } = await readSource(server.source());
    expect(rows('contact')).toHaveLength(30);
    expect(rejected).toHaveLength(5);
    expect(inspection.notices.join()).toContain(
      'GetContactAttachments cannot be used here: it failed 5 times and never worked (HTTP 500)',
    );
  });

  it('of every call from some call on stop the reading, and say what to do', async () => {
    const server = await standIn(people(30));
    server.failing = (call) => (call.n > 40 ? 'http-500' : undefined);
    const error = await failure(readSource(server.source()));
    expect(isWaybillError(error, 'WB_SOURCE_UNREACHABLE') && error.next).toContain('waybill scope');
    server.failing = () => undefined;
    expect((await readSource(server.source())).rows('contact')).toHaveLength(30);
  });

  it('a server that is not there', async () => {
    const server = await standIn(people(1));
    const error = await failure(readSource(server.source({ url: 'http://127.0.0.1:9' })));
    expect(isWaybillError(error, 'WB_SOURCE_UNREACHABLE')).toBe(true);
  });
});

describe('credentials', () => {
  it.each([
    ['a wrong key', { key: 'F'.repeat(32) }, 'WB_SOURCE_LOGIN'],
    ['a key for another account', { account: '4712' }, 'WB_SOURCE_LOGIN'],
    ['another path', { url: '/elsewhere' }, 'WB_SOURCE_NOT_API'],
  ] as const)('%s is refused with a word on what to do', async (_what, change, code) => {
    const server = await standIn(people(1));
    const url = 'url' in change ? `${server.url}${change.url}` : server.url;
    const error = await failure(readSource(server.source({ ...change, url })));
    expect(isWaybillError(error, code) && error.next, String(error)).toBeTruthy();
  });

  it('a key that opens another account than the one named is noticed', async () => {
    const account = people(1);
    account.categories[0] = { accountid: '9999', categoryid: '1', name: 'Client' };
    const error = await failure(readSource((await standIn(account)).source()));
    expect(isWaybillError(error, 'WB_SOURCE_ACCOUNT') && error.message).toContain('9999');
  });

  it('plain http leaves this machine never', async () => {
    const server = await standIn(people(1));
    const error = await failure(readSource(server.source({ url: 'http://www.allclients.com' })));
    expect(isWaybillError(error, 'WB_CONFIG_INVALID') && error.message).toContain('in the clear');
  });

  it('are in nothing that is kept', async () => {
    const server = await standIn(sampleAccount({ seed: 5, contacts: 5, notes: 5 }));
    const key = server.address().key;
    await readSource(server.source());
    for (const name of readdirSync(server.folder, { recursive: true, encoding: 'utf8' }).filter(
      (one) => one.endsWith('.jsonl'),
    ))
      expect(readFileSync(join(server.folder, name), 'utf8')).not.toContain(key);
  });
});

describe('a white label', () => {
  it('whose API is under another path is read there, with or without a slash at its end', async () => {
    const server = await standIn(people(4), { apiPath: '/crm/api/v2' });
    for (const end of ['', '/']) {
      const { rows } = await readSource(server.source({ url: `${server.url}/crm/api/v2${end}` }));
      expect(rows('contact')).toHaveLength(4);
    }
  });
});

describe('what is not there', () => {
  it('a function this white label lacks is named, and the rest is read', async () => {
    const lacks = new Set([
      'GetToDos',
      'GetDeals',
      'GetContactSpecialEvents',
      'GetWebFormFolders',
      'GetCategory2',
      'GetOptInStatusList',
    ]);
    const server = await standIn(people(4), { lacks });
    const { rows, inspection } = await readSource(server.source());
    expect(rows('contact')).toHaveLength(4);
    for (const name of lacks)
      expect(inspection.notices.join()).toContain(`${name} cannot be used here`);
    expect(server.counts()['GetContactSpecialEvents']).toBe(1);
  });

  it('a function that is refused to a key that opens the account is named, and the rest is read', async () => {
    const refuses = new Set(['GetDeals', 'GetContactAttachments', 'GetOptInStatusList']);
    const server = await standIn(people(4), { refuses });
    const { rows, inspection } = await readSource(server.source());
    expect(rows('contact')).toHaveLength(4);
    for (const name of refuses) {
      expect(inspection.notices.join()).toContain(
        `${name} cannot be used here: the key has no right to it`,
      );
      expect(server.counts()[name]).toBe(1);
    }
  });

  it('a key that is taken back in the middle stops the reading', async () => {
    const account = people(4);
    const server = await standIn(account);
    server.seeing = ({ n }) => {
      if (n === 12) account.key = 'F'.repeat(32);
      return true;
    };
    const error = await failure(readSource(server.source()));
    expect(isWaybillError(error, 'WB_SOURCE_LOGIN')).toBe(true);
  });

  it('one contact whose notes are refused is listed, and the others are asked', async () => {
    const account = people(5);
    for (const { id } of account.contacts as { id: string }[])
      push(account.notesOf, id, { date: '3/4/2016 9:05 AM', notecontent: 'hello' });
    const server = await standIn(account);
    server.failing = ({ name, params }) =>
      name === 'GetContactNotes' && params.includes('=1002') ? 'refused' : undefined;
    const { rows, rejected } = await readSource(server.source());
    expect(rows('note')).toHaveLength(4);
    expect(rejected).toMatchObject([
      { code: 'WB_SOURCE_CALL', message: expect.stringContaining('contact 1002') as string },
    ]);
  });

  it('a contact that disappears between list and detail keeps what the list said, and is listed once', async () => {
    const account = people(5);
    for (const { id } of account.contacts as { id: string }[])
      push(account.notesOf, id, { date: '3/4/2016 9:05 AM', notecontent: 'hello' });
    const { rows, rejected } = await readSource(
      (await standIn(account, { vanished: new Set(['1002']) })).source(),
    );
    expect(rows('contact')).toHaveLength(5);
    expect(rows('note')).toHaveLength(4);
    expect(rejected).toMatchObject([{ code: 'WB_SOURCE_GONE', file: 'api:GetContactNotes' }]);
  });
});

describe('attachments', () => {
  const FILES = [
    'offer.pdf',
    'empty.txt',
    '../..\\evil\u0007.sh',
    'expired.pdf',
    'cut.bin',
    'dead.pdf',
    'short.pdf',
  ];
  const withFiles = (): HeldAccount => {
    const account = people(2);
    for (const [n, filename] of FILES.entries()) {
      const bytes = filename === 'empty.txt' ? 0 : 200_000 + n * 1_024;
      push(account.attachmentsOf, '1001', {
        filename,
        uploaddate: '12/17/2009 1:24:56 AM',
        size: `${Math.round(bytes / 1_024)} KB`,
        bytes,
      });
    }
    return account;
  };
  const quirks = {
    expiredLinks: new Set(['expired.pdf']),
    cutDownloads: new Set(['cut.bin']),
    badLinks: new Set(['dead.pdf']),
    wrongBytes: new Set(['short.pdf']),
  };

  it('arrive whole, with their checksums; what fails is listed with its reason', async () => {
    const account = withFiles();
    const server = await standIn(account, quirks);
    const source = server.source();
    const { rows, rejected } = await readSource(source);
    const held = new Map(account.attachmentsOf.get('1001')?.map((one) => [one.filename, one]));
    const fetched = rows('attachment');
    expect(fetched.map((row) => row['filename'])).toEqual(FILES.slice(0, 5));
    for (const row of fetched) {
      const one = held.get(row['filename'] ?? '');
      if (!one) throw new Error(`${row['filename']} was made up`);
      const hash = createHash('sha256');
      for await (const piece of (await source.openFile(row['file'] ?? '')) as AsyncIterable<Buffer>)
        hash.update(piece);
      const wanted = createHash('sha256');
      for (const piece of piecesOf(one)) wanted.update(piece);
      expect(hash.digest('hex')).toBe(wanted.digest('hex'));
      expect(row).toMatchObject({ contactid: '1001', bytes: String(one.bytes) });
    }
    for (const name of readdirSync(server.folder, { recursive: true, encoding: 'utf8' }))
      expect(name).toMatch(/^[\w./]+$/);
    expect(rejected.map((row) => [row.code, row.message])).toEqual([
      [
        'WB_FILE_MISSING',
        expect.stringContaining(
          '"dead.pdf" of contact 1001 cannot be fetched: the link answers HTTP 404',
        ),
      ],
      [
        'WB_FILE_CHANGED',
        expect.stringContaining(
          '"short.pdf" of contact 1001 is 201 KB by the list, and 68714 bytes came',
        ),
      ],
    ]);
  });

  it('that are on disk already are not fetched again by the next reading', async () => {
    const server = await standIn(withFiles(), quirks);
    await readSource(server.source());
    const before = server.counts()['download'] ?? 0;
    server.calls.splice(0);
    await readSource(server.source());
    // Only those that failed are tried again.
    expect(
      new Set(
        server.calls
          .filter((call) => call.name === 'download')
          .map((call) => call.params.split('/').at(-1)),
      ),
    ).toEqual(new Set(['dead.pdf', 'short.pdf']));
    expect(before).toBeGreaterThan(5);
  });

  it('go on where the connection broke', async () => {
    const account = people(1);
    push(account.attachmentsOf, '1000', {
      filename: 'cut.bin',
      uploaddate: '1/2/2020 1:00:00 AM',
      size: '3 MB',
      bytes: 3 * 1024 ** 2,
    });
    const server = await standIn(account, { cutDownloads: new Set(['cut.bin']) });
    const { rows } = await readSource(server.source());
    expect(rows('attachment')).toMatchObject([{ bytes: String(3 * 1024 ** 2) }]);
    expect(server.counts()).toMatchObject({ download: 2, GetAttachmentDownloadURL: 2 });
  });
});

describe('politeness', () => {
  it('is a pause before every call but the first, and never two at once', async () => {
    const server = await standIn(people(7));
    const clock = { now: 0, waited: [] as number[] };
    const time = {
      now: () => clock.now,
      wait: (ms: number) => {
        if (ms > 0) clock.waited.push(ms);
        clock.now += Math.max(0, ms);
        return Promise.resolve();
      },
    };
    await readSource(server.source({ callsPerSecond: 4, time }));
    expect(clock.waited).toEqual(Array.from({ length: server.calls.length - 1 }, () => 250));
    expect(server.mostAtOnce()).toBe(1);
  });
});
