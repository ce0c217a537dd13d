"""`douane jobs`, and what `douane run` says of a file that is fetched."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from douane.cli.people import at_the_command_line
from douane.jobs import defer_run
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import NewRun, create_run, get_run
from douane.store.sources import NewSource, begin_attempt, create_source, end_attempt

Douane = Callable[..., tuple[int, str, str]]

SHOWN = "https://erp.example/items.csv?..."


@pytest.fixture
def waiting(database: Database, company: Company) -> tuple[int, int]:
    """A run that is to be fetched after a pause, and its job."""
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
    until = datetime.now(UTC) + timedelta(hours=1)
    with database.connection() as conn:
        run = create_run(conn, new)
        create_source(conn, company.organization_id, run.id, NewSource("url", SHOWN, until, b"sealed"))
        job = defer_run(conn, run.id)
        attempt = end_attempt(conn, begin_attempt(conn, run.id), "failed", "It is down.", 0, 600)
        assert attempt is not None
        conn.execute("update procrastinate_jobs set scheduled_at = %s", [attempt.next_at])
    return run.id, job


def test_jobs_are_listed_with_their_reason_and_next_try(
    douane: Douane, company: Company, waiting: tuple[int, int]
) -> None:
    run, job = waiting
    code, out, _ = douane("jobs", "--json")
    (row,) = json.loads(out)
    assert code == 0
    next_at = datetime.fromisoformat(row.pop("next_at"))
    assert next_at > datetime.now(UTC)
    assert row == {
        "job": job,
        "run": run,
        "company": company.code,
        "kind": "fetch",
        "state": "waiting",
        "tries": 1,
        "message": "It is down.",
    }
    code, out, _ = douane("jobs")
    assert code == 0
    assert f"{next_at:%Y-%m-%d %H:%M}" in out
    assert "It is down." in out


def test_jobs_are_listed_by_state(douane: Douane, waiting: tuple[int, int]) -> None:
    assert len(json.loads(douane("jobs", "--state", "waiting", "--state", "failed", "--json")[1])) == 1
    told = (0, "No job is failed or cancelled.\n", "")
    assert douane("jobs", "--state", "failed", "--state", "cancelled") == told
    assert douane("jobs", "--state", "lost")[0] != 0


def test_an_empty_queue_is_told_as_such(douane: Douane) -> None:
    code, out, _ = douane("jobs")
    assert (code, out.startswith("No job waits")) == (0, True)


def test_a_pause_is_ended_by_hand(douane: Douane, waiting: tuple[int, int]) -> None:
    _, job = waiting
    assert douane("jobs", "--retry", str(job)) == (
        0,
        f"Job {job} is tried as soon as a worker is free.\n",
        "",
    )
    (row,) = json.loads(douane("jobs", "--json")[1])
    assert (row["job"], row["next_at"]) == (job, None)


def test_a_cancelled_job_is_tried_once_more(
    douane: Douane, database: Database, waiting: tuple[int, int]
) -> None:
    run, job = waiting
    code, out, _ = douane("jobs", "--cancel", str(job), "--json")
    assert code == 0
    assert json.loads(out)["state"] == "cancelled"
    assert json.loads(out)["message"] == f"It was cancelled by {at_the_command_line()}."
    with database.connection() as conn:
        failed = get_run(conn, None, run)
    assert failed is not None
    assert failed.failure == f"It was cancelled by {at_the_command_line()}."
    code, out, _ = douane("jobs", "--retry", str(job), "--json")
    assert code == 0
    assert json.loads(out)["state"] == "waiting"
    assert json.loads(out)["run"] == run


def test_what_cannot_be_done_is_told(douane: Douane, waiting: tuple[int, int]) -> None:
    _, job = waiting
    code, _, err = douane("jobs", "--retry", str(job + 1))
    assert code != 0
    assert f"There is no job {job + 1}." in err
    code, _, err = douane("jobs", "--retry", str(job), "--cancel", str(job))
    assert code != 0
    assert "expected one of them" in err


def test_a_receipt_shows_where_the_file_is_fetched_from(douane: Douane, waiting: tuple[int, int]) -> None:
    run, _ = waiting
    code, out, _ = douane("run", str(run))
    assert code == 0
    assert out.startswith(f"Run {run} waiting: mydso items\nIts file is being fetched")
    assert f"To be fetched from {SHOWN}" in out
    assert f"{datetime.now(UTC):%Y-%m-%d} " in out
    assert "It is down." in out
    source = json.loads(douane("run", str(run), "--json")[1])["source"]
    assert source["address"] == SHOWN
    assert [each["outcome"] for each in source["attempts"]] == ["failed"]
    assert "sealed" not in str(source)
