/** The attachments of every contact: listed, then fetched to disk one by one and checked; what is there is not fetched again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isoNow } from '../../../lib/clock.ts';
import { download } from '../../../lib/download.ts';
import { HttpFailure } from '../../../lib/http.ts';
import type { RejectedRow } from '../../source.ts';
import { safeLink } from './address.ts';
import type { Contacts } from './read-contacts.ts';
import { fitsSize } from './file-size.ts';
import type { Journal } from './journal.ts';
import { newSheet, reject, type Reading, type Sheet } from './reading.ts';
import { eachContact, type Gone } from './read-per-contact.ts';
import { rowsOf, textOf, type Row } from './tree.ts';

export interface AttachmentStore {
  readonly folder: string;
  /** What was fetched, in this extraction or an earlier one. */
  readonly index: Journal;
}

interface Fetched {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A link lives five minutes, and a connection can break more than once in a large file. */
const TRIES = 4;
const HOPS = 3;

export async function readAttachments(
  reading: Reading,
  contacts: Contacts,
  store: AttachmentStore,
  gone: Gone,
): Promise<void> {
  const sheet = newSheet({
    object: 'attachment',
    path: 'api:GetContactAttachments',
    rows: (tree) => rowsOf(tree, 'attachment'),
    // As in an export: a file that was replaced under its name is the same record with other bytes.
    natural: ['contactid', 'filename'],
    refine: (row) => refine(row, store),
  });
  reading.sheets.push(sheet);
  await eachContact(
    reading,
    sheet,
    'GetContactAttachments',
    contacts.ids,
    gone,
    async (id, rows) => {
      for (const row of rows) await fetchOne(reading, sheet, store, { ...row, contactid: id });
    },
  );
}

/** AllClients gives no id: contact, name, day and size say which file it is, in this extraction and in the next. */
const identity = (row: Row): string =>
  ['contactid', 'filename', 'uploaddate', 'size'].map((name) => row[name] ?? '').join('|');

const fetchedOf = (store: AttachmentStore, row: Row): Fetched | undefined => {
  const kept = store.index.get(identity(row));
  return kept && (JSON.parse(kept.text) as Fetched);
};

function refine(row: Row, store: AttachmentStore): Row | undefined {
  const fetched = fetchedOf(store, row);
  if (!fetched) return undefined;
  return {
    ...row,
    file: fetched.file,
    bytes: String(fetched.bytes),
    sha256: fetched.sha256,
  };
}

async function fetchOne(
  reading: Reading,
  sheet: Sheet,
  store: AttachmentStore,
  row: Row,
): Promise<void> {
  const fetched = fetchedOf(store, row);
  const there = fetched && join(store.folder, fetched.file);
  if (fetched && there && existsSync(there) && statSync(there).size === fetched.bytes) return;
  const file = join(
    row['contactid'] ?? '',
    createHash('sha1').update(identity(row)).digest('hex').slice(0, 20),
  );
  mkdirSync(join(store.folder, row['contactid'] ?? ''), { recursive: true });
  const result = await fetchChecked(reading, row, join(store.folder, file));
  if ('code' in result)
    return reject(
      sheet,
      result.code,
      `The attachment ${JSON.stringify(row['filename'])} of contact ${row['contactid']} ${result.why}. To try again: waybill scope`,
      JSON.stringify(row),
    );
  store.index.keep({
    call: identity(row),
    at: isoNow(),
    status: 200,
    text: JSON.stringify({ file, ...result } satisfies Fetched),
  });
}

interface Failed {
  readonly code: RejectedRow['code'];
  readonly why: string;
}

async function fetchChecked(
  reading: Reading,
  row: Row,
  path: string,
): Promise<Failed | { readonly bytes: number; readonly sha256: string }> {
  let failed: Failed = { code: 'WB_FILE_MISSING', why: 'cannot be fetched' };
  for (let n = 0; n < TRIES; n++) {
    const link = await linkTo(reading, row);
    if ('code' in link) return link;
    const got = await tryDownload(reading, link.url, path);
    if (typeof got === 'string') {
      failed = { code: 'WB_FILE_MISSING', why: `cannot be fetched: ${got}` };
    } else if (fitsSize(got.bytes, row['size'] ?? '')) {
      return { bytes: got.bytes, sha256: got.sha256 };
    } else {
      rmSync(path);
      failed = {
        code: 'WB_FILE_CHANGED',
        why: `is ${row['size']} by the list, and ${got.bytes} bytes came`,
      };
    }
  }
  return failed;
}

async function linkTo(reading: Reading, row: Row): Promise<Failed | { readonly url: string }> {
  const answer = await reading.client.callAnew(
    'GetAttachmentDownloadURL',
    { contactid: row['contactid'] ?? '', filename: row['filename'] ?? '' },
    reading.signal,
  );
  const said =
    answer.kind === 'error' ? answer.said : 'why' in answer ? answer.why : 'no link came';
  if (answer.kind !== 'tree') return { code: 'WB_FILE_MISSING', why: `cannot be fetched: ${said}` };
  const url = textOf(answer.tree, 'downloadurl');
  return safeLink(url, reading.address.url)
    ? { url }
    : { code: 'WB_FILE_MISSING', why: 'cannot be fetched: its link is no https address' };
}

/** The reason as text when it failed; a new link is worth a try whatever it was. */
async function tryDownload(
  reading: Reading,
  url: string,
  path: string,
  hops = HOPS,
): Promise<string | { readonly bytes: number; readonly sha256: string }> {
  try {
    const got = await reading.client.inTurn(
      () => download(url, path, reading.signal),
      reading.signal,
    );
    if (got.location !== undefined && hops > 0 && safeLink(got.location, reading.address.url))
      return await tryDownload(reading, got.location, path, hops - 1);
    return got.status === 200 ? got : `the link answers HTTP ${got.status}`;
  } catch (error) {
    if (error instanceof HttpFailure && !error.aborted) return error.message;
    if (reading.signal.aborted) return 'stopped';
    throw error;
  }
}
