-- lock_entries --
select pg_advisory_xact_lock(hashtextextended(%(name)s, 0));

-- lock_company --
select siren
from companies
where organization_id = %(organization_id)s
    and id = %(company_id)s
for no key update;
