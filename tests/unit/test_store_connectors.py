"""Connectors as they are kept: their secrets sealed and for one host only, their schedules, their history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import UniqueViolation

from douane.errors import Refusal
from douane.model.connector_document import as_json
from douane.store import connectors
from douane.store.connector_runs import drop_old_skips, list_history, note_run
from douane.store.connectors import (
    Connection,
    StoredConnector,
    add_connector,
    ensure_connector,
    find_connector,
    get_connector,
    list_connectors,
    lock_due,
    put_connector,
    remove_connector,
    set_due,
)
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.sealing import Sealer

SEALER = Sealer("a key of tests that is long enough")
KEYED = {
    "name": "ERP",
    "base_url": "https://erp.example",
    "path": "/accounts",
    "authentication": {"kind": "header", "header": "X-Api-Key"},
    "secrets": {"key": "quite-a-secret"},
}
BY_NIGHT = {"name": "Nightly", "base_url": "https://erp.example", "schedule": "0 2 * * *"}


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.connection() as connection:
        yield connection


@pytest.fixture
def put(conn: Connection, company: Company) -> Callable[..., StoredConnector]:
    """Keeps a connector of the company: `put({...}, key=value)`."""
    owner = (company.organization_id, company.id)
    return lambda sent, **more: put_connector(conn, owner, {**sent, **more}, SEALER, "a test")


def refused(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def test_a_connector_comes_back_as_it_was_sent_and_its_secrets_apart(
    conn: Connection, company: Company, put: Callable[..., StoredConnector]
) -> None:
    kept = put(KEYED)
    found = get_connector(conn, (company.organization_id, company.id), "erp")
    assert found == kept
    assert as_json(found.connector) == {name: KEYED[name] for name in KEYED if name != "secrets"}
    assert found.secret_names == ["key"]
    assert found.unsealed(SEALER) == {"key": "quite-a-secret"}


def test_no_secret_is_stored_or_shown_as_it_is(conn: Connection, put: Callable[..., StoredConnector]) -> None:
    kept = put(KEYED)
    (row,) = conn.execute("select connectors::text from connectors").fetchall()
    assert "quite-a-secret" not in row[0]
    assert "quite-a-secret" not in repr(kept)


def test_secrets_that_are_not_sent_again_stay(put: Callable[..., StoredConnector]) -> None:
    put(KEYED)
    changed = {name: KEYED[name] for name in KEYED if name != "secrets"} | {"path": "/all"}
    kept = put(changed)
    assert kept.connector.call.path == "/all"
    assert kept.unsealed(SEALER) == {"key": "quite-a-secret"}


def test_secrets_that_nothing_needs_any_more_are_forgotten(put: Callable[..., StoredConnector]) -> None:
    put(KEYED)
    kept = put({"name": "ERP", "base_url": "https://erp.example"})
    assert (kept.secret_names, kept.secrets) == ([], None)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"base_url": "https://elsewhere.example"},
        {"base_url": "https://erp.example:8443"},
        {"base_url": "http://erp.example"},
    ],
    ids=["host", "port", "scheme"],
)
def test_secrets_go_to_no_other_host_than_they_were_sent_for(
    put: Callable[..., StoredConnector], elsewhere: dict[str, str]
) -> None:
    put(KEYED)
    without = {name: KEYED[name] for name in KEYED if name != "secrets"}
    reason = refused(lambda: put({**without, **elsewhere}))
    assert reason.code == "bad-connector"
    assert "another host" in reason.message
    assert "quite-a-secret" not in reason.message
    kept = put({**KEYED, **elsewhere, "secrets": {"key": "another-one"}})
    assert kept.unsealed(SEALER) == {"key": "another-one"}


def test_a_company_without_a_connector_gets_one_to_send_to(conn: Connection, company: Company) -> None:
    owner = (company.organization_id, company.id)
    made = ensure_connector(conn, owner)
    assert (made.name, made.mapping, made.connector.has_source) == ("accounts", "DJUST", False)
    assert ensure_connector(conn, owner) == made
    assert list_connectors(conn, owner) == [made]


def test_a_connector_without_its_secrets_is_refused(put: Callable[..., StoredConnector]) -> None:
    without = {name: KEYED[name] for name in KEYED if name != "secrets"}
    assert "key is missing" in refused(lambda: put(without)).message


def test_one_without_a_source_only_receives(put: Callable[..., StoredConnector]) -> None:
    kept = put({"name": "pushed"})
    assert kept.definition == {"name": "pushed"}
    assert not kept.connector.has_source
    assert "base_url is missing" in refused(lambda: put({"name": "x", "schedule": "0 2 * * *"})).message


def test_names_are_of_a_company_whatever_their_case(
    conn: Connection,
    make_company: Callable[..., Company],
    company: Company,
    put: Callable[..., StoredConnector],
) -> None:
    other = make_company(company.organization, "OTHER")
    put(KEYED)
    owner = (company.organization_id, company.id)
    reason = refused(lambda: add_connector(conn, owner, {"name": "erp"}, SEALER, "a test"))
    assert reason.code == "connector-taken"
    theirs = add_connector(conn, (other.organization_id, other.id), {"name": "erp"}, SEALER, "a test")
    assert [each.id for each in list_connectors(conn, (other.organization_id, other.id))] == [theirs.id]
    assert len(list_connectors(conn, owner)) == 1
    assert find_connector(conn, owner, "no such\0name") is None


def test_an_organization_has_so_many_connectors_and_no_more(
    monkeypatch: pytest.MonkeyPatch, put: Callable[..., StoredConnector]
) -> None:
    monkeypatch.setattr(connectors, "CONNECTORS_MAX", 2)
    put({"name": "one"})
    put({"name": "two"})
    put({"name": "TWO"})
    assert refused(lambda: put({"name": "three"})).code == "too-many-connectors"


def test_what_is_removed_is_gone_with_its_secrets(
    conn: Connection, company: Company, put: Callable[..., StoredConnector]
) -> None:
    stored = put(KEYED)
    note_run(conn, stored, "person", "a test", skipped="It was busy.")
    owner = (company.organization_id, company.id)
    assert remove_connector(conn, owner, "erp") == "ERP"
    assert conn.execute(
        "select (select count(*) from connectors) + (select count(*) from connector_runs)"
    ).fetchone() == (0,)
    assert refused(lambda: remove_connector(conn, owner, "erp")).code == "unknown-connector"
    assert refused(lambda: get_connector(conn, owner, "erp")).code == "unknown-connector"


def test_a_schedule_says_when_it_is_due(conn: Connection, put: Callable[..., StoredConnector]) -> None:
    kept = put(BY_NIGHT)
    assert kept.due_at is not None
    assert (kept.due_at.hour, kept.due_at.minute, kept.due_at.tzinfo) == (2, 0, UTC)
    assert timedelta(0) < kept.due_at - datetime.now(UTC) <= timedelta(days=1)
    assert lock_due(conn) is None
    set_due(conn, kept, datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    due = lock_due(conn)
    assert due is not None
    assert due.id == kept.id


def test_what_is_due_stays_so_when_something_else_changes(
    conn: Connection, put: Callable[..., StoredConnector]
) -> None:
    past = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    set_due(conn, put(BY_NIGHT), past)
    assert put(BY_NIGHT, path="/all").due_at == past
    later = put(BY_NIGHT, schedule="0 3 * * *").due_at
    assert later is not None
    assert later > past
    assert put({"name": "Nightly", "base_url": "https://erp.example"}).due_at is None


def test_what_one_worker_looks_at_is_no_other_ones(database: Database, company: Company) -> None:
    owner = (company.organization_id, company.id)
    with database.connection() as conn:
        set_due(
            conn, put_connector(conn, owner, BY_NIGHT, SEALER, "a test"), datetime(2026, 11, 20, tzinfo=UTC)
        )
    with database.connection() as one, database.connection() as another:
        assert lock_due(one) is not None
        assert lock_due(another) is None


def test_the_history_tells_the_newest_first(conn: Connection, put: Callable[..., StoredConnector]) -> None:
    stored = put(BY_NIGHT)
    moment = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    first = note_run(conn, stored, "schedule", "the schedule", skipped="It was busy.", due_at=moment)
    second = note_run(conn, stored, "person", "a test", skipped="It was busy again.")
    assert list_history(conn, stored) == [second, first]
    assert list_history(conn, stored, before=second.id) == [first]
    assert (first.outcome, first.due_at, first.skipped) == ("skipped", moment, "It was busy.")
    with pytest.raises(UniqueViolation), conn.transaction():
        note_run(conn, stored, "schedule", "the schedule", skipped="Once more.", due_at=moment)
    conn.execute("update connector_runs set asked_at = now() - interval '31 days' where id = %s", (first.id,))
    assert drop_old_skips(conn, 30) == 1
    assert list_history(conn, stored) == [second]
