"""Runs that are fetched from a source, and workers here and beside."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from douane.fetch.download import shown_address
from douane.jobs import defer_run, run_worker
from douane.settings import Settings
from douane.store import uploads
from douane.store.database import Database
from douane.store.networks import allow_network
from douane.store.organizations import Company
from douane.store.runs import NewRun, Run, create_run, get_run
from douane.store.sealing import Sealer
from douane.store.sources import Attempt, NewSource, create_source, list_attempts

LABELS = "item_number;item_type;item_date_issue;item_date_due;item_amount_initial_inc_tax;client_code\n"
PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

OVER = ("succeeded", "refused", "failed")


def _items_file(rows: int) -> bytes:
    """A file of so many items."""
    lines = (f"{number};FAC;2024-11-21;2024-12-21;100,00;C{number % 100}\n" for number in range(rows))
    return (LABELS + "".join(lines)).encode()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The test's settings, with pauses in which nobody falls asleep."""
    return replace(
        settings,
        fetch_pause_seconds_max=0.05,
        worker_silence_seconds=3.0,
        create_missing_customers=True,
        secret_key="a key of tests that is long enough",
    )


def _new_run(company: Company, **more: Any) -> NewRun:
    """A run of open items that a worker is to carry out."""
    return NewRun(
        **{
            "organization_id": company.organization_id,
            "company_id": company.id,
            "dialect": "mydso",
            "door": "items",
            "options": {"encoding": "UTF-8", "clear_items_not_modified": "false"},
            "is_async": True,
            "upload_name": "",
            "upload_bytes": 0,
            "upload_digest": "",
            "requested_by": "a test",
            **more,
        }
    )


@pytest.fixture
def new_run(company: Company) -> Callable[..., NewRun]:
    """Makes a run of open items that a worker is to carry out."""
    return lambda **more: _new_run(company, **more)


@pytest.fixture
def items_file() -> Callable[[int], bytes]:
    """Makes a file of so many items."""
    return _items_file


@pytest.fixture
def ask(database: Database, settings: Settings, company: Company) -> Callable[..., int]:
    """Has a worker fetch and import a file: `ask(url, seconds=..., company=...)`; gives the run's id."""
    of_the_test = company

    def ask(url: str, seconds: float = 3600.0, company: Company = of_the_test) -> int:
        sealed = Sealer.of(settings).seal(url)
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        with database.connection() as conn:
            allow_network(conn, company.organization_id, "127.0.0.1", allows_http=True)
            run = create_run(conn, _new_run(company))
            create_source(
                conn, company.organization_id, run.id, NewSource("url", shown_address(url), until, sealed)
            )
            defer_run(conn, run.id)
        return run.id

    return ask


@pytest.fixture
def send(database: Database, company: Company, tmp_path: Path) -> Callable[[int], int]:
    """Leaves a file of so many items to a worker, in the database; gives the run's id."""

    def send(rows: int) -> int:
        file = tmp_path / "sent.csv"
        file.write_bytes(_items_file(rows))
        with database.connection() as conn:
            run = create_run(conn, _new_run(company, upload_name="sent.csv"))
            uploads.keep(conn, run.id, file)
            defer_run(conn, run.id)
        return run.id

    return send


@dataclass(frozen=True)
class Books:
    """What is stored, looked at from beside."""

    database: Database

    def run(self, run_id: int) -> Run:
        """The run."""
        with self.database.connection() as conn:
            found = get_run(conn, None, run_id)
        assert found is not None
        return found

    def wait(self, run_id: int, *states: str) -> Run:
        """The run, once it is in one of these states."""
        return self.wait_for(lambda: self.run(run_id), lambda run: run.state in states)

    def end(self, run_id: int) -> Run:
        """The run, once it is over."""
        return self.wait(run_id, *OVER)

    def wait_for(self, look: Callable[[], Any], is_fine: Callable[[Any], object]) -> Any:
        """What is seen once it is fine."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not is_fine(seen := look()):
            assert time.monotonic() < give_up_at, f"still {seen}"
            time.sleep(0.02)
        return seen

    def attempts(self, run_id: int) -> list[Attempt]:
        """The attempts to fetch."""
        with self.database.connection() as conn:
            return list_attempts(conn, run_id)

    def outcomes(self, run_id: int) -> list[str]:
        """How the attempts to fetch ended."""
        return [each.outcome for each in self.attempts(run_id)]

    def items(self) -> int:
        """How many open items there are."""
        return int(self.value("select count(*) from open_items"))

    def value(self, statement: str) -> Any:
        """The one value of a query."""
        with self.database.connection() as conn:
            row = conn.execute(statement).fetchone()  # type: ignore[call-overload]
        return row and row[0]


@pytest.fixture
def books(database: Database) -> Books:
    """What is stored."""
    return Books(database)


@pytest.fixture
def working(database: Database, settings: Settings) -> Callable[..., Any]:
    """A worker in this process, as long as a block is being carried out."""
    return partial(_working, database, settings)


@contextmanager
def _working(database: Database, settings: Settings, *, concurrency: int = 1, **more: Any) -> Iterator[None]:
    told = {name: more.pop(name) for name in ("ended", "attempted") if name in more}
    settings = replace(settings, **more)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    broken: list[BaseException] = []

    def work() -> None:
        try:
            loop.run_until_complete(run_worker(database, settings, stop, concurrency, **told))
            loop.run_until_complete(loop.shutdown_default_executor())
        except BaseException as error:
            broken.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the worker does not stop"
        loop.close()
    assert not broken, broken


Worker = subprocess.Popen[str]
StartWorker = Callable[..., Worker]


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[StartWorker]:
    """Starts `douane work` in a process of its own, after some statements; gives it once it works."""
    started: list[Worker] = []

    def start(before: str = "", data: Path | None = None) -> Worker:
        program = f"{before}\nfrom douane.cli import main; main()"
        folder = str(data or settings.data)
        given = {
            "DATABASE_URL": settings.database_url,
            "DOUANE_CREATE_MISSING_CUSTOMERS": "1",
            "DOUANE_FETCH_PAUSE_SECONDS_MAX": str(settings.fetch_pause_seconds_max),
            "DOUANE_WORKER_SILENCE_SECONDS": str(settings.worker_silence_seconds),
            "DOUANE_SECRET_KEY": settings.secret_key,
        }
        worker = subprocess.Popen(
            [sys.executable, "-c", program, "work", "--data", folder],
            env={**os.environ, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("Douane works")
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()
