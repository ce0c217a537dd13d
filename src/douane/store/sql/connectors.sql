-- find_connector --
select *
from connectors
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and lower(name) = lower(%(name)s);

-- first_connector --
select *
from connectors
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by id
limit 1;

-- lock_connector --
select *
from connectors
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and lower(name) = lower(%(name)s)
for update;

-- find_connector_of_run --
select connectors.*
from connector_runs
join connectors using (organization_id, company_id)
where connector_runs.run_id = %(run_id)s
    and connectors.id = connector_runs.connector_id;

-- list_connectors --
select *
from connectors
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by lower(name);

-- lock_organization --
select id
from organizations
where id = %(organization_id)s
for no key update;

-- count_connectors --
select count(*)
from connectors
where organization_id = %(organization_id)s;

-- insert_connector --
insert into connectors (
    organization_id, company_id, name, definition, secret_names, secrets, due_at, changed_by
)
values (
    %(organization_id)s, %(company_id)s, %(name)s, %(definition)s, %(secret_names)s, %(secrets)s, %(due_at)s,
    %(changed_by)s
)
returning *;

-- update_connector --
update connectors
set
    name = %(name)s,
    definition = %(definition)s,
    secret_names = %(secret_names)s,
    secrets = %(secrets)s,
    due_at = %(due_at)s,
    changed_at = now(),
    changed_by = %(changed_by)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s
returning *;

-- remove_connector --
delete from connectors
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and lower(name) = lower(%(name)s)
returning name;

-- lock_due --
select *
from connectors
where due_at <= now()
order by due_at
limit 1
for update skip locked;

-- set_due --
update connectors
set due_at = %(due_at)s
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and id = %(id)s;

-- moment --
select now();
