/**
 * What a reading of an API keeps on disk beside the tables: every page as it came, and how far it is. Broken off, the
 * next reading asks for nothing that this one has had; ended, the next asks for what changed since it began.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Answer } from './declared-http.ts';
import type { Cache } from './declared-pages.ts';

export interface Reading {
  readonly id: string;
  /** When it began, also where it was broken off since. */
  readonly began: string;
  /** Object -> since when its changes are asked for; empty for everything. */
  readonly since: Readonly<Record<string, string>>;
}

interface State {
  readonly reading: Reading | null;
  /** Object -> when the last reading that ended had begun. */
  readonly read: Readonly<Record<string, string>>;
}

export interface Kept {
  /** When the last reading that ended had begun, by which this object was read. */
  lastRead(object: string): string | undefined;
  /** Settled once per reading: the newest record may be another after an interruption. */
  since(object: string, settle: () => string): string;
  pages(object: string): KeptPages;
  ended(objects: readonly string[]): void;
}

export interface KeptPages extends Cache {
  keep(url: string, answer: Answer): void;
}

export function openKept(folder: string, now: () => string): Kept {
  const raw = join(folder, 'raw');
  const path = join(raw, 'reading.json');
  const before: State = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as State)
    : { reading: null, read: {} };
  let reading: Reading = before.reading ?? { id: randomUUID(), began: now(), since: {} };
  const save = (state: State): void => write(path, JSON.stringify(state));
  return {
    lastRead: (object) => before.read[object],
    since(object, settle) {
      const since = reading.since[object] ?? settle();
      reading = { ...reading, since: { ...reading.since, [object]: since } };
      save({ reading, read: before.read });
      return since;
    },
    pages: (object) => keptPages(join(raw, object), reading.id),
    ended: (objects) =>
      save({
        reading: null,
        read: { ...before.read, ...Object.fromEntries(objects.map((one) => [one, reading.began])) },
      }),
  };
}

interface KeptPage extends Omit<Answer, 'status'> {
  readonly at: string;
  readonly reading: string;
}

/** A file per page, named after its address: none is held in memory, and a broken write leaves the former. */
function keptPages(folder: string, reading: string): KeptPages {
  const pathOf = (name: string): string =>
    join(folder, `${createHash('sha1').update(name).digest('hex')}.json`);
  return {
    get(url) {
      const path = pathOf(pageName(url));
      if (!existsSync(path)) return undefined;
      const page = JSON.parse(readFileSync(path, 'utf8')) as KeptPage;
      const { etag, link, text } = page;
      return { etag, link, text, current: page.reading === reading };
    },
    keep(url, { etag, link, text }) {
      const at = pageName(url);
      write(pathOf(at), JSON.stringify({ at, reading, etag, link, text } satisfies KeptPage));
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Without what is secret: a key may stand in the query. */
function pageName(url: string): string {
  const masked = new URL(url);
  for (const name of masked.searchParams.keys())
    if (/key|token|sig|secret|password/i.test(name)) masked.searchParams.set(name, '***');
  return masked.href;
}
