-- list_mappings --
select name, definition, changed_at, changed_by
from mappings
where organization_id = %(organization_id)s
order by lower(name);

-- find_mapping --
select name, definition, changed_at, changed_by
from mappings
where organization_id = %(organization_id)s
    and lower(name) = lower(%(name)s);

-- lock_mappings --
select id
from organizations
where id = %(organization_id)s
for update;

-- count_others --
select count(*)
from mappings
where organization_id = %(organization_id)s
    and lower(name) <> lower(%(name)s);

-- put_mapping --
insert into mappings (organization_id, name, definition, changed_by)
values (%(organization_id)s, %(name)s, %(definition)s, %(changed_by)s)
on conflict (organization_id, lower(name)) do update
set
    name = excluded.name,
    definition = excluded.definition,
    changed_at = now(),
    changed_by = excluded.changed_by
returning name, definition, changed_at, changed_by;

-- add_mapping --
insert into mappings (organization_id, name, definition, changed_by)
values (%(organization_id)s, %(name)s, %(definition)s, %(changed_by)s)
on conflict (organization_id, lower(name)) do nothing
returning name, definition, changed_at, changed_by;

-- remove_mapping --
delete from mappings
where organization_id = %(organization_id)s
    and lower(name) = lower(%(name)s)
returning name;
