"""What a run ended as stays so: nobody who comes late says otherwise, not of one that another carries out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from douane.errors import Refusal
from douane.jobs.by_hand import cancel, jobs_listed
from douane.jobs.imports import failed
from douane.store.database import Database
from douane.store.runs import finish_run, held_run, start_run, wait_again

Ask = Callable[..., int]

RECEIPT: dict[str, Any] = {"counts": {"received": 0, "rejected": 0}}


class Elsewhere:
    """Another process, which carries out a run until it is left."""

    def __init__(self, database: Database, run_id: int) -> None:
        self._stack = ExitStack()
        self._conn = self._stack.enter_context(database.connection())
        self._stack.enter_context(held_run(self._conn, run_id))
        start_run(self._conn, run_id)
        self._conn.commit()
        self._run_id = run_id

    def finish(self) -> None:
        finish_run(self._conn, self._run_id, RECEIPT)
        self._conn.commit()
        self._stack.close()


def test_a_file_is_not_fetched_while_another_process_imports_it(
    database: Database, working: Any, source: Any, books: Any, ask: Ask
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(404)))
    elsewhere = Elsewhere(database, run_id)
    with working():
        books.wait_for(lambda: books.value("select attempts from procrastinate_jobs"), bool)
        assert books.run(run_id).state == "running"
        elsewhere.finish()
        database_says = "update procrastinate_jobs set scheduled_at = null where status = 'todo'"
        with database.connection() as conn:
            conn.execute(database_says)
        books.wait_for(lambda: books.value("select count(*) from procrastinate_jobs"), lambda n: n == 0)
    assert source.asked["/items.csv"] == 0
    assert books.run(run_id).state == "succeeded"


EMPTY = {"Transfer-Encoding": "chunked"}


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        ("failed", {"body": b"Journal;Date", "is_cut": True}),
        ("refused", {"body": b"0\r\n\r\n", "headers": EMPTY}),
        ("fetched", {"body": b"Journal;Date"}),
    ],
)
def test_who_fetches_for_too_long_changes_no_run_that_is_over(
    database: Database, working: Any, source: Any, books: Any, ask: Ask, outcome: str, answer: dict[str, Any]
) -> None:
    held = threading.Event()
    run_id = ask(source.gives("/items.csv", source.answer(**answer, held=held)), seconds=0.2)
    with working():
        source.wait_until_asked("/items.csv")
        Elsewhere(database, run_id).finish()
        ended = books.run(run_id)
        books.wait_for(lambda: books.value("select now() > tried_until from sources"), bool)
        held.set()
        books.wait_for(lambda: books.value("select count(*) from procrastinate_jobs"), lambda n: n == 0)
    assert books.run(run_id) == ended
    assert books.outcomes(run_id) == [outcome]


def test_a_run_that_another_process_carries_out_is_not_given_up(
    database: Database, books: Any, ask: Ask
) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    elsewhere = Elsewhere(database, run_id)
    with database.connection() as conn:
        assert failed(conn, run_id, "It is given up.").state == "running"
    elsewhere.finish()
    with database.connection() as conn:
        assert failed(conn, run_id, "It is given up.").state == "succeeded"


def test_a_run_that_another_process_carries_out_is_not_cancelled(
    database: Database, books: Any, ask: Ask
) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    elsewhere = Elsewhere(database, run_id)
    with database.connection() as conn:
        wait_again(conn, run_id)  # as its worker was taken for dead
    with database.connection() as conn, pytest.raises(Refusal) as caught:
        cancel(conn, jobs_listed(conn, None, 1)[0].id, "Ann")
    assert caught.value.code == "job-under-way"
    elsewhere.finish()
    assert books.run(run_id).state == "succeeded"
