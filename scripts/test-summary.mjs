/** Prints one line, "N passed, N failed". Plain JavaScript: it must also run where `npm ci` failed, on any Node. */
import { existsSync, readFileSync } from 'node:fs';

const [path = '', status = '0'] = process.argv.slice(2);
const result = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const passed = result.numPassedTests ?? 0;
const skipped = (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
// A test file that breaks before its first test, the type check or the linter fail without a failed test.
const failed = Math.max(result.numFailedTests ?? 0, status === '0' ? 0 : 1);

process.stdout.write(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
