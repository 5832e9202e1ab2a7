-- Whether the source's own list of users has the owner. Mapped anew, so that it is known.
alter table owner add column listed integer not null default 0;
delete from meta where key = 'mapped';
