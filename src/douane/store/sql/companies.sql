-- list_company_cards --
select
    c.id,
    c.organization_id,
    o.name as organization_name,
    c.code,
    c.name,
    c.siren,
    c.general_account_length,
    c.third_party_account_length,
    c.completes_accounts,
    e.siret,
    e.address_street,
    e.address_postal_code,
    e.address_city,
    e.address_country
from companies as c
join organizations as o on o.id = c.organization_id
left join establishments as e
    on e.organization_id = c.organization_id
    and e.company_id = c.id
    and e.is_main
where c.organization_id = %(organization_id)s
    and (%(company_id)s::integer is null or c.id = %(company_id)s)
order by c.name, c.id;

-- change_company --
update companies
set
    name = %(name)s,
    siren = %(siren)s,
    general_account_length = %(general_account_length)s,
    third_party_account_length = %(third_party_account_length)s,
    completes_accounts = %(completes_accounts)s
where organization_id = %(organization_id)s
    and id = %(id)s;
