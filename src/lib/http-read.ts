/** GET alone, answers as streams, no redirect followed: whoever asks decides where a credential may go. */
import { Agent, request } from 'undici';

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
  close(): Promise<void>;
}

export function httpReader(timeoutMs: number): HttpReader {
  const dispatcher = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  return {
    async get(url, headers, signal) {
      const answer = await request(url, { dispatcher, signal, headers });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body,
        text: () => answer.body.text(),
        discard: () => answer.body.dump(),
      };
    },
    close: () => dispatcher.close(),
  };
}
