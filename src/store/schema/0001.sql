-- The store of one project. Rules: `staged` is never edited after the extraction that wrote it;
-- a row in `batch` or an `intent` in `ledger` is on disk before Odoo is called.
create table source_file (
  id integer primary key,
  object text not null,
  path text not null,
  detail text not null -- SourceFile as JSON
);
create table staged (
  object text not null,
  position integer not null,
  key text not null,
  file integer not null,
  line integer not null,
  cells text not null, -- JSON array, exactly as read
  primary key (object, position)
) without rowid;
create table contact_index (
  position integer primary key,
  key text not null,
  email text not null,
  other_email text not null,
  name text not null,
  edited text not null,
  partner text not null default ''
);
-- What the mapping made of the staged records; rebuilt whenever mapping or export change.
create table planned (
  seq integer primary key,
  step text not null,
  model text not null,
  key text not null,
  object text not null,
  position integer not null,
  lane text not null,
  sort text not null,
  match text not null,
  vals text not null
);
create table disposition (
  object text not null,
  position integer not null,
  state text not null, -- merged, excluded, queued, rejected; a record without a row is planned
  into_key text not null default '',
  primary key (object, position)
) without rowid;
-- The review queue. `env` is empty for what the source or mapping raised, else the environment.
create table review (
  id integer primary key autoincrement, -- never used twice: a number from yesterday's list must not name another item
  env text not null default '',
  object text not null,
  position integer not null, -- 0 for rows that are no record
  key text not null,
  code text not null,
  message text not null,
  place text not null default '',
  column_id text not null default '',
  raw text not null default '',
  candidates text not null default '[]',
  resolution text not null default '', -- '' while open
  resolved_by text not null default '',
  resolved_at text not null default ''
);
create index review_object on review (object, position);
-- Decisions outlive a new extraction or mapping: they are kept by the record's key, not its position.
create table decision (
  object text not null,
  key text not null,
  code text not null,
  resolution text not null,
  by text not null,
  at text not null,
  primary key (object, key, code)
) without rowid;
create table owner (
  key text primary key,
  label text not null,
  email text not null,
  name text not null,
  active integer
);
create table owner_match (
  env text not null,
  key text not null,
  user_id integer,
  partner_id integer,
  how text not null, -- matched, created, fallback
  primary key (env, key)
) without rowid;
create table run (
  id integer primary key,
  env text not null,
  kind text not null,
  mapping_hash text not null,
  state text not null, -- running, done, stopped, failed
  started_at text not null,
  ended_at text not null default '',
  server_ended_at text not null default '',
  totals text not null default '{}'
);
-- A create call: its row is written before the call and settled straight after.
create table batch (
  id integer primary key,
  env text not null,
  run integer not null,
  step text not null,
  model text not null,
  marker integer not null, -- row of x_waybill_batch in Odoo, the fence
  keys text not null,
  state text not null, -- intent, done, failed
  note text not null default ''
);
create index batch_open on batch (env, step) where state = 'intent';
-- One row per Odoo record that the project made, changed or recognised.
create table ledger (
  env text not null,
  key text not null,
  step text not null,
  model text not null,
  res_id integer not null,
  op text not null, -- create, update, match
  state text not null, -- intent, done, kept, undone
  before text not null default '{}',
  after text not null default '{}',
  untaken text not null default '{}', -- what the rule for existing records left out
  xid integer not null default 0,
  run integer not null,
  batch integer not null default 0,
  primary key (env, key)
) without rowid;
create index ledger_step on ledger (env, step, res_id);
create table verdict (
  env text not null,
  key text not null,
  field text not null,
  expected text not null,
  found text not null,
  verdict text not null, -- differs, missing, untaken
  at text not null,
  primary key (env, key, field)
) without rowid;
create table approval (
  id integer primary key,
  env text not null,
  subject text not null,
  hash text not null,
  by text not null,
  at text not null
);
create table audit (
  id integer primary key,
  at text not null,
  who text not null,
  what text not null,
  detail text not null,
  previous text not null,
  hash text not null
);
create table meta (key text primary key, value text not null) without rowid;
