"""Files that are fetched: tried again while it may help, refused when not, imported once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from douane.fetch.deposits import fill_deposit
from douane.jobs import defer_run, retrying
from douane.jobs.by_hand import try_again
from douane.pipeline.receive import Spool
from douane.pipeline.report import receipt_of
from douane.settings import Settings
from douane.store.database import Database
from douane.store.deposits import NewDeposit, add_deposit, keep, mark_deposited
from douane.store.organizations import Company
from douane.store.runs import Run, create_run
from douane.store.sources import Attempt, NewSource, create_source
from douane.web.metrics import Metrics

Ask = Callable[..., int]
Send = Callable[[int], int]
ItemsFile = Callable[[int], bytes]


def test_a_source_that_fails_twice_is_asked_a_third_time(
    working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    ended: list[Run] = []
    attempted: list[Attempt] = []
    body = items_file(10)
    run_id = ask(
        source.gives("/items.csv", source.answer(503), source.answer(503), source.answer(body=body))
        + "?sig=secret"
    )
    with working(ended=ended.append, attempted=attempted.append):
        run = books.end(run_id)
    assert run.state == "succeeded"
    assert books.outcomes(run_id) == ["failed", "failed", "fetched"]
    assert (run.upload_name, run.upload_bytes) == ("items.csv", len(body))
    assert run.upload_digest == sha256(body).hexdigest()
    assert books.items() == 10
    assert [each.id for each in ended] == [run_id]
    assert attempted == books.attempts(run_id)


def test_the_receipt_tells_every_attempt_and_no_secret(
    database: Database, working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    url = source.gives("/items.csv", source.answer(503), source.answer(body=items_file(10)))
    run_id = ask(url + "?sig=secret")
    with working():
        run = books.end(run_id)
    with database.connection() as conn:
        told = receipt_of(conn, run)["source"]
    assert (told["kind"], told["address"]) == ("url", url + "?...")
    assert [(each["number"], each["outcome"]) for each in told["attempts"]] == [(1, "failed"), (2, "fetched")]
    assert "503" in told["attempts"][0]["message"]
    assert told["attempts"][0]["next_at"] >= told["attempts"][0]["ended_at"]
    assert "secret" not in str(told)


def test_nothing_is_left_on_disk(
    settings: Settings, working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    cut = source.answer(body=items_file(10), is_cut=True)
    run_id = ask(source.gives("/items.csv", cut, source.answer(body=items_file(10))))
    with working():
        books.wait(run_id, "succeeded")
    assert books.outcomes(run_id) == ["failed", "fetched"]
    assert books.run(run_id).upload_path is None
    assert list((settings.data / "fetched").iterdir()) == []


def test_a_source_that_is_down_for_too_long_is_given_up(
    working: Any, source: Any, books: Any, ask: Ask
) -> None:
    url = source.gives("/items.csv", source.answer(503))
    source.stop()
    run_id = ask(url, seconds=1.0)
    with working():
        run = books.end(run_id)
    attempts = books.attempts(run_id)
    assert run.state == "failed"
    assert run.failure is not None
    assert run.failure.startswith(f"Given up after {len(attempts)} attempts in ")
    assert str(attempts[-1].message) in run.failure
    assert len(attempts) > 1
    assert {each.outcome for each in attempts} == {"failed"}
    assert [each.next_at is None for each in attempts] == [False] * (len(attempts) - 1) + [True]
    assert books.value("select status from procrastinate_jobs") == "failed"


def test_what_will_never_work_is_asked_for_once(working: Any, source: Any, books: Any, ask: Ask) -> None:
    gone = ask(source.gives("/gone.csv", source.answer(404)))
    forbidden = ask("http://127.0.0.2:9/items.csv")
    with working():
        assert books.end(gone).refusal_code == "source-gone"
        assert books.end(forbidden).refusal_code == "source-forbidden"
    assert books.outcomes(gone) == ["refused"]
    assert books.outcomes(forbidden) == ["refused"]


def test_a_file_that_changes_between_attempts_is_refused(
    working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    first = source.answer(body=items_file(10), headers={"ETag": '"one"'}, is_cut=True)
    second = source.answer(body=items_file(20), headers={"ETag": '"two"'})
    run_id = ask(source.gives("/items.csv", first, second))
    with working():
        assert books.end(run_id).refusal_code == "source-changed"
    assert books.outcomes(run_id) == ["failed", "refused"]
    assert books.items() == 0


def test_a_file_that_cannot_be_used_is_not_fetched_again(
    working: Any, source: Any, books: Any, ask: Ask
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=b"nothing;of;ours\n1;2;3\n")))
    with working():
        assert books.end(run_id).state == "refused"
    assert source.asked["/items.csv"] == 1


def test_a_pause_of_one_run_holds_up_no_other_of_its_company(
    database: Database,
    settings: Settings,
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    send: Send,
    items_file: ItemsFile,
) -> None:
    busy = source.answer(429, headers={"Retry-After": "1800"})
    paused = ask(source.gives("/busy.csv", busy, source.answer(body=items_file(30))))
    with working():
        (attempt,) = books.wait_for(
            lambda: books.attempts(paused), lambda attempts: attempts and attempts[0].next_at
        )
        assert attempt.next_at - attempt.ended_at >= timedelta(seconds=1800)
        books.wait(send(10), "succeeded")
        books.wait(ask(source.gives("/items.csv", source.answer(body=items_file(20)))), "succeeded")
        assert books.run(paused).state == "waiting"
        assert books.items() == 20
        with database.connection() as conn:
            try_again(conn, settings, int(books.value("select id from procrastinate_jobs")))
        books.wait(paused, "succeeded")
    assert books.items() == 30


def test_slow_sources_take_no_place_from_imports(
    working: Any, source: Any, books: Any, ask: Ask, send: Send, items_file: ItemsFile
) -> None:
    held = threading.Event()
    slow = [
        ask(source.gives(f"/slow-{number}.csv", source.answer(body=items_file(10), held=held)))
        for number in range(4)
    ]
    with working(fetches_at_once=8):
        for number in range(4):
            source.wait_until_asked(f"/slow-{number}.csv")
        books.wait(send(20), "succeeded")
        held.set()
        for run_id in slow:
            books.wait(run_id, "succeeded")
    assert books.items() == 20


def test_rejected_lines_are_kept_to_be_corrected(
    settings: Settings, working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    body = items_file(2) + b"3;FAC;never;2024-12-21;100,00;C1\n"
    run_id = ask(source.gives("/items.csv", source.answer(body=body)))
    with working():
        run = books.wait(run_id, "succeeded")
        books.wait_for(lambda: books.run(run_id), lambda run: run.upload_path is None)
    assert run.receipt is not None
    assert run.receipt["counts"]["rejected"] == 1
    assert books.value(f"select bytes from upload_chunks where run_id = {run_id}") == body
    assert list((settings.data / "fetched").iterdir()) == []


def test_a_deposit_that_is_filled_late_is_fetched_at_once(
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    settings: Settings,
    company: Company,
    tmp_path: Path,
    working: Any,
    books: Any,
    items_file: ItemsFile,
    new_run: Any,
) -> None:
    new = NewDeposit(company.organization_id, company.id, uuid4(), "items.csv", None, None)
    until = books.value("select now() + interval '1 day'")
    with database.connection() as conn:
        deposit = add_deposit(conn, new, 24)
        run = create_run(conn, new_run())
        named = NewSource("deposit", deposit.uri, until, deposit_id=deposit.id)
        create_source(conn, company.organization_id, run.id, named)
        defer_run(conn, run.id)
    pause = "select scheduled_at > now() + interval '1000 s' from procrastinate_jobs where status = 'todo'"
    monkeypatch.setattr(retrying, "FETCH_PAUSES", (1800,))
    with working(fetch_pause_seconds_max=1800.0):
        books.wait_for(lambda: books.value(pause), lambda seen: seen)
        spool = Spool(tmp_path, 1_000_000)
        spool.write(items_file(10))
        with database.connection() as conn:
            fill_deposit(conn, settings, deposit.id, spool.finish("items.csv"))
        assert books.end(run.id).state == "succeeded"
    assert books.outcomes(run.id) == ["failed", "fetched"]


def test_a_deposit_is_fetched_like_anything_else(
    database: Database,
    company: Company,
    tmp_path: Path,
    working: Any,
    books: Any,
    items_file: ItemsFile,
    new_run: Any,
) -> None:
    body = items_file(10)
    file = tmp_path / "items.csv"
    file.write_bytes(body)
    new = NewDeposit(company.organization_id, company.id, uuid4(), "items.csv", None, None)
    until = books.value("select now() + interval '1 hour'")
    with database.connection() as conn:
        deposit = add_deposit(conn, new, 24)
        keep(conn, deposit, file)
        mark_deposited(conn, deposit, len(body), sha256(body).hexdigest())
        run = create_run(conn, new_run())
        named = NewSource("deposit", deposit.uri, until, deposit_id=deposit.id)
        create_source(conn, company.organization_id, run.id, named)
        defer_run(conn, run.id)
    with working():
        ended = books.end(run.id)
    assert (ended.state, ended.upload_name) == ("succeeded", "items.csv")
    assert books.outcomes(run.id) == ["fetched"]
    assert books.items() == 10


def test_attempts_are_counted_for_prometheus(
    working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    metrics = Metrics()
    body = items_file(10)
    ended, attempted = metrics.told
    run_id = ask(source.gives("/items.csv", source.answer(503), source.answer(body=body)))
    with working(ended=ended, attempted=attempted):
        books.end(run_id)
    told = metrics.page().decode()
    assert 'douane_fetch_attempts_total{outcome="failed"} 1.0' in told
    assert 'douane_fetch_attempts_total{outcome="fetched"} 1.0' in told
    assert f"douane_fetched_bytes_total {float(len(body))}" in told
    assert 'douane_runs_total{state="succeeded"} 1.0' in told
