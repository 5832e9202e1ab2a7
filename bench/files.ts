/** One large file on its way into a real Odoo: what the program's memory does, beside the same run with a small one. */
import { createHash, randomFillSync } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshOdoo, type OdooVersion, type TestOdoo } from '../test/support/odoo.ts';
import { plainRpc } from '../test/support/plain-rpc.ts';
import { makeProjectFrom, prepare } from '../test/support/project.ts';
import { peakOf } from './peak.ts';

export interface FilesResult {
  readonly odoo: OdooVersion;
  readonly megabytes: number;
  readonly seconds: number;
  /** Of `waybill run`, which reads, sends, and reads back. */
  readonly peakMb: number;
  /** The same with a file of one byte. */
  readonly basePeakMb: number;
  /** Odoo's own checksum and size are those of the file that was written. */
  readonly arrived: boolean;
}

const MB = 1024 ** 2;

export async function benchFiles(
  megabytes: number,
  say: (text: string) => void,
): Promise<FilesResult[]> {
  const results: FilesResult[] = [];
  for (const version of [19, 14] as const) {
    say(`a file of ${megabytes} MB into Odoo ${version}`);
    const base = await sendFile(version, 1);
    const large = await sendFile(version, megabytes * MB);
    results.push({
      odoo: version,
      megabytes,
      seconds: large.seconds,
      peakMb: large.peakMb,
      basePeakMb: base.peakMb,
      arrived: base.arrived && large.arrived,
    });
  }
  return results;
}

type Sent = Pick<FilesResult, 'seconds' | 'peakMb' | 'arrived'>;

async function sendFile(version: OdooVersion, bytes: number): Promise<Sent> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-file-'));
  const odoo = await freshOdoo(version, 'bench_files');
  try {
    const sha1 = writeExport(join(folder, 'export'), bytes);
    const rpc = await plainRpc(odoo);
    // Odoo 19 takes 128 MiB by itself; 14 has no limit of its own.
    await rpc.execute('ir.config_parameter', 'set_param', [
      'web.max_file_upload_size',
      '1073741824',
    ]);
    const sent = await measured(odoo, folder);
    const domain = [['name', '=', 'large.bin']];
    const [row] = await rpc.readAll('ir.attachment', domain, ['checksum', 'file_size']);
    return { ...sent, arrived: row?.['checksum'] === sha1 && row['file_size'] === bytes };
  } finally {
    await odoo.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(odoo: TestOdoo, folder: string): Promise<Omit<Sent, 'arrived'>> {
  const peak = peakOf(join(folder, 'peak'));
  const project = await makeProjectFrom(odoo, ['--export', join(folder, 'export')], peak.env);
  try {
    await prepare(project);
    peak.forget();
    const began = performance.now();
    const ran = await project.run('run', '--json');
    const seconds = (performance.now() - began) / 1000;
    if (ran.code !== 0) throw new Error(`run ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
    return { seconds, peakMb: peak.megabytes() };
  } finally {
    project.remove();
  }
}

/** Gives the sha1 of the file. */
function writeExport(folder: string, bytes: number): string {
  mkdirSync(join(folder, 'attachments', '70001'), { recursive: true });
  writeFileSync(
    join(folder, 'Contacts.csv'),
    'Contact ID,First Name,Last Name,Email\r\n70001,Ana,Keller,ana@example.com\r\n',
  );
  const file = openSync(join(folder, 'attachments', '70001', 'large.bin'), 'w');
  const sha1 = createHash('sha1');
  for (let left = bytes; left > 0; left -= MB) {
    const chunk = randomFillSync(Buffer.alloc(Math.min(MB, left)));
    sha1.update(chunk);
    writeSync(file, chunk);
  }
  closeSync(file);
  return sha1.digest('hex');
}
