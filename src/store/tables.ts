/** Row types of the schema in `schema/*.sql`, for Kysely. A test compares them with the real tables. */
import type { Generated } from 'kysely';

export interface Tables {
  source_file: { id: number; object: string; path: string; detail: string };
  staged: {
    object: string;
    position: number;
    key: string;
    file: number;
    line: number;
    cells: string;
  };
  contact_index: {
    position: number;
    key: string;
    email: string;
    other_email: string;
    name: string;
    edited: string;
    partner: string;
  };
  alias: { key: string; into_key: string };
  planned: {
    seq: Generated<number>;
    step: string;
    model: string;
    key: string;
    object: string;
    position: number;
    lane: string;
    sort: string;
    match: string;
    vals: string;
  };
  disposition: { object: string; position: number; state: string; into_key: string };
  review: {
    id: number;
    env: string;
    object: string;
    position: number;
    key: string;
    code: string;
    message: string;
    place: string;
    column_id: string;
    raw: string;
    candidates: string;
    resolution: string;
    resolved_by: string;
    resolved_at: string;
  };
  decision: {
    object: string;
    key: string;
    code: string;
    resolution: string;
    by: string;
    at: string;
  };
  owner: {
    key: string;
    label: string;
    email: string;
    name: string;
    active: number | null;
    listed: number;
  };
  owner_match: {
    env: string;
    key: string;
    user_id: number | null;
    partner_id: number | null;
    how: string;
  };
  run: {
    id: number;
    env: string;
    kind: string;
    mapping_hash: string;
    state: string;
    started_at: string;
    ended_at: string;
    server_ended_at: string;
    totals: string;
  };
  batch: {
    id: number;
    env: string;
    run: number;
    step: string;
    model: string;
    marker: number;
    keys: string;
    state: string;
    note: string;
  };
  ledger: {
    env: string;
    key: string;
    step: string;
    model: string;
    res_id: number;
    op: string;
    state: string;
    before: string;
    after: string;
    untaken: string;
    xid: number;
    run: number;
    batch: number;
    stamp: string;
    touched: string;
  };
  verdict: {
    env: string;
    key: string;
    field: string;
    expected: string;
    found: string;
    verdict: string;
    at: string;
  };
  approval: {
    id: Generated<number>;
    env: string;
    subject: string;
    hash: string;
    by: string;
    at: string;
  };
  audit: {
    id: Generated<number>;
    at: string;
    who: string;
    what: string;
    detail: string;
    previous: string;
    hash: string;
  };
  meta: { key: string; value: string };
  sample: { env: string; key: string };
  base: {
    env: string;
    key: string;
    object: string;
    source: string;
    vals: string;
    gone: number;
  };
  digest: { extraction: number; object: string; key: string; n: number; hash: string };
  change: {
    id: number;
    env: string;
    run: number;
    key: string;
    before: string;
    after: string;
    base: string;
    state: string;
    at: string;
    stamp: Generated<string>;
  };
}
