-- list_journals --
select
    j.code,
    j.name,
    j.type,
    j.id,
    j.counterpart_account_id,
    a.number as counterpart_number,
    a.name as counterpart_name,
    j.is_closed
from journals as j
left join ledger_accounts as a
    on a.organization_id = j.organization_id
    and a.company_id = j.company_id
    and a.id = j.counterpart_account_id
where j.organization_id = %(organization_id)s
    and j.company_id = %(company_id)s
order by j.code;

-- find_journal --
select
    j.code,
    j.name,
    j.type,
    j.id,
    j.counterpart_account_id,
    a.number as counterpart_number,
    a.name as counterpart_name,
    j.is_closed
from journals as j
left join ledger_accounts as a
    on a.organization_id = j.organization_id
    and a.company_id = j.company_id
    and a.id = j.counterpart_account_id
where j.organization_id = %(organization_id)s
    and j.company_id = %(company_id)s
    and (j.id = %(id)s or j.code = %(code)s);

-- hold_journal --
select id
from journals
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
for share;

-- add_journal --
insert into journals (organization_id, company_id, code, name, type, counterpart_account_id, is_closed)
values (
    %(organization_id)s, %(company_id)s, %(code)s, %(name)s, %(type)s, %(counterpart_account_id)s, %(is_closed)s
)
on conflict (organization_id, company_id, code) do nothing
returning id;

-- change_journal --
update journals
set
    name = %(name)s,
    type = %(type)s,
    counterpart_account_id = %(counterpart_account_id)s,
    is_closed = %(is_closed)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning id;

-- lock_journal --
select id
from journals
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
for update;

-- has_entries --
select exists (
    select 1
    from entries
    where organization_id = %(organization_id)s
        and company_id = %(company_id)s
        and journal_id = %(id)s
);

-- has_entries_without --
select exists (
    select 1
    from entries as e
    where e.organization_id = %(organization_id)s
        and e.company_id = %(company_id)s
        and e.journal_id = %(id)s
        and not exists (
            select 1
            from entry_lines as l
            join ledger_accounts as a
                on a.organization_id = l.organization_id
                and a.company_id = l.company_id
                and a.id = l.account_id
            where l.organization_id = e.organization_id
                and l.company_id = e.company_id
                and l.entry_id = e.id
                and left(a.number, 2) = any(%(prefixes)s)
        )
);

-- remove_journal --
delete from journals
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s;
