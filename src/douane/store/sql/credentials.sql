-- grant --
insert into credentials (
    organization_id, company_id, dialect, login, secret_hash, token_hash, declarations
)
values (
    %(organization_id)s, %(company_id)s, %(dialect)s, %(login)s, %(secret_hash)s, %(token_hash)s, %(declarations)s
)
returning id;

-- find_key --
select
    credentials.id as credential_id,
    credentials.organization_id,
    coalesce(credentials.company_id, 0) as company_id,
    organizations.code as organization,
    coalesce(companies.code, '') as company,
    dialect,
    login,
    declarations,
    credentials.company_id is null as opens_all,
    secret_hash,
    token_hash
from credentials
join organizations on organizations.id = credentials.organization_id
left join companies on companies.id = credentials.company_id
where dialect = %(dialect)s
    and login = %(login)s
    and revoked_at is null;

-- find_company --
select code
from companies
where organization_id = %(organization_id)s
    and id = %(company_id)s;

-- note_use --
update credentials
set last_used_at = now()
where id = %(credential_id)s
    and (last_used_at is null or last_used_at < now() - interval '1 minute');

-- revoke --
update credentials
set revoked_at = coalesce(revoked_at, now())
where login = %(login)s
returning id;

-- list_credentials --
select
    dialect,
    login,
    organizations.code as organization,
    companies.code as company,
    declarations,
    credentials.created_at,
    last_used_at,
    revoked_at
from credentials
join organizations on organizations.id = credentials.organization_id
left join companies on companies.id = credentials.company_id
order by organizations.code, companies.code nulls first, credentials.id;
