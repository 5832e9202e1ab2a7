/** Run as a program of its own: inspects and extracts an export, and says how many records it saw and how much memory that took. */
import { openAllClientsExport } from '../../src/source/allclients/allclients.ts';

const signal = new AbortController().signal;
const source = openAllClientsExport(process.argv[2] ?? '', {});
const inspection = await source.inspect(signal);
let records = 0;
let rejected = 0;
for (const file of inspection.files)
  for await (const chunk of source.extract(file, signal)) {
    if (chunk.kind === 'records') records += chunk.records.length;
    else rejected++;
  }
process.stdout.write(
  JSON.stringify({ records, rejected, peakMb: process.resourceUsage().maxRSS / 1024 }),
);
