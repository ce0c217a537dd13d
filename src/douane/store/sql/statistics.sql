-- stale_tables --
select relname
from pg_class
where relnamespace = current_schema::regnamespace
    and relname = any(%(tables)s)
    and pg_relation_size(oid) > 8 * 1024 * 1024
    and pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint;

-- sample_little --
set local default_statistics_target = 10;

-- analyze --
analyze (skip_locked) {table}
