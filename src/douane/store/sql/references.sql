-- ensure_references --
with added_ways as (
    insert into ways (organization_id, id, name)
    select %(organization_id)s, id, name
    from jsonb_to_recordset(%(ways)s) as seeds (id integer, name text)
    where not exists (
        select 1
        from ways
        where organization_id = %(organization_id)s
    )
    on conflict do nothing
),
added_deadlines as (
    insert into payment_deadlines (organization_id, id, name, days, is_end_of_month, day_of_month)
    select %(organization_id)s, id, name, days, is_end_of_month, day_of_month
    from jsonb_to_recordset(%(payment_deadlines)s) as seeds (
        id integer, name text, days integer, is_end_of_month boolean, day_of_month integer
    )
    where not exists (
        select 1
        from payment_deadlines
        where organization_id = %(organization_id)s
    )
    on conflict do nothing
),
added_payment_types as (
    insert into payment_types (organization_id, company_id, code, name)
    select %(organization_id)s, %(company_id)s, code, name
    from jsonb_to_recordset(%(payment_types)s) as seeds (code text, name text)
    where not exists (
        select 1
        from payment_types
        where organization_id = %(organization_id)s
            and company_id = %(company_id)s
    )
    on conflict do nothing
),
added_vat_parameters as (
    insert into vat_parameters (
        organization_id, company_id, code, rate, type_id, exigibility_id, deductible_account, collected_account
    )
    select
        %(organization_id)s, %(company_id)s, code, rate, type_id, exigibility_id, deductible_account, collected_account
    from jsonb_to_recordset(%(vat_parameters)s) as seeds (
        code text,
        rate numeric,
        type_id integer,
        exigibility_id integer,
        deductible_account text,
        collected_account text
    )
    where not exists (
        select 1
        from vat_parameters
        where organization_id = %(organization_id)s
            and company_id = %(company_id)s
    )
    on conflict do nothing
)
insert into journals (organization_id, company_id, code, name, type)
select %(organization_id)s, %(company_id)s, code, name, type
from jsonb_to_recordset(%(journals)s) as seeds (code text, name text, type text)
where not exists (
    select 1
    from journals
    where organization_id = %(organization_id)s
        and company_id = %(company_id)s
)
on conflict do nothing;

-- list_ways --
select id, name
from ways
where organization_id = %(organization_id)s
order by id;

-- put_way --
insert into ways (organization_id, id, name)
values (%(organization_id)s, %(id)s, %(name)s)
on conflict (organization_id, id) do update
set name = excluded.name
returning id;

-- remove_way --
delete from ways
where organization_id = %(organization_id)s
    and id = %(id)s
returning id;

-- list_payment_deadlines --
select id, name, days, is_end_of_month, day_of_month
from payment_deadlines
where organization_id = %(organization_id)s
order by id;

-- put_payment_deadline --
insert into payment_deadlines (organization_id, id, name, days, is_end_of_month, day_of_month)
values (%(organization_id)s, %(id)s, %(name)s, %(days)s, %(is_end_of_month)s, %(day_of_month)s)
on conflict (organization_id, id) do update
set
    name = excluded.name,
    days = excluded.days,
    is_end_of_month = excluded.is_end_of_month,
    day_of_month = excluded.day_of_month
returning id;

-- remove_payment_deadline --
delete from payment_deadlines
where organization_id = %(organization_id)s
    and id = %(id)s
returning id;

-- list_payment_types --
select code, name, id
from payment_types
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by code;

-- put_payment_type --
insert into payment_types (organization_id, company_id, code, name)
values (%(organization_id)s, %(company_id)s, %(code)s, %(name)s)
on conflict (organization_id, company_id, code) do update
set name = excluded.name
returning id;

-- remove_payment_type --
delete from payment_types
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning id;

-- list_vat_parameters --
select
    code,
    rate,
    type_id,
    exigibility_id,
    deductible_account,
    collected_account,
    is_blocked,
    id
from vat_parameters
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by code;

-- put_vat_parameter --
insert into vat_parameters (
    organization_id,
    company_id,
    code,
    rate,
    type_id,
    exigibility_id,
    deductible_account,
    collected_account,
    is_blocked
)
values (
    %(organization_id)s,
    %(company_id)s,
    %(code)s,
    %(rate)s,
    %(type_id)s,
    %(exigibility_id)s,
    %(deductible_account)s,
    %(collected_account)s,
    %(is_blocked)s
)
on conflict (organization_id, company_id, code) do update
set
    rate = excluded.rate,
    type_id = excluded.type_id,
    exigibility_id = excluded.exigibility_id,
    deductible_account = excluded.deductible_account,
    collected_account = excluded.collected_account,
    is_blocked = excluded.is_blocked
returning id;

-- remove_vat_parameter --
delete from vat_parameters
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
    and not exists (
        select 1
        from ledger_accounts
        where organization_id = %(organization_id)s
            and company_id = %(company_id)s
            and vat_parameter_id = %(id)s
    )
returning id;

-- accounts_by_number --
select number, id, name
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and not is_auxiliary
    and number = any(%(numbers)s);
