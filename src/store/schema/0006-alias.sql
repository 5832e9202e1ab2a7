-- Contacts that became one in Odoo, by their keys at the source: whoever of them is left there keeps that record.
create table alias (
  key text primary key,
  into_key text not null
) without rowid;
