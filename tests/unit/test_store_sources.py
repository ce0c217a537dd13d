"""Sources and the attempts to fetch from them: what is kept, and who may still say how an attempt ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import NewRun, create_run, set_upload
from douane.store.sources import (
    NewSource,
    begin_attempt,
    count_lost_try,
    create_source,
    end_attempt,
    get_source,
    has_source,
    list_attempts,
    note_identity,
    try_longer,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def run_id(database: Database, company: Company) -> int:
    """A run whose upload is fetched, for another hour."""
    new = NewRun(
        organization_id=company.organization_id,
        company_id=company.id,
        dialect="mydso",
        door="items",
        upload_name="",
        upload_bytes=0,
        upload_digest="",
        requested_by="a test",
        is_async=True,
    )
    source = NewSource("url", "https://erp.example/items", datetime.now(UTC) + HOUR, address=b"sealed")
    with database.connection() as conn:
        run = create_run(conn, new)
        create_source(conn, company.organization_id, run.id, source)
    return run.id


def test_a_source_comes_back_as_it_was_made(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        note_identity(conn, run_id, {"etag": '"one"'})
        source = get_source(conn, run_id)
        assert source is not None
        assert (source.kind, source.shown, source.address) == ("url", "https://erp.example/items", b"sealed")
        assert source.identity == {"etag": '"one"'}
        assert has_source(conn, run_id)
        assert get_source(conn, run_id + 1) is None
        assert not has_source(conn, run_id + 1)


def test_an_address_is_in_no_text_of_its_source(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        assert "sealed" not in repr(get_source(conn, run_id))


def test_attempts_are_counted_from_one(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        first = begin_attempt(conn, run_id)
        ended = end_attempt(conn, first, "failed", "It refused the connection.", 0, pause_seconds=10)
        second = begin_attempt(conn, run_id)
        end_attempt(conn, second, "fetched", size=12)
        attempts = list_attempts(conn, run_id)
    assert [(each.number, each.outcome, each.bytes) for each in attempts] == [
        (1, "failed", 0),
        (2, "fetched", 12),
    ]
    assert attempts[0] == ended
    assert attempts[0].next_at is not None
    assert attempts[0].ended_at is not None
    assert attempts[0].next_at - attempts[0].ended_at < timedelta(seconds=11)
    assert attempts[1].next_at is None


def test_a_pause_ends_when_the_source_is_tried_no_longer(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        source = get_source(conn, run_id)
        attempt = end_attempt(conn, begin_attempt(conn, run_id), "failed", pause_seconds=7200)
        assert source is not None
        assert attempt is not None
        assert attempt.next_at == source.tried_until
        conn.execute("update sources set tried_until = now()")
        attempt = end_attempt(conn, begin_attempt(conn, run_id), "failed", pause_seconds=1)
    assert attempt is not None
    assert attempt.next_at is None


def test_who_lost_the_run_to_another_does_not_end_an_attempt(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        lost = begin_attempt(conn, run_id)
        taken = begin_attempt(conn, run_id)
        assert end_attempt(conn, lost, "fetched", size=12) is None
        assert end_attempt(conn, taken, "fetched", size=12) is not None
        assert [each.outcome for each in list_attempts(conn, run_id)] == ["stopped", "fetched"]


def test_lost_tries_are_counted_until_somebody_wants_it_tried_longer(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        before = get_source(conn, run_id)
        assert [count_lost_try(conn, run_id), count_lost_try(conn, run_id)] == [1, 2]
        try_longer(conn, run_id, 7200)
        after = get_source(conn, run_id)
    assert before is not None
    assert after is not None
    assert after.tries_lost == 0
    assert after.tried_until > before.tried_until


def test_an_upload_is_known_once_it_was_fetched(database: Database, run_id: int) -> None:
    with database.connection() as conn:
        run = set_upload(conn, run_id, "items.csv", 12, "0" * 64, "/tmp/items")
    assert (run.upload_name, run.upload_bytes, run.upload_path) == ("items.csv", 12, "/tmp/items")
