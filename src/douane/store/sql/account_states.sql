-- set_closed --
update ledger_accounts
set is_closed = %(is_closed)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and number = %(number)s
    and is_auxiliary = %(is_auxiliary)s
returning number, name, is_auxiliary, is_closed;

-- list_states --
select number, name, is_auxiliary, is_closed
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and starts_with(number, %(start)s)
order by number, is_auxiliary
limit %(limit)s;
