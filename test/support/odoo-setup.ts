/** Vitest's globalSetup: both Odoos run before the first test. They are left running: the next run starts at once. */
import { odooScript } from './odoo.ts';

export default async function setup(): Promise<void> {
  if (process.env['WAYBILL_TEST_ODOO_URL']) return;
  for (const version of ['19', '14']) await odooScript('up', version, '--json');
}
