/**
 * Odoo over JSON-RPC with nothing but fetch. Tests look at results through this, never through src:
 * a fault in our reading must not hide a fault in our writing.
 */
export interface PlainAddress {
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly apiKey: string;
}

export type PlainRow = Readonly<Record<string, unknown>> & { readonly id: number };

export interface PlainRpc {
  readonly uid: number;
  execute<T = unknown>(
    model: string,
    method: string,
    args?: readonly unknown[],
    kwargs?: Readonly<Record<string, unknown>>,
  ): Promise<T>;
  /** Every matching record, archived too, by id; values exactly as Odoo gives them. */
  readAll(
    model: string,
    domain?: readonly unknown[],
    fields?: readonly string[],
  ): Promise<PlainRow[]>;
  count(model: string, domain?: readonly unknown[]): Promise<number>;
}

const PAGE = 2_000;
const ARCHIVED_TOO = { active_test: false, lang: 'en_US', tz: 'UTC' };

export async function plainRpc({ url, db, login, apiKey }: PlainAddress): Promise<PlainRpc> {
  const uid = await call(url, 'common', 'authenticate', [db, login, apiKey, {}]);
  if (typeof uid !== 'number') throw new Error(`plain RPC: login refused for ${login} on ${db}`);
  const execute: PlainRpc['execute'] = async <T>(
    model: string,
    method: string,
    args: readonly unknown[] = [],
    kwargs = {},
  ) =>
    (await call(url, 'object', 'execute_kw', [db, uid, apiKey, model, method, args, kwargs])) as T;
  return {
    uid,
    execute,
    count: (model, domain = []) =>
      execute<number>(model, 'search_count', [domain], { context: ARCHIVED_TOO }),
    async readAll(model, domain = [], fields = []) {
      const rows: PlainRow[] = [];
      for (;;) {
        const kwargs = {
          fields,
          limit: PAGE,
          offset: rows.length,
          order: 'id',
          context: ARCHIVED_TOO,
        };
        const page = await execute<PlainRow[]>(model, 'search_read', [domain], kwargs);
        rows.push(...page);
        if (page.length < PAGE) return rows;
      }
    },
  };
}

async function call(
  url: string,
  service: string,
  method: string,
  args: readonly unknown[],
): Promise<unknown> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    method: 'call',
    id: 1,
    params: { service, method, args },
  });
  const answer = await fetch(`${url}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const parsed = (await answer.json()) as {
    result?: unknown;
    error?: { message?: string; data?: { name?: string; message?: string } };
  };
  if (parsed.error)
    throw new Error(
      `plain RPC: ${parsed.error.data?.name ?? ''} ${parsed.error.data?.message ?? parsed.error.message ?? ''}`,
    );
  return parsed.result;
}
