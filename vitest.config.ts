import { defineConfig } from 'vitest/config';

/** Where .ci/run wants the counts. */
const summary = process.env['WAYBILL_TEST_SUMMARY'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/odoo-setup.ts', 'test/support/program-setup.ts'],
    reporters: summary ? ['default', ['json', { outputFile: summary }]] : ['default'],
    // With two, two cores stood still for a quarter of the time, waiting for a disk or for each other.
    maxWorkers: 3,
    // A guard against hanging only: a busy machine is slow, not wrong.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
