/** Calls functions of the API: one at a time, paced, repeated where that can help, never twice for the same answer. */
import { WaybillError } from '../../../core/errors.ts';
import { isoNow } from '../../../lib/clock.ts';
import { httpClient, HttpFailure, type HttpAnswer, type HttpClient } from '../../../lib/http.ts';
import { makePace } from '../../../lib/pace.ts';
import { redact } from '../../../lib/redact.ts';
import { retry } from '../../../lib/retry.ts';
import { apiBase, type ApiAddress } from './address.ts';
import type { Journal } from './journal.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Branch } from './tree.ts';

export type Params = Readonly<Record<string, string | number>>;

export type Outcome =
  | { readonly kind: 'tree'; readonly tree: Branch }
  /** GetWebFormHTML alone answers with a page. */
  | { readonly kind: 'page'; readonly html: string }
  | { readonly kind: 'error'; readonly said: string }
  /** This server has no such function, or `refused` it though it knows the key. */
  | { readonly kind: 'absent'; readonly why: string; readonly refused?: true }
  /** Asked as often as is polite, and still no answer that can be read. */
  | { readonly kind: 'failed'; readonly why: string };

export interface ApiClient {
  /** Throws WB_SOURCE_LOGIN, WB_SOURCE_UNREACHABLE, WB_STOPPED. */
  call(name: string, params: Params, signal: AbortSignal): Promise<Outcome>;
  /** The same without keeping the answer: a link that lives five minutes is worth nothing later. */
  callAnew(name: string, params: Params, signal: AbortSignal): Promise<Outcome>;
  /** Calls that went out, repeats included. */
  sent(): number;
  /** Anything else that goes to the same server: in line with the calls, at their pace. */
  inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** Long lists take a server long; the official plugin waits 30 s. */
const TIMEOUT_MS = 90_000;
const PAUSES_MS = [1_000, 4_000, 15_000, 45_000];
const MAX_WAIT_MS = 300_000;
/** So many calls in a row that fail may be single faults, or a server that is down: it is asked for something easy. */
const FAILURES_IN_A_ROW = 2;
/** The cheapest function there is, and one that every account has. */
export const TEST_FUNCTION = 'GetCategories';

export function apiClient(address: ApiAddress, journal: Journal): ApiClient {
  const base = apiBase(address.url);
  const http = httpClient(base, address.timeoutMs ?? TIMEOUT_MS);
  const pace = makePace({
    concurrency: 1,
    pauseMs: 1_000 / address.callsPerSecond,
    ...(address.time && { time: address.time }),
  });
  let sent = 0;
  let failures = 0;

  const ask = (name: string, params: Params, signal: AbortSignal): Promise<KeptOutcome> =>
    pace(async () => {
      stopIf(signal);
      sent++;
      return judge(name, await post(http, address, name, params, signal));
    }, signal);

  const fetchAnswer = async (
    name: string,
    params: Params,
    signal: AbortSignal,
  ): Promise<KeptOutcome> => {
    stopIf(signal);
    const answer = await retry(
      () => ask(name, params, signal),
      (error) => error instanceof TryAgain && error.verdict,
      signal,
      address.pausesMs ?? PAUSES_MS,
    ).catch((error: unknown) => giveUp(error, base, name, signal));
    failures = answer.outcome.kind === 'failed' ? failures + 1 : 0;
    if (failures >= FAILURES_IN_A_ROW && answer.outcome.kind === 'failed') {
      const { why } = answer.outcome;
      await ask(TEST_FUNCTION, {}, signal).catch((error: unknown) => {
        if (!(error instanceof TryAgain)) throw error;
        throw unreachable(base, `${name}: ${why}; and ${TEST_FUNCTION} fails too`);
      });
      failures = 0;
    }
    refuseLogin(answer.outcome, base);
    if (answer.outcome.kind === 'absent' && answer.outcome.refused && !RESELLERS_ONLY.has(name))
      refuseLogin((await ask(TEST_FUNCTION, {}, signal)).outcome, base);
    return answer;
  };

  return {
    callAnew: async (name, params, signal) => (await fetchAnswer(name, params, signal)).outcome,
    sent: () => sent,
    inTurn: (work, signal) => pace(work, signal),
    close: () => http.close(),
    async call(name, params, signal) {
      stopIf(signal);
      const call = callText(name, params);
      const kept = journal.get(call);
      if (kept) return outcomeOf(name, kept.status, kept.text);
      const answer = await fetchAnswer(name, params, signal);
      if (answer.outcome.kind !== 'failed')
        journal.keep({ call, at: isoNow(), status: answer.status, text: redact(answer.text) });
      return answer.outcome;
    },
  };
}

interface KeptOutcome {
  readonly outcome: Outcome;
  readonly status: number;
  readonly text: string;
}

/** What the journal knows a call by: no credential, the same whatever the order of the parameters. */
export const callText = (name: string, params: Params): string =>
  `${name}?${Object.entries(params)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('&')}`;

async function post(
  http: HttpClient,
  { account, key, format }: ApiAddress,
  name: string,
  params: Params,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const form = new URLSearchParams({
    accountid: account,
    apikey: key,
    ...(format === 'json' && { response_type: 'json' }),
    ...Object.fromEntries(Object.entries(params).map(([field, value]) => [field, String(value)])),
  });
  try {
    return await http.call('POST', `/${name}.aspx`, {}, form, signal);
  } catch (error) {
    if (error instanceof HttpFailure)
      throw new TryAgain(error.message, error.sent ? 'answer' : 'connection', {});
    throw error;
  }
}

/** A failure that may pass. */
class TryAgain extends Error {
  readonly kind: 'connection' | 'answer';
  readonly verdict: { readonly afterMs?: number };
  constructor(
    message: string,
    kind: 'connection' | 'answer',
    verdict: { readonly afterMs?: number },
  ) {
    super(message);
    this.name = 'TryAgain';
    this.kind = kind;
    this.verdict = verdict;
  }
}

const REFUSED = /authentication|not authorized|access denied/i;
/** Opened, as far as is known, by a reseller's credentials only: a refusal is what is expected. */
const RESELLERS_ONLY: ReadonlySet<string> = new Set(['GetTeamMembers', 'GetCustomFields']);
const PAGE_FUNCTION = 'GetWebFormHTML';
const BUSY = /too many|rate limit|try again|temporarily/i;

function judge(name: string, { status, text, retryAfter }: HttpAnswer): KeptOutcome {
  if (status >= 500 || status === 429 || status === 408)
    throw new TryAgain(`HTTP ${status}`, 'answer', waitOf(retryAfter));
  const outcome = outcomeOf(name, status, text);
  if (outcome.kind === 'failed') throw new TryAgain(outcome.why, 'answer', {});
  if (outcome.kind === 'error' && BUSY.test(outcome.said))
    throw new TryAgain(outcome.said, 'answer', {});
  return { outcome, status, text };
}

function waitOf(retryAfter: string | undefined): { readonly afterMs?: number } {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? { afterMs: Math.min(seconds * 1_000, MAX_WAIT_MS) }
    : {};
}

/** The same for an answer that just came and for one from the journal. */
function outcomeOf(name: string, status: number, text: string): Outcome {
  if (status === 404 || status === 410)
    return { kind: 'absent', why: `HTTP ${status}: the server has no such function` };
  // Sent elsewhere: a maintenance page, or another address. The key does not follow.
  if (status >= 300 && status < 400) return { kind: 'failed', why: `HTTP ${status}` };
  if (status >= 400) return { kind: 'absent', why: `HTTP ${status}` };
  const answer = parseAnswer(text);
  if (answer.kind === 'tree') return answer;
  if (answer.kind === 'error')
    return name !== TEST_FUNCTION && REFUSED.test(answer.said)
      ? { kind: 'absent', why: `the key has no right to it ("${answer.said}")`, refused: true }
      : answer;
  return name === PAGE_FUNCTION
    ? { kind: 'page', html: text }
    : { kind: 'failed', why: answer.why };
}

function giveUp(error: unknown, base: string, name: string, signal: AbortSignal): KeptOutcome {
  stopIf(signal);
  if (!(error instanceof TryAgain)) throw error;
  if (error.kind === 'connection') throw unreachable(base, `${name}: ${error.message}`);
  return { outcome: { kind: 'failed', why: error.message }, status: 0, text: '' };
}

const unreachable = (base: string, why: string): WaybillError =>
  new WaybillError(
    'WB_SOURCE_UNREACHABLE',
    `The API at ${base} does not answer (${redact(why)}). What was answered so far is kept.`,
    {
      place: base,
      next: 'Look whether the address opens in a browser, then run: waybill scope   It goes on where it stopped.',
    },
  );

function refuseLogin(outcome: Outcome, base: string): void {
  if (outcome.kind !== 'error' || !REFUSED.test(outcome.said)) return;
  throw new WaybillError(
    'WB_SOURCE_LOGIN',
    `The API at ${base} says: "${redact(outcome.said)}". The account id and the key do not fit together.`,
    {
      place: base,
      next: 'Look both up in AllClients, Settings, API Settings; put the key into WAYBILL_SOURCE_API_KEY and the id into source.api.account of waybill.yaml.',
    },
  );
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted)
    throw new WaybillError('WB_STOPPED', 'Stopped while asking the API. Every answer is kept.', {
      next: 'Run the same command again; it goes on where it stopped.',
    });
}
