/** The pipeline without Odoo: writes a large sample export, then reads, maps and plans it in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeSample } from './sample.ts';

export interface PipelineResult {
  /** Seconds of each step. */
  readonly steps: Readonly<Record<string, number>>;
  readonly records: number;
  readonly planned: number;
  readonly peakRssMb: number;
  /** Of the processor, for the whole process: on a busy machine truer than the clock. */
  readonly cpuSeconds: number;
}

const CHILD = fileURLToPath(new URL('./pipeline-child.ts', import.meta.url));
const SEED = 1;

export async function benchPipeline(
  contacts: number,
  say: (text: string) => void,
): Promise<PipelineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pipeline-'));
  try {
    say(`writing a sample export of ${contacts} contacts and ${contacts * 3} notes`);
    await writeSample(join(folder, 'export'), { seed: SEED, contacts, notes: contacts * 3 });
    say('reading, mapping and planning it');
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, folder]);
    return JSON.parse(stdout) as PipelineResult;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
