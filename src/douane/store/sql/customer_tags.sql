-- list_customer_tags --
select external_id, name
from customer_tags
where organization_id = %(organization_id)s
order by external_id;

-- put_customer_tag --
insert into customer_tags (organization_id, external_id, name)
values (%(organization_id)s, %(external_id)s, %(name)s)
on conflict (organization_id, external_id) do update
set name = excluded.name;

-- remove_customer_tag --
delete from customer_tags
where organization_id = %(organization_id)s
    and external_id = %(external_id)s
returning external_id;

-- make_customer_tags --
insert into customer_tags (organization_id, external_id, name)
select %(organization_id)s, external_id, external_id
from unnest(%(external_ids)s::text[]) as made (external_id)
on conflict do nothing;
