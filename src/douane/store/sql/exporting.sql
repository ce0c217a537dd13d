-- expect_all_rows --
set local cursor_tuple_fraction = 1;

-- join_whole_tables --
set local enable_nestloop = off;

-- entry_lines_of_year --
with of_year as (
    select
        e.id,
        e.entered_on,
        e.number,
        j.code as journal_code,
        j.name as journal_name
    from entries as e
    join journals as j
        on j.organization_id = e.organization_id
        and j.company_id = e.company_id
        and j.id = e.journal_id
    where e.organization_id = %(organization_id)s
        and e.company_id = %(company_id)s
        and e.fiscal_year_id = %(year_id)s
        and not e.is_pending
),
numbered as (
    select
        id,
        entered_on,
        journal_code,
        journal_name,
        coalesce(nullif(btrim(number), ''), (
            coalesce(max(number::numeric) filter (where number ~ '^[0-9]{1,18}$') over (partition by journal_code), 0)
            + row_number() over (partition by journal_code, nullif(btrim(number), '') is null order by entered_on, id)
        )::text) as number
    from of_year
)
select
    n.journal_code,
    n.journal_name,
    n.number,
    l.entered_on,
    a.number as account_number,
    a.name as account_name,
    x.number as auxiliary_number,
    x.name as auxiliary_name,
    l.piece,
    l.piece_on,
    l.label,
    l.debit::text as debit,
    l.credit::text as credit,
    l.lettering,
    l.lettered_on,
    l.validated_on,
    l.currency_amount::text as currency_amount,
    l.currency
from numbered as n
join entry_lines as l
    on l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.entry_id = n.id
join ledger_accounts as a
    on a.organization_id = l.organization_id
    and a.company_id = l.company_id
    and a.id = l.account_id
left join ledger_accounts as x
    on x.organization_id = l.organization_id
    and x.company_id = l.company_id
    and x.id = l.auxiliary_id
order by n.entered_on, n.journal_code, length(n.number), n.number, n.id, l.number;
