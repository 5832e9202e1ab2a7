/** The other ways of loading the same records. Each returns how many it wrote and in what time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ODOO_SCRIPT } from '../test/support/odoo.ts';
import { addContacts, QUIET, type BenchDatabase } from './database.ts';
import { resolve, toCreate, type BenchRecords, type PlainValue } from './records.ts';

export interface Rate {
  readonly records: number;
  readonly seconds: number;
}

const timed = async (records: number, work: () => Promise<unknown>): Promise<Rate> => {
  const began = performance.now();
  await work();
  return { records, seconds: (performance.now() - began) / 1000 };
};

const chunks = <T>(rows: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
    rows.slice(at * size, (at + 1) * size),
  );

/** `lanes` callers take piece after piece. */
async function sideBySide<T>(
  pieces: readonly T[],
  lanes: number,
  work: (piece: T) => Promise<unknown>,
): Promise<void> {
  const left = [...pieces];
  const lane = async (): Promise<void> => {
    for (let piece = left.shift(); piece !== undefined; piece = left.shift()) await work(piece);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** One `create` per record and nothing else, the way most scripts do it; `most` of them, then the rate is known. */
export function oneByOne(
  { rpc, ids }: BenchDatabase,
  { contacts }: BenchRecords,
  most: number,
): Promise<Rate> {
  const some = contacts.slice(0, most).map((row) => toCreate(resolve(row, ids)));
  return timed(some.length, async () => {
    for (const values of some) await rpc.execute('res.partner', 'create', [values]);
  });
}

/** `load()` with external ids, 100 rows a call on three connections: how the fastest import tool is run. */
export function loadCalls({ rpc, ids }: BenchDatabase, { contacts }: BenchRecords): Promise<Rate> {
  const rows = contacts.map((row) => ({ key: row.key, values: resolve(row, ids) }));
  const many2one = new Set(['user_id', 'country_id', 'state_id', 'parent_id']);
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const isId = (name: string): boolean => many2one.has(name) || name === 'category_id';
  const columns = ['id', ...names.map((name) => (isId(name) ? `${name}/.id` : name))];
  const data = rows.map(({ key, values }) => [
    `__bench__.${key}`,
    ...names.map((name) => cell(values[name])),
  ]);
  return timed(data.length, () =>
    sideBySide(chunks(data, 100), 3, async (some) => {
      const kwargs = { context: QUIET };
      const done = await rpc.execute<{ ids: unknown; messages: unknown }>(
        'res.partner',
        'load',
        [columns, some],
        kwargs,
      );
      if (!done.ids) throw new Error(`load() refused: ${JSON.stringify(done.messages)}`);
    }),
  );
}

const cell = (value: PlainValue | undefined): string =>
  value === undefined ? '' : Array.isArray(value) ? value.join(',') : String(value);

/**
 * Batches of 500 in one `odoo shell`, no RPC: what one server process can do, in the context it is given (empty:
 * as a script meets it). It takes its own time.
 */
export async function inShell(
  { odoo, ids }: BenchDatabase,
  { contacts }: BenchRecords,
  context: Readonly<Record<string, unknown>>,
): Promise<Rate> {
  const values = contacts.map((row) => toCreate(resolve(row, ids)));
  const script = shellScript(JSON.stringify(values), JSON.stringify(context));
  const child = spawn(ODOO_SCRIPT, ['shell', odoo.db], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stdin.end(script);
  await once(child, 'close');
  const seconds = Number(/^SECONDS ([\d.]+)$/m.exec(said)?.[1]);
  if (!seconds) throw new Error(`odoo shell did not finish:\n${said.slice(-3_000)}`);
  return { records: values.length, seconds };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const shellScript = (records: string, context: string): string => `
import base64, json, time
records = json.loads(base64.b64decode("${base64(records)}"))
context = json.loads(base64.b64decode("${base64(context)}"))
partners = env["res.partner"].with_context(**context)
began = time.perf_counter()
for at in range(0, len(records), 500):
    partners.create(records[at:at + 500])
    env.cr.commit()

print("SECONDS", time.perf_counter() - began)
`;

/** What Waybill gives and a plain script does not: without them Odoo works each out, message by message. */
const EXTRA = ['message_id', 'email_from', 'reply_to', 'record_name'];

/** Notes as plain messages, 500 a call, in Waybill's context but without those values. */
export async function plainMessages(
  database: BenchDatabase,
  records: BenchRecords,
  most: number,
  lanes: number,
): Promise<Rate> {
  const ids = await addContacts(database, records);
  const values = records.notes.slice(0, most).map((row) => {
    const all = Object.entries({ author_id: false, ...resolve(row, ids) });
    return Object.fromEntries(all.filter(([name]) => !EXTRA.includes(name)));
  });
  return timed(values.length, () =>
    sideBySide(chunks(values, 500), lanes, (some) =>
      database.rpc.execute('mail.message', 'create', [some], { context: QUIET }),
    ),
  );
}
