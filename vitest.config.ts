import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/odoo-setup.ts'],
    // Two cores: more workers only fight with Odoo for them.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 900_000,
  },
});
