-- list_journals --
select id, code, type, is_closed
from journals
where organization_id = %(organization_id)s
    and company_id = %(company_id)s;

-- list_accounts --
select id, number, is_auxiliary, is_closed
from ledger_accounts
where organization_id = %(organization_id)s
    and company_id = %(company_id)s;

-- list_years --
select id, starts_on, ends_on, is_closed
from fiscal_years
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
order by starts_on;

-- list_sirets --
select id, siret
from establishments
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and siret is not null;

-- known_entries --
select string_agg(
    coalesce(uuid_send(key), decode(repeat('00', 16), 'hex'))
        || int8send(coalesce(fingerprint, 0))
        || int8send(id)
        || int4send(coalesce(establishment_id, 0)),
    ''::bytea
)
from entries
where organization_id = %(organization_id)s
    and company_id = %(company_id)s
    and fiscal_year_id = %(year_id)s
group by id / 65536;

-- reserve_ids --
select
    min(id) as first,
    case when max(id) - min(id) >= count(*) then array_agg(id) end as scattered
from (
    select nextval((select pg_get_serial_sequence(%(table_name)s, 'id'))::regclass) as id
    from generate_series(1, %(count)s)
) as reserved;

-- copy_rows --
copy {table} ({columns}) from stdin (format csv)

-- create_changed_entries --
create temporary table changed_entries on commit drop as
select organization_id, company_id, {columns}
from entries
with no data;

-- create_changed_lines --
create temporary table changed_lines on commit drop as
select organization_id, company_id, {columns}
from entry_lines
with no data;

-- create_absent --
create temporary table absent_entries (
    organization_id integer not null,
    company_id integer not null,
    id bigint primary key
) on commit drop;

-- analyze_changed --
analyze changed_entries, changed_lines;

-- note_equal_entries --
with sent as (
    select l.entry_id, sum(hashtextextended(({compared})::text, 0)) as digest
    from changed_lines as l
    group by l.entry_id
),
stored as (
    select l.entry_id, sum(hashtextextended(({compared})::text, 0)) as digest
    from entry_lines as l
    join changed_entries as c
        on c.organization_id = l.organization_id
        and c.company_id = l.company_id
        and c.id = l.entry_id
    group by l.entry_id
)
update entries as e
set fingerprint = c.fingerprint
from changed_entries as c
join sent on sent.entry_id = c.id
join stored on stored.entry_id = c.id and stored.digest = sent.digest
where e.organization_id = c.organization_id
    and e.company_id = c.company_id
    and e.id = c.id
    and (e.fiscal_year_id, e.journal_id, e.number, e.entered_on) is not distinct from (c.fiscal_year_id, c.journal_id, c.number, c.entered_on)
    and e.is_pending = coalesce(c.is_pending, e.is_pending)
    and e.establishment_id is not distinct from coalesce(c.establishment_id, e.establishment_id)
returning e.id;

-- drop_equal_entries --
delete from changed_entries
where id = any(%(ids)s);

-- drop_equal_lines --
with dropped as (
    delete from changed_lines
    where entry_id = any(%(ids)s)
    returning line
)
select count(line) as lines
from dropped;

-- keep_images --
insert into before_images (organization_id, company_id, run_id, table_name, row_id, action, image)
select e.organization_id, e.company_id, %(run_id)s, 'entries', e.id, {action}, to_jsonb(e) || jsonb_build_object('lines', (
    select coalesce(jsonb_agg(to_jsonb(l) order by l.number), '[]')
    from entry_lines as l
    where l.organization_id = e.organization_id
        and l.company_id = e.company_id
        and l.entry_id = e.id
))
from entries as e
join {wanted} as w
    on w.organization_id = e.organization_id
    and w.company_id = e.company_id
    and w.id = e.id;

-- delete_lines --
with gone as (
    delete from entry_lines as l
    using {wanted} as w
    where w.organization_id = l.organization_id
        and w.company_id = l.company_id
        and w.id = l.entry_id
    returning 1
)
select count(*) as lines
from gone;

-- delete_entries --
with gone as (
    delete from entries as e
    using absent_entries as w
    where w.organization_id = e.organization_id
        and w.company_id = e.company_id
        and w.id = e.id
    returning 1
)
select count(*) as entries
from gone;

-- put_changed_lines --
with put as (
    insert into entry_lines (organization_id, company_id, {columns})
    select organization_id, company_id, {columns}
    from changed_lines
    returning line
)
select count(line) as lines
from put;

-- put_changed_entries --
with put as (
    update entries as e
    set fingerprint = c.fingerprint,
        run_id = %(run_id)s,
        line = c.line,
        fiscal_year_id = c.fiscal_year_id,
        journal_id = c.journal_id,
        number = c.number,
        entered_on = c.entered_on,
        is_pending = coalesce(c.is_pending, e.is_pending),
        establishment_id = coalesce(c.establishment_id, e.establishment_id)
    from changed_entries as c
    where e.organization_id = c.organization_id
        and e.company_id = c.company_id
        and e.id = c.id
    returning 1
)
select count(*) as entries
from put;

-- attach --
insert into attachments (organization_id, company_id, run_id, name, content)
values (%(organization_id)s, %(company_id)s, %(run_id)s, %(name)s, %(content)s);
