/** An API key of any user, written as Odoo writes it (base/models/res_users.py, res.users.apikeys): RPC makes none for others. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { Client } from 'pg';

const ROUNDS = 6_000;
const INDEX_LENGTH = 8;

/** `expires`: SQL, like `now() + interval '1 day'`. */
export async function makeApiKey(
  databaseUrl: string,
  login: string,
  expires: string,
): Promise<string> {
  const key = randomBytes(20).toString('hex');
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(key, salt, ROUNDS, 64, 'sha512');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const made = await client.query(
      `insert into res_users_apikeys (name, user_id, scope, expiration_date, index, key)
       select 'test', id, 'rpc', ${expires}, $2, $3 from res_users where login = $1`,
      [login, key.slice(0, INDEX_LENGTH), `$pbkdf2-sha512$${ROUNDS}$${ab64(salt)}$${ab64(hash)}`],
    );
    if (made.rowCount !== 1) throw new Error(`no user ${login}`);
  } finally {
    await client.end();
  }
  return key;
}

/** passlib's base64: `.` for `+`, no padding. */
const ab64 = (bytes: Buffer): string =>
  bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '');
