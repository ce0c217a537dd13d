"""Workers and databases that die while a file is fetched, waits or is imported: it is imported once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from douane.jobs.by_hand import try_again
from douane.jobs.retrying import GIVEN_UP, TRIES_MAX
from douane.settings import Settings
from douane.store.database import Database

Ask = Callable[..., int]
Send = Callable[[int], int]
ItemsFile = Callable[[int], bytes]

ROWS = 300_000
"""So many that a worker can be killed while it imports them."""

DIES_OVER = """
import os
from douane.pipeline import run
attempt = run._Import.attempt
def die_over(self):
    if self.run.upload_name == "poison.csv":
        os.kill(os.getpid(), 9)
    return attempt(self)
run._Import.attempt = die_over
"""


def kill(worker: Any) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def test_a_worker_killed_while_it_fetches_is_replaced_by_another(
    source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    held = threading.Event()
    body = items_file(10)
    run_id = ask(source.gives("/items.csv", source.answer(body=body, held=held), source.answer(body=body)))
    first = start_worker()
    source.wait_until_asked("/items.csv")
    kill(first)
    assert books.outcomes(run_id) == ["fetching"]
    start_worker()
    assert books.end(run_id).state == "succeeded"
    held.set()
    assert books.outcomes(run_id) == ["stopped", "fetched"]
    assert books.items() == 10


def test_a_pause_outlives_the_worker(
    database: Database,
    settings: Settings,
    source: Any,
    books: Any,
    ask: Ask,
    items_file: ItemsFile,
    start_worker: Any,
) -> None:
    busy = source.answer(503, headers={"Retry-After": "1800"})
    run_id = ask(source.gives("/items.csv", busy, source.answer(body=items_file(10))))
    first = start_worker()
    books.wait_for(lambda: books.outcomes(run_id), lambda outcomes: outcomes == ["failed"])
    books.wait_for(lambda: books.value("select status from procrastinate_jobs"), lambda seen: seen == "todo")
    kill(first)
    start_worker()
    with database.connection() as conn:
        try_again(conn, settings, books.value("select id from procrastinate_jobs"))
    assert books.end(run_id).state == "succeeded"
    assert books.outcomes(run_id) == ["failed", "fetched"]


def test_what_was_fetched_is_not_fetched_again_after_a_death(
    source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(ROWS))))
    first = start_worker()
    books.wait(run_id, "running")
    kill(first)
    assert books.items() == 0
    start_worker()
    assert books.end(run_id).state == "succeeded"
    assert books.items() == ROWS
    assert books.outcomes(run_id) == ["fetched"]
    assert source.asked["/items.csv"] == 1


def test_another_machine_fetches_again_what_died_with_the_first(
    tmp_path: Path, source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(ROWS))))
    first = start_worker(data=tmp_path / "here")
    books.wait(run_id, "running")
    kill(first)
    (tmp_path / "here" / "fetched").rename(tmp_path / "far away")
    start_worker(data=tmp_path / "there")
    assert books.end(run_id).state == "succeeded"
    assert books.items() == ROWS
    assert books.outcomes(run_id) == ["fetched", "fetched"]


def test_sigterm_lets_go_of_what_is_being_fetched(
    source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    held = threading.Event()
    body = items_file(10)
    run_id = ask(source.gives("/items.csv", source.answer(body=body, held=held), source.answer(body=body)))
    first = start_worker()
    source.wait_until_asked("/items.csv")
    first.send_signal(signal.SIGTERM)
    assert first.wait(120) == 0
    assert books.outcomes(run_id) == ["stopped"]
    assert books.run(run_id).state == "waiting"
    assert books.value("select tries_lost from sources") == 0
    start_worker()
    assert books.end(run_id).state == "succeeded"
    held.set()
    assert books.outcomes(run_id) == ["stopped", "fetched"]


def test_a_file_that_kills_every_worker_is_given_up_and_the_rest_goes_on(
    source: Any, books: Any, ask: Ask, send: Send, items_file: ItemsFile, start_worker: Any
) -> None:
    poison = ask(source.gives("/poison.csv", source.answer(body=items_file(30))))
    others = [ask(source.gives("/items.csv", source.answer(body=items_file(10)))), send(20)]
    held = threading.Event()
    slow = ask(source.gives("/slow.csv", source.answer(body=items_file(40), held=held)))
    deaths = 0
    worker = start_worker(DIES_OVER)
    while books.run(poison).state not in {"succeeded", "refused", "failed"}:
        if worker.poll() is not None:
            deaths += 1
            worker = start_worker(DIES_OVER)
    assert deaths == TRIES_MAX
    assert books.run(poison).failure == GIVEN_UP
    assert [books.end(run_id).state for run_id in others] == ["succeeded", "succeeded"]
    assert books.items() == 20
    held.set()
    assert books.end(slow).state == "succeeded"
    assert books.items() == 40
    assert worker.poll() is None


def test_two_workers_share_the_work(
    source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    count = 24
    asked = [
        ask(source.gives(f"/{number}.csv", source.answer(body=items_file(1000)))) for number in range(count)
    ]
    workers = [start_worker(), start_worker()]
    assert {books.end(run_id).state for run_id in asked} == {"succeeded"}
    assert {tuple(books.outcomes(run_id)) for run_id in asked} == {("fetched",)}
    assert set(source.asked.values()) == {1}
    assert books.items() == 1000
    assert books.value("select sum((receipt -> 'counts' ->> 'added')::integer) from runs") == 1000
    assert all(worker.poll() is None for worker in workers)


def test_a_worker_that_was_only_asleep_while_it_fetched_has_no_say_any_more(
    settings: Settings, source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    held = threading.Event()
    first_body, second_body = items_file(30), items_file(10)
    answers = (source.answer(body=first_body, held=held), source.answer(body=second_body))
    run_id = ask(source.gives("/items.csv", *answers))
    asleep = start_worker()
    books.wait_for(lambda: list((settings.data / "fetched").glob("*")), bool)
    asleep.send_signal(signal.SIGSTOP)
    with books.database.connection() as conn:
        # What it has noted would refuse the second file, which is another one to tell the two apart.
        conn.execute("update sources set identity = null")
    start_worker()
    ended = books.end(run_id)
    asleep.send_signal(signal.SIGCONT)
    held.set()
    books.wait_for(lambda: list((settings.data / "fetched").glob("*")), lambda files: not files)
    assert (ended.state, ended.upload_bytes) == ("succeeded", len(second_body))
    assert replace(books.run(run_id), upload_path=None) == replace(ended, upload_path=None)
    assert books.outcomes(run_id) == ["stopped", "fetched"]
    assert books.items() == 10
    books.end(ask(source.gives("/later.csv", source.answer(body=items_file(20)))))
    assert asleep.poll() is None


def test_a_worker_that_was_only_asleep_while_it_imported_is_waited_for(
    source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(ROWS))))
    asleep = start_worker()
    books.wait(run_id, "running")
    job = books.value("select id from procrastinate_jobs")
    asleep.send_signal(signal.SIGSTOP)
    start_worker()
    taken_up = "select count(*) from procrastinate_jobs where status = 'doing' and id > {}"
    books.wait_for(lambda: books.value(taken_up.format(job)), bool)
    asleep.send_signal(signal.SIGCONT)
    ended = books.end(run_id)
    assert ended.state == "succeeded"
    books.wait_for(lambda: books.value("select count(*) from procrastinate_jobs"), lambda count: count == 0)
    assert books.items() == ROWS
    assert books.run(run_id).receipt == ended.receipt
    assert source.asked["/items.csv"] == 1
