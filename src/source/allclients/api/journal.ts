/**
 * Every answer of the API, as it came, on disk before it is used: an extraction that was killed goes on from here and
 * asks nothing twice. One file that only grows; 100,000 answers would be too many files.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface KeptAnswer {
  /** Function and parameters, without the credentials. */
  readonly call: string;
  readonly at: string;
  readonly status: number;
  readonly text: string;
}

/** Whose answers these are: those of another account or host are not gone on with. */
export interface JournalHead {
  readonly host: string;
  readonly account: string;
  readonly begun: string;
}

export interface Journal {
  readonly head: JournalHead;
  /** True when it was begun by an earlier process. */
  readonly continued: boolean;
  get(call: string): KeptAnswer | undefined;
  /** With the operating system when it returns: a kill loses nothing; a power cut the last ones, which are asked again. */
  keep(answer: KeptAnswer): void;
  size(): number;
  close(): void;
}

const OWNER_ONLY = 0o600;

export function openJournal(path: string, fresh: JournalHead): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const old = existsSync(path) ? readJournal(path) : undefined;
  const same = old?.head?.host === fresh.host && old.head.account === fresh.account;
  if (old && !same) rmSync(path);
  const fd = openSync(path, same ? 'r+' : 'w+', OWNER_ONLY);
  const places = same && old ? old.places : new Map<string, Place>();
  let end = same && old ? old.end : 0;
  // A line that a kill tore is no answer.
  ftruncateSync(fd, end);
  const append = (value: unknown): Place => {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    writeSync(fd, bytes, 0, bytes.length, end);
    const place = { from: end, length: bytes.length - 1 };
    end += bytes.length;
    return place;
  };
  if (!same) append(fresh);
  return {
    head: same && old?.head ? old.head : fresh,
    continued: same,
    get(call) {
      const place = places.get(call);
      return place && (JSON.parse(readAt(fd, place)) as KeptAnswer);
    },
    keep(answer) {
      places.set(answer.call, append(answer));
    },
    size: () => places.size,
    close: () => closeSync(fd),
  };
}

interface Place {
  readonly from: number;
  readonly length: number;
}

interface Read {
  readonly head: JournalHead | undefined;
  readonly places: Map<string, Place>;
  /** Where the last whole line ends. */
  readonly end: number;
}

function readAt(fd: number, { from, length }: Place): string {
  const bytes = Buffer.allocUnsafe(length);
  readSync(fd, bytes, 0, length, from);
  return bytes.toString('utf8');
}

function readJournal(path: string): Read {
  const fd = openSync(path, 'r');
  try {
    const places = new Map<string, Place>();
    let head: JournalHead | undefined;
    let end = 0;
    for (const place of lines(fd, statSync(path).size)) {
      const value = parseLine(readAt(fd, place));
      if (value === undefined) break;
      if (place.from === 0) head = value as JournalHead;
      else places.set((value as KeptAnswer).call, place);
      end = place.from + place.length + 1;
    }
    return { head, places, end };
  } finally {
    closeSync(fd);
  }
}

const BLOCK = 1 << 20;
const NEWLINE = 10;

function* lines(fd: number, size: number): Generator<Place> {
  const block = Buffer.allocUnsafe(BLOCK);
  let from = 0;
  for (let at = 0; at < size; at += BLOCK) {
    const length = readSync(fd, block, 0, BLOCK, at);
    for (
      let i = block.indexOf(NEWLINE);
      i !== -1 && i < length;
      i = block.indexOf(NEWLINE, i + 1)
    ) {
      yield { from, length: at + i - from };
      from = at + i + 1;
    }
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** For a look that keeps nothing. */
export function memoryJournal(head: JournalHead): Journal {
  const answers = new Map<string, KeptAnswer>();
  return {
    head,
    continued: false,
    get: (call) => answers.get(call),
    keep: (answer) => void answers.set(answer.call, answer),
    size: () => answers.size,
    close: () => {},
  };
}
