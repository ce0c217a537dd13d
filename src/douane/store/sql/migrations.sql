-- lock --
select pg_advisory_lock(%(key)s);

-- unlock --
select pg_advisory_unlock(%(key)s);

-- has_schema --
select to_regnamespace('douane') is not null;

-- make_schema --
create schema douane;

-- has_table --
select to_regclass('douane.schema_migrations') is not null;

-- make_table --
create table douane.schema_migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

-- applied --
select name, sha256
from douane.schema_migrations
order by name;

-- record --
insert into douane.schema_migrations (name, sha256)
values (%(name)s, %(sha256)s);

-- newest --
select max(name)
from douane.schema_migrations
where name not like '%/%';
