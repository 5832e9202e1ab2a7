/** JSON and form calls over kept-alive connections; a failure says whether the call can have reached the other side. */
import { Readable } from 'node:stream';
import { Agent, errors, request, type Dispatcher } from 'undici';
import { jsonBody } from './json-body.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  /** `name=value` of each cookie that was set. */
  readonly cookies: readonly string[];
}

/** `sent` false: the other side never saw the call, so it can be repeated whatever it was. */
export class HttpFailure extends Error {
  readonly sent: boolean;
  readonly aborted: boolean;
  constructor(message: string, options: { sent: boolean; aborted: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.sent = options.sent;
    this.aborted = options.aborted;
  }
}

export interface HttpClient {
  /** A URLSearchParams goes out as a form, anything else as JSON, with its files streamed. */
  call(
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Shorter than any usual server's own, so that a write never goes out on a connection that is just being closed. */
const KEEP_ALIVE_MS = 4_000;

/** The other side speaks no TLS; the library's own words for it help nobody. */
const NOT_TLS = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
];

/** Failures of making the connection: nothing was sent. Whatever is not listed counts as sent, the safe side. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  ...NOT_TLS,
]);

/** `timeoutMs` bounds the wait for an answer; longer than the server's own limit, so that the server decides. */
export function httpClient(baseUrl: string, timeoutMs: number): HttpClient {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const base = baseUrl.replace(/\/+$/, '');
  return {
    async call(method, path, headers, body, signal) {
      if (signal?.aborted) throw new HttpFailure('stopped', { sent: false, aborted: true });
      const sent = encode(body);
      const all = sent ? { ...headers, ...sent.headers } : headers;
      try {
        const options = {
          method,
          dispatcher,
          signal: signal ?? null,
          headers: all,
          body: sent?.body ?? null,
        };
        return await toAnswer(await request(`${base}${path}`, options));
      } catch (error) {
        throw toFailure(error, signal);
      }
    },
    close: () => dispatcher.close(),
  };
}

interface Encoded {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

function encode(body: unknown): Encoded | undefined {
  if (body === undefined) return undefined;
  if (body instanceof URLSearchParams)
    return {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    };
  const type = { 'content-type': 'application/json' };
  const json = jsonBody(body);
  if (typeof json === 'string') return { headers: type, body: json };
  return {
    headers: { ...type, 'content-length': String(json.length) },
    body: Readable.from(json.chunks(), { objectMode: false }),
  };
}

async function toAnswer({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<HttpAnswer> {
  return {
    status: statusCode,
    type: one(headers['content-type']) ?? '',
    text: await body.text(),
    retryAfter: one(headers['retry-after']),
    location: one(headers['location']),
    cookies: [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? ''),
  };
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

export function toFailure(error: unknown, signal: AbortSignal | undefined): HttpFailure {
  const code = codeOf(error);
  const late =
    error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  const said = error instanceof Error && error.message ? error.message : 'the connection failed';
  const message = late
    ? 'no answer within the time limit'
    : NOT_TLS.includes(code)
      ? 'what answers speaks plain http, not https'
      : said;
  return new HttpFailure(message, {
    sent: !NOT_SENT.has(code),
    aborted: signal?.aborted === true,
    cause: error,
  });
}

/** Node tries every address of a name and wraps the failures; then the first one's code counts. */
function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}
