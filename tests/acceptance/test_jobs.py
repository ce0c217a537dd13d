"""Workers that die: what they were doing is done by another, once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from douane.errors import Failure
from douane.jobs import defer_import, run_worker
from douane.jobs.retrying import PAUSES, GrowingPauses
from douane.settings import Settings
from douane.store import runs, uploads
from douane.store.database import Database
from douane.store.organizations import Company

LABELS = "item_number;item_type;item_date_issue;item_date_due;item_amount_initial_inc_tax;client_code\n"
ROWS = 300_000
PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

Worker = subprocess.Popen[str]


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[Callable[..., Worker]]:
    """Starts `douane work` in a process of its own; gives it once it works."""
    started: list[Worker] = []

    def start(*arguments: str) -> Worker:
        worker = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from douane.cli import main; main()",
                "work",
                "--data",
                str(settings.data),
                *arguments,
            ],
            env={**os.environ, "DATABASE_URL": settings.database_url, "DOUANE_CREATE_MISSING_CUSTOMERS": "1"},
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


def new_run(company: Company, *, is_async: bool = True) -> runs.NewRun:
    return runs.NewRun(
        organization_id=company.organization_id,
        company_id=company.id,
        dialect="mydso",
        door="items",
        options={"encoding": "UTF-8", "clear_items_not_modified": "false"},
        is_async=is_async,
        upload_name="items.csv",
        upload_bytes=0,
        upload_digest="",
        requested_by="test",
    )


def send(database: Database, company: Company, folder: Path, rows: int) -> int:
    """Leave a file of so many items to a worker; gives the run's id."""
    file = folder / "items.csv"
    lines = (f"{number};FAC;2024-11-21;2024-12-21;100,00;C{number % 100}\n" for number in range(rows))
    file.write_text(LABELS + "".join(lines), encoding="utf-8")
    with database.connection() as connection:
        run = runs.create_run(connection, new_run(company)).id
        uploads.keep(connection, run, file)
        defer_import(connection, run)
    return run


def state_of(database: Database, run: int) -> str:
    with database.connection() as connection:
        found = runs.get_run(connection, None, run)
    assert found is not None
    return found.state


def wait_until(database: Database, run: int, *states: str) -> str:
    """The state of the run once it is one of `states`."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while (state := state_of(database, run)) not in states:
        assert time.monotonic() < give_up_at, f"still {state}"
        time.sleep(0.01)
    return state


def items(database: Database) -> int:
    with database.connection() as connection:
        row = connection.execute("select count(*) from open_items").fetchone()
    assert row is not None
    return int(row[0])


def test_a_worker_killed_in_the_middle_is_replaced_by_another(
    database: Database, company: Company, tmp_path: Path, start_worker: Callable[[], Worker]
) -> None:
    first = start_worker()
    run = send(database, company, tmp_path, ROWS)
    wait_until(database, run, "running")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state_of(database, run) == "running"
    assert items(database) == 0
    start_worker()
    assert wait_until(database, run, "succeeded", "refused", "failed") == "succeeded"
    assert items(database) == ROWS


def test_sigterm_lets_a_worker_finish_what_it_does(
    database: Database, company: Company, tmp_path: Path, start_worker: Callable[[], Worker]
) -> None:
    worker = start_worker()
    run = send(database, company, tmp_path, ROWS)
    wait_until(database, run, "running")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert state_of(database, run) == "succeeded"
    assert items(database) == ROWS


def test_a_worker_tells_prometheus_what_it_did(
    database: Database, company: Company, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    worker = start_worker("--metrics-port", str(port))
    wait_until(database, send(database, company, tmp_path, 10), "succeeded")
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while 'douane_runs_total{state="succeeded"} 1.0' not in (
        told := httpx.get(f"http://127.0.0.1:{port}/metrics").text
    ):
        assert time.monotonic() < give_up_at, told
    assert 'douane_rows_total{verdict="added"} 10.0' in told
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0


def test_imports_of_a_company_are_done_in_the_order_they_came(
    database: Database, company: Company, tmp_path: Path, start_worker: Callable[[], Worker]
) -> None:
    sent = [send(database, company, tmp_path, 10) for _ in range(5)]
    start_worker()
    for run in sent:
        wait_until(database, run, "succeeded")
    with database.connection() as connection:
        done = connection.execute("select id from runs order by started_at").fetchall()
    assert [id for (id,) in done] == sent


def test_a_job_is_deferred_with_its_run_or_not_at_all(database: Database, company: Company) -> None:
    def fail_after_deferring() -> None:
        with database.connection() as connection:
            defer_import(connection, runs.create_run(connection, new_run(company)).id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_deferring()
    with database.connection() as connection:
        assert connection.execute("select count(*) from procrastinate_jobs").fetchone() == (0,)


def work_until(database: Database, settings: Settings, run: int, state: str) -> None:
    """A worker in this process, until the run is in that state."""

    async def work() -> None:
        stop = asyncio.Event()
        worker = asyncio.create_task(run_worker(database, settings, stop))
        await asyncio.to_thread(wait_until, database, run, state)
        stop.set()
        await worker

    asyncio.run(work())


def test_a_run_that_kills_every_worker_is_given_up(
    database: Database, settings: Settings, company: Company, tmp_path: Path
) -> None:
    run = send(database, company, tmp_path, 10)
    with database.connection() as connection:
        connection.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = null, attempts = %s", (len(PAUSES),)
        )
    work_until(database, settings, run, "failed")
    with database.connection() as connection:
        assert connection.execute("select status from procrastinate_jobs").fetchone() == ("failed",)
    assert items(database) == 0


def test_a_synchronous_run_whose_process_died_is_failed(
    database: Database, settings: Settings, company: Company
) -> None:
    with database.connection() as connection:
        run = runs.create_run(connection, new_run(company, is_async=False), state="running").id
    work_until(database, settings, run, "failed")


def test_tries_are_bounded_and_only_for_what_may_pass() -> None:
    from procrastinate.jobs import Job

    def decision(attempts: int, error: Exception) -> object:
        job = Job(queue="imports", lock=None, queueing_lock=None, task_name="import_run", attempts=attempts)
        return GrowingPauses().get_retry_decision(exception=error, job=job)

    passing = Failure("The network is down.", transient=True)
    assert [decision(attempts, passing) is not None for attempts in range(6)] == [True] * 4 + [False] * 2
    assert decision(0, Failure("It will never work.")) is None
    assert decision(0, ValueError("a defect")) is None
    assert list(PAUSES) == sorted(PAUSES)
