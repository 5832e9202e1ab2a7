-- Keys of the planned records that the chosen sample of an environment holds.
create table sample (
  env text not null,
  key text not null,
  primary key (env, key)
) without rowid;
-- What the source said of a record when it was last written to Odoo: one side of the three-way comparison.
create table base (
  env text not null,
  key text not null,
  object text not null,
  source text not null, -- the record's own key at the source; empty for what many records share
  vals text not null, -- planned values, unresolved
  gone integer not null default 0, -- no longer at the source, and dealt with
  primary key (env, key)
) without rowid;
-- Content of an earlier extraction that an environment was loaded from.
create table digest (
  extraction integer not null,
  object text not null,
  key text not null,
  n integer not null, -- repeated keys are told apart by their order
  hash text not null,
  primary key (extraction, object, key, n)
) without rowid;
-- A later change of a record that is in the ledger: on disk before Odoo is called, settled straight after.
create table change (
  id integer primary key,
  env text not null,
  run integer not null,
  key text not null,
  before text not null,
  after text not null,
  base text not null, -- what `base.vals` becomes once the change is settled
  state text not null, -- intent, done, dropped
  at text not null
);
create index change_open on change (env) where state = 'intent';
-- Odoo's write_date after our own last change of the record; empty: not changed since it was created.
alter table ledger add column stamp text not null default '';
-- Who edited the record before we changed it once more, and when; empty: nobody.
alter table ledger add column touched text not null default '';
