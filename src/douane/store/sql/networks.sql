-- allow_network --
insert into allowed_networks (organization_id, network, allows_http)
values (%(organization_id)s, %(network)s, %(allows_http)s)
on conflict (organization_id, network) do update
set allows_http = excluded.allows_http;

-- disallow_network --
delete from allowed_networks
where organization_id = %(organization_id)s
    and network = %(network)s
returning network;

-- list_networks --
select network, allows_http
from allowed_networks
where organization_id = %(organization_id)s
order by network;
