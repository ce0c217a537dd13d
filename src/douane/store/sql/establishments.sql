-- list_establishments --
select
    code,
    name,
    siret,
    id,
    is_main,
    address_street,
    address_postal_code,
    address_city,
    address_country
from establishments
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by not is_main, code;

-- demote --
update establishments
set is_main = false
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id <> %(id)s
    and is_main;

-- add_establishment --
insert into establishments (
    organization_id,
    company_id,
    code,
    name,
    siret,
    is_main,
    address_street,
    address_postal_code,
    address_city,
    address_country
)
values (
    %(organization_id)s,
    %(company_id)s,
    %(code)s,
    %(name)s,
    %(siret)s,
    %(is_main)s,
    %(address_street)s,
    %(address_postal_code)s,
    %(address_city)s,
    %(address_country)s
)
on conflict (organization_id, company_id, code) do nothing
returning id;

-- change_establishment --
update establishments
set
    name = %(name)s,
    siret = %(siret)s,
    is_main = %(is_main)s,
    address_street = %(address_street)s,
    address_postal_code = %(address_postal_code)s,
    address_city = %(address_city)s,
    address_country = %(address_country)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning id;

-- remove_establishment --
delete from establishments
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning id;
