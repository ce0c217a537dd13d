-- list_years --
select starts_on, ends_on, id, is_closed, closed_at, closed_by
from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by starts_on;

-- today --
select current_date;

-- hold_year --
select starts_on, ends_on, id, is_closed, closed_at, closed_by
from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and %(day)s between starts_on and ends_on
for share;

-- overlapping_year --
select starts_on, ends_on
from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id <> %(id)s
    and starts_on <= %(ends_on)s
    and ends_on >= %(starts_on)s
order by starts_on
limit 1;

-- add_year --
insert into fiscal_years (organization_id, company_id, starts_on, ends_on)
values (%(organization_id)s, %(company_id)s, %(starts_on)s, %(ends_on)s)
returning starts_on, ends_on, id, is_closed, closed_at, closed_by;

-- find_year --
select starts_on, ends_on, id, is_closed, closed_at, closed_by
from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
for update;

-- has_entries_outside --
select exists (
    select 1
    from entries
    where organization_id = %(organization_id)s
        and company_id = %(company_id)s
        and fiscal_year_id = %(id)s
        and entered_on not between %(starts_on)s and %(ends_on)s
);

-- has_entries --
select exists (
    select 1
    from entries
    where organization_id = %(organization_id)s
        and company_id = %(company_id)s
        and fiscal_year_id = %(id)s
);

-- change_year --
update fiscal_years
set
    starts_on = %(starts_on)s,
    ends_on = %(ends_on)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning starts_on, ends_on, id, is_closed, closed_at, closed_by;

-- close_year --
update fiscal_years
set
    is_closed = true,
    closed_at = now(),
    closed_by = %(closed_by)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning starts_on, ends_on, id, is_closed, closed_at, closed_by;

-- remove_year --
delete from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s;

-- year_totals --
select
    e.fiscal_year_id,
    coalesce(sum(l.credit - l.debit), 0) as result,
    coalesce(sum(l.credit - l.debit) filter (where a.number like '70%%'), 0) as turnover
from ledger_accounts as a
join entry_lines as l
    on l.organization_id = a.organization_id
    and l.company_id = a.company_id
    and l.account_id = a.id
join entries as e
    on e.organization_id = l.organization_id
    and e.company_id = l.company_id
    and e.id = l.entry_id
where a.organization_id = %(organization_id)s
    and a.company_id = %(company_id)s
    and not a.is_auxiliary
    and a.number >= '6'
    and a.number < '8'
    and not e.is_pending
group by e.fiscal_year_id;

-- reopen_year --
update fiscal_years
set is_closed = false, closed_at = null, closed_by = null
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning starts_on, ends_on, id, is_closed, closed_at, closed_by;
