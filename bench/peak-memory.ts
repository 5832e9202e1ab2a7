/** Loaded into the measured program (NODE_OPTIONS=--import): writes its peak memory as it ends. */
import { appendFileSync } from 'node:fs';

const path = process.env['WAYBILL_BENCH_PEAK'];
if (path !== undefined)
  process.on('exit', () => appendFileSync(path, `${process.resourceUsage().maxRSS}\n`));
