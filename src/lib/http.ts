/** One JSON call over a kept-alive connection; failures say whether the call can have reached the other side. */
import { Agent, errors, request } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

/** `sent` false: the other side never saw the call, so it can be repeated whatever it was. */
export class HttpFailure extends Error {
  readonly sent: boolean;
  readonly aborted: boolean;
  constructor(message: string, options: { sent: boolean; aborted: boolean; cause: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.sent = options.sent;
    this.aborted = options.aborted;
  }
}

export interface HttpClient {
  call(method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>>, body?: unknown, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT']);

/** `timeoutMs` bounds the wait for an answer, longer than the server's own limit, so that the server decides. */
export function httpClient(baseUrl: string, timeoutMs: number): HttpClient {
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, keepAliveTimeout: 4_000 });
  const base = baseUrl.replace(/\/+$/, '');
  return {
    async call(method, path, headers, body, signal) {
      try {
        const answer = await request(`${base}${path}`, {
          method, dispatcher: agent, signal: signal ?? null,
          headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
          body: body === undefined ? null : JSON.stringify(body),
        });
        const retryAfter = answer.headers['retry-after'];
        return { status: answer.statusCode, type: String(answer.headers['content-type'] ?? ''), text: await answer.body.text(), retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined };
      } catch (error) {
        throw asFailure(error, signal);
      }
    },
    close: () => agent.close(),
  };
}

function asFailure(error: unknown, signal: AbortSignal | undefined): HttpFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const timeout = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  const message = timeout ? 'no answer within the time limit' : error instanceof Error && error.message ? error.message : code || 'the connection failed';
  return new HttpFailure(message, { sent: !NOT_SENT.has(code), aborted: signal?.aborted === true, cause: error });
}
