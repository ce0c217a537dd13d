"""The task of the queue of imports, and what it shares with the other one: import a run, or give it up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from procrastinate import JobContext

from douane.errors import Refusal
from douane.store.database import Connection
from douane.store.runs import Run, fail_run, get_run, lock_idle_run, refuse_run
from douane.store.sources import close_attempts

from .retrying import GIVEN_UP, is_last_try, is_transient
from .work import Work

log = logging.getLogger("douane.jobs")

NOT_CARRIED_OUT = "The import could not be carried out; the log has the cause."
LIVE = frozenset({"waiting", "running"})


def import_run(context: JobContext, run_id: int) -> None:
    """Carry out a waiting run; a run that is over, by whatever way, is left alone."""
    work: Work = context.additional_context["work"]
    try:
        run = live_run(work, run_id)
        if run is not None:
            # What was begun is finished before the worker ends.
            work.ended(imported(work, run, lambda: False))
    except Exception as error:
        if not is_transient(error):
            give_up(work, run_id, NOT_CARRIED_OUT)
        elif is_last_try(context.job):
            give_up(work, run_id, GIVEN_UP)
        raise


def live_run(work: Work, run_id: int) -> Run | None:
    """The run, unless it is over."""
    with work.database.connection() as conn:
        run = get_run(conn, None, run_id)
    return run if run is not None and run.state in LIVE else None


def imported(work: Work, run: Run, is_stopping: Callable[[], bool]) -> Run:
    """The run, carried out in its turn. Raises Failure, and Again when it is to stop before that."""
    # Here, because the tables' libraries are slow to import and the queue is also used without them.
    from douane.dialects.carry_out import import_run
    from douane.fetch.deposits import fetch_deposit

    with work.places.taken(run.company_id, is_stopping):
        try:
            run = import_run(work.database, work.settings, run, take_deposit=fetch_deposit)
        except Refusal as reason:
            with work.database.connection() as conn:
                run = ended_unless_over(conn, run.id, partial(refuse_run, conn, run.id, reason))
    log.info("run %d %s", run.id, run.state)
    return run


def give_up(work: Work, run_id: int, message: str) -> None:
    """Mark the run as failed, unless it is over already, and tell that it ended."""
    with work.database.connection() as conn:
        run = failed(conn, run_id, message)
    if run.state == "failed":
        work.ended(run)


def failed(conn: Connection, run_id: int, message: str) -> Run:
    """The run, marked as failed unless it is over already, or carried out by somebody else."""

    def fail() -> Run:
        close_attempts(conn, run_id, "failed", message)
        log.error("run %d failed: %s", run_id, message)
        return fail_run(conn, run_id, message)

    return ended_unless_over(conn, run_id, fail)


def ended_unless_over(conn: Connection, run_id: int, end: Callable[[], Run]) -> Run:
    """The run as `end` ends it; as it is when it is over already, or carried out by somebody else."""
    if lock_idle_run(conn, run_id) is not None:
        return end()
    run = get_run(conn, None, run_id)
    assert run is not None, f"run {run_id} is gone"
    return run
