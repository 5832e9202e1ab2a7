/** The pipeline without Odoo: writes a large sample export, then reads, maps and plans it in a process of its own. */
import { generateSampleFirm } from '../src/app/demo/sample-firm/sample-firm.ts';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CATALOG_PATH } from './catalog.ts';
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

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** The program as it is published, with the child in it: from a thousand sources it would take 50 MB more. */
const BUILT = here('../node_modules/.cache/waybill-bench');
const PROGRAM = 'bench/pipeline-child';
/** As the program itself begins, and keeps what Node made of its modules (bin/waybill.js). */
const SMALL_HEAP = `--import=${pathToFileURL(`${BUILT}/dist/lib/small-heap.js`).href}`;
const COMPILED = `${BUILT}/dist/.cache`;
const SEED = 1;

export const benchPipeline = (contacts: number, say: Say): Promise<PipelineResult> =>
  measured('allclients', say, async (folder) => {
    say(`writing a sample export of ${contacts} contacts and ${contacts * 3} notes`);
    await writeSample(folder, { seed: SEED, contacts, notes: contacts * 3 });
  });

/** For each case ten history entries and two documents, beside its parties, custom values and audit trail. */
export const benchFirm = (cases: number, say: Say): Promise<PipelineResult> =>
  measured('agilecase', say, async (folder) => {
    const sizes = { contacts: cases, notes: cases * 6, communications: cases * 4 };
    say(`writing a sample firm of ${cases} cases, ${cases * 10} entries, ${cases * 2} documents`);
    const firm = generateSampleFirm({ seed: SEED, cases, ...sizes, documents: cases * 2 });
    await firm.writeTo(folder, 'csv');
  });

const run = promisify(execFile);

type Say = (text: string) => void;

async function measured(
  source: string,
  say: Say,
  write: (folder: string) => Promise<void>,
): Promise<PipelineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pipeline-'));
  try {
    await write(join(folder, 'export'));
    // An export has long been on disk: to write this one back would take from the time of reading it.
    await run('sync', []).catch(() => undefined);
    await run(process.execPath, [here('../scripts/build.ts'), BUILT, PROGRAM]);
    say('reading, mapping and planning it');
    const child = [`${BUILT}/dist/${PROGRAM}.js`, folder, source, fileURLToPath(CATALOG_PATH)];
    const { stdout } = await run(process.execPath, [SMALL_HEAP, ...child], {
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    });
    return JSON.parse(stdout) as PipelineResult;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
