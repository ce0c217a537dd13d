"""The task of the queue of what is fetched: fetch the upload of a run, import it, put the file away."""

from __future__ import annotations

import logging

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted

from douane.store.runs import Run, get_run
from douane.store.sources import count_lost_try

from .fetched import is_here, put_away
from .fetching import Stopping, fetch_upload
from .imports import LIVE, NOT_CARRIED_OUT, failed, give_up, imported
from .retrying import GIVEN_UP, PAUSES, TRIES_MAX, Again, is_transient
from .work import Work

log = logging.getLogger("douane.jobs")


class GivenUp(Exception):
    """The run failed for good; its job is kept, so that a person may have it tried once more."""


def fetch_run(context: JobContext, run_id: int) -> None:
    """Fetch and import a waiting run. Of one that is over, only the file may still be put away."""
    work: Work = context.additional_context["work"]

    def is_stopping() -> bool:
        return work.leaving.is_set() or context.should_abort()

    try:
        run = _carry_out(work, run_id, is_stopping)
    except Again:
        if context.should_abort():
            raise JobAborted from None
        raise
    except Exception as error:
        if not is_transient(error):
            give_up(work, run_id, NOT_CARRIED_OUT)
        raise
    if run.state == "failed":
        raise GivenUp(run.failure)


def _carry_out(work: Work, run_id: int, is_stopping: Stopping) -> Run:
    run = _run(work, run_id)
    if run.state not in LIVE:
        put_away(work.database, run)
        return run
    if not is_here(run):
        run = fetch_upload(work, run, is_stopping)
    if run.state in LIVE:
        run = _imported(work, run, is_stopping)
    put_away(work.database, run)
    work.ended(run)
    return run


def _imported(work: Work, run: Run, is_stopping: Stopping) -> Run:
    """The run as it ended; raises Again when the import is to be tried again."""
    try:
        return imported(work, run, is_stopping)
    except Exception as error:
        if not is_transient(error):
            raise
        with work.database.connection() as conn:
            lost = count_lost_try(conn, run.id)
            if lost >= TRIES_MAX:
                return failed(conn, run.id, GIVEN_UP)
        raise Again.after(PAUSES[lost - 1]) from error


def _run(work: Work, run_id: int) -> Run:
    with work.database.connection() as conn:
        run = get_run(conn, None, run_id)
    assert run is not None, f"run {run_id} is gone"
    return run
