-- list_custom_fields --
select entity, external_id, name, type, is_required, choices, unit
from custom_fields
where organization_id = %(organization_id)s
order by entity, external_id;

-- put_custom_field --
insert into custom_fields (organization_id, entity, external_id, name, type, is_required, choices, unit)
values (
    %(organization_id)s, %(entity)s, %(external_id)s, %(name)s, %(type)s, %(is_required)s, %(choices)s, %(unit)s
)
on conflict (organization_id, entity, external_id) do update
set
    name = excluded.name,
    is_required = excluded.is_required,
    choices = excluded.choices,
    unit = excluded.unit
where custom_fields.type = excluded.type
returning external_id;

-- remove_custom_field --
delete from custom_fields
where organization_id = %(organization_id)s
    and entity = %(entity)s
    and external_id = %(external_id)s
returning external_id;
