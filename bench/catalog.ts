/** What a fresh Odoo 19 says of its fields, countries and states, as it was once saved. */
import { readFileSync } from 'node:fs';
import type { Catalog } from '../src/mapping/mapping.ts';

export const CATALOG_PATH = new URL('./fixtures/catalog-19.json', import.meta.url);

export const readCatalog = (): Catalog => JSON.parse(readFileSync(CATALOG_PATH, 'utf8')) as Catalog;
