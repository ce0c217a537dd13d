-- create_staged_accounts --
create temporary table staged_accounts on commit drop as
select organization_id, company_id, id, line, key, alias, {sent}, code, {fields}, custom, 0 as rows, false as is_new
from customers
with no data;

-- create_staged_addresses --
create temporary table staged_addresses on commit drop as
select
    a.organization_id, a.company_id, a.line as owner, a.line, a.line as place, a.fingerprint, {fields}, a.custom,
    false as is_unlinked, l.is_shipping, l.is_billing
from addresses as a
cross join address_links as l
with no data;

-- complete_staged --
alter table staged_accounts add column is_rejected boolean not null default false;

-- number_new --
update staged_accounts
set id = nextval(pg_get_serial_sequence('customers', 'id'))
where is_new;

-- analyze_staged --
analyze staged_accounts, staged_addresses;

-- create_mentions --
create temporary table mentions on commit drop as
select
    s.*,
    w.id as customer_id,
    a.id as address_id,
    l.customer_id is not null as is_linked,
    a.id is not null and exists (
        select
        from address_links as o
        where o.organization_id = s.organization_id
            and o.company_id = s.company_id
            and o.address_id = a.id
            and o.customer_id <> w.id
    ) as is_shared
from staged_addresses as s
join staged_accounts as w
    on w.organization_id = s.organization_id
    and w.company_id = s.company_id
    and w.line = s.owner
left join addresses as a
    on a.organization_id = s.organization_id
    and a.company_id = s.company_id
    and a.external_id = s.external_id
left join address_links as l
    on l.organization_id = s.organization_id
    and l.company_id = s.company_id
    and l.address_id = a.id
    and l.customer_id = w.id;

-- create_wrongs --
create temporary table wrongs (
    owner integer not null,
    line integer not null,
    external_id text,
    code text not null,
    other_line integer,
    differences text
) on commit drop;

-- analyze_mentions --
analyze mentions;

-- tell_not_linked --
insert into wrongs (owner, line, external_id, code)
select m.owner, m.line, m.external_id, 'address-not-linked'
from mentions as m
where m.is_unlinked
    and not m.is_linked
    and not exists (
        select
        from staged_accounts as w
        join customers as c
            on c.organization_id = w.organization_id
            and c.company_id = w.company_id
            and c.id = w.id
        where w.organization_id = m.organization_id
            and w.company_id = m.company_id
            and w.line = m.owner
            and c.fingerprint = w.fingerprint
            and w.fingerprint <> 0
    );

-- live_mentions --
select
    m.*,
    m.is_linked or (not m.is_shared and row_number() over (partition by m.external_id order by m.owner, m.line, m.place) = 1) as may_change,
    count(*) over (partition by m.external_id) > 1 as is_told_again
from mentions as m
join staged_accounts as w
    on w.organization_id = m.organization_id
    and w.company_id = m.company_id
    and w.line = m.owner
    and not w.is_rejected
where not m.is_unlinked

-- tell_wrongs --
with live as (
    {live}
),
told as (
    select external_id, {firsts}
    from live
    where is_told_again
        and may_change
    group by external_id
),
judged as (
    select
        l.owner,
        l.line,
        l.external_id,
        case
            when %(is_last_round)s and l.is_told_again and not l.may_change then 'address-told-otherwise'
            when %(is_first_round)s and l.may_change and l.is_told_again and ({conflicts}) then 'address-told-otherwise'
            when not l.may_change and ({differences}) then 'address-changed-and-linked'
        end as code,
        least({lines}) as other_line,
        concat_ws('; ', {tellings}) as differences
    from live as l
    left join told as t on t.external_id = l.external_id
    left join addresses as a
        on a.organization_id = l.organization_id
        and a.company_id = l.company_id
        and a.id = l.address_id
)
insert into wrongs (owner, line, external_id, code, other_line, differences)
select owner, line, external_id, code, other_line, differences
from judged
where code is not null;

-- first_told --
(array_agg({field} order by owner, line, place) filter (where {field} is not null))[1] as {field},
min(owner) filter (where {field} is not null) as {field_line}

-- is_conflict --
coalesce(t.{field_line} < l.owner and t.{field} <> l.{field}, false)

-- is_conflict_of_custom --
coalesce(t.custom_line < l.owner and (t.custom || l.custom) <> (l.custom || t.custom), false)

-- is_difference --
(l.{field} is not null and l.{field} is distinct from case when t.{field_line} < l.owner then t.{field} else a.{field} end)

-- is_difference_of_custom --
(
    l.custom is not null
    and jsonb_strip_nulls(coalesce(a.custom, '{{}}') || case when t.custom_line < l.owner then t.custom else '{{}}' end || l.custom)
    <> jsonb_strip_nulls(coalesce(a.custom, '{{}}') || case when t.custom_line < l.owner then t.custom else '{{}}' end)
)

-- telling --
case
    when l.{field} <> coalesce(case when t.{field_line} < l.owner then t.{field} when not l.may_change then a.{field} else l.{field} end, '')
        then format(
            '%%s is %%s, not %%s',
            {label},
            left(l.{field}, {shown}),
            coalesce(left(case when t.{field_line} < l.owner then t.{field} else a.{field} end, {shown}), 'empty')
        )
end

-- telling_of_custom --
(
    select string_agg(
        format(
            '%%s is %%s, not %%s',
            each.key,
            coalesce(left(each.value #>> '{{}}', {shown}), 'empty'),
            coalesce(left(known.custom -> each.key #>> '{{}}', {shown}), 'empty')
        ),
        '; '
        order by each.key
    )
    from jsonb_each(l.custom) as each
    cross join (
        select coalesce(case when l.may_change then '{{}}' else a.custom end, '{{}}')
            || coalesce(case when t.custom_line < l.owner then t.custom end, '{{}}') as custom
    ) as known
    where (not l.may_change or known.custom ? each.key)
        and each.value <> coalesce(known.custom -> each.key, 'null')
)

-- reject_wrong --
with rejected as (
    update staged_accounts as w
    set is_rejected = true
    where not w.is_rejected
        and exists (
            select
            from wrongs as n
            where n.owner = w.line
        )
    returning 1
)
select count(*) as rejected
from rejected;

-- list_wrongs --
select owner, line, external_id, code, other_line, differences
from wrongs
order by line;

-- create_accepted --
create temporary table accepted on commit drop as
with live as (
    {live}
)
select live.*, address_id is null and may_change as is_made
from live
union all
select m.*, false, false, false
from mentions as m
join staged_accounts as w
    on w.organization_id = m.organization_id
    and w.company_id = m.company_id
    and w.line = m.owner
    and not w.is_rejected
where m.is_unlinked;

-- index_accepted --
create index on accepted (address_id, customer_id);

-- analyze_accepted --
analyze accepted;

-- analyze_changed --
analyze changed_addresses, changed_owners;

-- put_addresses --
with put as (
    insert into addresses (organization_id, company_id, run_id, line, fingerprint, {fields}, custom)
    select organization_id, company_id, %(run_id)s, owner, fingerprint, {fields}, nullif(jsonb_strip_nulls(custom), '{{}}')
    from accepted
    where is_made
    returning organization_id, company_id, id, external_id
),
found as (
    update accepted as m
    set address_id = put.id
    from put
    where put.external_id = m.external_id
    returning m.is_made
)
select count(*) filter (where is_made) as added
from found;

-- create_changed --
create temporary table changed_addresses (
    organization_id integer not null,
    company_id integer not null,
    id bigint primary key
) on commit drop;
create temporary table changed_owners (owner integer not null) on commit drop;

-- create_wanted --
create temporary table wanted_addresses on commit drop as
with customs as materialized (
    select m.address_id, jsonb_object_agg(each.key, each.value) as custom
    from accepted as m
    cross join jsonb_each(m.custom) as each
    where m.custom is not null
        and m.may_change
        and not m.is_made
    group by m.address_id
),
told as materialized (
    select
        organization_id,
        company_id,
        address_id as id,
        {firsts},
        (array_agg(fingerprint order by owner, line, place))[1] as fingerprint,
        min(owner) as line
    from accepted
    where may_change
        and not is_made
    group by organization_id, company_id, address_id
)
select told.*, customs.custom
from told
left join customs on customs.address_id = told.id;

-- analyze_wanted --
analyze wanted_addresses;

-- change_addresses --
with merged as (
    merge into addresses as t
    using wanted_addresses as s
    on t.organization_id = s.organization_id
        and t.company_id = s.company_id
        and t.id = s.id
    when matched and ({current}) is distinct from ({wanted}) then
        update set {assignments}, fingerprint = s.fingerprint, run_id = %(run_id)s, line = s.line
    when matched and t.fingerprint is distinct from s.fingerprint then
        update set fingerprint = s.fingerprint
    returning
        old.organization_id as organization_id,
        old.company_id as company_id,
        old.id as id,
        to_jsonb(old) as image,
        (old.run_id, old.line) is distinct from (new.run_id, new.line) as is_updated
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select organization_id, company_id, %(run_id)s, 'addresses', id, 'updated', image
    from merged
    where is_updated
)
insert into changed_addresses (organization_id, company_id, id)
select organization_id, company_id, id
from merged
where is_updated;

-- first_value --
(array_agg({field} order by owner, line, place) filter (where {field} is not null))[1] as {field}

-- merged_custom --
nullif(jsonb_strip_nulls(coalesce(t.custom, '{{}}') || coalesce(s.custom, '{{}}')), '{{}}')

-- note_owners_of_addresses --
insert into changed_owners (owner)
select m.owner
from accepted as m
join changed_addresses as c on c.id = m.address_id
where m.may_change;

-- put_customers --
insert into customers (organization_id, company_id, run_id, id, line, key, alias, {sent}, code, {fields}, custom)
select organization_id, company_id, %(run_id)s, id, line, key, alias, {sent}, code, {values}, nullif(jsonb_strip_nulls(custom), '{{}}')
from staged_accounts
where is_new
    and not is_rejected;

-- change_customers --
with wanted as (
    select *
    from staged_accounts
    where not is_new
        and not is_rejected
),
merged as (
    merge into customers as t
    using wanted as s
    on t.organization_id = s.organization_id
        and t.company_id = s.company_id
        and t.id = s.id
    when matched and ({current}) is distinct from ({wanted}) then
        update set {assignments}, {assigned}, run_id = %(run_id)s, line = s.line,
            alias = case when t.external_id is null then s.alias else t.alias end
    when matched and ({stored}) is distinct from ({sent}) then
        update set {assigned}
    returning
        old.id as id,
        s.line as line,
        to_jsonb(old) as image,
        (old.run_id, old.line) is distinct from (new.run_id, new.line) as is_updated
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, 'customers', id, 'updated', image
    from merged
    where is_updated
)
insert into changed_owners (owner)
select line
from merged
where is_updated;

-- put_links --
with put as (
    insert into address_links (organization_id, company_id, customer_id, address_id, is_shipping, is_billing, run_id)
    select organization_id, company_id, customer_id, address_id, coalesce(is_shipping, true), coalesce(is_billing, true), %(run_id)s
    from accepted
    where not is_unlinked
        and not is_linked
    returning customer_id
),
noted as (
    insert into changed_owners (owner)
    select owner
    from accepted
    where not is_unlinked
        and not is_linked
)
select count(*) as added
from put;

-- change_links --
with changed as (
    update address_links as t
    set is_shipping = coalesce(m.is_shipping, t.is_shipping), is_billing = coalesce(m.is_billing, t.is_billing), run_id = %(run_id)s
    from accepted as m
    where t.organization_id = m.organization_id
        and t.company_id = m.company_id
        and t.customer_id = m.customer_id
        and t.address_id = m.address_id
        and m.is_linked
        and not m.is_unlinked
        and (t.is_shipping, t.is_billing) is distinct from (coalesce(m.is_shipping, t.is_shipping), coalesce(m.is_billing, t.is_billing))
    returning m.owner as owner, old.customer_id as customer_id, to_jsonb(old) as image
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, 'address_links', customer_id, 'updated', image
    from changed
),
noted as (
    insert into changed_owners (owner)
    select owner
    from changed
)
select count(*) as updated
from changed;

-- remove_links --
with unwanted as (
    select organization_id, company_id, customer_id, address_id, owner
    from accepted
    where is_unlinked
    union
    select l.organization_id, l.company_id, l.customer_id, l.address_id, w.line
    from staged_accounts as w
    join address_links as l
        on l.organization_id = w.organization_id
        and l.company_id = w.company_id
        and l.customer_id = w.id
    where w.is_deleted
        and not w.is_rejected
),
removed as (
    delete from address_links as t
    using unwanted as m
    where t.organization_id = m.organization_id
        and t.company_id = m.company_id
        and t.customer_id = m.customer_id
        and t.address_id = m.address_id
    returning m.owner as owner, old.customer_id as customer_id, to_jsonb(old) as image
),
kept as (
    insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
    select %(organization_id)s, %(company_id)s, %(run_id)s, 'address_links', customer_id, 'removed', image
    from removed
),
noted as (
    insert into changed_owners (owner)
    select owner
    from removed
)
select count(*) as removed
from removed;

-- create_touched --
create temporary table touched on commit drop as
select l.organization_id, l.company_id, l.customer_id, l.address_id
from changed_addresses as c
join address_links as l
    on l.organization_id = c.organization_id
    and l.company_id = c.company_id
    and l.address_id = c.id;

-- analyze_touched --
analyze touched;

-- spare_agreeing --
delete from touched as l
using accepted as m, addresses as a
where m.customer_id = l.customer_id
    and m.address_id = l.address_id
    and a.organization_id = l.organization_id
    and a.company_id = l.company_id
    and a.id = l.address_id
    and {agrees};

-- forget_fingerprints --
with forgotten as (
    update customers as t
    set fingerprint = null
    from (
        select distinct organization_id, company_id, customer_id
        from touched
    ) as l
    where t.organization_id = l.organization_id
        and t.company_id = l.company_id
        and t.id = l.customer_id
    returning t.id
)
select array_agg(id) as ids
from forgotten;

-- agrees --
(m.{field} is null or m.{field} is not distinct from a.{field})

-- agrees_of_custom --
(m.custom is null or jsonb_strip_nulls(coalesce(a.custom, '{{}}') || m.custom) = coalesce(a.custom, '{{}}'))

-- count_accounts --
select
    coalesce(sum(rows) filter (where is_new and not is_rejected), 0) as added,
    coalesce(sum(rows) filter (where not is_new and not is_rejected and is_changed), 0) as updated,
    coalesce(sum(rows) filter (where not is_new and not is_rejected and not is_changed), 0) as unchanged,
    coalesce(sum(rows) filter (where is_rejected), 0) as rejected
from (
    select w.rows, w.is_new, w.is_rejected, c.owner is not null as is_changed
    from staged_accounts as w
    left join (
        select distinct owner
        from changed_owners
    ) as c on c.owner = w.line
) as judged;

-- count_addresses --
select
    count(*) filter (where is_made) as added,
    count(*) filter (where may_change and c.id is not null) as updated,
    count(*) filter (where not is_made and not (may_change and c.id is not null)) as unchanged,
    (select count(*) from mentions) - count(*) as rejected,
    (select count(*) from mentions where not is_unlinked) - count(*) filter (where not is_unlinked) as links_rejected,
    count(*) filter (where not is_unlinked) as links
from accepted as m
left join changed_addresses as c on c.id = m.address_id;
