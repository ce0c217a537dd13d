-- lock_table --
select pg_advisory_xact_lock(hashtextextended(%(name)s, 0));

-- known_accounts --
select string_agg(
    uuid_send(key) || coalesce(uuid_send(alias), decode(repeat('00', 16), 'hex'))
        || int8send(coalesce(fingerprint, 0)) || int8send(id)
        || case when is_deleted then '\x00'::bytea else '\x01'::bytea end,
    ''::bytea
)
from customers
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and {part}
group by id / 65536;

-- known_texts --
select string_agg(
    int8send(fingerprint) || int8send(sent_check) || int8send(id) || int4send(sent_addresses) || int4send(sent_links),
    ''::bytea
)
from customers
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and fingerprint is not null
    and sent_check is not null
group by id / 65536;

-- all_rows --
true

-- rows_of_keys --
(key = any(%(keys)s::uuid[]) or alias = any(%(keys)s::uuid[]))

-- count_rows --
select count(*) as stored
from (
    select
    from {table}
    where organization_id = %(organization_id)s
        and company_id = %(company_id)s
    limit %(enough)s
) as first_ones;

-- known_addresses --
copy (
    select external_id, coalesce(fingerprint, 0) as fingerprint, id
    from addresses
    where organization_id = {organization_id}
        and company_id = {company_id}
) to stdout (format csv)

-- external_ids --
select id, external_id
from customers
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = any(%(ids)s);

-- reserve_ids --
select
    min(id) as first,
    case when max(id) - min(id) >= count(*) then array_agg(id) end as scattered
from (
    select nextval((select pg_get_serial_sequence(%(table_name)s, 'id'))::regclass) as id
    from generate_series(1, %(count)s)
) as reserved;

-- copy_rows --
copy {table} ({columns}) from stdin (format csv)

-- has_other_dialects --
select exists (
    select
    from runs as r
    join runs as own on own.id = %(run_id)s
    where r.organization_id = %(organization_id)s
        and r.company_id = %(company_id)s
        and r.dialect <> own.dialect
) as has;

-- keep_origins --
with own as (
    select dialect
    from runs
    where id = %(run_id)s
),
written as (
    select b.organization_id, b.company_id, b.row_id, b.image, r.dialect
    from before_images as b
    cross join own
    join runs as r on r.id = (b.image ->> 'run_id')::bigint
    where b.run_id = %(run_id)s
        and b.organization_id = %(organization_id)s
        and b.company_id = %(company_id)s
        and b.table_name = 'customers'
        and b.action = 'updated'
        and (r.dialect <> own.dialect or jsonb_typeof(b.image -> 'origins') = 'object')
),
told as (
    select w.organization_id, w.company_id, w.row_id, jsonb_object_agg(f.key, coalesce(w.image -> 'origins' ->> f.key, w.dialect)) as origins
    from written as w
    cross join own
    join customers as c
        on c.organization_id = w.organization_id
        and c.company_id = w.company_id
        and c.id = w.row_id
    cross join jsonb_each(to_jsonb(c)) as f
    where f.key = any(%(fields)s)
        and f.value <> 'null'
        and f.value = w.image -> f.key
        and coalesce(w.image -> 'origins' ->> f.key, w.dialect) <> own.dialect
    group by w.organization_id, w.company_id, w.row_id
)
update customers as t
set origins = told.origins
from written as w
left join told on told.row_id = w.row_id
where t.organization_id = w.organization_id
    and t.company_id = w.company_id
    and t.id = w.row_id;
