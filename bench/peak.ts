/** The peak memory of programs that are started with this environment. */
import { existsSync, readFileSync, rmSync } from 'node:fs';

export interface Peak {
  readonly env: Readonly<Record<string, string>>;
  forget(): void;
  /** Of the program that needed most. */
  megabytes(): number;
}

const REPORTER = new URL('./peak-memory.ts', import.meta.url).href;

export const peakOf = (path: string): Peak => ({
  env: { WAYBILL_BENCH_PEAK: path, NODE_OPTIONS: `--import=${REPORTER}` },
  forget: () => rmSync(path, { force: true }),
  megabytes: () =>
    existsSync(path)
      ? Math.max(...readFileSync(path, 'utf8').trim().split('\n').map(Number)) / 1024
      : Number.NaN,
});
