"""A worker: takes imports from the queue until it is told to stop, and cleans up after dead ones."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from douane.errors import Failure
from douane.settings import Settings
from douane.store import uploads
from douane.store.database import Database

from .imports import Ended, GrowingPauses, import_run
from .queue import IMPORT_RUN, IMPORTS
from .recovery import HEARTBEAT_SECONDS, SILENCE_SECONDS, recover

log = logging.getLogger("douane.jobs")

RECOVER_SECONDS = 3.0
POLL_SECONDS = 0.5
"""New jobs announce themselves. Those that wait for another of their company, or were put back after a
death or a pause, are found by asking."""

TIDY_SECONDS = 3600.0
RECONNECT_SECONDS = 3.0


async def run_worker(
    database: Database,
    settings: Settings,
    stop_event: asyncio.Event,
    concurrency: int = 1,
    ended: Ended = lambda _: None,
) -> None:
    """Carry out imports, `concurrency` at once, until `stop_event` is set; then finish those under way.

    A database that goes away is waited for. `ended` is called, in any thread, with each run that came to
    its end here.
    """
    while not stop_event.is_set():
        try:
            await _work(database, settings, stop_event, concurrency, ended)
        except (ConnectorException, psycopg.OperationalError, Failure) as error:
            log.warning("the worker lost the database: %s", error)
            await _pause(stop_event, RECONNECT_SECONDS)


async def _work(
    database: Database, settings: Settings, stop_event: asyncio.Event, concurrency: int, ended: Ended
) -> None:
    async with _app(database, concurrency).open_async() as app:
        await recover(app, database, ended)
        context = {"database": database, "settings": settings, "ended": ended}
        worker = app.run_worker_async(
            queues=[IMPORTS],
            concurrency=concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_SECONDS,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=SILENCE_SECONDS,
            additional_context=context,
        )
        await _until_first(worker, _keep_house(app, database, settings, ended), stop_event.wait())


def _app(database: Database, concurrency: int) -> App:
    app = App(connector=PsycopgConnector(conninfo=database.url, min_size=1, max_size=concurrency + 2))
    app.task(name=IMPORT_RUN, queue=IMPORTS, pass_context=True, retry=GrowingPauses())(import_run)
    return app


async def _until_first(*parts: Coroutine[Any, Any, object]) -> None:
    """Run the parts until one ends, end the others (the worker first finishes its jobs), tell what broke."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _keep_house(app: App, database: Database, settings: Settings, ended: Ended) -> None:
    tidied_at = -TIDY_SECONDS
    while True:
        if time.monotonic() - tidied_at >= TIDY_SECONDS:
            await asyncio.to_thread(_drop_old_uploads, database, settings.upload_days_kept)
            tidied_at = time.monotonic()
        await asyncio.sleep(RECOVER_SECONDS)
        await recover(app, database, ended)


def _drop_old_uploads(database: Database, days: int) -> None:
    with database.connection() as connection:
        uploads.drop_old(connection, days)


async def _pause(stop_event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop_event.wait(), seconds)
