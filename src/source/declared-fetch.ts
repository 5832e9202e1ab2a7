/**
 * Reads everything a connector file declares into a bundle folder, from which it is a source like any export. A reading
 * that was cut off goes on where it was; a later one asks for changes only, where the API can say them.
 */
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WaybillError } from '../core/errors.ts';
import { isoNow } from '../lib/clock.ts';
import type { ConnectorFile, Stream } from './declared-api.ts';
import { plainText } from './declared-json-path.ts';
import { type Reader } from './declared-http.ts';
import { shown } from './declared-secrets.ts';
import { openKept, type Kept } from './declared-kept.ts';
import { pages } from './declared-pages.ts';
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

interface Reading {
  readonly file: ConnectorFile;
  readonly folder: string;
  readonly reader: Reader;
  readonly kept: Kept;
  readonly progress: Progress;
}

export async function fetchAll(
  file: ConnectorFile,
  folder: string,
  reader: Reader,
  progress: Progress,
): Promise<Fetched[]> {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const kept = openKept(folder, isoNow);
  const reading: Reading = { file, folder, reader, kept, progress };
  const parents = new Set(file.streams.map((stream) => stream.for_each));
  const rows = new Map<string, Row[]>();
  const out: Fetched[] = [];
  for (const stream of file.streams) {
    const found = await fetchStream(reading, stream, rows);
    if (parents.has(stream.object)) rows.set(stream.object, found.rows);
    out.push({ object: stream.object, records: found.rows.length, notices: found.notices });
  }
  kept.ended(out.filter((one) => one.notices.length === 0).map((one) => one.object));
  return out;
}

async function fetchStream(
  reading: Reading,
  stream: Stream,
  parentRows: ReadonlyMap<string, readonly Row[]>,
): Promise<{ rows: Row[]; notices: string[] }> {
  const { folder, kept, progress } = reading;
  const path = join(folder, 'data', `${stream.object}.jsonl`);
  const before = new Map(readRows(path).map((row) => [keyOf(row), row]));
  const since = kept.since(stream.object, () => sinceWhen(reading, stream, [...before.values()]));
  // A list that was read whole is the whole list: what is no longer in it is gone at the source.
  const rows = new Map(since === '' ? [] : before);
  const notices: string[] = [];
  const name = stream.for_each;
  const parents: Parents[] =
    name === undefined ? [{}] : (parentRows.get(name) ?? []).map((row) => ({ [name]: { ...row } }));
  const cache = kept.pages(stream.object);
  const places = filePlaces(reading, stream);
  for (const parent of parents) {
    const url = firstUrl(reading.file, stream, parent, since);
    for await (const page of pages(reading.file, stream, url, reading.reader, cache)) {
      if (page.answer.status >= 400) {
        notices.push(problem(stream, page.url, page.answer.status));
        break;
      }
      cache.keep(page.url.href, page.answer);
      for (const record of page.records) {
        const row = shapeRecord(stream, record, parent);
        const key = keyOf(row);
        const same = JSON.stringify(before.get(key) ?? row) === JSON.stringify(row);
        rows.set(key, row);
        if (stream.download)
          notices.push(
            ...(await fetchFile(reading, stream, row, parent, places(row, parent), same)),
          );
      }
      progress(stream.object, rows.size);
    }
  }
  // Not permitted today is not deleted: what was read before stays.
  const all = [...(notices.length > 0 ? new Map([...before, ...rows]) : rows).values()];
  writeFileSync(`${path}.new`, all.map((row) => `${JSON.stringify(row)}\n`).join(''));
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

/**
 * The first reading takes all; a later one what changed since the newest record, or since the last reading began where
 * that was earlier: a record may change while the pages behind it are read. The overlap is for late writers.
 */
function sinceWhen({ file, kept }: Reading, stream: Stream, before: readonly Row[]): string {
  const incremental = incrementalOf(file, stream);
  const last = Date.parse(kept.lastRead(stream.object) ?? '');
  if (!incremental || Number.isNaN(last)) return '';
  const newest = before
    .map((row) => earliest(plainText(row[incremental.field])))
    .filter((at) => !Number.isNaN(at))
    .reduce((a, b) => Math.max(a, b), 0);
  if (newest === 0) return '';
  const from = Math.min(newest, last) - incremental.overlap_seconds * 1_000;
  return new Date(from).toISOString();
}

const FURTHEST_ZONE_MS = 14 * 3_600_000;

/** A time that does not say its zone may be as much earlier as zones go: rather a record again than one not at all. */
const earliest = (text: string): number =>
  /(z|[+-]\d\d:?\d\d)$/i.test(text.replace(/^\d{4}-\d\d-\d\d/, ''))
    ? Date.parse(text)
    : Date.parse(`${text.slice(0, 10)}T00:00Z`) - FURTHEST_ZONE_MS;

/** The default is for lists that have its field, and an id by which a changed record takes the place of the former. */
function incrementalOf(file: ConnectorFile, stream: Stream): Stream['incremental'] {
  const { incremental } = file.defaults;
  if (stream.incremental || !incremental) return stream.incremental;
  return incremental.field in stream.fields && 'id' in stream.fields ? incremental : undefined;
}

function firstUrl(file: ConnectorFile, stream: Stream, parent: Parents, since: string): URL {
  const url = urlOf(file, fill(stream.path, {}, parent));
  for (const [name, value] of Object.entries(stream.query ?? {})) url.searchParams.set(name, value);
  const incremental = incrementalOf(file, stream);
  if (incremental && since !== '') url.searchParams.set(incremental.param, since);
  return url;
}

const urlOf = (file: ConnectorFile, path: string): URL =>
  new URL(`${file.base_url.replace(/\/+$/, '')}${path}`);

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

/** Two records in one file would give both the bytes of one. */
function filePlaces({ file }: Reading, stream: Stream): (row: Row, parent: Parents) => string {
  const taken = new Map<string, string>();
  return (row, parent) => {
    const to = fill(stream.download?.to ?? '', { ...row }, parent);
    const [key, other] = [keyOf(row), taken.get(to.toLowerCase())];
    taken.set(to.toLowerCase(), key);
    if (other === undefined || other === key) return to;
    const message = `${stream.object}: download.to gives "${to}" to two records, ${other} and ${key}.`;
    throw new WaybillError('WB_CONNECTOR_INVALID', message, {
      place: file.connector,
      next: 'Put {id} into download.to of that stream in the connector file, then run again.',
    });
  };
}

/** What cannot be had is said; the row then waits in the review queue as one without a file. */
async function fetchFile(
  { file, folder, reader }: Reading,
  stream: Stream,
  row: Row,
  parent: Parents,
  to: string,
  same: boolean,
): Promise<string[]> {
  if (!stream.download) return [];
  const path = join(folder, to);
  const unsafe = to.split(/[/\\]/).includes('..') || /^[/\\]|^[a-z]:/i.test(to);
  if (unsafe) return [`${stream.object}: the path "${to}" leads out of the folder.`];
  if (same && existsSync(path)) return [];
  const url = urlOf(file, fill(stream.download.path, { ...row }, parent));
  const answer = await reader.file(url);
  if (typeof answer === 'number') return [`${stream.object}: ${shown(url)} answers ${answer}.`];
  mkdirSync(dirname(path), { recursive: true });
  await pipeline(answer, createWriteStream(`${path}.part`));
  renameSync(`${path}.part`, path);
  return [];
}
