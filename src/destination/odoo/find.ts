/** Searching and reading, however many records: in pages, retried by `read`. */
import type { Destination, Domain, FieldInfo, FindOptions, OdooRow } from '../destination.ts';
import type { Call } from './transport.ts';
import { fromOdoo } from './values.ts';

const READ_AT_ONCE = 1_000;
const FIND_AT_ONCE = 2_000;

/** Dates come and go in UTC, texts as the source wrote them. */
export const READING = { tz: 'UTC', lang: 'en_US' };

export function makeFind(read: Call, fields: Destination['fields']): Destination['find'] {
  return async (model, domain, names, options = {}, signal) => {
    const info = await fields(model, signal);
    const context = { ...READING, active_test: options.archived === false };
    const page = async (args: Record<string, unknown>): Promise<OdooRow[]> => {
      const call = { model, method: 'search_read', args: { fields: names, ...args }, context };
      const rows = (await read(call, signal)) as Record<string, unknown>[];
      const links = names.filter((name) => hidesArchived(info[name]));
      const whole =
        links.length === 0 ? rows : await withArchived(read, model, rows, links, signal);
      return whole.map((row) => fromOdoo(row, info));
    };
    return allPages(page, domain, options);
  };
}

const hidesArchived = (info: FieldInfo | undefined): boolean =>
  info?.type === 'many2many' && info.relation === 'res.partner';

/**
 * `search_read` forgets `active_test` before it reads (odoo/orm/models.py), so links to archived contacts are not in
 * its answer; `read` keeps it, but fails for records that are gone, which is why it comes second.
 */
async function withArchived(
  read: Call,
  model: string,
  rows: readonly Record<string, unknown>[],
  links: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, unknown>[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => Number(row['id']));
  const context = { ...READING, active_test: false };
  const call = { model, method: 'read', ids, args: { fields: links }, context };
  const linked = (await read(call, signal)) as Record<string, unknown>[];
  const byId = new Map(linked.map((row) => [row['id'], row]));
  return rows.map((row) => ({ ...row, ...byId.get(row['id']) }));
}

type Page = (args: Record<string, unknown>) => Promise<OdooRow[]>;

async function allPages(page: Page, domain: Domain, options: FindOptions): Promise<OdooRow[]> {
  const { limit, offset = 0, order = 'id' } = options;
  if (limit !== undefined) return page({ domain, limit, offset, order });
  // By id, not by offset, where the order allows it: records that come or go meanwhile shift no page.
  const byId = order === 'id' && offset === 0;
  const rows: OdooRow[] = [];
  for (;;) {
    const next = byId
      ? { domain: after(domain, rows.at(-1)), order }
      : { domain, order, offset: offset + rows.length };
    const some = await page({ ...next, limit: FIND_AT_ONCE });
    for (const row of some) rows.push(row);
    if (some.length < FIND_AT_ONCE) return rows;
  }
}

/** Odoo joins the parts of a domain by "and", so a condition may simply follow. */
const after = (domain: Domain, last: OdooRow | undefined): Domain =>
  last ? [...domain, ['id', '>', last.id]] : domain;

/** In parts: thousands of ids in one condition make PostgreSQL and the request slow. */
export async function readByIds(
  find: Destination['find'],
  model: string,
  ids: readonly number[],
  names: readonly string[],
  signal?: AbortSignal,
): Promise<OdooRow[]> {
  const rows: OdooRow[] = [];
  const unique = [...new Set(ids)];
  for (let at = 0; at < unique.length; at += READ_AT_ONCE) {
    const some = unique.slice(at, at + READ_AT_ONCE);
    const options = { limit: READ_AT_ONCE, order: 'id' };
    for (const row of await find(model, [['id', 'in', some]], names, options, signal))
      rows.push(row);
  }
  return rows;
}
