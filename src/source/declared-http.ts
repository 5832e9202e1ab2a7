/**
 * Reading calls only, to allowed hosts only. The credential goes to the API's own host and nowhere else: a redirect to
 * another host is followed without it, for files alone.
 */
import { WaybillError } from '../core/errors.ts';
import { httpReader, type ReadAnswer } from '../lib/http-read.ts';
import { makePace } from '../lib/pace.ts';
import { retry, type Verdict } from '../lib/retry.ts';
import { isLoopback, type ConnectorFile } from './declared-api.ts';
import { refusedLogin, secretOf, shown, type Secrets } from './declared-secrets.ts';
import { isOAuth, oauthTokens } from './declared-token.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly etag: string;
  readonly link: string;
}

export interface Reader {
  get(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer>;
  /** The bytes of a file, through redirects; the status where it is not permitted or not there. */
  file(url: URL): Promise<AsyncIterable<Buffer> | 403 | 404>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const PASSING = new Set([429, 502, 503, 504]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;
const FIRST_PAUSE_MS = 500;

/** An answer that asks to come again later. */
class Later extends Error {
  readonly afterMs: number | undefined;
  constructor(status: number, afterMs: number | undefined) {
    super(`the API answers ${status}`);
    this.afterMs = afterMs;
  }
}

export function apiReader(file: ConnectorFile, secrets: Secrets, signal: AbortSignal): Reader {
  const { per_minute, max_retries, max_wait_seconds } = file.defaults.throttle;
  const pace = makePace({ concurrency: 1, pauseMs: 60_000 / per_minute });
  const http = httpReader(TIMEOUT_MS);
  const pauses = Array.from({ length: max_retries }, (_, n) =>
    Math.min(FIRST_PAUSE_MS * 2 ** n, max_wait_seconds * 1_000),
  );
  const again = (error: unknown): Verdict => {
    if (error instanceof Later)
      return error.afterMs === undefined
        ? {}
        : { afterMs: Math.min(error.afterMs, max_wait_seconds * 1_000) };
    return error instanceof WaybillError ? false : {};
  };
  const tokens = isOAuth(file.auth)
    ? oauthTokens(file.auth, secrets, async (url, form, headers) =>
        inTime(await http.post(url, form, headers, signal)),
      )
    : undefined;
  const call = async (
    url: URL,
    headers: Readonly<Record<string, string>>,
    refusedToken?: string,
  ): Promise<ReadAnswer> => {
    const token = await tokens?.current(refusedToken);
    const { url: to, headers: own } = withCredential(file, secrets, url, headers, token);
    const answer = await inTime(await http.get(to, own, signal));
    if (answer.status !== 401 || token === undefined || refusedToken !== undefined) return answer;
    // It may have been taken back before its time: once more with a new one, and no more.
    await answer.discard();
    return call(url, headers, token);
  };
  const read = <T>(work: () => Promise<T>): Promise<T> =>
    retry(() => pace(work, signal), again, signal, pauses).catch((error: unknown) => {
      throw error instanceof WaybillError ? error : unreachable(file, error);
    });
  return {
    get: (url, headers) =>
      read(async () => {
        checkHost(file, url);
        const answer = await call(url, headers);
        if (REDIRECTS.has(answer.status)) {
          await answer.discard();
          throw refused(`It sends elsewhere (${answer.status})`, url);
        }
        const text = await answer.text();
        const { status, headers: said } = answer;
        if (status === 401) throw refusedLogin(url, 'refuses the credential (401)');
        return { status, text, etag: one(said['etag']), link: one(said['link']) };
      }),
    file: (url) =>
      read(async () => {
        checkHost(file, url);
        let [answer, at] = [await call(url, {}), url];
        for (let n = 0; REDIRECTS.has(answer.status) && n < MAX_REDIRECTS; n++) {
          await answer.discard();
          at = new URL(one(answer.headers['location']), at);
          answer = file.allowed_hosts.includes(at.hostname)
            ? await call(at, {})
            : await http.get(elsewhere(at), {}, signal);
        }
        if (answer.status === 200) return answer.body;
        await answer.discard();
        if (answer.status === 403 || answer.status === 404) return answer.status;
        throw refused(`A file is answered with ${answer.status}`, url);
      }),
    close: () => http.close(),
  };
}

async function inTime(answer: ReadAnswer): Promise<ReadAnswer> {
  if (!PASSING.has(answer.status)) return answer;
  await answer.discard();
  throw new Later(answer.status, waitOf(answer.headers));
}

function elsewhere(url: URL): URL {
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return url;
  throw refused('a file lies at an address without TLS', url);
}

function checkHost(file: ConnectorFile, url: URL): void {
  if (file.allowed_hosts.includes(url.hostname)) return;
  throw refused(`${url.hostname} is not among allowed_hosts`, url);
}

function withCredential(
  { auth, defaults }: ConnectorFile,
  secrets: Secrets,
  url: URL,
  headers: Readonly<Record<string, string>>,
  token: string | undefined,
): { url: URL; headers: Record<string, string> } {
  const own: Record<string, string> = {
    accept: 'application/json',
    ...defaults.headers,
    ...headers,
  };
  const to = new URL(url);
  if (token !== undefined) own['authorization'] = `Bearer ${token}`;
  if (auth.type === 'bearer') own['authorization'] = `Bearer ${secretOf(auth.token, secrets)}`;
  if (auth.type === 'basic') {
    const pair = `${secretOf(auth.user, secrets)}:${secretOf(auth.password, secrets)}`;
    own['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  if (auth.type === 'api_key' && auth.in === 'header') own[auth.name] = secretOf(auth.key, secrets);
  if (auth.type === 'api_key' && auth.in === 'query')
    to.searchParams.set(auth.name, secretOf(auth.key, secrets));
  return { url: to, headers: own };
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;
const one = (header: string | string[] | undefined): string =>
  (Array.isArray(header) ? header[0] : header) ?? '';

/** Retry-After as seconds or as a date; else when the limit is lifted, as a moment or as seconds. */
function waitOf(headers: Headers): number | undefined {
  const after = one(headers['retry-after']);
  if (/^\d+$/.test(after)) return Number(after) * 1_000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const reset = Number(one(headers['x-ratelimit-reset']));
  if (!Number.isFinite(reset) || reset <= 0) return undefined;
  return reset > 1_000_000_000 ? Math.max(0, reset * 1_000 - Date.now()) : reset * 1_000;
}

const refused = (what: string, url: URL): WaybillError =>
  new WaybillError('WB_SOURCE_NOT_API', `${what}: ${shown(url)}.`, {
    place: shown(url),
    next: 'Look at the connector file (base_url, allowed_hosts, auth), then: waybill connector check <file>',
  });

const unreachable = (file: ConnectorFile, error: unknown): WaybillError =>
  new WaybillError(
    'WB_SOURCE_UNREACHABLE',
    `The API at ${new URL(file.base_url).host} does not answer: ${error instanceof Error ? error.message : String(error)}.`,
    { next: 'Run the same command again later; what was read is kept.', cause: error },
  );
