/** An extraction that is killed at every single call ends as if nothing had happened, and asks nothing twice. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { push, sampleAccount, type HeldAccount } from '../support/allclients-server/account.ts';
import { startStandIn, type StandIn } from '../support/allclients-server/server.ts';

const PROGRAM = fileURLToPath(new URL('../support/extract-api.ts', import.meta.url));

const LINK = 'GetAttachmentDownloadURL';

function account(): HeldAccount {
  const held = sampleAccount({ seed: 9, contacts: 3, notes: 6 });
  const [first, second] = held.contacts.map((one) => one['id'] ?? '');
  const file = { uploaddate: '12/17/2009 1:24:56 AM', size: '64 KB', bytes: 65_536 };
  push(held.attachmentsOf, first ?? '', { filename: 'offer.pdf', ...file });
  push(held.attachmentsOf, first ?? '', { filename: 'empty.txt', ...file, size: '0 KB', bytes: 0 });
  push(held.attachmentsOf, second ?? '', { filename: 'offer.pdf', ...file });
  held.letters.push({ id: '8', name: 'Hello', body: '<p>Hello</p>' });
  held.flags.splice(2);
  return held;
}

const start = (server: StandIn, folder: string): ChildProcess =>
  spawn(process.execPath, [PROGRAM, server.url, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** Everything in the staging store, as it stands there. */
function staged(folder: string): unknown {
  const db = new DatabaseSync(join(folder, 'store.db'), { readOnly: true });
  try {
    return ['source_file', 'staged', 'review'].map((table) =>
      db.prepare(`select * from ${table} order by 1, 2`).all(),
    );
  } finally {
    db.close();
  }
}

it('killed at every call and started again: the same staging store, no answered call made twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-resume-'));
  const server = await startStandIn(account());
  const quiet = join(folder, 'quiet');
  const killed = join(folder, 'killed');
  try {
    expect(await ended(start(server, quiet))).toBe(0);
    const calls = server.calls.splice(0).filter((call) => call.name !== LINK).length;
    let kills = 0;
    for (let done = false; !done;) {
      const child = start(server, killed);
      let answered = 0;
      // One new answer, and the next question is its death; a link is only worth something with its download.
      server.seeing = (call) => {
        if (call.name === LINK && answered === 0) return true;
        if (answered++ === 0) return true;
        child.kill('SIGKILL');
        return false;
      };
      done = (await ended(child)) === 0;
      if (!done) kills++;
    }
    expect(kills).toBeGreaterThanOrEqual(calls - 1);
    expect(staged(killed)).toEqual(staged(quiet));
    // A link to an attachment lives five minutes: it is the one answer that is not kept.
    const answered = server.calls
      .filter((call) => call.answered && call.name !== LINK)
      .map((call) => `${call.name}?${call.params}`);
    expect(answered.toSorted()).toEqual([...new Set(answered)].toSorted());
    expect(server.mostAtOnce()).toBe(1);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
