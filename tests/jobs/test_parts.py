"""The parts of a worker: places for imports, pauses, and what is done about jobs that were lost."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from procrastinate.jobs import Job

from douane.errors import Failure
from douane.jobs import defer_run
from douane.jobs.fetched import ABANDONED_SECONDS, drop_leftovers, folder_of, is_here
from douane.jobs.housekeeping import keep_house
from douane.jobs.places import Places
from douane.jobs.queue import QUEUES
from douane.jobs.recovery import recover
from douane.jobs.retrying import (
    ASKED_SECONDS_MAX,
    FETCH_PAUSES,
    SPREAD,
    TRIES_MAX,
    Again,
    AsTold,
    pause_after,
)
from douane.jobs.work import LeftJobs, Work
from douane.settings import Settings
from douane.store.database import Database
from douane.store.jobs import EndedTry, list_jobs
from douane.store.runs import create_run, set_upload, start_run
from douane.store.sources import begin_attempt, end_attempt

Ask = Callable[..., int]
PATIENCE_SECONDS = 60


@pytest.fixture
def work(database: Database, settings: Settings) -> Work:
    """What tasks share, with nobody to tell."""
    return Work(database, settings, Places(1), lambda _: None, lambda _: None)


def take(places: Places, company: int, *, is_stopping: bool = False) -> tuple[threading.Event, Any]:
    """Take a place in a thread; gives what says that it is held, and what lets go of it."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with places.taken(company, lambda: is_stopping):
            held.set()
            let_go.wait(PATIENCE_SECONDS)

    threading.Thread(target=hold, daemon=True).start()
    return held, let_go


def test_places_are_bounded_and_no_company_has_two() -> None:
    places = Places(2)
    first, end_first = take(places, 1)
    assert first.wait(PATIENCE_SECONDS)
    again, end_again = take(places, 1)
    other, end_other = take(places, 2)
    assert other.wait(PATIENCE_SECONDS)
    third, end_third = take(places, 3)
    assert not again.is_set()
    assert not third.is_set()
    end_first.set()
    assert again.wait(PATIENCE_SECONDS) or third.is_set()
    for end in (end_again, end_other, end_third):
        end.set()
    assert third.wait(PATIENCE_SECONDS)


def test_who_waits_for_a_place_lets_go_when_the_worker_ends() -> None:
    places = Places(1)
    held, end = take(places, 1)
    assert held.wait(PATIENCE_SECONDS)
    with pytest.raises(Again), places.taken(2, lambda: True):
        pass
    end.set()


def test_a_place_is_free_again_after_an_error() -> None:
    places = Places(1)
    with pytest.raises(ZeroDivisionError), places.taken(1, lambda: False):
        raise ZeroDivisionError
    with places.taken(1, lambda: False):
        pass


def test_pauses_grow_up_to_the_longest_one() -> None:
    pauses = [pause_after(attempt, None, Settings()) for attempt in range(1, 9)]
    expected = [*FETCH_PAUSES, FETCH_PAUSES[-1], FETCH_PAUSES[-1]]
    for pause, usual in zip(pauses, expected, strict=True):
        assert usual <= pause <= usual * (1 + SPREAD)
    short = replace(Settings(), fetch_pause_seconds_max=5.0)
    assert all(pause_after(attempt, None, short) <= 5.0 * (1 + SPREAD) for attempt in range(1, 9))


def test_a_source_may_ask_for_a_longer_pause_up_to_an_hour() -> None:
    assert pause_after(1, 600, Settings()) == 600
    assert pause_after(1, 86_400, Settings()) == ASKED_SECONDS_MAX
    assert pause_after(4, 1, Settings()) >= FETCH_PAUSES[3]


def test_a_fetch_is_tried_again_when_the_task_says_so_or_cannot_say_anything() -> None:
    job = Job(queue="fetches", lock=None, queueing_lock=None, task_name="fetch_run")
    again = Again.after(30)
    decision = AsTold().get_retry_decision(exception=again, job=job)
    assert decision is not None
    assert decision.retry_at == again.at
    assert AsTold().get_retry_decision(exception=psycopg.OperationalError("It is gone."), job=job)
    for error in (Failure("It will never work."), ValueError("a defect")):
        assert AsTold().get_retry_decision(exception=error, job=job) is None


def doing(database: Database, *, silent_seconds: float) -> tuple[int, int]:
    """The job is being done by a worker that gave its last sign of life so long ago; gives both ids."""
    with database.connection() as conn:
        worker = conn.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s))"
            " returning id",
            [silent_seconds],
        ).fetchone()
        assert worker is not None
        job = conn.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s returning id", worker
        ).fetchone()
        assert job is not None
    return job[0], worker[0]


def test_a_job_of_a_worker_that_lives_is_left_alone(work: Work, ask: Ask, books: Any) -> None:
    ask("http://127.0.0.1:9/items.csv")
    job, _ = doing(work.database, silent_seconds=0)
    recover(work, 0.0)
    assert books.value("select id from procrastinate_jobs where status = 'doing'") == job


def test_a_job_of_a_dead_worker_becomes_another_job(work: Work, ask: Ask, books: Any) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    job, _ = doing(work.database, silent_seconds=60)
    with work.database.connection() as conn:
        start_run(conn, run_id)
    recover(work, 0.0)
    with work.database.connection() as conn:
        (back,) = list_jobs(conn, QUEUES)
    assert back.id != job
    assert (back.state, back.run_id, back.next_at) == ("waiting", run_id, None)
    assert books.run(run_id).state == "waiting"
    assert books.value("select tries_lost from sources") == 1


def test_a_job_that_died_before_its_pause_waits_for_the_end_of_it(work: Work, ask: Ask) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    doing(work.database, silent_seconds=60)
    with work.database.connection() as conn:
        ended = end_attempt(conn, begin_attempt(conn, run_id), "failed", "It is down.", pause_seconds=600)
    recover(work, 0.0)
    with work.database.connection() as conn:
        (back,) = list_jobs(conn, QUEUES)
    assert ended is not None
    assert back.next_at == ended.next_at
    assert back.message == "It is down."


def test_deaths_are_bounded(work: Work, ask: Ask, books: Any) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    with work.database.connection() as conn:
        begin_attempt(conn, run_id)
    for _ in range(TRIES_MAX):
        assert books.run(run_id).state == "waiting"
        doing(work.database, silent_seconds=60)
        recover(work, 0.0)
    assert books.run(run_id).state == "failed"
    assert books.outcomes(run_id) == ["failed"]
    assert books.value("select status from procrastinate_jobs") == "failed"


def test_a_job_whose_end_the_queue_missed_goes_back_without_a_death(work: Work, ask: Ask, books: Any) -> None:
    ask("http://127.0.0.1:9/items.csv")
    job, worker = doing(work.database, silent_seconds=0)
    fetched = Job(
        id=job, queue="fetches", lock=None, queueing_lock=None, task_name="fetch_run", worker_id=worker
    )
    work.left.add(fetched)
    recover(work, 3600.0)
    assert books.value("select status from procrastinate_jobs") == "doing"
    recover(work, 0.0)
    assert books.value("select status from procrastinate_jobs") == "todo"
    assert books.value("select tries_lost from sources") == 0
    assert work.left.since(0.0) == []


def test_a_job_that_is_tried_again_is_not_taken_for_the_try_that_ended(
    work: Work, ask: Ask, books: Any
) -> None:
    ask("http://127.0.0.1:9/items.csv")
    job, worker = doing(work.database, silent_seconds=0)
    first = Job(
        id=job, queue="fetches", lock=None, queueing_lock=None, task_name="fetch_run", worker_id=worker
    )
    work.left.add(first)
    with work.database.connection() as conn:
        conn.execute("update procrastinate_jobs set attempts = 1")
    recover(work, 0.0)
    assert books.value("select (id, status)::text from procrastinate_jobs") == f"({job},doing)"
    assert work.left.since(0.0) == []


def test_a_job_that_another_worker_has_by_now_is_left_alone(work: Work, ask: Ask, books: Any) -> None:
    ask("http://127.0.0.1:9/items.csv")
    job, worker = doing(work.database, silent_seconds=0)
    mine = Job(
        id=job, queue="fetches", lock=None, queueing_lock=None, task_name="fetch_run", worker_id=worker + 1
    )
    work.left.add(mine)
    recover(work, 0.0)
    assert books.value("select status from procrastinate_jobs") == "doing"


def test_jobs_that_ended_are_remembered_until_the_queue_was_seen_to_know() -> None:
    left = LeftJobs()
    left.add(Job(id=7, queue="imports", lock=None, queueing_lock=None, task_name="x", worker_id=3))
    assert left.since(3600.0) == []
    assert left.since(0.0) == [EndedTry(id=7, worker_id=3, attempts=0)]
    left.forget(left.since(0.0))
    assert left.since(0.0) == []


def test_a_lost_import_goes_before_the_later_ones_of_its_company(
    work: Work, new_run: Any, books: Any
) -> None:
    with work.database.connection() as conn:
        first, second = (create_run(conn, new_run()).id for _ in range(2))
        defer_run(conn, first)
    doing(work.database, silent_seconds=60)
    with work.database.connection() as conn:
        defer_run(conn, second)
    recover(work, 0.0)
    next_up = "select (procrastinate_fetch_job_v2('{imports}', null)).args ->> 'run_id'"
    assert books.value(next_up) == str(first)
    assert books.value(next_up) is None


def test_a_worker_that_no_longer_gives_a_sign_of_life_is_started_anew(work: Work) -> None:
    short = replace(work, settings=replace(work.settings, worker_silence_seconds=0.05))
    gone: Any = [SimpleNamespace(worker_id=12345)]
    with pytest.raises(Failure, match="does not reach its queue"):
        asyncio.run(keep_house(short, gone))


def test_a_fetched_file_is_here_only_when_it_is_whole(
    work: Work, settings: Settings, new_run: Any, items_file: Any
) -> None:
    body = items_file(10)
    path = settings.data / "file"
    path.write_bytes(body)
    with work.database.connection() as conn:
        run_id = create_run(conn, new_run()).id
        run = set_upload(conn, run_id, "items.csv", len(body), sha256(body).hexdigest(), str(path))
    assert is_here(run)
    path.write_bytes(body[:-1])
    assert not is_here(run)
    path.write_bytes(bytes(len(body)))
    assert not is_here(run)
    path.unlink()
    assert not is_here(run)
    assert not is_here(replace(run, upload_path=None))


def test_files_that_nobody_waits_for_are_deleted(work: Work, settings: Settings, new_run: Any) -> None:
    folder = folder_of(settings)
    folder.mkdir()
    for name in ("needed", "left", "new"):
        (folder / name).write_bytes(b"x")
        at = (folder / name).stat().st_mtime - ABANDONED_SECONDS - 60
        if name != "new":
            os.utime(folder / name, (at, at))
    with work.database.connection() as conn:
        set_upload(conn, create_run(conn, new_run()).id, "needed", 1, "", str(folder / "needed"))
    assert drop_leftovers(work.database, settings) == 1
    assert sorted(each.name for each in folder.iterdir()) == ["needed", "new"]
