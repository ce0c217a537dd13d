-- stale_tables --
select c.relname
from pg_class as c
left join pg_stat_user_tables as s on s.relid = c.oid
where c.relnamespace = current_schema::regnamespace
    and c.relname = any(%(tables)s)
    and pg_relation_size(c.oid) > 8 * 1024 * 1024
    and (
        pg_relation_size(c.oid) > 2 * c.relpages * current_setting('block_size')::bigint
        or c.reltuples < c.relpages
        or s.n_mod_since_analyze > c.reltuples
    );

-- sample_little --
set local default_statistics_target = 10;

-- analyze --
analyze (skip_locked) {table}
