/** A REST API by declaration: what a person writes is checked, what it reads is the same firm as in its export. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generateSampleFirm } from '../../src/app/demo/sample-firm/sample-firm.ts';
import { openAgileCaseExport } from '../../src/source/agilecase/agilecase.ts';
import { readBundle } from '../support/bundle.ts';
import {
  CLIENT,
  startCaseApi,
  TOKEN,
  UPDATED_AT,
  type CaseApi,
  type Faults,
} from '../support/case-api.ts';
import { connectorFile, PAGING, type Declared } from '../support/connector-file.ts';
import { waybill, type Ran } from '../support/project.ts';

const firm = generateSampleFirm({
  seed: 9,
  cases: 45,
  contacts: 50,
  notes: 81,
  communications: 30,
  documents: 20,
});

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-rest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

async function started(faults: Faults = {}): Promise<CaseApi> {
  const api = await startCaseApi(firm, faults);
  onTestFinished(() => api.close());
  return api;
}

const declared = (
  url: string,
  paging = 'cursor',
  lists: readonly string[] = firm.tables.map(({ name }) => name),
  more: Declared = {},
): string => connectorFile(firm, url, { paging, lists, ...more });
const WITH_FILES = { documents: true } as const;

function run(command: 'check' | 'fetch', text: string, folder = folderOf()): Promise<Ran> {
  const path = join(folder, 'connector.yaml');
  writeFileSync(path, text);
  const more = command === 'fetch' ? [join(folder, 'bundle')] : [];
  return waybill(['connector', command, path, ...more, '--json'], {
    TEST_TOKEN: TOKEN,
    TEST_ID: CLIENT.id,
    TEST_SECRET: CLIENT.secret,
    TEST_REFRESH: CLIENT.refresh,
  });
}

describe('a connector file', () => {
  it('that is as it was shipped is refused until its address is filled in', async () => {
    const shipped = readFileSync('docs/connectors/agilecase-example.yaml', 'utf8');
    const ran = await run('check', shipped);
    expect(ran.code).toBe(2);
    expect(ran.json<{ error: object }>().error).toMatchObject({
      code: 'WB_CONNECTOR_INVALID',
      message: expect.stringMatching(/line 9: base_url is the template's/) as string,
    });
  });

  it.each([
    ['an unknown key', 'version: 1', 'version: 1\nversoin: 2', /line \d+/],
    ['an object that is none', 'object: users', 'object: userz', /"userz" is no object/],
    ['a secret in the file', 'token: env:TEST_TOKEN', 'token: hunter2', /must be env:<NAME>/],
    ['a host that is not allowed', '[127.0.0.1]', '[other.example]', /does not name 127.0.0.1/],
    [
      'a token address that is not allowed',
      'auth: { type: bearer, token: env:TEST_TOKEN }',
      'auth: { type: oauth2_client, token_url: https://login.example.org/t, client_id: env:A, client_secret: env:B }',
      /line 4: allowed_hosts does not name login\.example\.org/,
    ],
    ['plain HTTP', 'http://127.0.0.1', 'http://api.example.org', /must begin with https/],
  ])('with %s says which line', async (_, from, to, message) => {
    const ran = await run(
      'check',
      declared('http://127.0.0.1:9', 'cursor', ['users']).replace(from, to),
    );
    expect(ran.code).toBe(2);
    const { error } = ran.json<{ error: { code: string; message: string; place: string } }>();
    expect(error.code).toBe('WB_CONNECTOR_INVALID');
    expect(error.message).toMatch(message);
    expect(error.place).toMatch(/connector\.yaml:\d+$/);
  });

  it('is tried with one page of each list, and nothing is kept', async () => {
    const api = await started();
    const text = declared(api.url, 'cursor', ['users', 'cases']).replace(
      'title: $.title',
      'title: $.name',
    );
    const ran = await run('check', text);
    const { streams } = ran.json<{ streams: object[] }>();
    expect(streams).toMatchObject([
      { object: 'users', records: 4, path: '$.data', emptyFields: [] },
      { object: 'cases', records: 40, emptyFields: ['title'], unused: ['title'] },
    ]);
    expect(api.calls).toHaveLength(2);
  });

  it.each([{ sameCursorForEver: true }, { newCursorForEver: true }])(
    'that goes round in circles is stopped (%o)',
    async (faults) => {
      const api = await started(faults);
      const text = declared(api.url, 'cursor', ['cases']).replace(', more: $.meta.has_more', '');
      const ran = await run('fetch', text);
      expect(ran.code).toBe(5);
      expect(ran.json<{ error: object }>().error).toMatchObject({ code: 'WB_CONNECTOR_LOOP' });
      expect(api.calls.length).toBeLessThan(5);
    },
  );
});

describe('an API read by a connector file', () => {
  it.each(Object.keys(PAGING))('gives every record with paging by %s', async (paging) => {
    const api = await started({ paging: paging as NonNullable<Faults['paging']> });
    const folder = folderOf();
    const ran = await run(
      'fetch',
      declared(api.url, paging, ['cases', 'contacts', 'notes']),
      folder,
    );
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    for (const name of ['cases', 'contacts', 'notes'])
      expect(
        readFileSync(join(folder, `bundle/data/${name}.jsonl`), 'utf8')
          .trim()
          .split('\n'),
      ).toHaveLength(firm.rows(name).length);
  });

  it('is the same firm as its export, record by record', async () => {
    const api = await started();
    const folder = folderOf();
    const ran = await run('fetch', declared(api.url, 'cursor', undefined, WITH_FILES), folder);
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    const json = folderOf();
    await firm.writeTo(json, 'json');
    // No list names the pictures within letters: they come another way.
    for (const { path, content } of firm.pictures) {
      mkdirSync(dirname(join(folder, 'bundle', path)), { recursive: true });
      writeFileSync(join(folder, 'bundle', path), content);
    }
    const read = await readBundle(openAgileCaseExport(join(folder, 'bundle'), {}));
    const exported = await readBundle(openAgileCaseExport(json, {}));
    for (const object of ['user', 'contact', 'case', 'note', 'communication', 'task', 'audit'])
      expect(
        read.records[object]?.map(({ key, cells }) => ({ key, cells })),
        object,
      ).toEqual(exported.records[object]?.map(({ key, cells }) => ({ key, cells })));
    expect(read.records['document']?.map(({ cells }) => cells['sha256'])).toEqual(
      exported.records['document']
        ?.filter(({ cells }) => cells['document_id'])
        .map(({ cells }) => cells['sha256']),
    );
  });

  it('gets its files from another host without the credential', async () => {
    const api = await started();
    const ran = await run('fetch', declared(api.url, 'cursor', ['cases'], WITH_FILES));
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    const elsewhere = api.calls.filter(({ path }) => path.startsWith('files:'));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.map(({ authorization }) => authorization)).toEqual(elsewhere.map(() => ''));
    expect(ran.stdout + ran.stderr).not.toContain(TOKEN);
  });

  it.each(['0', new Date(Date.now() - 1_000).toUTCString()])(
    'comes again when it is told to wait (Retry-After: %s)',
    async (retryAfter) => {
      const api = await started({ busyAt: { call: 2, retryAfter } });
      const ran = await run('fetch', declared(api.url, 'cursor', ['cases']));
      expect(ran.code).toBe(0);
      expect(api.calls.map(({ status }) => status)).toEqual([200, 429, 200]);
    },
  );

  it('is asked only for what changed, page by page, when it is read again', async () => {
    const api = await started();
    const folder = folderOf();
    const text = declared(api.url, 'cursor', ['cases']);
    await run('fetch', text, folder);
    const first = api.calls.length;
    const again = await run('fetch', text, folder);
    expect(again.json<{ streams: object[] }>().streams).toMatchObject([{ records: 45 }]);
    expect(api.calls.slice(first).map(({ status }) => status)).toEqual([304, 304]);
  });

  it('with pages by link header, is whole when it is read again and nothing changed', async () => {
    const api = await started({ paging: 'link' });
    const folder = folderOf();
    const text = declared(api.url, 'link', ['cases']);
    await run('fetch', text, folder);
    const again = await run('fetch', text, folder);
    expect(again.json<{ streams: object[] }>().streams).toMatchObject([{ records: 45 }]);
  });

  it('goes on where it broke off: no page is asked for twice', async () => {
    const folder = folderOf();
    const api = await started({ brokenAt: 5 });
    const text = declared(api.url, 'cursor', ['contacts', 'notes', 'cases'], WITH_FILES);
    const broken = await run('fetch', text, folder);
    expect(broken.code).toBe(5);
    expect(api.calls.map(({ status }) => status)).toEqual([200, 200, 200, 200, 500]);
    const ended = await run('fetch', text, folder);
    expect(ended.json<{ streams: object[] }>().streams).toMatchObject([
      { records: 50 },
      { records: 81 },
      { records: 45 },
      { records: 20 },
    ]);
    const asked = api.calls.filter(({ status }) => status === 200).map(({ path }) => path);
    expect(asked).toEqual([...new Set(asked)]);
  });

  it('asks for what changed since the newest record, less the overlap, in every list that can say it', async () => {
    const api = await started();
    const folder = folderOf();
    const lists = ['notes', 'cases', 'custom_values'];
    const text = declared(api.url, 'cursor', lists, { incremental: true });
    const began = Date.now() + 60_000;
    await run('fetch', text, folder);
    const first = api.calls.length;
    api.put('notes', { ...firm.rows('notes')[3], body: 'Mended.', updated_at: UPDATED_AT });
    api.put('notes', { id: 'n-new', case: '44001', body: 'New.', updated_at: UPDATED_AT });
    const again = await run('fetch', text, folder);
    expect(again.code, again.stderr + again.stdout).toBe(0);
    const asked = api.calls.slice(first).map(({ path }) => new URL(path, api.url));
    const since = (name: string): (string | null)[] =>
      asked
        .filter(({ pathname }) => pathname === `/${name}`)
        .map((url) => url.searchParams.get('updated_since'));
    expect(new Set(since('notes'))).toEqual(new Set(['2024-06-01T11:55:00.000Z']));
    // Some cases were last changed in the future; what changed while the first reading went on may be missing in it.
    expect(Date.parse(since('cases')[0] ?? '')).toBeLessThan(began - 300_000);
    expect(since('custom_values')[0]).toBeNull();
    const rows = readFileSync(join(folder, 'bundle/data/notes.jsonl'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(firm.rows('notes').length + 1);
    expect(rows.filter((row) => row.includes('"Mended."'))).toHaveLength(1);
  });

  it('what a list read whole no longer holds is gone', async () => {
    const folder = folderOf();
    const api = await started();
    await run('fetch', declared(api.url, 'cursor', ['notes']), folder);
    api.remove('notes', 'n7');
    const again = await run('fetch', declared(api.url, 'cursor', ['notes']), folder);
    expect(again.json<{ streams: object[] }>().streams).toMatchObject([{ records: 80 }]);
  });

  it('two records that would lie in one file are refused', async () => {
    const api = await started();
    const text = declared(api.url, 'cursor', [], { documents: true, to: 'documents/{case}' });
    const ran = await run('fetch', text);
    expect(ran.code).toBe(2);
    expect(ran.json<{ error: object }>().error).toMatchObject({
      code: 'WB_CONNECTOR_INVALID',
      message: expect.stringMatching(
        /documents: download\.to gives "documents\/\d+" to two/,
      ) as string,
    });
  });

  it('lacks a file that is not there, and goes on', async () => {
    const api = await started();
    const row = { id: 'd999', case: '44001', filename: 'gone.pdf', updated_at: UPDATED_AT };
    api.put('documents', row);
    const ran = await run('fetch', declared(api.url, 'cursor', [], WITH_FILES));
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(ran.json<{ streams: object[] }>().streams).toMatchObject([
      { records: 21, notices: [expect.stringMatching(/d999.*answers 404/)] },
    ]);
  });

  it('says what this user may not see, and goes on', async () => {
    const api = await started({ forbidden: 'notes' });
    const ran = await run('fetch', declared(api.url, 'cursor', ['notes', 'cases']));
    expect(ran.code).toBe(0);
    expect(ran.json<{ streams: object[] }>().streams).toMatchObject([
      { object: 'notes', records: 0, notices: [expect.stringContaining('not permitted')] },
      { object: 'cases', records: 45, notices: [] },
    ]);
  });

  it('that refuses the credential is not asked again', async () => {
    const api = await started();
    const folder = folderOf();
    const path = join(folder, 'connector.yaml');
    writeFileSync(path, declared(api.url, 'cursor', ['cases']));
    const ran = await waybill(['connector', 'check', path, '--json'], { TEST_TOKEN: 'wrong' });
    expect(ran.code).toBe(5);
    expect(ran.json<{ error: object }>().error).toMatchObject({ code: 'WB_SOURCE_LOGIN' });
    expect(api.calls).toHaveLength(1);
  });
});

const client = (url: string): string =>
  `{ type: oauth2_client, token_url: ${url}/oauth/token, client_id: env:TEST_ID, client_secret: env:TEST_SECRET, scope: read }`;
const refresh = (url: string): string =>
  `{ type: oauth2_refresh, token_url: ${url}/oauth/token, client_id: env:TEST_ID, client_secret: env:TEST_SECRET, refresh_token: env:TEST_REFRESH }`;

const withAuth = (api: CaseApi, auth: (url: string) => string, lists: readonly string[]): string =>
  declared(api.url, 'cursor', lists, WITH_FILES).replace(
    '{ type: bearer, token: env:TEST_TOKEN }',
    auth(api.url),
  );
const tokenCalls = (api: CaseApi): number =>
  api.calls.filter(({ path }) => path === '/oauth/token').length;

describe('an API with tokens by OAuth 2', () => {
  it('is read with one token for all calls, which no other host sees', async () => {
    const api = await started({ oauth: {} });
    const ran = await run('fetch', withAuth(api, client, ['notes', 'cases']));
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(tokenCalls(api)).toBe(1);
    const own = api.calls.filter(({ path }) => /^\/(notes|cases)/.test(path));
    expect(new Set(own.map((one) => one.authorization))).toEqual(
      new Set(['Bearer access-token-1']),
    );
    const elsewhere = api.calls.filter(({ path }) => path.startsWith('files:'));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(new Set(elsewhere.map((one) => one.authorization))).toEqual(new Set(['']));
  });

  it('that takes a token back gets a new one, and the call comes again', async () => {
    const api = await started({ oauth: { revokedAt: 3 } });
    const ran = await run('fetch', withAuth(api, client, ['notes']));
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(ran.json<{ streams: object[] }>().streams[0]).toMatchObject({ records: 81 });
    expect(api.calls.slice(0, 5).map(({ path, status }) => [path.split('?')[0], status])).toEqual([
      ['/oauth/token', 200],
      ['/notes', 200],
      ['/notes', 401],
      ['/oauth/token', 200],
      ['/notes', 200],
    ]);
  });

  it('that takes no token is asked for one new one, and no more', async () => {
    const api = await started({ oauth: { revokedAt: 2, forGood: true } });
    const ran = await run('fetch', withAuth(api, client, ['notes']));
    expect(ran.code).toBe(5);
    expect(ran.json<{ error: object }>().error).toMatchObject({ code: 'WB_SOURCE_LOGIN' });
    expect(api.calls.map(({ status }) => status)).toEqual([200, 401, 200, 401]);
  });

  it('whose tokens run out is asked for new ones before, each refresh token once', async () => {
    const api = await started({ oauth: { expiresIn: 20 } });
    const ran = await run('fetch', withAuth(api, refresh, ['notes']));
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    expect(tokenCalls(api)).toBeGreaterThan(3);
    expect(api.calls.map(({ status }) => status)).not.toContain(401);
  });

  it('is not told the secret where its token address sends elsewhere, and nothing else is', async () => {
    const api = await started({ oauth: { redirects: true } });
    const ran = await run('fetch', withAuth(api, client, ['notes']));
    expect(ran.code).toBe(5);
    const { error } = ran.json<{ error: { code: string; message: string } }>();
    expect(error.code).toBe('WB_SOURCE_LOGIN');
    expect(error.message).toMatch(/\/oauth\/token gives no token \(302\)/);
    expect(api.calls).toHaveLength(1);
    expect(ran.stdout + ran.stderr).not.toContain(CLIENT.secret);
  });
});
