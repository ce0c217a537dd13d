-- create_run --
insert into runs (
    organization_id, company_id, credential_id, dialect, door, options, declarations, is_dry_run, is_async,
    state, requested_by, upload_name, upload_bytes, upload_digest, upload_path, idempotency_key,
    receive_seconds, request_id
)
values (
    %(organization_id)s, %(company_id)s, %(credential_id)s, %(dialect)s, %(door)s, %(options)s,
    %(declarations)s, %(is_dry_run)s, %(is_async)s, %(state)s, %(requested_by)s, %(upload_name)s,
    %(upload_bytes)s, %(upload_digest)s, %(upload_path)s, %(idempotency_key)s, %(receive_seconds)s,
    %(request_id)s
)
returning *;

-- get_run --
select *
from runs
where id = %(run_id)s
    and (%(organization_id)s::integer is null or organization_id = %(organization_id)s);

-- list_runs --
select *
from runs
where (%(organization_id)s::integer is null or organization_id = %(organization_id)s)
    and (%(company_id)s::integer is null or company_id = %(company_id)s)
    and (%(before_id)s::bigint is null or id < %(before_id)s)
order by id desc
limit %(limit)s;

-- find_run_by_request_id --
select *
from runs
where request_id = %(request_id)s
    and organization_id = %(organization_id)s;

-- has_waiting_runs --
select 1
from runs
where organization_id = %(organization_id)s
    and state = 'waiting'
limit 1
offset %(before)s;

-- find_run_by_key --
select *
from runs
where company_id = %(company_id)s
    and idempotency_key = %(idempotency_key)s
    and state <> 'failed';

-- start_run --
update runs
set state = 'running', started_at = now()
where id = %(run_id)s
    and state in ('waiting', 'running')
returning *;

-- finish_run --
update runs
set state = 'succeeded', receipt = %(receipt)s, finished_at = clock_timestamp()
where id = %(run_id)s
returning *;

-- refuse_run --
update runs
set state = 'refused', refusal_code = %(code)s, refusal_message = %(message)s, refusal_hint = %(hint)s,
    finished_at = clock_timestamp()
where id = %(run_id)s
returning *;

-- fail_run --
update runs
set state = 'failed', failure = %(message)s, finished_at = clock_timestamp()
where id = %(run_id)s
returning *;

-- wait_again --
update runs
set state = 'waiting'
where id = %(run_id)s
    and state = 'running'
returning *;

-- set_upload --
update runs
set upload_name = %(name)s, upload_bytes = %(bytes)s, upload_digest = %(digest)s, upload_path = %(path)s
where id = %(run_id)s
returning *;

-- live_upload_paths --
select upload_path
from runs
where state in ('waiting', 'running')
    and upload_path = any(%(paths)s);

-- lock_idle_run --
select *
from runs
where id = %(run_id)s
    and state in ('waiting', 'running')
    and pg_try_advisory_xact_lock(%(space)s, (id %% 2147483647)::integer)
for no key update;

-- cancel_run --
update runs
set state = 'failed', failure = %(message)s, finished_at = clock_timestamp()
where id = %(run_id)s
    and state = 'waiting'
    and pg_try_advisory_xact_lock(%(space)s, (id %% 2147483647)::integer)
returning *;

-- revive_run --
update runs
set state = 'waiting', failure = null, started_at = null, finished_at = null
where id = %(run_id)s
    and state = 'failed'
returning *;

-- fail_abandoned --
update runs
set state = 'failed', failure = %(message)s, finished_at = clock_timestamp()
where not is_async
    and (state = 'running' or state = 'waiting' and created_at < now() - interval '1 minute')
    and pg_try_advisory_xact_lock(%(space)s, (id %% 2147483647)::integer)
returning *;

-- hold_run_lock --
select pg_advisory_lock(%(space)s, (%(run_id)s::bigint %% 2147483647)::integer);

-- drop_run_lock --
select pg_advisory_unlock(%(space)s, (%(run_id)s::bigint %% 2147483647)::integer);

-- list_faults --
select line, field, value, code, detail, is_warning
from faults
where run_id = %(run_id)s
    and line > %(after)s
    and (%(warnings)s or not is_warning)
    and (%(faults)s or is_warning)
order by line
limit %(limit)s;

-- count_faults --
select count(*)
from faults
where run_id = %(run_id)s
    and not is_warning;

-- weightiest_fault --
select line, field, value, code, detail, is_warning, count(*) over (partition by code) as count
from faults
where run_id = %(run_id)s
    and not is_warning
order by code = 'entry-rejected', code = 'entry-unbalanced', line
limit 1;

-- find_same_upload --
select id
from runs
where company_id = %(company_id)s
    and dialect = %(dialect)s
    and door = %(door)s
    and upload_digest = %(upload_digest)s
    and state = 'succeeded'
    and not is_dry_run
order by id
limit 1;

-- newest_import --
select id
from runs
where company_id = %(company_id)s
    and dialect = %(dialect)s
    and door = %(door)s
    and state = 'succeeded'
    and not is_dry_run
order by finished_at desc
limit 1;

-- mark_released --
update runs
set receipt = jsonb_set(receipt, '{held,is_released}', 'true')
        || jsonb_build_object(
            'counts', jsonb_set(receipt -> 'counts', '{cleared}', to_jsonb((receipt #>> '{counts,cleared}')::bigint + %(cleared)s)),
            'tables', jsonb_set(
                receipt -> 'tables',
                '{open_items,cleared}',
                to_jsonb((receipt #>> '{tables,open_items,cleared}')::bigint + %(cleared)s)
            )
        )
where id = %(run_id)s
returning *;
