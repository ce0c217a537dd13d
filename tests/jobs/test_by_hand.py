"""What a person may do to a job: try it now, try it once more, cancel it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from douane.errors import Refusal
from douane.jobs import defer_run
from douane.jobs.by_hand import cancel, jobs_listed, try_again
from douane.settings import Settings
from douane.store.database import Database
from douane.store.jobs import drop_old_jobs, fail_job
from douane.store.runs import create_run, fail_run, start_run
from douane.store.sources import (
    begin_attempt,
    count_attempts,
    end_attempt,
    forget_addresses,
    list_attempts,
)

Ask = Callable[..., int]
Send = Callable[[int], int]
ItemsFile = Callable[[int], bytes]

CANCELLED = "It was cancelled by Ann."


def only_job(database: Database) -> Any:
    with database.connection() as conn:
        (job,) = jobs_listed(conn, None, 50)
    return job


def test_a_fetch_that_was_given_up_is_tried_once_more(
    database: Database,
    settings: Settings,
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    items_file: ItemsFile,
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(503)), seconds=0.3)
    with working():
        assert books.end(run_id).state == "failed"
        books.wait_for(lambda: only_job(database).state, lambda state: state == "failed")
        source.gives("/items.csv", source.answer(body=items_file(10)))
        with database.connection() as conn:
            job = try_again(conn, settings, only_job(database).id)
        assert (job.run_id, job.state) == (run_id, "waiting")
        books.wait(run_id, "succeeded")
    assert books.run(run_id).failure is None
    assert books.items() == 10


def test_a_file_that_its_source_has_put_right_is_taken(
    database: Database,
    settings: Settings,
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    items_file: ItemsFile,
) -> None:
    cut = source.answer(body=items_file(10), headers={"ETag": '"one"'}, is_cut=True)
    run_id = ask(source.gives("/items.csv", cut), seconds=0.3)
    with working():
        assert books.end(run_id).state == "failed"
        books.wait_for(lambda: only_job(database).state, lambda state: state == "failed")
        source.gives("/items.csv", source.answer(body=items_file(20), headers={"ETag": '"two"'}))
        with database.connection() as conn:
            try_again(conn, settings, only_job(database).id)
        assert books.wait(run_id, "succeeded", "refused").state == "succeeded"
    assert books.items() == 20


def test_pauses_begin_anew_by_hand_and_are_not_longer_for_what_was_let_go(
    database: Database, settings: Settings, ask: Ask
) -> None:
    run_id = ask("https://erp.example/items.csv")

    def attempt(outcome: Any) -> None:
        with database.connection() as conn:
            end_attempt(conn, begin_attempt(conn, run_id), outcome)

    def failures() -> int:
        with database.connection() as conn:
            return count_attempts(conn, run_id, "failed")

    for outcome in ("failed", "stopped", "stopped", "failed"):
        attempt(outcome)
    assert failures() == 2
    with database.connection() as conn:
        fail_run(conn, run_id, "It was given up.")
        fail_job(conn, only_job(database).id)
    with database.connection() as conn:
        try_again(conn, settings, only_job(database).id)
    assert failures() == 0
    attempt("failed")
    assert failures() == 1
    with database.connection() as conn:
        assert [each.number for each in list_attempts(conn, run_id)] == [1, 2, 3, 4, 5]


def test_a_waiting_job_is_cancelled_and_its_run_says_by_whom(
    database: Database, working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(10))))
    with database.connection() as conn:
        job = cancel(conn, only_job(database).id, "Ann")
    assert (job.state, job.message) == ("cancelled", CANCELLED)
    assert (books.run(run_id).state, books.run(run_id).failure) == ("failed", CANCELLED)
    other = ask(source.gives("/other.csv", source.answer(body=items_file(20))))
    with working():
        books.wait(other, "succeeded")
    assert source.asked["/items.csv"] == 0


def test_a_fetch_under_way_is_let_go(
    database: Database,
    settings: Settings,
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    items_file: ItemsFile,
) -> None:
    held = threading.Event()
    body = items_file(10)
    run_id = ask(source.gives("/items.csv", source.answer(body=body, held=held), source.answer(body=body)))
    with working():
        source.wait_until_asked("/items.csv")
        with database.connection() as conn:
            cancel(conn, only_job(database).id, "Ann")
        books.wait_for(lambda: only_job(database).state, lambda state: state == "cancelled")
        assert books.outcomes(run_id) == ["stopped"]
        assert books.run(run_id).failure == CANCELLED
        held.set()
        with database.connection() as conn:
            try_again(conn, settings, only_job(database).id)
        books.wait(run_id, "succeeded")
    assert books.outcomes(run_id) == ["stopped", "fetched"]


def test_an_import_that_was_sent_is_cancelled_and_tried_again(
    database: Database, settings: Settings, working: Any, books: Any, send: Send
) -> None:
    run_id = send(10)
    with database.connection() as conn:
        job = cancel(conn, only_job(database).id, "Ann")
        assert job.state == "cancelled"
        try_again(conn, settings, job.id)
    with working():
        books.wait(run_id, "succeeded")
    assert books.items() == 10


def refused(code: str, act: Callable[..., object], *arguments: Any) -> None:
    with pytest.raises(Refusal) as caught:
        act(*arguments)
    assert caught.value.code == code


def test_what_cannot_be_done_is_refused_in_words(
    database: Database, settings: Settings, books: Any, ask: Ask
) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    job = only_job(database).id
    with database.connection() as conn:
        refused("unknown-job", cancel, conn, job + 1, "Ann")
        conn.execute("update procrastinate_jobs set status = 'doing'")
        refused("job-under-way", try_again, conn, settings, job)
        start_run(conn, run_id)
        refused("job-under-way", cancel, conn, job, "Ann")
        conn.execute("update procrastinate_jobs set status = 'failed'")
        refused("job-over", cancel, conn, job, "Ann")
        refused("job-over", try_again, conn, settings, job)
    assert books.run(run_id).state == "running"


def test_a_job_whose_file_was_sent_again_is_over(
    database: Database, settings: Settings, new_run: Any, books: Any
) -> None:
    with database.connection() as conn:
        first = create_run(conn, new_run(idempotency_key="night-1")).id
        job = defer_run(conn, first)
        fail_run(conn, first, "It could not be done.")
        create_run(conn, new_run(idempotency_key="night-1"))
        conn.execute("update procrastinate_jobs set status = 'failed'")
        refused("job-over", try_again, conn, settings, job)
    assert books.run(first).failure == "It could not be done."


def test_jobs_are_listed_by_state_the_newest_first(database: Database, ask: Ask, send: Send) -> None:
    fetched, sent = ask("http://127.0.0.1:9/items.csv"), send(10)
    with database.connection() as conn:
        assert [job.run_id for job in jobs_listed(conn, None, 50)] == [sent, fetched]
        assert [job.run_id for job in jobs_listed(conn, None, 1)] == [sent]
        assert [job.task for job in jobs_listed(conn, ["waiting"], 50)] == ["import_run", "fetch_run"]
        assert jobs_listed(conn, ["failed", "cancelled"], 50) == []


def test_old_jobs_and_addresses_are_forgotten(database: Database, books: Any, ask: Ask) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    with database.connection() as conn:
        cancel(conn, only_job(database).id, "Ann")
        assert (drop_old_jobs(conn, 30), forget_addresses(conn, 30)) == (0, 0)
        conn.execute("update runs set finished_at = now() - interval '31 days'")
        assert (drop_old_jobs(conn, 30), forget_addresses(conn, 30)) == (1, 1)
        assert jobs_listed(conn, None, 50) == []
    assert books.value(f"select address is null from sources where run_id = {run_id}")
