/** The whole of an Odoo database as text per table, to compare before and after. Reads PostgreSQL directly. */
import { Client } from 'pg';

/** Left out, and why: docs/guarantees.md prints the same list. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  orm_signaling_registry: 'counts schema reloads',
  orm_signaling_default: 'counts cache invalidations',
  orm_signaling_assets: 'counts cache invalidations',
  orm_signaling_stable: 'counts cache invalidations',
  orm_signaling_templates: 'counts cache invalidations',
  orm_signaling_routing: 'counts cache invalidations',
  orm_signaling_groups: 'counts cache invalidations',
  base_registry_signaling: 'a sequence',
  base_cache_signaling: 'a sequence',
  ir_cron_trigger: "the scheduler's own queue",
  res_users_log: 'logins',
  res_device_log: 'logins',
  bus_bus: 'notifications to browsers',
  crm_lead_scoring_frequency:
    'predictive scoring, counted anew by its daily job; on 19 a rollback counts ours back to nothing at once',
};

/** Odoo 14 stamps the external ids of its SQL constraints anew at every reload of the schema. */
export const IGNORED: Readonly<Record<string, string>> = {
  ir_model_data: " - case when t.model = 'ir.model.constraint' then 'write_date' else '' end",
};

export type Dump = ReadonlyMap<string, readonly string[]>;

/** Every row of every table as JSON, sorted; columns by name, so that a dropped column leaves no trace. */
export async function dumpDatabase(databaseUrl: string): Promise<Dump> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
    );
    const dump = new Map<string, string[]>();
    for (const { name } of tables.rows) {
      if (name in NOT_COMPARED) continue;
      const rows = await client.query<{ row: string }>(
        `select (to_jsonb(t)${IGNORED[name] ?? ''})::text as row from "${name}" t`,
      );
      dump.set(name, rows.rows.map((one) => one.row).sort());
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** Human-readable differences; empty when the dumps are equal. */
export function differences(before: Dump, after: Dump): string[] {
  const out: string[] = [];
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const [then, now] = [before.get(table), after.get(table)];
    if (!then || !now) {
      out.push(`${table}: ${then ? 'gone' : 'new'}`);
      continue;
    }
    const [had, has] = [new Set(then), new Set(now)];
    for (const row of then) if (!has.has(row)) out.push(`${table} - ${row.slice(0, 4_000)}`);
    for (const row of now) if (!had.has(row)) out.push(`${table} + ${row.slice(0, 4_000)}`);
  }
  return out;
}
