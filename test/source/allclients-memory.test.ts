/** An attachment goes from the network to the disk in pieces, however large it is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { emptyAccount, push } from '../support/allclients-server/account.ts';
import { startStandIn } from '../support/allclients-server/server.ts';

const PROGRAM = fileURLToPath(new URL('../support/extract-api.ts', import.meta.url));
const MB = 1024 ** 2;

/** The most memory that a reading of an account with one file of this size took. */
async function memoryFor(bytes: number): Promise<number> {
  const account = emptyAccount();
  account.contacts.push({ id: '1', firstname: 'Ana', lastname: 'Keller' });
  const file = { filename: 'film.mp4', uploaddate: '1/2/2020 1:00:00 AM', bytes };
  push(account.attachmentsOf, '1', { ...file, size: `${bytes / MB} MB` });
  const server = await startStandIn(account);
  const folder = mkdtempSync(join(tmpdir(), 'waybill-memory-'));
  try {
    const child = spawn(process.execPath, [PROGRAM, server.url, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    return (JSON.parse(said) as { maxRssKb: number }).maxRssKb * 1024;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  }
}

it('a file of 300 MB takes what pieces in flight take, until they are swept away, and no more', async () => {
  const [small, large] = [await memoryFor(MB), await memoryFor(300 * MB)];
  expect((large - small) / MB).toBeLessThan(150);
});
