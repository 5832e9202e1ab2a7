/**
 * Reads everything a connector file declares into a bundle folder, from which it is a source like any export. Pages are
 * kept as they came; a reading that was cut off goes on at the page it had reached, a later one asks for changes only.
 */
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WaybillError } from '../core/errors.ts';
import type { ConnectorFile, Stream } from './declared-api.ts';
import { plainText } from './declared-json-path.ts';
import { shown, type Reader } from './declared-http.ts';
import { pages, type Cache } from './declared-pages.ts';
import { fill, shapeRecord, type Parents } from './declared-shape.ts';

export interface Fetched {
  readonly object: string;
  readonly records: number;
  /** Why a part is not there: not permitted, not found. */
  readonly notices: readonly string[];
}

export type Progress = (object: string, records: number) => void;

interface Row {
  readonly [field: string]: unknown;
}

export async function fetchAll(
  file: ConnectorFile,
  folder: string,
  reader: Reader,
  progress: Progress,
): Promise<Fetched[]> {
  mkdirSync(join(folder, 'data'), { recursive: true });
  mkdirSync(join(folder, 'raw'), { recursive: true });
  const rows = new Map<string, Row[]>();
  const out: Fetched[] = [];
  for (const stream of file.streams) {
    const found = await fetchStream(file, stream, folder, reader, rows, progress);
    rows.set(stream.object, found.rows);
    out.push({ object: stream.object, records: found.rows.length, notices: found.notices });
  }
  return out;
}

async function fetchStream(
  file: ConnectorFile,
  stream: Stream,
  folder: string,
  reader: Reader,
  read: ReadonlyMap<string, readonly Row[]>,
  progress: Progress,
): Promise<{ rows: Row[]; notices: string[] }> {
  const raw = rawPages(join(folder, 'raw', `${stream.object}.jsonl`));
  const path = join(folder, 'data', `${stream.object}.jsonl`);
  const before = readRows(path);
  const rows = new Map(before.map((row) => [keyOf(row), row]));
  const notices: string[] = [];
  const parents: Parents[] =
    stream.for_each === undefined
      ? [{}]
      : (read.get(stream.for_each) ?? []).map((row) => ({ [stream.for_each ?? '']: { ...row } }));
  for (const parent of parents) {
    const url = firstUrl(file, stream, parent, before);
    for await (const page of pages(file, stream, url, reader, raw)) {
      if (page.answer.status >= 400) {
        notices.push(problem(stream, page.url, page.answer.status));
        break;
      }
      raw.keep(page.url.href, page.answer.etag, page.answer.text);
      for (const record of page.records) {
        const row = shapeRecord(stream, record, parent);
        rows.set(keyOf(row), row);
        if (stream.download) await fetchFile(file, stream, folder, reader, row, parent);
      }
      progress(stream.object, rows.size);
    }
  }
  const all = [...rows.values()];
  writeFileSync(`${path}.new`, all.map((row) => JSON.stringify(row)).join('\n') + '\n');
  renameSync(`${path}.new`, path);
  return { rows: all, notices };
}

const keyOf = (row: Row): string =>
  typeof row['id'] === 'string' || typeof row['id'] === 'number'
    ? String(row['id'])
    : JSON.stringify(row);

function readRows(path: string): Row[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The first reading takes all; a later one what changed since the newest record, with an overlap for late writers. */
function firstUrl(
  file: ConnectorFile,
  stream: Stream,
  parent: Parents,
  before: readonly Row[],
): URL {
  const path = fill(stream.path, {}, parent);
  const url = new URL(`${file.base_url.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(stream.query ?? {})) url.searchParams.set(name, value);
  const { incremental } = stream;
  if (!incremental) return url;
  const newest = before
    .map((row) => Date.parse(plainText(row[incremental.field])))
    .filter((at) => !Number.isNaN(at))
    .reduce((a, b) => Math.max(a, b), 0);
  if (newest > 0)
    url.searchParams.set(
      incremental.param,
      new Date(newest - incremental.overlap_seconds * 1_000).toISOString(),
    );
  return url;
}

/** 403: this user may not see it; 404: it is not there. Either is said, and the rest goes on where it may. */
function problem(stream: Stream, url: URL, status: number): string {
  const what = status === 403 ? 'is not permitted for this user' : `answers ${status}`;
  if (status !== 403 && !stream.optional)
    throw new WaybillError('WB_SOURCE_NOT_API', `${stream.object}: ${shown(url)} ${what}.`, {
      place: shown(url),
      next: 'Mend the path of the stream in the connector file, or write "optional: true" there.',
    });
  return `${stream.object}: ${shown(url)} ${what}.`;
}

interface Raw extends Cache {
  keep(url: string, etag: string, text: string): void;
}

/** Every page as it came, with when and from where; the query is masked, for a key may stand in it. */
function rawPages(path: string): Raw {
  const known = new Map<string, { etag: string; text: string }>();
  if (existsSync(path))
    for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
      const page = JSON.parse(line) as { at: string; etag: string; text: string };
      known.set(page.at, { etag: page.etag, text: page.text });
    }
  return {
    get: (url) => known.get(pageName(url)),
    keep(url, etag, text) {
      const name = pageName(url);
      if (known.get(name)?.text === text) return;
      known.set(name, { etag, text });
      appendFileSync(path, `${JSON.stringify({ at: name, etag, text })}\n`);
    },
  };
}

const pageName = (url: string): string => {
  const masked = new URL(url);
  for (const name of masked.searchParams.keys())
    if (/key|token|sig|secret|password/i.test(name)) masked.searchParams.set(name, '***');
  return masked.href;
};

async function fetchFile(
  file: ConnectorFile,
  stream: Stream,
  folder: string,
  reader: Reader,
  row: Row,
  parent: Parents,
): Promise<void> {
  if (!stream.download) return;
  const to = fill(stream.download.to, { ...row }, parent);
  const path = join(folder, to);
  const unsafe = to.split(/[/\\]/).includes('..') || /^[/\\]|^[a-z]:/i.test(to);
  if (unsafe || existsSync(path)) return;
  const from = fill(stream.download.path, { ...row }, parent);
  const bytes = await reader.file(new URL(`${file.base_url.replace(/\/+$/, '')}${from}`));
  mkdirSync(dirname(path), { recursive: true });
  await pipeline(bytes, createWriteStream(`${path}.part`));
  renameSync(`${path}.part`, path);
}
