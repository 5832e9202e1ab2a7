/** A stand-in for an API of case management: lists of a firm's tables, with the manners and faults that such APIs have. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { SampleFirm } from '../../src/app/demo/sample-firm/types.ts';

export const TOKEN = 'a-secret-token';

export interface Faults {
  /** The nth call gets 429 and this header. */
  readonly busyAt?: { readonly call: number; readonly retryAfter: string };
  readonly paging?: 'cursor' | 'link' | 'page' | 'offset' | 'odata';
  readonly sameCursorForEver?: boolean;
  /** A new cursor with each answer, and the same records. */
  readonly newCursorForEver?: boolean;
  readonly forbidden?: string;
  /** The nth call fails, once. */
  readonly brokenAt?: number;
  readonly oauth?: OAuthFaults;
}

/** Its tokens come from `/oauth/token`; a refresh token serves once. */
export interface OAuthFaults {
  readonly expiresIn?: number;
  /** From the nth call on, tokens given before are refused; those given after it too where `forGood`. */
  readonly revokedAt?: number;
  readonly forGood?: boolean;
  /** The token address sends elsewhere. */
  readonly redirects?: boolean;
}
export const CLIENT = { id: 'waybill client', secret: 'a:client/secret', refresh: 'refresh-0' };

type Row = Readonly<Record<string, unknown>>;

/** When a record was last changed, as the API tells it of those that do not say it themselves. */
export const UPDATED_AT = '2024-06-01T12:00:00Z';

export interface CaseApi {
  readonly url: string;
  /** Host that files lie on, other than the API's own. */
  readonly files: string;
  readonly calls: {
    readonly path: string;
    readonly authorization: string;
    readonly status: number;
  }[];
  /** A record that is new, or takes the place of the one with its id. */
  put(name: string, row: Row): void;
  remove(name: string, id: string): void;
  close(): Promise<void>;
}

const PAGE = 40;

export async function startCaseApi(firm: SampleFirm, faults: Faults = {}): Promise<CaseApi> {
  const calls: { path: string; authorization: string; status: number }[] = [];
  const gone = new Set<string>();
  const changes = new Map<string, Map<unknown, Row>>();
  const bytes = new Map(firm.documents.map(({ path, content }) => [path, content]));
  const fileServer = await listening((request, response) => {
    calls.push({
      path: `files:${request.url}`,
      authorization: request.headers.authorization ?? '',
      status: 200,
    });
    response.end(bytes.get(decodeURIComponent((request.url ?? '').slice(1))));
  });
  // Another name of the same machine is another host.
  const files = `http://localhost:${fileServer.port}`;
  let [given, valid, refreshes] = [0, '', 0];
  const api = await listening(async (request, response) => {
    const path = request.url ?? '';
    const status =
      faults.oauth && path === '/oauth/token'
        ? await giveToken(faults.oauth, request, response)
        : answer(request, response, calls.length + 1);
    calls.push({ path, authorization: request.headers.authorization ?? '', status });
  });

  async function giveToken(
    { expiresIn, redirects }: OAuthFaults,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<number> {
    const form = new URLSearchParams(await readText(request));
    const pair = [CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(':');
    const known =
      request.method === 'POST' &&
      request.headers.authorization === `Basic ${Buffer.from(pair).toString('base64')}` &&
      (form.get('grant_type') === 'client_credentials'
        ? form.get('scope') === 'read'
        : form.get('refresh_token') === `refresh-${refreshes}`);
    const status = redirects ? 302 : known ? 200 : 400;
    response.writeHead(status, { location: `${files}/token` });
    if (known) valid = `access-token-${++given}`;
    const rotated = form.has('refresh_token') && { refresh_token: `refresh-${++refreshes}` };
    response.end(JSON.stringify({ access_token: valid, expires_in: expiresIn, ...rotated }));
    return status;
  }

  function answer(request: IncomingMessage, response: ServerResponse, call: number): number {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): number => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
      return status;
    };
    if (faults.busyAt?.call === call)
      return send(429, {}, { 'retry-after': faults.busyAt.retryAfter });
    const { revokedAt, forGood } = faults.oauth ?? {};
    if (revokedAt === call || (forGood && call > (revokedAt ?? 0))) valid = '';
    const expected = faults.oauth ? valid : TOKEN;
    if (request.headers.authorization !== `Bearer ${expected}`) return send(401, {});
    const [, name = '', id, action] = url.pathname.split('/');
    if (name === faults.forbidden) return send(403, {});
    if (name === 'documents' && action === 'download') {
      // In the order of the rows, as long as none of them lacks its file.
      const document = firm.documents[Number(id?.slice(1))];
      if (!document) return send(404, {});
      return send(302, undefined, { location: `${files}/${encodeURIComponent(document.path)}` });
    }
    if (faults.brokenAt === call) return send(500, {});
    const rows = rowsOf(name, url.searchParams.get('updated_since') ?? '');
    const etag = `"${createHash('sha1').update(JSON.stringify(rows)).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return send(304, undefined);
    return send(200, ...list(url, rows, etag));
  }

  function rowsOf(name: string, since: string): readonly Row[] {
    const known = firm.rows(name).map((row): Row => ({ updated_at: UPDATED_AT, ...row }));
    const put = changes.get(name);
    const all = put
      ? [...new Map([...known.map((row) => [row['id'], row] as const), ...put]).values()]
      : known;
    return all
      .filter((row) => !gone.has(`${name}/${String(row['id'])}`))
      .filter((row) => Date.parse(String(row['updated_at'])) >= Date.parse(since || '1970'));
  }

  function list(
    url: URL,
    rows: readonly unknown[],
    etag: string,
  ): [unknown, Record<string, string>] {
    const number = (name: string): number => Number(url.searchParams.get(name) ?? 0);
    const from = {
      cursor: number('cursor'),
      link: number('from'),
      page: (number('page') - 1) * PAGE,
      offset: number('offset'),
      odata: number('$skip'),
    }[faults.paging ?? 'cursor'];
    const some = rows.slice(from, from + PAGE);
    const next = from + PAGE < rows.length ? String(from + PAGE) : null;
    const headers: Record<string, string> = { etag };
    if (faults.paging === 'link' && next !== null)
      headers['link'] = `<${url.pathname}?from=${next}>; rel="next"`;
    // One record alone comes without its list, as some APIs do it.
    const data = some.length === 1 ? some[0] : some;
    const endless = faults.sameCursorForEver ? '0' : `0.${calls.length}`;
    const loops = faults.sameCursorForEver || faults.newCursorForEver;
    const meta = { next_cursor: loops ? endless : next, has_more: next !== null };
    return [{ data, meta }, headers];
  }

  return {
    url: `http://127.0.0.1:${api.port}`,
    files,
    calls,
    put(name, row) {
      const rows = changes.get(name) ?? new Map<unknown, Row>();
      changes.set(name, rows.set(row['id'], row));
    },
    remove: (name, id) => void gone.add(`${name}/${id}`),
    close: async () => {
      await api.close();
      await fileServer.close();
    },
  };
}

async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((done) => server.listen(0, done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
