"""The one task: carry out a run, again after growing pauses while trying again may help."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job

from douane.errors import Failure
from douane.settings import Settings
from douane.store.database import Database
from douane.store.runs import Run, fail_run, get_run

log = logging.getLogger("douane.jobs")

Ended = Callable[[Run], None]
"""Told of every run that came to its end here."""

PAUSES = (2, 10, 60, 300)
"""Seconds before the second, third, fourth and fifth try."""

TRIES_MAX = len(PAUSES) + 1
GIVEN_UP = f"Given up after {TRIES_MAX} tries. Nothing of the file is stored; send it again."


class GrowingPauses(BaseRetryStrategy):
    """Try again after a transient failure, at most five times in all."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The pause before the next try; None when there is none."""
        if not is_transient(exception) or is_last_try(job):
            return None
        return RetryDecision(retry_in={"seconds": PAUSES[job.attempts]})


def is_transient(error: BaseException) -> bool:
    """Whether the same import may succeed later. A database that goes away is back later."""
    return error.transient if isinstance(error, Failure) else isinstance(error, psycopg.OperationalError)


def is_last_try(job: Job) -> bool:
    """Whether the job, which had `attempts` tries before this one, gets no further one."""
    return job.attempts + 1 >= TRIES_MAX


def import_run(context: JobContext, run_id: int) -> None:
    """Carry out a waiting run; a run that is over, by whatever way, is left alone."""
    database: Database = context.additional_context["database"]
    settings: Settings = context.additional_context["settings"]
    ended: Ended = context.additional_context["ended"]
    try:
        _carry_out(database, settings, run_id, ended)
    except Exception as error:
        if not is_transient(error):
            give_up(database, run_id, "The import could not be carried out; the log has the cause.", ended)
        elif is_last_try(context.job):
            give_up(database, run_id, GIVEN_UP, ended)
        raise


def _carry_out(database: Database, settings: Settings, run_id: int, ended: Ended) -> None:
    # Here, because the tables' libraries are slow to import and the queue is also used without them.
    from douane.dialects.carry_out import import_run

    with database.connection() as connection:
        run = get_run(connection, None, run_id)
    if run is not None and run.state in {"waiting", "running"}:
        run = import_run(database, settings, run)
        log.info("run %d %s", run_id, run.state)
        ended(run)


def give_up(database: Database, run_id: int, message: str, ended: Ended) -> None:
    """Mark the run as failed, unless it is over already."""
    with database.connection() as connection:
        run = get_run(connection, None, run_id)
        if run is not None and run.state in {"waiting", "running"}:
            run = fail_run(connection, run_id, message)
            log.error("run %d failed: %s", run_id, message)
    if run is not None and run.state == "failed":
        ended(run)
