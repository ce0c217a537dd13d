-- add_organization --
insert into organizations (code, name, siren)
values (%(code)s, %(name)s, %(siren)s)
on conflict (code) do nothing
returning id;

-- find_organization --
select id, code, name, siren
from organizations
where code = %(code)s;

-- list_organizations --
select id, code, name, siren
from organizations
order by code;

-- lock_organization --
select id
from organizations
where id = %(organization_id)s
for update;

-- add_company --
insert into companies (organization_id, code, name, siren, is_default)
select %(organization_id)s, %(code)s, %(name)s, %(siren)s, not exists (
    select 1
    from companies
    where organization_id = %(organization_id)s
        and is_default
)
on conflict (organization_id, code) do nothing
returning id;

-- find_company --
select
    companies.id,
    organization_id,
    organizations.code as organization,
    companies.code,
    companies.name,
    companies.siren,
    is_default
from companies
join organizations on organizations.id = companies.organization_id
where organization_id = %(organization_id)s
    and companies.code = %(code)s;

-- find_default_company --
select
    companies.id,
    organization_id,
    organizations.code as organization,
    companies.code,
    companies.name,
    companies.siren,
    is_default
from companies
join organizations on organizations.id = companies.organization_id
where organization_id = %(organization_id)s
    and is_default;

-- list_companies --
select
    companies.id,
    organization_id,
    organizations.code as organization,
    companies.code,
    companies.name,
    companies.siren,
    is_default
from companies
join organizations on organizations.id = companies.organization_id
where %(organization)s::text is null
    or organizations.code = %(organization)s
order by organizations.code, companies.code;

-- company_of --
select
    companies.id,
    organization_id,
    organizations.code as organization,
    companies.code,
    companies.name,
    companies.siren,
    is_default
from companies
join organizations on organizations.id = companies.organization_id
where companies.id = %(company_id)s;
