-- lock_table --
select pg_advisory_xact_lock(hashtextextended(%(name)s, 0));

-- lock_table_shared --
select pg_advisory_xact_lock_shared(hashtextextended(%(name)s, 0));

-- known_rows --
select string_agg(
    uuid_send(key) || coalesce(uuid_send(alias), decode(repeat('00', 16), 'hex'))
        || int8send(coalesce(fingerprint, 0)) || int8send(id)
        || case when {is_open} then '\x01'::bytea else '\x00'::bytea end,
    ''::bytea
)
from {table}
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and {part}
group by id / 65536;

-- count_rows --
select count(*) as stored
from {table}
where organization_id = %(organization_id)s
    and company_id = %(company_id)s;

-- estimate_rows --
select case
    when relpages > 0 then reltuples * pg_relation_size(oid) / relpages / current_setting('block_size')::bigint
    else pg_relation_size(oid) / 100
end as rows_at_most
from pg_class
where oid = to_regclass(%(table_name)s);

-- rows_of_slice --
get_byte(uuid_send(coalesce(alias, key)), 0) %% %(slices)s = %(slice)s

-- all_rows --
true

-- rows_of_keys --
(key = any(%(keys)s::uuid[]) or alias = any(%(keys)s::uuid[]))

-- open_always --
true

-- open_until_cleared --
paid_on is null and cleared_on is null

-- copy_rows --
copy {table} ({columns}) from stdin (format csv)

-- create_staged --
create temporary table staged on commit drop as
select organization_id, company_id, id, line, key, alias, fingerprint, {columns}
from {table}
with no data;

-- default_staged --
alter table staged
    alter organization_id set default {organization_id},
    alter company_id set default {company_id};

-- copy_staged --
copy staged ({columns}) from stdin (format csv)

-- update_staged --
with merged as (
    merge into {table} as t
    using staged as s
    on t.organization_id = s.organization_id
        and t.company_id = s.company_id
        and t.id = s.id
    when matched and ({current}) is distinct from ({wanted}) then
        update set {assignments}, {resets} key = coalesce(s.key, t.key), alias = coalesce(s.alias, t.alias),
            fingerprint = s.fingerprint, run_id = %(run_id)s, line = s.line
    when matched then
        update set fingerprint = s.fingerprint, alias = coalesce(s.alias, t.alias)
    returning
        old.id as id,
        to_jsonb(old) as image,
        (old.run_id, old.line) is distinct from (new.run_id, new.line) as is_updated,
        {was_cleared} as is_cleared
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, %(table_name)s, id, 'updated', image
    from merged
    where is_updated
)
select
    count(*) filter (where is_updated) as updated,
    count(*) filter (where not is_updated) as unchanged,
    count(*) filter (where is_updated and is_cleared) as cleared
from merged;

-- forget_fingerprints --
update {table} as t
set fingerprint = null
from staged as s
where t.organization_id = s.organization_id
    and t.company_id = s.company_id
    and t.customer_id = s.id
    and s.key is not null;

-- forget_namesakes --
update customers as t
set fingerprint = null
from staged as s
where t.organization_id = s.organization_id
    and t.company_id = s.company_id
    and t.alias = s.alias
    and t.id <> s.id
    and t.sent_check is not null;

-- signed_amount --
case
    when {sent} is not null then {sent}
    when {new_side} in ({credits}) then -abs({kept})
    when {old_side} in ({credits}) then abs({kept})
    else {kept}
end

-- never_cleared --
false

-- cleared_by_payment --
(old.paid_on is null and old.cleared_on is null and new.paid_on is not null)

-- create_absent --
create temporary table absent (
    organization_id integer not null default {organization_id},
    company_id integer not null default {company_id},
    id bigint primary key
) on commit drop;

-- copy_absent --
copy absent (id) from stdin

-- keep_documents --
with kept as (
    delete from absent as a
    using open_items as t, unnest(%(types)s::text[], %(numbers)s::text[], %(years)s::integer[]) as d (type, number, year)
    where t.organization_id = a.organization_id
        and t.company_id = a.company_id
        and t.id = a.id
        and t.type = d.type
        and t.number = d.number
        and extract(year from t.issued_on) = d.year
    returning a.id
)
select count(*) as kept
from kept;

-- clear_absent --
with cleared as (
    update open_items as t
    set cleared_on = %(cleared_on)s, cleared_run_id = %(run_id)s, fingerprint = null, run_id = %(run_id)s, line = null
    from absent as a
    where t.organization_id = a.organization_id
        and t.company_id = a.company_id
        and t.id = a.id
        and t.paid_on is null
        and t.cleared_on is null
    returning old.id as id, to_jsonb(old) as image
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, 'open_items', id, 'cleared', image
    from cleared
)
select count(*) as cleared
from cleared;

-- hold_absent --
insert into held_clears (organization_id, company_id, run_id, row_id)
select %(organization_id)s, %(company_id)s, %(run_id)s, id
from absent;

-- take_held --
with taken as (
    delete from held_clears
    where organization_id = %(organization_id)s
        and run_id = %(run_id)s
    returning row_id
)
insert into absent (id)
select row_id
from taken;

-- remove_absent --
with removed as (
    delete from assignments as t
    using absent as a
    where t.organization_id = a.organization_id
        and t.company_id = a.company_id
        and t.id = a.id
        and t.customer_id = any(%(customer_ids)s)
    returning old.id as id, to_jsonb(old) as image
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, 'assignments', id, 'removed', image
    from removed
)
select count(*) as removed
from removed;

-- count_absent --
select count(*) as absent
from assignments as t
join absent as a using (organization_id, company_id, id)
where t.customer_id = any(%(customer_ids)s);

-- create_customers --
insert into customers (organization_id, company_id, run_id, line, key, code, name)
select %(organization_id)s, %(company_id)s, %(run_id)s, line, key, code, code
from unnest(%(codes)s::text[], %(lines)s::integer[], %(keys)s::uuid[]) as missing (code, line, key);

-- copy_faults --
copy faults (line, field, value, code, detail, is_warning, organization_id, run_id) from stdin (format csv)
