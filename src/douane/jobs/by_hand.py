"""What a person may do to a job: have it tried at once or once more, or not at all."""

from __future__ import annotations

from psycopg.errors import UniqueViolation

from douane.model.refusing import refusal
from douane.settings import Settings
from douane.store.connectors import find_connector_of_run
from douane.store.database import Connection
from douane.store.jobs import Job, cancel_job, drop_job, hasten_job, list_jobs, lock_job
from douane.store.runs import cancel_run, revive_run
from douane.store.sources import close_attempts, try_longer

from .queue import QUEUES, defer_run

HOUR_SECONDS = 3600.0
OVER = {"failed", "cancelled"}


def jobs_listed(conn: Connection, states: list[str] | None, limit: int) -> list[Job]:
    """The newest jobs first; only those in `states` when it is given."""
    return list_jobs(conn, QUEUES, states, limit)


def try_again(conn: Connection, settings: Settings, job_id: int) -> Job:
    """Have a job tried now: one that waits for a moment waits no more, one that is over begins anew.

    Gives the job, another one when it was over. Refuses `unknown-job`, `job-under-way` and `job-over` when
    its file was sent again since, or its run ended another way.
    """
    job = _job(conn, job_id)
    if job.state == "running":
        raise refusal("job-under-way", f"{job_id} is being tried at this moment")
    if job.state in OVER:
        return _begun_anew(conn, settings, job)
    hasten_job(conn, job_id)
    return _job(conn, job_id)


def cancel(conn: Connection, job_id: int, person: str) -> Job:
    """Have a job tried no more; its run fails with a sentence that names the person. Gives the job.

    Refuses `unknown-job`, `job-over`, and `job-under-way` for an import, which is done whole or not at all.
    """
    job = _job(conn, job_id)
    if job.state in OVER:
        raise refusal("job-over", f"{job_id} is over already")
    if cancel_run(conn, job.run_id, f"It was cancelled by {person}.") is None:
        raise refusal("job-under-way", f"{job_id} is importing what it has")
    cancel_job(conn, job_id)
    if job.state == "waiting":
        close_attempts(conn, job.run_id, "stopped", f"It was cancelled by {person}.")
    return _job(conn, job_id)


def _begun_anew(conn: Connection, settings: Settings, job: Job) -> Job:
    try:
        with conn.transaction():
            run = revive_run(conn, job.run_id)
    except UniqueViolation:
        raise refusal("job-over", f"{job.id} is over, and its file was sent again since") from None
    if run is None:
        raise refusal("job-over", f"{job.id} is over, and run {job.run_id} did not fail")
    try_longer(conn, job.run_id, _seconds_of(conn, settings, job.run_id))
    drop_job(conn, job.id)
    return _job(conn, defer_run(conn, job.run_id))


def _seconds_of(conn: Connection, settings: Settings, run_id: int) -> float:
    """How long the source of a run is tried: one of a connector as long as that says."""
    stored = find_connector_of_run(conn, run_id)
    return settings.fetch_hours_max * HOUR_SECONDS if stored is None else stored.connector.limits.seconds_max


def _job(conn: Connection, job_id: int) -> Job:
    job = lock_job(conn, QUEUES, job_id)
    if job is None:
        raise refusal("unknown-job", str(job_id))
    return job
