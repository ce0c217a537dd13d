-- add_deposit --
insert into deposits (organization_id, company_id, id, name, secret_hash, place, expires_at)
values (
    %(organization_id)s, %(company_id)s, %(id)s, %(name)s, %(secret_hash)s, %(place)s,
    now() + make_interval(hours => %(hours)s)
)
returning *;

-- lock_organization --
select id
from organizations
where id = %(organization_id)s
for no key update;

-- count_open --
select count(*)
from deposits
where organization_id = %(organization_id)s
    and expires_at > now();

-- find_deposit --
select *
from deposits
where organization_id = %(organization_id)s
    and id = %(id)s
    and (%(company_id)s::integer is null or company_id is null or company_id = %(company_id)s);

-- deposit_of --
select *
from deposits
where id = %(id)s;

-- lock_deposit --
select *
from deposits
where id = %(id)s
for no key update;

-- was_imported --
select exists (
    select
    from sources
    join runs on runs.id = sources.run_id
    where sources.organization_id = %(organization_id)s
        and sources.deposit_id = %(id)s
        and runs.upload_digest <> ''
);

-- drop_chunks --
delete from deposit_chunks
where organization_id = %(organization_id)s
    and deposit_id = %(id)s;

-- keep --
copy deposit_chunks (organization_id, deposit_id, number, bytes)
from stdin (format binary);

-- mark_deposited --
update deposits
set bytes = %(bytes)s,
    digest = %(digest)s,
    deposited_at = now()
where organization_id = %(organization_id)s
    and id = %(id)s
returning *;

-- fetch --
copy (
    select bytes
    from deposit_chunks
    where organization_id = %(organization_id)s
        and deposit_id = %(id)s
    order by number
) to stdout (format binary);

-- list_over --
select *
from deposits
where expires_at < now() - make_interval(days => %(days)s)
    and not exists (
        select
        from sources
        join runs on runs.id = sources.run_id
        where sources.organization_id = deposits.organization_id
            and sources.deposit_id = deposits.id
            and runs.finished_at is null
    )
order by expires_at
limit %(limit)s
for update skip locked;

-- drop_deposit --
delete from deposits
where organization_id = %(organization_id)s
    and id = %(id)s;
