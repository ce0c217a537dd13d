-- lost_jobs --
with ended as (
    select *
    from unnest(
        %(ended_ids)s::bigint[],
        %(ended_workers)s::bigint[],
        %(ended_attempts)s::integer[]
    ) as ended (id, worker_id, attempts)
)
select
    job.id,
    job.task_name as task,
    (job.args ->> 'run_id')::bigint as run_id,
    job.attempts,
    ended.id is not null as is_ended,
    case
        when runs.state = 'running' then 'importing'
        when exists (
            select
            from fetch_attempts
            where fetch_attempts.run_id = runs.id
                and outcome = 'fetching'
        ) then 'fetching'
        else 'waiting'
    end as stage
from procrastinate_jobs as job
left join runs on runs.id = (job.args ->> 'run_id')::bigint
left join procrastinate_workers as worker on worker.id = job.worker_id
left join ended on ended.id = job.id
    and ended.attempts = job.attempts
    and (job.worker_id is null or job.worker_id = ended.worker_id)
where job.status = 'doing'
    and job.queue_name = any(%(queues)s)
    and (
        job.worker_id is null
        or ended.id is not null
        or worker.last_heartbeat < now() - make_interval(secs => %(silence_seconds)s)
    )
order by job.id
for update of job skip locked;

-- take_in_turn --
with held as (
    select runs.organization_id, count(*) as places
    from procrastinate_jobs as job
    join runs on runs.id = (job.args ->> 'run_id')::bigint
    where job.status = 'doing'
        and job.worker_id = %(worker_id)s
    group by runs.organization_id
), sated as (
    select organization_id
    from held
    where places >= %(places)s - (
        select sum(places)
        from held
    )
), next as (
    select job.id
    from procrastinate_jobs as job
    join runs on runs.id = (job.args ->> 'run_id')::bigint
    where job.status = 'todo'
        and job.queue_name = any(%(queues)s)
        and (job.scheduled_at is null or job.scheduled_at <= now())
        and not exists (
            select
            from sated
            where sated.organization_id = runs.organization_id
        )
        and not exists (
            select
            from procrastinate_jobs as other
            where other.lock = job.lock
                and (
                    other.status = 'doing'
                    or (other.status = 'todo' and (-other.priority, other.id) < (-job.priority, job.id))
                )
        )
    order by job.priority desc, job.id
    limit 1
    for no key update of job skip locked
)
update procrastinate_jobs as job
set status = 'doing',
    worker_id = %(worker_id)s
from next
where job.id = next.id
returning job.*;

-- put_back --
with taken as (
    delete from procrastinate_jobs
    where id = %(id)s
    returning *
)
insert into procrastinate_jobs (
    queue_name,
    task_name,
    priority,
    lock,
    queueing_lock,
    args,
    attempts,
    scheduled_at
)
select
    queue_name,
    task_name,
    priority + 1,
    lock,
    queueing_lock,
    args,
    %(attempts)s,
    (
        select next_at
        from fetch_attempts
        where run_id = (taken.args ->> 'run_id')::bigint
        order by number desc
        limit 1
    )
from taken
returning id;

-- fail_job --
select procrastinate_finish_job_v1(%(id)s, 'failed', false);

-- are_silent --
select count(*) < cardinality(%(ids)s::bigint[])
from procrastinate_workers
where id = any(%(ids)s)
    and last_heartbeat >= now() - make_interval(secs => %(seconds)s);

-- has_workers --
select exists (
    select
    from procrastinate_workers
    where last_heartbeat >= now() - make_interval(secs => %(seconds)s)
);

-- list_jobs --
select
    job.id,
    runs.id as run_id,
    organizations.code as organization,
    companies.code as company,
    job.task_name as task,
    job.status::text as status,
    coalesce(attempt.number, job.attempts + (job.status = 'doing')::integer) as tries,
    case when job.status = 'todo' then job.scheduled_at end as next_at,
    coalesce(runs.failure, attempt.message, '') as message
from procrastinate_jobs as job
join runs on runs.id = (job.args ->> 'run_id')::bigint
join companies on companies.id = runs.company_id
join organizations on organizations.id = runs.organization_id
left join lateral (
    select number, message
    from fetch_attempts
    where fetch_attempts.run_id = runs.id
    order by number desc
    limit 1
) as attempt on true
where job.queue_name = any(%(queues)s)
    and (%(statuses)s::text[] is null or job.status::text = any(%(statuses)s))
    and (%(id)s::bigint is null or job.id = %(id)s)
order by job.id desc
limit %(limit)s;

-- lock_job --
select 1
from procrastinate_jobs
where id = %(id)s
for update;

-- hasten_job --
update procrastinate_jobs
set scheduled_at = null
where id = %(id)s
    and status = 'todo';

-- hasten_deposit --
update procrastinate_jobs as job
set scheduled_at = null
from sources
where sources.organization_id = %(organization_id)s
    and sources.deposit_id = %(deposit_id)s
    and (job.args ->> 'run_id')::bigint = sources.run_id
    and job.status = 'todo';

-- cancel_job --
select procrastinate_cancel_job_v1(%(id)s, true, false);

-- drop_job --
delete from procrastinate_jobs
where id = %(id)s;

-- lock_runs_without_job --
select pg_advisory_xact_lock(hashtextextended('runs without a job', 0));

-- runs_without_job --
select runs.id
from runs
where runs.is_async
    and runs.state in ('waiting', 'running')
    and not exists (
        select
        from procrastinate_jobs as job
        where (job.args ->> 'run_id')::bigint = runs.id
            and job.queue_name = any(%(queues)s)
            and job.status in ('todo', 'doing')
    )
order by runs.id;

-- drop_old_jobs --
delete from procrastinate_jobs
using runs
where runs.id = (procrastinate_jobs.args ->> 'run_id')::bigint
    and status in ('failed', 'cancelled', 'aborted')
    and runs.finished_at < now() - make_interval(days => %(days)s);
