-- accounts --
select
    l.id,
    l.number,
    l.name,
    l.is_closed,
    p.id as counterpart_id,
    p.number as counterpart_number,
    p.name as counterpart_name
from ledger_accounts as l
left join ledger_accounts as p
    on p.organization_id = l.organization_id
    and p.company_id = l.company_id
    and p.id = l.counterpart_id
where l.organization_id = %(organization_id)s
    and l.company_id = %(company_id)s
    and l.id = any(%(ids)s);

-- accounts_of_others --
select id
from ledger_accounts
where id = any(%(ids)s)
    and organization_id = %(organization_id)s
    and company_id <> %(company_id)s;

-- add_entry --
insert into entries (
    organization_id, company_id, fiscal_year_id, journal_id, entered_on, is_pending, external_id, extra
)
values (
    %(organization_id)s,
    %(company_id)s,
    %(fiscal_year_id)s,
    %(journal_id)s,
    %(entered_on)s,
    %(is_pending)s,
    %(external_id)s,
    %(extra)s
)
on conflict (organization_id, company_id, external_id) where external_id is not null do nothing
returning id;

-- add_line --
insert into entry_lines (
    organization_id,
    company_id,
    entry_id,
    number,
    account_id,
    entered_on,
    label,
    debit,
    credit,
    piece,
    piece_on,
    reference,
    due_on,
    currency,
    currency_amount,
    payment_means,
    attachments,
    extra
)
values (
    %(organization_id)s,
    %(company_id)s,
    %(entry_id)s,
    %(number)s,
    %(account_id)s,
    %(entered_on)s,
    %(label)s,
    %(debit)s,
    %(credit)s,
    %(piece)s,
    %(entered_on)s,
    %(reference)s,
    %(due_on)s,
    %(currency)s,
    %(currency_amount)s,
    %(payment_means)s,
    %(attachments)s,
    %(extra)s
);

-- add_attachment --
insert into attachments (organization_id, company_id, entry_id, line_number, name, media_type, content)
values (
    %(organization_id)s,
    %(company_id)s,
    %(entry_id)s,
    %(line_number)s,
    %(name)s,
    %(media_type)s,
    %(content)s
);

-- attachments --
select id, line_number, name
from attachments
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and entry_id = %(entry_id)s
order by id;

-- find_by_external_id --
select id, is_pending, coalesce(extra, '{}') as extra
from entries
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and external_id = %(external_id)s;
