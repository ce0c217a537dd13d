"""The jobs in the queue: listed for a person, found when their worker is gone, put back, ended by hand.

The tables are those of procrastinate, which puts jobs in, hands them out and ends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from .queries import queries

SQL = queries("jobs")
STATES = {
    "todo": "waiting",
    "doing": "running",
    "failed": "failed",
    "cancelled": "cancelled",
    "aborted": "cancelled",
}
"""What we call the states of a job; those of jobs that succeeded are not kept."""

TAKE_IN_TURN = SQL["take_in_turn"]
"""Hands a job to the worker `worker_id`, which has so many `places`: the first one in `queues` of an
organization that holds fewer of the places than are free, and none behind another job of the same lock."""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Job:
    """A job and the run it is for. `next_at` is there while it waits for a moment, `message` says why."""

    id: int
    run_id: int
    organization: str
    company: str
    task: str
    status: str
    tries: int
    next_at: datetime | None
    message: str

    @property
    def state(self) -> str:
        """Its state, in our words."""
        return STATES[self.status]


@dataclass(frozen=True)
class EndedTry:
    """One try of a job, by a worker, after so many others; its task has ended."""

    id: int
    worker_id: int | None
    attempts: int


@dataclass(frozen=True)
class LostJob:
    """A job that is taken for running and is not; `is_ended` when its task did end, unnoticed.

    `stage` is how far it was: "importing", "fetching", or "waiting" for a place.
    """

    id: int
    task: str
    run_id: int
    attempts: int
    is_ended: bool
    stage: str


def list_jobs(
    conn: Connection, queues: Sequence[str], states: Sequence[str] | None = None, limit: int = 50
) -> list[Job]:
    """The newest jobs of these queues first; only those in `states` when it is given."""
    statuses = None if states is None else [name for name, state in STATES.items() if state in states]
    return _jobs(conn, queues, statuses=statuses, limit=limit)


def lock_job(conn: Connection, queues: Sequence[str], job_id: int) -> Job | None:
    """The job, which nobody else changes until this transaction ends; None when there is none."""
    conn.execute(SQL["lock_job"], {"id": job_id})
    return next(iter(_jobs(conn, queues, job_id=job_id)), None)


def lost_jobs(
    conn: Connection, queues: Sequence[str], silence_seconds: float, ended: Sequence[EndedTry]
) -> list[LostJob]:
    """The jobs whose worker has been silent for so long or is gone, locked until this transaction ends.

    Also those of which `ended` has the try that the queue takes for running.
    """
    values = {"queues": list(queues), "silence_seconds": silence_seconds}
    values |= {
        "ended_ids": [each.id for each in ended],
        "ended_workers": [each.worker_id for each in ended],
        "ended_attempts": [each.attempts for each in ended],
    }
    with conn.cursor(row_factory=class_row(LostJob)) as cursor:
        return cursor.execute(SQL["lost_jobs"], values).fetchall()


def put_back(conn: Connection, job_id: int, attempts: int) -> None:
    """Put a lost job back into the queue, before others of its company, due when its run is to be tried next.

    It becomes another job, so that a worker that lives after all has no say in it any more.
    """
    conn.execute(SQL["put_back"], {"id": job_id, "attempts": attempts})


def fail_job(conn: Connection, job_id: int) -> None:
    """Mark a job as failed."""
    conn.execute(SQL["fail_job"], {"id": job_id})


def cancel_job(conn: Connection, job_id: int) -> None:
    """Cancel a job that waits; ask the worker of one that runs to let go of it."""
    conn.execute(SQL["cancel_job"], {"id": job_id})


def hasten_job(conn: Connection, job_id: int) -> None:
    """Let a waiting job wait for no moment."""
    conn.execute(SQL["hasten_job"], {"id": job_id})


def hasten_deposit(conn: Connection, organization_id: int, deposit_id: UUID) -> None:
    """Let the jobs that wait for what the organization deposits there wait for no moment."""
    conn.execute(SQL["hasten_deposit"], {"organization_id": organization_id, "deposit_id": deposit_id})


def drop_job(conn: Connection, job_id: int) -> None:
    """Forget a job."""
    conn.execute(SQL["drop_job"], {"id": job_id})


def drop_old_jobs(conn: Connection, days: int) -> int:
    """Forget the failed and cancelled jobs of runs that ended more than `days` days ago; returns how many."""
    return conn.execute(SQL["drop_old_jobs"], {"days": days}).rowcount


def runs_without_job(conn: Connection, queues: Sequence[str]) -> list[int]:
    """The asynchronous runs that are not over and have no job: nobody would carry them out.

    Nobody else is told of them until this transaction ends.
    """
    conn.execute(SQL["lock_runs_without_job"])
    return [run_id for (run_id,) in conn.execute(SQL["runs_without_job"], {"queues": list(queues)})]


def are_silent(conn: Connection, worker_ids: Sequence[int], seconds: float) -> bool:
    """Whether one of these workers has shown no sign of life for so long."""
    row = conn.execute(SQL["are_silent"], {"ids": list(worker_ids), "seconds": seconds}).fetchone()
    return bool(row and row[0])


def has_workers(conn: Connection, seconds: float) -> bool:
    """Whether a worker has shown a sign of life within so long."""
    row = conn.execute(SQL["has_workers"], {"seconds": seconds}).fetchone()
    return bool(row and row[0])


def _jobs(
    conn: Connection,
    queues: Sequence[str],
    job_id: int | None = None,
    statuses: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Job]:
    values = {"queues": list(queues), "id": job_id, "statuses": statuses, "limit": limit}
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(SQL["list_jobs"], values).fetchall()
