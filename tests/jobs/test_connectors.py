"""Connectors: asked for by hand and by schedule, one run of each at a time, one for each moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from douane.errors import Refusal
from douane.jobs import asking, by_hand
from douane.jobs.asking import ask_by_hand
from douane.jobs.pulls import begin_pulling
from douane.jobs.schedules import heed_schedules
from douane.model.builtin_mappings import DJUST
from douane.settings import Settings
from douane.store.connector_runs import Asking, list_history
from douane.store.connectors import StoredConnector, get_connector, put_connector, remove_connector, set_due
from douane.store.database import Database
from douane.store.jobs import fail_job
from douane.store.mappings import put_mapping
from douane.store.networks import allow_network
from douane.store.organizations import Company
from douane.store.runs import fail_run
from douane.store.sealing import Sealer
from douane.store.sources import begin_attempt, get_source

PAST = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LEFT = "select extract(epoch from tried_until - now()) from sources"


def accounts(*numbers: int) -> bytes:
    """A page of accounts with an address each."""
    return json.dumps(
        [
            {
                "accountExternalId": f"A{number}",
                "accountName": f"Account {number}",
                "companyRegistrationName": f"Account {number} & Co",
                "businessRegistrationNumber": f"BRN{number}",
                "address": [
                    {
                        "addressExternalId": f"ADDR{number}",
                        "addressFullName": "Jane Smith",
                        "addressCountry": "Canada",
                        "addressCity": "Toronto",
                        "addressZipCode": "M5H 2N2",
                        "addressStreetName": "456 Queen St W",
                    }
                ],
            }
            for number in numbers
        ]
    ).encode()


class Connected:
    """The connectors of a company, its source on loopback."""

    def __init__(self, database: Database, settings: Settings, company: Company, source: Any) -> None:
        self.database, self.settings, self.source = database, settings, source
        self.owner = (company.organization_id, company.id)
        with database.connection() as conn:
            allow_network(conn, company.organization_id, "127.0.0.1", allows_http=True)

    def put(self, *answers: Any, **more: Any) -> StoredConnector:
        """A connector that pulls /accounts, where the source gives these answers."""
        base = self.source.gives("/accounts", *answers).removesuffix("/accounts")
        limits = {"attempts_max": 2, "pause_seconds": 0.01, **more.pop("limits", {})}
        sent = {"name": "ERP", "base_url": base, "path": "/accounts", "limits": limits, **more}
        with self.database.connection() as conn:
            return put_connector(conn, self.owner, sent, Sealer.of(self.settings), "a test")

    def ask(self, name: str = "ERP") -> Asking:
        with self.database.connection() as conn:
            return ask_by_hand(conn, self.settings, self.owner, name, "a test")

    def run(self) -> int:
        """The id of a run that was asked for."""
        asked = self.ask()
        assert asked.run_id is not None
        return asked.run_id

    def history(self) -> list[Asking]:
        with self.database.connection() as conn:
            return list_history(conn, get_connector(conn, self.owner, "ERP"))

    def is_due(self, at: datetime = PAST) -> None:
        with self.database.connection() as conn:
            set_due(conn, get_connector(conn, self.owner, "ERP"), at)

    def due_at(self) -> datetime | None:
        with self.database.connection() as conn:
            return get_connector(conn, self.owner, "ERP").due_at


@pytest.fixture
def connected(database: Database, settings: Settings, company: Company, source: Any) -> Connected:
    return Connected(database, settings, company, source)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_the_records_of_a_connector_are_imported(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(source.answer(body=accounts(1, 2)))
    run_id = connected.run()
    with working():
        run = books.end(run_id)
    assert (run.state, run.upload_name) == ("succeeded", "ERP.ndjson")
    assert run.receipt["counts"]["added"] == 2
    assert books.value("select count(*) from customers") == 2
    assert books.value("select count(*) from address_links") == 2
    (told,) = connected.history()
    assert (told.outcome, told.cause, told.asked_by) == ("succeeded", "person", "a test")
    assert (told.counts or {})["added"] == 2
    assert (told.attempts, told.message) == (
        1,
        f"2 records in 1 page of {len(accounts(1, 2)):,} bytes in all.",
    )


@pytest.mark.parametrize("records", ["$", "$.data.accounts", "$[*].accounts"])
def test_a_source_without_records_is_no_trouble(
    connected: Connected, source: Any, books: Any, working: Any, records: str
) -> None:
    document = replace(DJUST, name="ours", layout=replace(DJUST.layout, records=records))
    with connected.database.connection() as conn:
        put_mapping(conn, connected.owner[0], document, "a test")
    connected.put(source.answer(body=b"[]"), mapping="ours")
    run_id = connected.run()
    with working():
        run = books.end(run_id)
    assert (run.state, run.receipt and run.receipt["counts"]["received"]) == ("succeeded", 0)


def test_what_fails_is_tried_again_for_as_long_as_the_connector_may_take(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(*[source.answer(500)] * 3, source.answer(body=accounts(1)))
    run_id = connected.run()
    with working():
        assert books.end(run_id).state == "succeeded"
    assert books.outcomes(run_id) == ["failed", "fetched"]


def test_the_time_of_a_connector_begins_with_its_first_attempt(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(*[source.answer(500)] * 3, source.answer(body=accounts(1)))
    run_id = connected.run()
    with connected.database.connection() as conn:
        conn.execute("update sources set tried_since = tried_since - interval '2 hours'")
        conn.execute("update sources set tried_until = tried_until - interval '2 hours'")
    with working():
        assert books.end(run_id).state == "succeeded"


def test_by_hand_it_is_tried_for_as_long_as_the_connector_may_take_once_more(
    connected: Connected, source: Any, books: Any, settings: Settings
) -> None:
    connected.put(source.answer(500), limits={"seconds_max": 600})
    run_id = connected.run()
    job = books.value("select min(id) from procrastinate_jobs")
    with connected.database.connection() as conn:
        fail_run(conn, run_id, "It was given up.")
        fail_job(conn, job)
        conn.execute("update sources set tried_until = now() - interval '1 hour'")
    with connected.database.connection() as conn:
        by_hand.try_again(conn, settings, job)
    assert 0 < books.value(LEFT) <= 600


def test_the_time_begins_with_the_first_attempt_and_no_later_one(
    connected: Connected, source: Any, books: Any
) -> None:
    """Also after it was begun anew, as this one was an hour ago, with three attempts before that."""
    connected.put(source.answer(500), limits={"seconds_max": 600})
    run_id = connected.run()

    def begin(times: int) -> None:
        with connected.database.connection() as conn:
            for _ in range(times):
                begin_attempt(conn, run_id)
            source_of_run = get_source(conn, run_id)
            assert source_of_run is not None
            begin_pulling(conn, source_of_run)

    def set_back(*columns: str) -> None:
        with connected.database.connection() as conn:
            for each in columns:
                conn.execute(f"update sources set {each} = {each} - interval '1 hour'")  # type: ignore[call-overload]

    begin(3)
    with connected.database.connection() as conn:
        conn.execute("update fetch_attempts set started_at = started_at - interval '2 hours'")
    set_back("tried_since", "tried_until")
    assert books.value(LEFT) < 0
    begin(1)
    assert 0 < books.value(LEFT) <= 600
    set_back("tried_until")
    begin(1)
    assert books.value(LEFT) < 0


def test_a_run_uses_the_connector_as_it_is_then_and_the_mapping_as_it_was(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(source.answer(404))
    run_id = connected.run()
    connected.put(source.answer(body=accounts(1)), mapping="another")
    with working():
        assert books.end(run_id).state == "succeeded"


def test_one_that_was_removed_has_nothing_to_fetch(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(source.answer(body=accounts(1)))
    run_id = connected.run()
    with connected.database.connection() as conn:
        remove_connector(conn, connected.owner, "ERP")
    with working():
        run = books.end(run_id)
    assert run.state == "failed"
    assert "removed" in run.failure
    assert source.asked["/accounts"] == 0


def test_a_run_is_refused_that_cannot_be(connected: Connected, source: Any) -> None:
    assert refused(connected.ask) == "unknown-connector"
    connected.put(source.answer(), mapping="nobody's")
    assert refused(connected.ask) == "unknown-mapping"
    connected.put(source.answer(), mapping="importperso")
    assert refused(connected.ask) == "bad-connector"
    with connected.database.connection() as conn:
        put_connector(conn, connected.owner, {"name": "sent"}, Sealer.of(connected.settings), "a test")
    assert refused(lambda: connected.ask("sent")) == "connector-receives"


def test_no_more_runs_wait_than_may(
    connected: Connected, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.put(source.answer(body=accounts(1)))
    monkeypatch.setattr(asking, "has_waiting_runs", lambda *_: True)
    assert refused(connected.ask) == "too-many-runs"


def test_runs_of_one_connector_wait_for_each_other(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    held = threading.Event()
    connected.put(source.answer(body=accounts(1), held=held), source.answer(body=accounts(1, 2)))
    first, second = connected.run(), connected.run()
    with working(), working():
        source.wait_until_asked("/accounts")
        books.wait_for(lambda: books.outcomes(first), lambda seen: seen == ["fetching"])
        assert heed_schedules(connected.database, connected.settings) == 0
        assert books.outcomes(second) == []
        held.set()
        assert books.end(second).state == "succeeded"
    attempts = [*books.attempts(first), *books.attempts(second)]
    assert [each.outcome for each in attempts] == ["fetched", "fetched"]
    assert books.run(first).finished_at <= attempts[1].started_at


def test_one_that_waits_to_be_tried_again_holds_up_the_next(
    connected: Connected, source: Any, books: Any, working: Any, settings: Settings
) -> None:
    connected.put(source.answer(429, headers={"Retry-After": "1800"}), source.answer(body=accounts(1)))
    first, second = connected.run(), connected.run()
    with working():
        books.wait_for(lambda: books.outcomes(first), lambda seen: seen == ["failed"])
        job = books.wait_for(
            lambda: books.value(
                "select id from procrastinate_jobs where status = 'todo'"
                f" and (args ->> 'run_id')::bigint = {first}"
            ),
            lambda id: id is not None,
        )
        assert books.outcomes(second) == []
        with connected.database.connection() as conn:
            by_hand.try_again(conn, settings, job)
        assert books.end(first).state == "succeeded"
        assert books.end(second).state == "succeeded"


def test_one_that_is_kept_anew_waits_for_what_the_former_still_pulls(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    held = threading.Event()
    connected.put(source.answer(body=accounts(1), held=held))
    first = connected.run()
    with working():
        source.wait_until_asked("/accounts")
        with connected.database.connection() as conn:
            remove_connector(conn, connected.owner, "ERP")
        connected.put(source.answer(body=accounts(1, 2)), name="erp")
        second = connected.ask("erp").run_id
        other = connected.put(source.answer(body=accounts(1, 2)), name="other")
        books.end(connected.ask(other.name).run_id)
        assert books.outcomes(second) == []
        held.set()
        assert books.end(second).state == "succeeded"
    assert books.run(first).finished_at <= books.attempts(second)[0].started_at


def test_connectors_of_one_name_in_two_organizations_do_not_wait_for_each_other(
    connected: Connected,
    database: Database,
    settings: Settings,
    make_company: Callable[..., Company],
    source: Any,
    books: Any,
    working: Any,
) -> None:
    held = threading.Event()
    other = Connected(database, settings, make_company(), source)
    connected.put(source.answer(body=accounts(1), held=held), when_busy="skip")
    first = connected.run()
    with working():
        source.wait_until_asked("/accounts")
        other.put(source.answer(body=accounts(1, 2)), when_busy="skip")
        assert books.end(other.run()).state == "succeeded"
        assert books.run(first).state == "waiting"
        assert connected.ask().run_id is None
        held.set()
        assert books.end(first).state == "succeeded"
    assert (len(connected.history()), len(other.history())) == (2, 1)
    assert books.value("select count(*) from customers") == 3


def test_one_that_skips_has_no_second_run(
    connected: Connected, source: Any, books: Any, working: Any
) -> None:
    connected.put(source.answer(body=accounts(1)), when_busy="skip")
    run_id = connected.run()
    skipped = connected.ask()
    assert (skipped.run_id, skipped.skipped) == (None, f"Run {run_id} of it was under way.")
    with working():
        books.end(run_id)
    assert connected.ask().skipped is None


def test_a_schedule_makes_one_run_for_each_moment(connected: Connected, source: Any, books: Any) -> None:
    connected.put(source.answer(body=accounts(1)), schedule="* * * * *")
    connected.is_due()
    together = threading.Barrier(8)
    counts: list[int] = []

    def look() -> None:
        together.wait()
        counts.append(heed_schedules(connected.database, connected.settings))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    asked = connected.history()
    # A minute may have begun in between, which is another moment.
    assert sum(counts) == len(asked) == len({each.due_at for each in asked}) <= 2
    due_at = connected.due_at()
    assert due_at is not None
    assert due_at > datetime.now(UTC) - timedelta(seconds=60)


def test_what_was_missed_is_made_up_for_once(connected: Connected, source: Any) -> None:
    connected.put(source.answer(body=accounts(1)), schedule="0 2 * * *")
    connected.is_due()
    assert heed_schedules(connected.database, connected.settings) == 1
    assert heed_schedules(connected.database, connected.settings) == 0
    (told,) = connected.history()
    assert told.due_at is not None
    assert timedelta(0) <= datetime.now(UTC) - told.due_at <= timedelta(days=1)
    assert (told.cause, told.asked_by, told.outcome) == ("schedule", "its schedule", "waiting")


def test_a_clock_that_is_set_back_asks_for_nothing_twice(connected: Connected, source: Any) -> None:
    connected.put(source.answer(body=accounts(1)), schedule="0 2 * * *")
    for _ in range(2):
        connected.is_due()
        heed_schedules(connected.database, connected.settings)
    assert len(connected.history()) == 1
    due_at = connected.due_at()
    assert due_at is not None
    assert due_at > datetime.now(UTC)


def test_one_run_of_a_schedule_waits_and_no_more(connected: Connected, source: Any) -> None:
    connected.put(source.answer(body=accounts(1)), schedule="0 2 * * *")
    connected.run()
    waits = connected.run()
    connected.is_due()
    heed_schedules(connected.database, connected.settings)
    told = connected.history()[0]
    assert (told.run_id, told.skipped) == (None, f"Run {waits} of it waits already.")


def test_a_schedule_that_cannot_be_heeded_says_why_and_holds_up_nobody(
    connected: Connected, source: Any
) -> None:
    connected.put(source.answer(), schedule="0 2 * * *", mapping="nobody's")
    connected.put(source.answer(), name="other", schedule="0 2 * * *")
    connected.is_due()
    with connected.database.connection() as conn:
        set_due(conn, get_connector(conn, connected.owner, "other"), PAST + timedelta(hours=1))
    assert heed_schedules(connected.database, connected.settings) == 2
    (told,) = connected.history()
    assert told.skipped is not None
    assert "nobody's" in told.skipped
    with connected.database.connection() as conn:
        (other,) = list_history(conn, get_connector(conn, connected.owner, "other"))
    assert other.outcome == "waiting"


def test_a_connector_that_is_damaged_holds_up_nobody(
    connected: Connected, source: Any, caplog: pytest.LogCaptureFixture
) -> None:
    connected.put(source.answer(), schedule="0 2 * * *")
    connected.put(source.answer(), name="other", schedule="0 2 * * *")
    connected.is_due()
    with connected.database.connection() as conn:
        conn.execute("""update connectors set definition = '{"schedule": "now"}' where name = 'ERP'""")
        set_due(conn, get_connector(conn, connected.owner, "other"), PAST + timedelta(hours=1))
    assert heed_schedules(connected.database, connected.settings) == 2
    assert "its schedule cannot be heeded" in caplog.text
    with connected.database.connection() as conn:
        (other,) = list_history(conn, get_connector(conn, connected.owner, "other"))
    assert other.outcome == "waiting"
    due_at = connected.due_at()
    assert due_at is not None
    assert due_at > datetime.now(UTC) + timedelta(minutes=50)


def test_a_worker_heeds_schedules(connected: Connected, source: Any, books: Any, working: Any) -> None:
    connected.put(source.answer(body=accounts(1)), schedule="0 2 * * *")
    connected.is_due()
    with working():
        (told,) = books.wait_for(connected.history, lambda seen: seen and seen[0].finished_at)
    assert (told.outcome, told.cause) == ("succeeded", "schedule")
