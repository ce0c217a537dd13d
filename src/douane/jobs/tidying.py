"""What a worker throws away once an hour, and runs that nobody would carry out any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

import psycopg

from douane.errors import Failure
from douane.fetch.deposits import drop_expired
from douane.pipeline.work_folder import drop_abandoned
from douane.store import uploads
from douane.store.connector_runs import drop_old_skips
from douane.store.database import Connection
from douane.store.jobs import drop_old_jobs, runs_without_job
from douane.store.sources import forget_addresses

from .fetched import drop_leftovers
from .queue import QUEUES, defer_run
from .work import Work

log = logging.getLogger("douane.jobs")

TIDY_SECONDS = 3600.0


async def keep_tidy(work: Work) -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.to_thread(tidy, work)
        await asyncio.sleep(TIDY_SECONDS)


def tidy(work: Work) -> None:
    """Do each part, in a transaction of its own; one that cannot be done is left for the next time."""
    settings, days = work.settings, work.settings.upload_days_kept
    parts: tuple[Callable[[Connection], object], ...] = (
        lambda conn: uploads.drop_old(conn, days),
        lambda conn: drop_old_jobs(conn, days),
        lambda conn: forget_addresses(conn, days),
        lambda conn: drop_old_skips(conn, days),
        lambda conn: drop_expired(conn, settings),
        defer_anew,
    )
    for part in parts:
        _tried(partial(_in_transaction, work, part))
    _tried(lambda: drop_leftovers(work.database, settings))
    _tried(lambda: drop_abandoned(settings))


def defer_anew(conn: Connection) -> int:
    """Leave the runs that have lost their jobs to a worker again; gives how many."""
    lost = runs_without_job(conn, QUEUES)
    for run_id in lost:
        log.error("run %d had lost its job; it goes back into the queue", run_id)
        defer_run(conn, run_id)
    return len(lost)


def _in_transaction(work: Work, part: Callable[[Connection], object]) -> None:
    with work.database.connection() as conn:
        part(conn)


def _tried(part: Callable[[], object]) -> None:
    """What cannot be thrown away is no reason to work no more."""
    try:
        part()
    except (Failure, OSError, psycopg.Error):
        log.exception("a part of the tidying was not done")
