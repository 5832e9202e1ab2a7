/** GET, and the form that asks for a token; answers as streams, no redirect followed: whoever asks decides where a credential may go. */
import { Agent, request, type Dispatcher } from 'undici';

export interface ReadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Buffer>;
  text(): Promise<string>;
  /** Throws the rest away, so that the connection can be used again. */
  discard(): Promise<void>;
}

export interface HttpReader {
  get(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ReadAnswer>;
  post(
    url: URL,
    form: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ReadAnswer>;
  close(): Promise<void>;
}

export function httpReader(timeoutMs: number): HttpReader {
  const dispatcher = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  return {
    get: async (url, headers, signal) =>
      answerOf(await request(url, { dispatcher, signal, headers })),
    post: async (url, form, headers, signal) =>
      answerOf(
        await request(url, {
          dispatcher,
          signal,
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
          body: form,
        }),
      ),
    close: () => dispatcher.close(),
  };
}

const answerOf = ({ statusCode, headers, body }: Dispatcher.ResponseData): ReadAnswer => ({
  status: statusCode,
  headers,
  body,
  text: () => body.text(),
  discard: () => body.dump(),
});
