"""What dead processes left behind: jobs are taken up again, runs without a process are failed."""

from __future__ import annotations

import logging

from douane.store.database import Connection
from douane.store.jobs import LostJob, fail_job, lost_jobs, put_back
from douane.store.runs import Run, fail_abandoned, wait_again
from douane.store.sources import count_lost_try

from .imports import failed
from .queue import FETCH_RUN, QUEUES
from .retrying import GIVEN_UP, TRIES_MAX
from .work import Work

log = logging.getLogger("douane.jobs")

STAGES = ("importing", "fetching", "waiting")
"""How far a job was when its worker died, what is most likely to have killed it first."""


def recover(work: Work, grace_seconds: float) -> None:
    """Put the jobs of dead workers back into the queue; fail the synchronous runs of dead processes.

    A worker that has been silent for `worker_silence_seconds` is taken for dead. Should it live after all,
    nothing is imported twice: whoever carries out a run holds its lock, and a run that is over is left
    alone. A job whose task ended here `grace_seconds` ago, which the queue does not know, goes back too.
    """
    ended = work.left.since(grace_seconds)
    with work.database.connection() as conn:
        lost = lost_jobs(conn, QUEUES, work.settings.worker_silence_seconds, ended)
        blamed = _blamed(lost)
        given_up = [run for job in lost if (run := _take_up(conn, job, job in blamed)) is not None]
        abandoned = fail_abandoned(conn)
    work.left.forget(ended)
    for run in abandoned:
        log.error("run %d failed: its process stopped", run.id)
    for run in (*given_up, *abandoned):
        work.ended(run)


def _blamed(lost: list[LostJob]) -> list[LostJob]:
    """The jobs that a worker may have died over: those that were furthest.

    The others only died with it, and are not given up however often that happens.
    """
    died = [job for job in lost if not job.is_ended]
    furthest = next((stage for stage in STAGES if any(job.stage == stage for job in died)), "")
    return [job for job in died if job.stage == furthest]


def _take_up(conn: Connection, job: LostJob, is_blamed: bool) -> Run | None:
    """Put the job back; after too many tries give it up, and give its run."""
    tries = job.attempts + is_blamed
    lost = tries
    if job.task == FETCH_RUN:
        lost = count_lost_try(conn, job.run_id) if is_blamed else 0
    if lost >= TRIES_MAX:
        fail_job(conn, job.id)
        return failed(conn, job.run_id, GIVEN_UP)
    wait_again(conn, job.run_id)
    put_back(conn, job.id, tries)
    log.warning("run %d: its worker died; it goes back into the queue", job.run_id)
    return None
