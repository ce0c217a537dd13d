"""Files are fetched in turn among the organizations, however slow the sources of one of them are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from douane.store.database import Database
from douane.store.jobs import TAKE_IN_TURN, hasten_job
from douane.store.organizations import Company

Ask = Callable[..., int]
ItemsFile = Callable[[int], bytes]

PLACES = 8
TAKEN = {"queues": ["fetches"], "places": PLACES}


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Until it is set, slow sources give half of their files."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def flood(source: Any, ask: Ask, items_file: ItemsFile, held: threading.Event) -> Callable[..., list[int]]:
    """Asks for twice as many files of slow sources as there are places, for a company."""

    def ask_for_many(name: str, company: Company) -> list[int]:
        slow = source.answer(body=items_file(1), held=held)
        paths = [f"/{name}-{number}.csv" for number in range(2 * PLACES)]
        return [ask(source.gives(path, slow), company=company) for path in paths]

    return ask_for_many


def test_slow_sources_of_one_organization_keep_no_other_waiting(
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    flood: Callable[..., list[int]],
    items_file: ItemsFile,
    held: threading.Event,
    make_company: Callable[..., Company],
) -> None:
    slow = flood("slow", make_company())
    with working(fetches_at_once=PLACES):
        source.wait_until_asked(f"/slow-{PLACES // 2 - 1}.csv")
        others = [
            ask(source.gives("/quick.csv", source.answer(body=items_file(10))), company=make_company())
            for _ in range(3)
        ]
        assert {books.end(run_id).state for run_id in others} == {"succeeded"}
        assert {path for path in source.asked if "slow" in path} == {
            f"/slow-{number}.csv" for number in range(PLACES // 2)
        }
        held.set()
        assert {books.end(run_id).state for run_id in slow} == {"succeeded"}


def test_two_organizations_with_slow_sources_leave_places_to_a_third(
    database: Database,
    working: Any,
    source: Any,
    books: Any,
    ask: Ask,
    flood: Callable[..., list[int]],
    items_file: ItemsFile,
    make_company: Callable[..., Company],
) -> None:
    for name in ("first", "second"):
        flood(name, make_company())
    with working(fetches_at_once=PLACES):
        source.wait_until_asked("/first-3.csv")
        source.wait_until_asked("/second-1.csv")
        third = ask(source.gives("/quick.csv", source.answer(body=items_file(10))), company=make_company())
        assert books.end(third).state == "succeeded"
        asked = sorted(path for path in source.asked if path != "/quick.csv")
        assert asked == [f"/first-{number}.csv" for number in range(4)] + ["/second-0.csv", "/second-1.csv"]


def test_a_single_place_is_for_everybody(
    working: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile
) -> None:
    asked = [ask(source.gives("/items.csv", source.answer(body=items_file(10)))) for _ in range(2)]
    with working(fetches_at_once=1):
        assert [books.end(run_id).state for run_id in asked] == ["succeeded", "succeeded"]


def test_a_job_stands_behind_those_of_its_lock_also_while_they_wait_for_a_moment(
    database: Database, ask: Ask, books: Any
) -> None:
    first, second, other = (ask(f"https://erp.example/{number}.csv") for number in range(3))
    with database.connection() as conn:
        conn.execute(
            "update procrastinate_jobs set lock = 'connector-1', scheduled_at = now() + interval '1 hour'"
            " where (args ->> 'run_id')::bigint = %s",
            (first,),
        )
        conn.execute(
            "update procrastinate_jobs set lock = 'connector-1' where (args ->> 'run_id')::bigint = %s",
            (second,),
        )
        worker = conn.execute("insert into procrastinate_workers default values returning id").fetchone()
        assert worker is not None

    def take() -> list[int]:
        with database.connection() as conn:
            taken = conn.execute(TAKE_IN_TURN, TAKEN | {"worker_id": worker[0]})
            columns = [each.name for each in taken.description or ()]
            return [dict(zip(columns, row, strict=True))["args"]["run_id"] for row in taken]

    assert [take(), take()] == [[other], []]
    with database.connection() as conn:
        hasten_job(conn, books.value("select min(id) from procrastinate_jobs"))
    assert [take(), take()] == [[first], []]
    with database.connection() as conn:
        conn.execute("delete from procrastinate_jobs where (args ->> 'run_id')::bigint = %s", (first,))
    assert take() == [second]
