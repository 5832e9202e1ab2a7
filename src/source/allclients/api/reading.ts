/** What has been read of an account so far: which answers hold which records, and what a person should know about it. */
import { WaybillError } from '../../../core/errors.ts';
import type { Emit } from '../../../core/events.ts';
import type { RejectedRow } from '../../source.ts';
import type { ApiAddress } from './address.ts';
import { callText, type ApiClient, type Outcome, type Params } from './client.ts';
import type { Branch, Row } from './tree.ts';

/** The records of one function: where they are, not what they say, so that memory stays small. */
export interface Sheet {
  readonly object: string;
  /** Stands as the file of its records: `api:GetContacts`. */
  readonly path: string;
  readonly parts: Part[];
  readonly rejected: RejectedRow[];
  /** The records of one answer. */
  readonly rows: (tree: Branch) => readonly Row[];
  /** Makes a record fit to be mapped: names for ids, one name per meaning. Undefined: it is none after all. */
  readonly refine: (row: Row) => Row | undefined;
  /** Elements that carry the record's own id; none: the key is made of the content. */
  readonly ids: readonly string[];
  /** Elements that together are the id, where no single one is. */
  readonly natural: readonly string[];
}

export interface Part {
  readonly call: string;
  /** Known from the question, not in the answer: whose notes these are. */
  readonly extra: Row;
}

export interface Reading {
  readonly client: ApiClient;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly sheets: Sheet[];
  readonly address: ApiAddress;
  notice(text: string): void;
  notices(): readonly string[];
  /** The tree of an answer; undefined, and noted, where there is none. */
  ask(name: string, params: Params): Promise<Branch | undefined>;
  outcome(name: string, params: Params): Promise<Outcome>;
  /** True once this server was found to lack the function. */
  lacks(name: string): boolean;
}

/** Some servers answer for a function they have not with an error page: one that never works is none. */
const LACKING_AFTER = 5;
const WORKS = Number.NEGATIVE_INFINITY;

export function newReading(
  address: ApiAddress,
  client: ApiClient,
  emit: Emit,
  signal: AbortSignal,
): Reading {
  const notices = new Set<string>();
  const absent = new Set<string>();
  const failed = new Map<string, number>();
  const lack = (name: string, why: string): void => {
    if (!absent.has(name)) notices.add(`The function ${name} cannot be used here: ${why}.`);
    absent.add(name);
  };
  const outcome = async (name: string, params: Params): Promise<Outcome> => {
    const answer = await client.call(name, params, signal);
    // It worked before: this one question is refused, and the next may be answered.
    if (answer.kind === 'absent' && failed.get(name) === WORKS)
      return { kind: 'error', said: answer.why };
    if (answer.kind === 'absent') lack(name, answer.why);
    if (answer.kind !== 'failed') failed.set(name, WORKS);
    const times = (failed.get(name) ?? 0) + 1;
    failed.set(name, times);
    if (answer.kind === 'failed' && times >= LACKING_AFTER)
      lack(name, `it failed ${times} times and never worked (${answer.why})`);
    return answer;
  };
  return {
    address,
    client,
    emit,
    signal,
    sheets: [],
    notice: (text) => void notices.add(text),
    notices: () => [...notices],
    outcome,
    lacks: (name) => absent.has(name),
    async ask(name, params) {
      if (absent.has(name)) return undefined;
      const answer = await outcome(name, params);
      if (answer.kind === 'tree') return answer.tree;
      if (answer.kind === 'error') notices.add(`${name} says "${answer.said}".`);
      if (answer.kind === 'failed')
        notices.add(
          `${name} gave no answer that can be read (${answer.why}): what it lists may be incomplete.`,
        );
      return undefined;
    },
  };
}

export function newSheet(
  wanted: Pick<Sheet, 'object' | 'path' | 'rows'> &
    Partial<Pick<Sheet, 'refine' | 'ids' | 'natural'>>,
): Sheet {
  return { refine: (row) => row, ids: [], natural: [], parts: [], rejected: [], ...wanted };
}

/** Asks, and keeps the answer's place on the sheet. The records of it, or undefined. */
export async function askOnto(
  reading: Reading,
  sheet: Sheet,
  name: string,
  params: Params,
  extra: Row = {},
): Promise<readonly Row[] | undefined> {
  const tree = await reading.ask(name, params);
  if (!tree) return undefined;
  sheet.parts.push({ call: callText(name, params), extra });
  return sheet.rows(tree);
}

export function reject(
  sheet: Sheet,
  code: RejectedRow['code'],
  message: string,
  text: string,
): void {
  sheet.rejected.push({
    code,
    message,
    file: sheet.path,
    line: sheet.rejected.length + 1,
    text: text.slice(0, 2_000),
  });
}

/** A list without which nothing can move. */
export function required<T>(value: T | undefined, what: string, next: string): T {
  if (value !== undefined) return value;
  throw new WaybillError('WB_SOURCE_NOT_API', what, { next });
}
