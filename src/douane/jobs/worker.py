"""A worker: takes jobs from the queues until it is told to stop, and cleans up after dead ones."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import psycopg
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from douane.errors import Failure
from douane.settings import Settings
from douane.store.database import Database

from .fetches import fetch_run
from .housekeeping import keep_house
from .imports import import_run
from .places import Places
from .queue import FETCH_RUN, FETCHES, IMPORT_RUN, IMPORTS
from .recovery import recover
from .retrying import AsTold, GrowingPauses
from .schedules import keep_schedules
from .tidying import keep_tidy
from .turns import JobsInTurn
from .work import Attempted, Ended, Work

log = logging.getLogger("douane.jobs")

HEARTBEATS_PER_SILENCE = 4
"""How many signs of life a worker gives in the time after which a silent one is taken for dead."""

POLL_SECONDS = 0.5
"""New jobs announce themselves. Those that wait for another of their company, or were put back after a
death or a pause, are found by asking."""

RECONNECT_SECONDS = 3.0
CONNECTIONS_BESIDE = 4
"""How many connections the queues need beside one for each import: signs of life, looking for jobs."""


async def run_worker(
    database: Database,
    settings: Settings,
    stop_event: asyncio.Event,
    concurrency: int = 1,
    ended: Ended = lambda _: None,
    attempted: Attempted = lambda _: None,
) -> None:
    """Carry out jobs, `concurrency` imports at once, until `stop_event` is set.

    Imports under way are finished then, what is being fetched is let go. A database that goes away is
    waited for. `ended` is called, in any thread, with each run that came to its end here, `attempted` with
    each attempt to fetch.
    """
    _make_threads(concurrency + settings.fetches_at_once)
    work = Work(database, settings, Places(concurrency), ended, attempted)
    while not stop_event.is_set():
        try:
            await _work(replace(work, leaving=Event()), stop_event, concurrency)
        except (ConnectorException, psycopg.OperationalError, Failure) as error:
            log.warning("the worker lost the database: %s", error)
            await _pause(stop_event, RECONNECT_SECONDS)


async def _work(work: Work, stop_event: asyncio.Event, concurrency: int) -> None:
    async with _app(work, concurrency).open_async() as app:
        await asyncio.to_thread(recover, work, 0.0)
        workers = [
            _worker(app, work, IMPORTS, concurrency),
            _worker(app, work, FETCHES, work.settings.fetches_at_once),
        ]
        beside = keep_house(work, workers), keep_tidy(work), keep_schedules(work), stop_event.wait()
        await _until_first(work.leaving, workers, *beside)


def _app(work: Work, concurrency: int) -> App:
    most = concurrency + CONNECTIONS_BESIDE
    app = App(connector=PsycopgConnector(conninfo=work.database.url, min_size=1, max_size=most))
    app.job_manager = JobsInTurn(app.connector, work.settings.fetches_at_once)
    app.task(name=IMPORT_RUN, queue=IMPORTS, pass_context=True, retry=GrowingPauses())(import_run)
    app.task(name=FETCH_RUN, queue=FETCHES, pass_context=True, retry=AsTold())(fetch_run)
    return app


def _worker(app: App, work: Work, queue: str, concurrency: int) -> Worker:
    async def note_end(process: Callable[[], Awaitable[Any]], context: JobContext, _: Worker) -> Any:
        try:
            return await process()
        finally:
            work.left.add(context.job)

    silence = work.settings.worker_silence_seconds
    return Worker(
        app,
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLL_SECONDS,
        delete_jobs="successful",
        update_heartbeat_interval=silence / HEARTBEATS_PER_SILENCE,
        stalled_worker_timeout=silence,
        additional_context={"work": work},
        worker_middleware=[note_end],
    )


async def _until_first(
    leaving: Event, workers: Sequence[Worker], *beside: Coroutine[Any, Any, object]
) -> None:
    """Run all of them until one ends, end the others (workers first finish their jobs), tell what broke."""
    working = [asyncio.ensure_future(each.run()) for each in workers]  # type: ignore[no-untyped-call]
    others = [asyncio.ensure_future(each) for each in beside]
    try:
        await asyncio.wait([*working, *others], return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.set()
        for worker in workers:
            # Not cancelled: while a worker starts, its connections may lose that.
            worker.stop()  # type: ignore[no-untyped-call]
        for task in others:
            task.cancel()
        ends = await asyncio.gather(*working, *others, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _make_threads(count: int) -> None:
    """Tasks take their threads from the loop's own, of which there are usually only a few more than cores."""
    usual = min(32, (os.cpu_count() or 1) + 4)
    executor = ThreadPoolExecutor(max_workers=usual + count, thread_name_prefix="douane")
    asyncio.get_running_loop().set_default_executor(executor)


async def _pause(stop_event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop_event.wait(), seconds)
