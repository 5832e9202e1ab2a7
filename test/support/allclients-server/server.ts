/**
 * A stand-in for AllClients' API, for tests: built from what is public about it. It keeps a log of what it was asked,
 * so that politeness and resuming can be asserted, and fails on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HeldAccount } from './account.ts';
import { download } from './download.ts';
import { FUNCTIONS, type Form, type Reply } from './functions.ts';
import { NO_QUIRKS, type Fault, type Quirks } from './quirks.ts';
import { toJson, toXml, type Node } from './write-answer.ts';

export interface LoggedCall {
  /** 1-based, downloads included. */
  readonly n: number;
  readonly name: string;
  /** Without the credentials, in a fixed order. */
  readonly params: string;
  answered: boolean;
}

export interface StandIn {
  readonly url: string;
  readonly quirks: Quirks;
  readonly calls: LoggedCall[];
  /** The most calls that were open at one time. */
  mostAtOnce(): number;
  /** Decides, before each call is answered, what goes wrong with it. */
  failing: (call: LoggedCall) => Fault | undefined;
  /** Sees each call before it is answered; `false` leaves it without an answer for ever. */
  seeing: (call: LoggedCall) => boolean;
  close(): Promise<void>;
}

export async function startStandIn(
  account: HeldAccount,
  quirks: Partial<Quirks> = {},
): Promise<StandIn> {
  const calls: LoggedCall[] = [];
  const downloads = new Map<string, number>();
  let [open, most] = [0, 0];
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    void answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', standIn.url);
    const form = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
    const call = logged(calls, url, form);
    calls.push(call);
    if (!standIn.seeing(call)) return;
    const fault = standIn.failing(call);
    if (fault === 'slow') return;
    if (fault === 'cut') return void response.destroy();
    if (url.pathname.startsWith('/download/'))
      download(account, standIn.quirks, downloads, url, request, response);
    else
      respond(response, standIn.quirks, fault, form, () =>
        reply(standIn, account, url, form, request.method),
      );
    if (fault === undefined) call.answered = true;
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    quirks: { ...NO_QUIRKS, ...quirks },
    calls,
    mostAtOnce: () => most,
    failing: () => undefined,
    seeing: () => true,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return standIn;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

function logged(calls: readonly LoggedCall[], url: URL, form: Form): LoggedCall {
  const params = Object.entries(form)
    .filter(([name]) => name !== 'apikey')
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  const name = url.pathname.startsWith('/download/')
    ? 'download'
    : (/([^/]+)\.aspx$/.exec(url.pathname)?.[1] ?? url.pathname);
  return {
    n: calls.length + 1,
    name,
    params: name === 'download' ? url.pathname : params,
    answered: false,
  };
}

function reply(
  standIn: StandIn,
  account: HeldAccount,
  url: URL,
  form: Form,
  method: string | undefined,
): Reply | 404 {
  const { apiPath } = standIn.quirks;
  const path = url.pathname.startsWith(`${apiPath}/`) ? url.pathname.slice(apiPath.length) : '';
  const name = /^\/(\w+)\.aspx$/.exec(path)?.[1] ?? '';
  const work = FUNCTIONS[name];
  if (!work || method !== 'POST' || standIn.quirks.lacks.has(name)) return 404;
  if (form['accountid'] !== account.id || form['apikey'] !== account.key)
    return { error: 'Authentication failed' };
  if (standIn.quirks.refuses.has(name)) return { error: 'VIP Partner Key - Authentication failed' };
  return work({ account, quirks: standIn.quirks, origin: standIn.url }, form);
}

/** Faults that look like any other answer. */
const IN_WORDS: Readonly<Partial<Record<Fault, string>>> = {
  'busy-text': 'Too many requests, try again later',
  refused: 'Access denied',
};
const PAGE =
  '<!DOCTYPE html><html><head><title>Runtime Error</title></head><body>Server Error in / Application.</body></html>';

function respond(
  response: ServerResponse,
  quirks: Quirks,
  fault: Fault | undefined,
  form: Form,
  make: () => Reply | 404,
): void {
  const send = (status: number, type: string, text: string): void =>
    void response.writeHead(status, { 'content-type': type }).end(text);
  if (fault === 'http-500') return send(500, 'text/html', PAGE);
  if (fault === 'html') return send(200, 'text/html', PAGE);
  if (fault === 'rate-limit') return send(429, 'text/plain', 'Too Many Requests');
  const said = fault === undefined ? undefined : IN_WORDS[fault];
  const made = said === undefined ? make() : { error: said };
  if (made === 404) return send(404, 'text/html', '<html><body>Not found.</body></html>');
  if ('page' in made) return send(200, 'text/html', made.page);
  const json = form['response_type'] === 'json';
  const node: Node = [['results', 'error' in made ? [['error', made.error]] : made.node]];
  const text = json ? toJson(node, quirks) : `<?xml version="1.0"?>\r\n${toXml(node, quirks)}`;
  const whole = quirks.malformed ? text.replace('</autoresponder>', '</actionset>') : text;
  send(
    200,
    json ? 'application/json' : 'text/xml',
    fault === 'truncated' ? whole.slice(0, whole.length * 0.6) : whole,
  );
}
