/** Writes bench/fixtures/catalog-19.json anew from a real Odoo 19, so that the pipeline can be measured without one. */
import { writeFileSync } from 'node:fs';
import { catalogOf } from '../src/app/session.ts';
import { connectOdoo } from '../src/destination/odoo/odoo.ts';
import { freshOdoo } from '../test/support/odoo.ts';
import { CATALOG_PATH } from './catalog.ts';

const odoo = await freshOdoo(19, 'bench_catalog');
try {
  const destination = await connectOdoo(odoo);
  const signal = AbortSignal.timeout(120_000);
  const facts = await destination.facts(signal);
  const catalog = await catalogOf({ destination, facts }, signal);
  writeFileSync(CATALOG_PATH, `${JSON.stringify(catalog)}\n`);
  await destination.close();
} finally {
  await odoo.drop();
}
