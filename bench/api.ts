/** A large account read through the stand-in's API, as fast as it goes: the calls are counted, and the memory. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { estimateText } from '../src/source/allclients/api/estimate.ts';
import { sampleAccount, type HeldAccount } from '../test/support/allclients-server/account.ts';
import { startStandIn, type LoggedCall } from '../test/support/allclients-server/server.ts';

export interface ApiResult {
  readonly contacts: number;
  /** By the scope, before most of the calls are made. */
  readonly foretold: number;
  readonly foretoldTime: string;
  readonly calls: number;
  readonly attachmentCalls: number;
  /** Pages of contacts, a call per contact for files and events, one for notes where there are some. */
  readonly necessary: number;
  readonly twice: number;
  readonly seconds: number;
  readonly peakMb: number;
}

/** As the program itself begins (bin/waybill.js). */
const SMALL_HEAP = `--import=${new URL('../src/lib/small-heap.ts', import.meta.url).href}`;
const CHILD = fileURLToPath(new URL('../test/support/extract-api.ts', import.meta.url));
const PAGE = 100;
const USUAL_CALLS_PER_SECOND = 2;

export async function benchApi(contacts: number, say: (text: string) => void): Promise<ApiResult> {
  say(`an account of ${contacts} contacts through the API`);
  const account = sampleAccount({ seed: 1, contacts, notes: contacts });
  const server = await startStandIn(account);
  const folder = mkdtempSync(join(tmpdir(), 'waybill-api-'));
  try {
    const began = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [
      SMALL_HEAP,
      CHILD,
      server.url,
      folder,
    ]);
    const said = JSON.parse(stdout) as { maxRssKb: number; notices: readonly string[] };
    const attachmentCalls = server.calls.filter(isAttachment).length;
    return {
      contacts,
      ...foretold(account, said.notices),
      calls: server.calls.length,
      attachmentCalls,
      necessary: necessary(account),
      twice: repeated(server.calls),
      seconds: (performance.now() - began) / 1000,
      peakMb: said.maxRssKb / 1024,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  }
}

const isAttachment = ({ name }: LoggedCall): boolean =>
  name === 'download' || name === 'GetAttachmentDownloadURL';

const repeated = (calls: readonly LoggedCall[]): number =>
  calls.length - new Set(calls.map(({ name, params }) => `${name} ${params}`)).size;

const necessary = ({ contacts, notesOf }: HeldAccount): number =>
  Math.ceil(contacts.length / PAGE) + 2 * contacts.length + notesOf.size;

/** The notice itself says the calls; the time it says is at the pace of this reading, so the same is asked for a usual one. */
function foretold(
  { contacts, notesOf, flags }: HeldAccount,
  notices: readonly string[],
): Pick<ApiResult, 'foretold' | 'foretoldTime'> {
  const said = notices.map((one) => /asked about ([\d,]+) times/.exec(one)?.[1]).find(Boolean);
  const size = {
    contacts: contacts.length,
    contactsWithNotes: notesOf.size,
    flags: flags.length,
  };
  const kinds = ['notes', 'attachments', 'specialevents'] as const;
  const text = estimateText(size, kinds, USUAL_CALLS_PER_SECOND);
  return {
    foretold: Number((said ?? 'NaN').replaceAll(',', '')),
    foretoldTime: /at most: (.*) or more/.exec(text)?.[1] ?? '',
  };
}
