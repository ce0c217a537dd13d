-- list_briefly --
select id, number, name
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and not is_auxiliary
    and (strpos(lower(name), lower(%(text)s)) > 0 or starts_with(lower(number), lower(%(text)s)))
order by number
limit %(limit)s;

-- count_accounts --
select count(*) as accounts
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and not is_auxiliary
    and starts_with(number, %(begin)s)
    and (%(id)s::bigint is null or id = %(id)s::bigint);

-- list_fully --
select
    l.id,
    l.number,
    l.name,
    l.is_intracommunity,
    l.is_reverse_charged,
    l.is_exempt,
    l.is_service,
    l.is_fee_declared,
    l.is_closed,
    l.is_blocked,
    l.vat_parameter_id,
    l.comment,
    l.details,
    p.id as counterpart_id,
    p.number as counterpart_number,
    p.name as counterpart_name,
    p.vat_parameter_id as counterpart_vat_parameter_id
from ledger_accounts as l
left join ledger_accounts as p
    on p.organization_id = l.organization_id
    and p.company_id = l.company_id
    and p.id = l.counterpart_id
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and not l.is_auxiliary
    and starts_with(l.number, %(begin)s)
    and (%(id)s::bigint is null or l.id = %(id)s::bigint)
order by l.number
limit %(limit)s
offset %(offset)s;

-- list_balances --
with latest as (
    select y.id
    from fiscal_years as y
    where y.organization_id = %(organization_id)s
        and y.company_id = %(company_id)s
        and exists (
            select 1
            from entries as e
            where e.organization_id = y.organization_id
                and e.company_id = y.company_id
                and e.fiscal_year_id = y.id
        )
    order by y.starts_on desc
    limit 1
)
select l.account_id, sum(l.debit - l.credit) as balance
from entry_lines as l
join entries as e
    on e.organization_id = l.organization_id
    and e.company_id = l.company_id
    and e.id = l.entry_id
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.account_id = any(%(ids)s)
    and e.fiscal_year_id = (
        select latest.id
        from latest
    )
    and not e.is_pending
group by l.account_id;

-- find_by_start --
select id, number, name
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and (%(id)s::bigint is null or id = %(id)s::bigint)
    and (%(id)s::bigint is not null or not is_auxiliary)
    and starts_with(number, %(begin)s)
order by number;

-- sum_lines --
select count(*) as lines, coalesce(sum(l.debit), 0) as debit, coalesce(sum(l.credit), 0) as credit
from entry_lines as l
join entries as e
    on e.organization_id = l.organization_id
    and e.company_id = l.company_id
    and e.id = l.entry_id
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.account_id = any(%(ids)s)
    and (%(starts_on)s::date is null or l.entered_on >= %(starts_on)s::date)
    and (%(ends_on)s::date is null or l.entered_on <= %(ends_on)s::date)
    and (%(is_lettered)s::boolean is null or (l.lettering is not null) = %(is_lettered)s::boolean)
    and not e.is_pending;

-- list_lines --
select
    l.entry_id,
    l.number,
    l.account_id,
    l.entered_on,
    l.piece,
    l.reference,
    l.label,
    l.debit,
    l.credit,
    l.lettering,
    l.due_on,
    e.journal_id,
    j.code as journal_code,
    j.type as journal_type,
    y.is_closed,
    t.id as payment_type_id,
    t.name as payment_type_name,
    coalesce((
        select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name) order by a.id)
        from attachments as a
        where a.organization_id = l.organization_id
            and a.company_id = l.company_id
            and a.entry_id = l.entry_id
            and (a.line_number is null or a.line_number = l.number)
    ), '[]') as attachments
from entry_lines as l
join entries as e
    on e.organization_id = l.organization_id
    and e.company_id = l.company_id
    and e.id = l.entry_id
join journals as j
    on j.organization_id = e.organization_id
    and j.company_id = e.company_id
    and j.id = e.journal_id
join fiscal_years as y
    on y.organization_id = e.organization_id
    and y.company_id = e.company_id
    and y.id = e.fiscal_year_id
left join payment_types as t
    on t.organization_id = l.organization_id
    and t.company_id = l.company_id
    and t.code = l.payment_means
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.account_id = any(%(ids)s)
    and (%(starts_on)s::date is null or l.entered_on >= %(starts_on)s::date)
    and (%(ends_on)s::date is null or l.entered_on <= %(ends_on)s::date)
    and (%(is_lettered)s::boolean is null or (l.lettering is not null) = %(is_lettered)s::boolean)
    and not e.is_pending
order by {order}, l.entered_on, l.entry_id, l.number
limit %(limit)s
offset %(offset)s;
