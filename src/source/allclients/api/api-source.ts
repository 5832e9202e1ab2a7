/** An AllClients account as a source, through its API: asked once, kept on disk, then read as if it were files. */
import { createReadStream, existsSync, renameSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { WaybillError } from '../../../core/errors.ts';
import type { Emit } from '../../../core/events.ts';
import { isoNow } from '../../../lib/clock.ts';
import { registerSecret } from '../../../lib/redact.ts';
import type { Inspection, Source, SourceDeclaration, SourceFile } from '../../source.ts';
import { ALLCLIENTS } from '../declaration.ts';
import { apiBase, type ApiAddress } from './address.ts';
import { apiClient } from './client.ts';
import { estimateText, sizeOf } from './estimate.ts';
import { memoryJournal, openJournal, type Journal } from './journal.ts';
import { readAccount } from './read-account.ts';
import { testConnection } from './read-settings.ts';
import { newReading, type Reading, type Sheet } from './reading.ts';
import { extractSheet, inspectSheet, itemsOf } from './virtual-file.ts';

export interface ApiRead {
  readonly inspection: Inspection;
  readonly sheets: readonly Sheet[];
  readonly journal: Journal;
  close(): void;
}

const ANSWERS = 'answers.jsonl';
const DONE = 'answers.done.jsonl';
const ATTACHMENTS = 'attachments';

const silent: Emit = () => {};

/** `folder` is where answers and attachments are kept; never a key. The address is asked for when it is needed. */
export function openAllClientsApi(address: () => ApiAddress, folder: string): Source {
  const extractor = sheetExtractor();
  let read: ApiRead | undefined;
  return {
    declaration: ALLCLIENTS,
    probe: (signal) => probeAccount(address(), signal),
    async inspect(signal, emit = silent) {
      extractor.restart();
      read?.close();
      read = await readThroughApi(address(), folder, new Set(), signal, emit);
      return read.inspection;
    },
    async *extract(file) {
      const sheet = read?.sheets.find((one) => one.path === file.path);
      if (!read || !sheet) throw notInspected(file);
      yield* extractor.extract(read, sheet, file);
      await Promise.resolve();
    },
    done: () => finish(folder, read),
    openFile: (file) => openAttachment(folder, file),
  };
}

/** Counts the records of each object over all its files. */
export function sheetExtractor() {
  const arrived = new Map<string, number>();
  return {
    restart: () => arrived.clear(),
    extract: (read: ApiRead, sheet: Sheet, file: SourceFile) =>
      extractSheet(sheet, read.journal, file, (object) => {
        const position = (arrived.get(object) ?? 0) + 1;
        arrived.set(object, position);
        return position;
      }),
  };
}

const notInspected = (file: SourceFile): WaybillError =>
  new WaybillError('WB_NO_SCOPE', `${file.path} was not read through the API yet.`, {
    next: 'Run: waybill scope',
  });

/** The answers are in the staging store now: the next reading asks anew. They stay readable until then. */
export function finish(folder: string, read: ApiRead | undefined): void {
  read?.close();
  if (existsSync(join(folder, ANSWERS))) renameSync(join(folder, ANSWERS), join(folder, DONE));
}

/** Nothing outside the folder can be named. */
export function openAttachment(folder: string, file: string): Promise<Readable> {
  const root = resolve(folder, ATTACHMENTS);
  const path = resolve(root, file);
  if (path.startsWith(root + sep) && existsSync(path))
    return Promise.resolve(createReadStream(path));
  return Promise.reject(
    new WaybillError('WB_FILE_MISSING', `The attachment ${file} is not in ${root}.`, {
      place: file,
      next: 'Run: waybill scope   It fetches what is not there.',
    }),
  );
}

/** Three calls: whether the credentials fit, and how long a reading will take. */
export async function probeAccount(address: ApiAddress, signal: AbortSignal): Promise<string[]> {
  registerSecret(address.key);
  const journal = memoryJournal(headOf(address));
  const client = apiClient(address, journal);
  try {
    const reading = newReading(address, client, silent, signal);
    await testConnection(reading, address.account);
    const size = await sizeOf(reading, 0);
    const kinds = (['notes', 'attachments', 'specialevents'] as const).filter(
      (kind) => !address.without.includes(kind),
    );
    return [
      `the API at ${apiBase(address.url)} knows account ${address.account}`,
      ...(size ? [estimateText(size, kinds, address.callsPerSecond)] : []),
    ];
  } finally {
    await client.close();
  }
}

const headOf = (address: ApiAddress) => ({
  host: apiBase(address.url),
  account: address.account,
  begun: isoNow(),
});

export async function readThroughApi(
  address: ApiAddress,
  folder: string,
  has: ReadonlySet<string>,
  signal: AbortSignal,
  emit: Emit,
): Promise<ApiRead> {
  registerSecret(address.key);
  const journal = openJournal(join(folder, ANSWERS), headOf(address));
  const store = {
    folder: join(folder, ATTACHMENTS),
    index: openJournal(join(folder, `${ATTACHMENTS}.jsonl`), headOf(address)),
  };
  const close = (): void => {
    journal.close();
    store.index.close();
  };
  const client = apiClient(address, journal);
  try {
    const reading = newReading(address, client, emit, signal);
    if (journal.size() > 0) sayContinued(journal, emit);
    await readAccount(reading, store, has, (sheet) => lettersOf(sheet, journal));
    return { inspection: inspect(reading, journal), sheets: reading.sheets, journal, close };
  } catch (error) {
    close();
    throw error;
  } finally {
    await client.close();
  }
}

function sayContinued(journal: Journal, emit: Emit): void {
  emit({
    type: 'notice',
    level: 'info',
    message: `Going on with the reading begun ${journal.head.begun}: ${journal.size()} answers are kept and not asked again.`,
  });
}

/** Letter templates are listed nowhere: their ids stand on to-dos and in the steps of plans. */
function lettersOf(sheet: Sheet, journal: Journal): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const item of itemsOf(sheet, journal)) {
    if (item.kind !== 'record') continue;
    const { letterid = '', verbose = '' } = item.record.row;
    ids.add(letterid).add(/^lettertemplateid: (\d+)$/m.exec(verbose)?.[1] ?? '');
  }
  ids.delete('');
  ids.delete('0');
  return ids;
}

function inspect(reading: Reading, journal: Journal): Inspection {
  const skipped: { path: string; reason: string }[] = [];
  const files: SourceFile[] = [];
  const order = objectsOf(ALLCLIENTS);
  for (const sheet of [...reading.sheets].sort((a, b) => order(a.object) - order(b.object))) {
    const object = ALLCLIENTS.objects.find((one) => one.name === sheet.object);
    const file = inspectSheet(sheet, journal, object ?? { ...UNKNOWN, name: sheet.object });
    if (file.rows === 0 && sheet.rejected.length === 0) continue;
    if (object) files.push(file);
    else
      skipped.push({
        path: sheet.path,
        reason: `${file.rows} records of a kind that becomes nothing in Odoo; the answers stay in .waybill/source`,
      });
  }
  return { files, skipped, notices: reading.notices() };
}

const UNKNOWN = { label: '', plural: '', shape: 'group', slots: [] } as const;

const objectsOf =
  (declaration: SourceDeclaration) =>
  (name: string): number => {
    const at = declaration.objects.findIndex((object) => object.name === name);
    return at === -1 ? declaration.objects.length : at;
  };
