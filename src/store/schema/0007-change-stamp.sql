-- Odoo's write_date after the change; empty while it is open: what bears it was written by that call, also on other records.
alter table change add column stamp text not null default '';
create index change_stamp on change (env, stamp) where stamp <> '';
