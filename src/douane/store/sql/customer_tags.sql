-- list_customer_tags --
select external_id, name, is_defined
from customer_tags
where organization_id = %(organization_id)s
order by external_id;

-- put_customer_tag --
insert into customer_tags (organization_id, external_id, name)
values (%(organization_id)s, %(external_id)s, %(name)s)
on conflict (organization_id, external_id) do update
set name = excluded.name, is_defined = true;

-- remove_customer_tag --
delete from customer_tags
where organization_id = %(organization_id)s
    and external_id = %(external_id)s
returning external_id;

-- forget_fingerprints --
update customers
set fingerprint = null
where organization_id = %(organization_id)s
    and tags @> array[%(external_id)s::text]
    and fingerprint is not null;

-- make_customer_tags --
insert into customer_tags (organization_id, external_id, name, is_defined)
select distinct %(organization_id)s, each.tag, each.tag, false
from customers as c
cross join unnest(c.tags) as each (tag)
where c.organization_id = %(organization_id)s
    and c.company_id = %(company_id)s
    and each.tag = any(%(external_ids)s::text[])
order by each.tag
on conflict do nothing
returning external_id;
