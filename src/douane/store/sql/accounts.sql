-- get_or_create --
with asked as (
    select
        a.place,
        a.organization_id,
        a.company_id,
        rpad(a.number, greatest(length(a.number), case
            when not c.completes_accounts then 0
            when a.is_third_party then coalesce(c.third_party_account_length, 0)
            else c.general_account_length
        end), '0') as number,
        a.name,
        a.customer_code,
        a.further
    from unnest(
        %(organization_id)s::integer[],
        %(company_id)s::integer[],
        %(number)s::text[],
        %(is_third_party)s::boolean[],
        %(name)s::text[],
        %(customer_code)s::text[],
        %(further)s::text[]::jsonb[]
    ) with ordinality as a (organization_id, company_id, number, is_third_party, name, customer_code, further, place)
    join companies as c
        on c.id = a.company_id
        and c.organization_id = a.organization_id
),
-- The first row from the number on, rather than the row of the number: only one index gives that order, so that the
-- planner takes it also while the table has no statistics.
stored as (
    select a.place, l.id, l.number, l.name, l.is_closed, l.counterpart_id
    from asked as a
    cross join lateral (
        select l.id, l.number, l.name, l.is_auxiliary, l.is_closed, l.counterpart_id
        from ledger_accounts as l
        where l.organization_id = a.organization_id
            and l.company_id = a.company_id
            and l.number >= a.number
        order by l.organization_id, l.company_id, l.number, l.is_auxiliary
        limit 1
    ) as l
    where l.number = a.number
        and not l.is_auxiliary
),
made as (
    insert into ledger_accounts (
        organization_id,
        company_id,
        number,
        name,
        customer_code,
        is_intracommunity,
        is_reverse_charged,
        is_exempt,
        is_service,
        is_fee_declared,
        vat_parameter_id,
        counterpart_id,
        details
    )
    select distinct on (a.organization_id, a.company_id, a.number)
        a.organization_id,
        a.company_id,
        a.number,
        a.name,
        a.customer_code,
        coalesce(f.is_intracommunity, false),
        coalesce(f.is_reverse_charged, false),
        coalesce(f.is_exempt, false),
        coalesce(f.is_service, false),
        coalesce(f.is_fee_declared, false),
        f.vat_parameter_id,
        f.counterpart_id,
        f.details
    from asked as a
    left join lateral jsonb_populate_record(null::ledger_accounts, a.further) as f on true
    where a.name is not null
        and not exists (
            select 1
            from stored as s
            where s.place = a.place
        )
    order by a.organization_id, a.company_id, a.number, a.place
    on conflict (organization_id, company_id, number, is_auxiliary) do nothing
    returning organization_id, company_id, id, number, name, is_closed, counterpart_id
)
select
    a.place,
    coalesce(s.id, m.id) as id,
    coalesce(s.number, m.number) as number,
    coalesce(s.name, m.name) as name,
    coalesce(s.is_closed, m.is_closed) as is_closed,
    p.id as counterpart_id,
    p.number as counterpart_number,
    p.name as counterpart_name,
    p.vat_parameter_id as counterpart_vat_parameter_id
from asked as a
left join stored as s
    on s.place = a.place
left join made as m
    on m.organization_id = a.organization_id
    and m.company_id = a.company_id
    and m.number = a.number
left join lateral (
    select l.id, l.number, l.name, l.vat_parameter_id
    from ledger_accounts as l
    where l.organization_id = a.organization_id
        and l.company_id = a.company_id
        and l.id >= coalesce(s.counterpart_id, m.counterpart_id)
    order by l.organization_id, l.company_id, l.id
    limit 1
) as p
    on p.id = coalesce(s.counterpart_id, m.counterpart_id)
where coalesce(s.id, m.id) is not null;

-- find_lengths --
select organization_id, id as company_id, general_account_length, third_party_account_length, completes_accounts
from companies
where organization_id = any(%(organization_id)s)
    and id = any(%(company_id)s);

-- look_up --
select
    a.place,
    l.id is not null as is_stored,
    coalesce(l.is_closed, false) as is_closed,
    v.id is not null as has_vat_parameter,
    p.number as counterpart_number,
    p.id is null and a.counterpart_id is not null and exists (
        select 1
        from ledger_accounts as o
        where o.organization_id = a.organization_id
            and o.id = a.counterpart_id
    ) as is_counterpart_elsewhere,
    t.id is not null as has_payment_type,
    w.id is not null as has_way,
    d.id is not null as has_payment_deadline,
    q.id is not null as has_doubtful_account
from unnest(
    %(organization_id)s::integer[],
    %(company_id)s::integer[],
    %(number)s::text[],
    %(vat_parameter_id)s::bigint[],
    %(counterpart_id)s::bigint[],
    %(payment_type_id)s::bigint[],
    %(way_id)s::bigint[],
    %(payment_deadline_id)s::bigint[],
    %(doubtful_account_id)s::bigint[]
) with ordinality as a (
    organization_id,
    company_id,
    number,
    vat_parameter_id,
    counterpart_id,
    payment_type_id,
    way_id,
    payment_deadline_id,
    doubtful_account_id,
    place
)
left join ledger_accounts as l
    on l.organization_id = a.organization_id
    and l.company_id = a.company_id
    and l.number = a.number
    and l.is_auxiliary = false
left join vat_parameters as v
    on v.organization_id = a.organization_id
    and v.company_id = a.company_id
    and v.id = a.vat_parameter_id
left join ledger_accounts as p
    on p.organization_id = a.organization_id
    and p.company_id = a.company_id
    and p.id = a.counterpart_id
left join payment_types as t
    on t.organization_id = a.organization_id
    and t.company_id = a.company_id
    and t.id = a.payment_type_id
left join ways as w
    on w.organization_id = a.organization_id
    and w.id = a.way_id
left join payment_deadlines as d
    on d.organization_id = a.organization_id
    and d.id = a.payment_deadline_id
left join ledger_accounts as q
    on q.organization_id = a.organization_id
    and q.company_id = a.company_id
    and q.id = a.doubtful_account_id
order by a.place;

-- lock_account --
select id, number, name, details
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
    and is_auxiliary = false
for update;

-- find_holds --
select
    exists (
        select 1
        from ledger_accounts as l
        where l.organization_id = %(organization_id)s
            and l.company_id = %(company_id)s
            and l.number = %(number)s
            and l.is_auxiliary = false
            and l.id <> %(id)s
    ) as is_taken,
    exists (
        select 1
        from entry_lines as l
        join entries as e
            on e.organization_id = l.organization_id
            and e.company_id = l.company_id
            and e.id = l.entry_id
        join fiscal_years as y
            on y.organization_id = e.organization_id
            and y.company_id = e.company_id
            and y.id = e.fiscal_year_id
        where l.organization_id = %(organization_id)s
            and l.company_id = %(company_id)s
            and l.account_id = %(id)s
            and y.is_closed
    ) as is_in_closed_year,
    exists (
        select 1
        from entry_lines as l
        where l.organization_id = %(organization_id)s
            and l.company_id = %(company_id)s
            and l.account_id = %(id)s
            and l.lettering is not null
    ) as is_lettered;

-- update_account --
update ledger_accounts as l
set number = %(number)s,
    name = %(name)s,
    customer_code = %(customer_code)s,
    is_intracommunity = coalesce(f.is_intracommunity, false),
    is_reverse_charged = coalesce(f.is_reverse_charged, false),
    is_exempt = coalesce(f.is_exempt, false),
    is_service = coalesce(f.is_service, false),
    is_fee_declared = coalesce(f.is_fee_declared, false),
    vat_parameter_id = f.vat_parameter_id,
    counterpart_id = f.counterpart_id,
    details = f.details
from jsonb_populate_record(null::ledger_accounts, %(further)s::text::jsonb) as f
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.id = %(id)s;

-- put_contacts --
update ledger_accounts
set details = coalesce(details, '{}') || jsonb_build_object('contacts', %(contacts)s::text::jsonb)
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s;
