-- note_run --
insert into connector_runs (
    organization_id, company_id, connector_id, cause, due_at, asked_by, run_id, skipped
)
values (
    %(organization_id)s, %(company_id)s, %(connector_id)s, %(cause)s, %(due_at)s, %(asked_by)s, %(run_id)s,
    %(skipped)s
)
returning id;

-- list_history --
select
    asked.id,
    asked.cause,
    asked.due_at,
    asked.asked_at,
    asked.asked_by,
    asked.run_id,
    asked.skipped,
    runs.state,
    runs.is_dry_run,
    runs.started_at,
    runs.finished_at,
    runs.receipt -> 'counts' as counts,
    coalesce(runs.refusal_message, runs.failure, attempt.message) as message,
    attempt.number as attempts,
    attempt.next_at
from connector_runs as asked
left join runs on runs.id = asked.run_id
left join lateral (
    select number, message, next_at
    from fetch_attempts
    where fetch_attempts.run_id = asked.run_id
    order by number desc
    limit 1
) as attempt on true
where asked.organization_id = %(organization_id)s
    and asked.company_id = %(company_id)s
    and asked.connector_id = %(connector_id)s
    and (%(before)s::bigint is null or asked.id < %(before)s)
    and (%(id)s::bigint is null or asked.id = %(id)s)
order by asked.id desc
limit %(limit)s;

-- list_live_pulls --
select runs.id
from connector_runs
join runs on runs.id = connector_runs.run_id
where connector_runs.organization_id = %(organization_id)s
    and connector_runs.company_id = %(company_id)s
    and connector_runs.connector_id = %(connector_id)s
    and connector_runs.cause <> 'sent'
    and runs.state in ('waiting', 'running')
    and not runs.is_dry_run
order by runs.id;

-- drop_old_skips --
delete from connector_runs
where run_id is null
    and asked_at < now() - make_interval(days => %(days)s);
