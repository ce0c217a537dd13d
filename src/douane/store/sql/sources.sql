-- create_source --
insert into sources (organization_id, run_id, kind, shown, address, deposit_id, tried_until)
values (
    %(organization_id)s, %(run_id)s, %(kind)s, %(shown)s, %(address)s, %(deposit_id)s, %(tried_until)s
);

-- get_source --
select *
from sources
where run_id = %(run_id)s;

-- has_source --
select exists (
    select
    from sources
    where run_id = %(run_id)s
);

-- note_identity --
update sources
set identity = %(identity)s
where run_id = %(run_id)s;

-- count_lost_try --
update sources
set tries_lost = tries_lost + 1
where run_id = %(run_id)s
returning tries_lost;

-- try_longer --
update sources
set tries_lost = 0,
    identity = null,
    tried_since = now(),
    tried_until = greatest(tried_until, now() + make_interval(secs => %(seconds)s))
where run_id = %(run_id)s;

-- close_attempts --
update fetch_attempts
set outcome = %(outcome)s, ended_at = clock_timestamp(), message = %(message)s
where run_id = %(run_id)s
    and outcome = 'fetching';

-- begin_attempt --
insert into fetch_attempts (organization_id, run_id, number, started_at)
select
    organization_id,
    run_id,
    coalesce(
        (
            select max(number)
            from fetch_attempts
            where run_id = %(run_id)s
        ),
        0
    ) + 1,
    clock_timestamp()
from sources
where run_id = %(run_id)s
returning *;

-- end_attempt --
update fetch_attempts
set outcome = %(outcome)s,
    ended_at = clock_timestamp(),
    bytes = %(bytes)s,
    message = %(message)s,
    next_at = case
        when clock_timestamp() < sources.tried_until and %(pause_seconds)s::float8 is not null
            then least(clock_timestamp() + make_interval(secs => %(pause_seconds)s::float8), sources.tried_until)
    end
from sources
where fetch_attempts.run_id = %(run_id)s
    and fetch_attempts.number = %(number)s
    and fetch_attempts.outcome = 'fetching'
    and sources.run_id = fetch_attempts.run_id
returning fetch_attempts.*;

-- count_attempts --
select count(*)
from fetch_attempts
join sources using (organization_id, run_id)
where fetch_attempts.run_id = %(run_id)s
    and (%(outcome)s::text is null or fetch_attempts.outcome = %(outcome)s)
    and fetch_attempts.started_at >= sources.tried_since;

-- forget_addresses --
update sources
set address = null
from runs
where runs.id = sources.run_id
    and runs.finished_at < now() - make_interval(days => %(days)s)
    and address is not null;

-- list_attempts --
select *
from fetch_attempts
where run_id = %(run_id)s
order by number;
