/** The stand-in as a program of its own, for the demo: says where it is on standard output, ends with standard input. */
import { parseArgs } from 'node:util';
import { sampleAccount } from './account.ts';
import { startStandIn } from './server.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '20' },
    contacts: { type: 'string', default: '1200' },
    notes: { type: 'string', default: '5000' },
  },
});
const account = sampleAccount({
  seed: Number(values.seed),
  contacts: Number(values.contacts),
  notes: Number(values.notes),
});
const server = await startStandIn(account, { malformed: true });
process.stdout.write(
  `${JSON.stringify({ url: server.url, account: account.id, key: account.key })}\n`,
);
process.stdin.on('end', () => void server.close()).resume();
