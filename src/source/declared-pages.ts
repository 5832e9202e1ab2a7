/** The pages of one list, in every way of paging that APIs have; a list that never ends is stopped. */
import { createHash } from 'node:crypto';
import { WaybillError } from '../core/errors.ts';
import type { ConnectorFile, Paging, Stream } from './declared-api.ts';
import type { Answer, Reader } from './declared-http.ts';
import { shown } from './declared-secrets.ts';
import { pick, plainText, recordsIn } from './declared-json-path.ts';

export interface Page {
  readonly url: URL;
  readonly answer: Answer;
  readonly records: readonly Record<string, unknown>[];
  /** The path at which they stood; empty when no path led anywhere. */
  readonly path: string;
}

export interface Cache {
  /** What the same address answered before; `current` where that was in this very reading. */
  get(url: string): (Omit<Answer, 'status'> & { readonly current: boolean }) | undefined;
}

const RECORDS = ['$.data', '$.items', '$.results', '$.value', '$'];

/** `from` is where an interrupted reading goes on. */
export async function* pages(
  file: ConnectorFile,
  stream: Stream,
  first: URL,
  reader: Reader,
  cache: Cache,
): AsyncGenerator<Page> {
  const paging = stream.paging ?? file.defaults.paging ?? { type: 'none' };
  const size = stream.page_size ?? file.defaults.page_size;
  const seen = new Set<string>();
  let url: URL | undefined = begin(paging, size, first);
  for (let n = 0; url !== undefined; n++) {
    const page: Page = await readPage(stream, file, url, reader, cache);
    yield page;
    if (page.answer.status >= 400 || page.records.length === 0) return;
    // Not of the whole answer: many bear a time or a number of their own.
    const print = createHash('sha1').update(JSON.stringify(page.records)).digest('hex');
    if (seen.has(print)) throw loop(stream, page.url);
    seen.add(print);
    const next: URL | undefined = nextUrl(paging, page, url, n, size?.value ?? page.records.length);
    if (next !== undefined && seen.has(next.href)) throw loop(stream, next);
    seen.add(url.href);
    url = next;
  }
}

async function readPage(
  stream: Stream,
  file: ConnectorFile,
  url: URL,
  reader: Reader,
  cache: Cache,
): Promise<Page> {
  const known = cache.get(url.href);
  const paths = stream.records ?? file.defaults.records ?? RECORDS;
  if (known?.current) {
    const answer = { ...known, status: 200 };
    return { url, answer, ...recordsIn(parsed(known.text, url), paths) };
  }
  const validators: Record<string, string> =
    known && known.etag !== '' ? { 'if-none-match': known.etag } : {};
  const fresh = await reader.get(url, { ...stream.headers, ...validators });
  // A 304 need not repeat where the next page is.
  const answer = fresh.status === 304 && known ? { ...known, status: 200 } : fresh;
  if (answer.status >= 400) return { url, answer, records: [], path: '' };
  return { url, answer, ...recordsIn(parsed(answer.text, url), paths) };
}

function parsed(text: string, url: URL): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new WaybillError('WB_SOURCE_NOT_API', `${shown(url)} does not answer with JSON.`, {
      place: shown(url),
      next: 'Look at the path in the connector file, then: waybill connector check <file>',
      cause: error,
    });
  }
}

type Size = { readonly param: string; readonly value: number } | undefined;

function begin(paging: Paging, size: Size, first: URL): URL {
  const url = new URL(first);
  if (paging.type === 'odata') url.searchParams.set('$top', String(size?.value ?? 100));
  else if (size && paging.type !== 'none') url.searchParams.set(size.param, String(size.value));
  if (paging.type === 'page') url.searchParams.set(paging.param ?? 'page', String(paging.first));
  if (paging.type === 'offset') url.searchParams.set(paging.param ?? 'offset', '0');
  return url;
}

function nextUrl(paging: Paging, page: Page, url: URL, n: number, size: number): URL | undefined {
  const set = (param: string, value: string): URL => {
    const next = new URL(url);
    next.searchParams.set(param, value);
    return next;
  };
  switch (paging.type) {
    case 'none':
      return undefined;
    case 'page':
      return set(paging.param ?? 'page', String(paging.first + n + 1));
    case 'offset':
      return set(paging.param ?? 'offset', String((n + 1) * size));
    case 'odata':
      return set('$skip', String((n + 1) * size));
    case 'cursor':
      return cursorUrl(paging, page, set);
    case 'next_url': {
      const next =
        paging.next === 'link' ? linkNext(page.answer.link) : textAt(page.answer.text, paging.next);
      return next === '' ? undefined : new URL(next, url);
    }
  }
}

function cursorUrl(
  { param, next, more }: Extract<Paging, { type: 'cursor' }>,
  page: Page,
  set: (param: string, value: string) => URL,
): URL | undefined {
  const cursor = textAt(page.answer.text, next);
  const ended = more !== undefined && /^(false|0|)$/.test(textAt(page.answer.text, more));
  return cursor === '' || ended ? undefined : set(param, cursor);
}

const textAt = (text: string, path: string): string => plainText(pick(JSON.parse(text), path));

const linkNext = (header: string): string =>
  /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(header)?.[1] ?? '';

const loop = (stream: Stream, url: URL): WaybillError =>
  new WaybillError(
    'WB_CONNECTOR_LOOP',
    `${stream.object}: ${shown(url)} gives a page that was there before; the list would never end.`,
    {
      place: shown(url),
      next: 'Look at the paging of this stream in the connector file: the parameter may be called otherwise.',
    },
  );
