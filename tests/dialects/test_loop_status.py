"""The status of Loop's imports: 1 to 4 in every state of a run, with counts, attempts and errors."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from douane.dialects.loop.messages import MESSAGES
from douane.dialects.loop.status import PARTLY, PREVIEWED, SENTENCES
from douane.errors import Refusal
from douane.model.catalogue import WARNINGS
from douane.model.refusing import refusal
from douane.store.runs import Run, create_run, fail_run, finish_run, refuse_run, start_run, wait_again
from douane.store.sources import begin_attempt, end_attempt

from .conftest import Loop

SENT = {"codeIbs": "CEGID003", "URL": "https://a.example/fec.txt?sig=secret"}
KEYS = ["accountingImportRequestId", "status", "message", "run", "counts", "errors", "errorsTotal"]


def counts(**changed: int) -> dict[str, Any]:
    """A receipt whose counts are 0 but for these."""
    every = dict.fromkeys(("received", "added", "updated", "unchanged", "rejected", "cleared"), 0)
    return {"counts": every | changed, "tables": {}, "notes": {}, "stages": {}}


@pytest.fixture
def run(loop: Loop) -> Run:
    return loop.run(loop.post("importFEC", SENT))


def told(loop: Loop, run: Run) -> dict[str, Any]:
    return loop.status(str(run.request_id))


def test_an_import_that_waits(loop: Loop, run: Run) -> None:
    status = told(loop, run)
    assert list(status) == KEYS
    assert status == {
        "accountingImportRequestId": str(run.request_id),
        "status": 1,
        "message": SENTENCES[1],
        "run": run.id,
        "counts": None,
        "errors": [],
        "errorsTotal": 0,
    }


def test_an_import_under_way(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        start_run(conn, run.id)
    assert (told(loop, run)["status"], told(loop, run)["message"]) == (2, SENTENCES[2])
    with loop.database.connection() as conn:
        wait_again(conn, run.id)
    assert told(loop, run)["status"] == 1


def test_an_import_that_succeeded(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        finish_run(conn, run.id, counts(received=3, added=2, unchanged=1))
    status = told(loop, run)
    assert (status["status"], status["message"], status["errors"]) == (3, SENTENCES[3], [])
    assert list(status["counts"].items()) == [
        ("received", 3),
        ("added", 2),
        ("updated", 0),
        ("unchanged", 1),
        ("rejected", 0),
    ]


def test_a_preview_that_succeeded(loop: Loop) -> None:
    run = loop.run(loop.post("importFEC", SENT, params={"dry_run": "true"}))
    with loop.database.connection() as conn:
        finish_run(conn, run.id, counts(received=3, added=3))
    status = told(loop, run)
    assert (status["status"], status["message"], status["counts"]["added"]) == (3, PREVIEWED, 3)


def test_an_import_with_rejected_lines_ended_in_error(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        finish_run(conn, run.id, counts(received=3, added=2, rejected=1))
        add_fault(conn, run.id, 3)
    status = told(loop, run)
    assert (status["status"], status["message"], status["errorsTotal"]) == (4, PARTLY, 1)
    assert status["counts"]["rejected"] == 1


def test_an_import_that_was_refused(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        refuse_run(conn, run.id, refusal("empty-upload"))
    status = told(loop, run)
    assert (status["status"], status["message"], status["counts"]) == (4, SENTENCES[4], None)
    (error,) = status["errors"]
    assert list(error) == ["line", "field", "value", "code", "message", "hint"]
    assert (error["line"], error["code"]) == (None, "empty-upload")
    assert error["message"] == refusal("empty-upload").message


def test_an_import_that_failed(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        fail_run(conn, run.id, "Given up after 9 attempts.")
    status = told(loop, run)
    assert status["status"] == 4
    assert status["errors"] == [
        {
            "line": None,
            "field": None,
            "value": None,
            "code": "failed",
            "message": "Given up after 9 attempts.",
            "hint": "",
        }
    ]


def test_many_errors_are_counted_and_the_first_told(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        for line in range(250, 0, -1):
            add_fault(conn, run.id, line)
        add_fault(conn, run.id, 7, is_warning=True)
        refuse_run(conn, run.id, Refusal("not-a-date", "Line 1: no date."))
    status = told(loop, run)
    assert status["errorsTotal"] == 250
    assert [each["line"] for each in status["errors"]] == list(range(1, 101))
    assert status["errors"][0] == {
        "line": 1,
        "field": "EcritureDate",
        "value": "x",
        "code": "not-a-date",
        "message": status["errors"][0]["message"],
        "hint": status["errors"][0]["hint"],
    }


def test_attempts_to_fetch_are_told(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn:
        end_attempt(conn, begin_attempt(conn, run.id), "failed", "a.example: refused", 0, 60.0)
        begin_attempt(conn, run.id)
    status = told(loop, run)
    assert status["status"] == 1
    assert list(status) == [*KEYS[:5], "attempts", *KEYS[5:]]
    first, second = status["attempts"]
    assert (first["number"], first["outcome"], first["message"]) == (1, "failed", "a.example: refused")
    assert first["startedAt"] <= first["endedAt"] < first["nextAt"]
    assert second == {
        "number": 2,
        "startedAt": second["startedAt"],
        "endedAt": None,
        "bytes": None,
        "outcome": "fetching",
        "message": None,
        "nextAt": None,
    }
    assert "secret" not in str(status)


def test_the_id_and_its_name_may_be_written_in_any_way(loop: Loop, run: Run) -> None:
    request_id = str(run.request_id)
    for name in ("accountingImportRequestId", "ACCOUNTINGIMPORTREQUESTID", "accountingimportrequestid"):
        for sent in (request_id, request_id.upper(), f" {request_id} "):
            for call in ("getImportStatus", "getstatus", "GETSTATUS"):
                assert loop.get(call, **{name: sent}).json()["run"] == run.id


def test_a_request_that_nobody_made(loop: Loop, run: Run) -> None:
    unknown = MESSAGES["unknown-request"]
    sent = str(run.request_id)
    for odd in (
        str(uuid4()),
        "x",
        "1",
        sent[:-1],
        f"{{{sent}}}",
        f"urn:uuid:{sent}",
        sent.replace("-", ""),
        "é",
    ):
        reply = loop.get("getImportStatus", accountingImportRequestId=odd)
        assert loop.told(reply) == unknown.format(odd), odd
    for query in ({}, {"accountingImportRequestId": " "}, {"id": sent}):
        assert loop.told(loop.get("getstatus", **query)) == MESSAGES["no-request"]


def test_runs_of_other_dialects_have_no_request_id(loop: Loop, make_run: Any) -> None:
    other = make_run(loop.company, "native", "fec", "x")
    assert other.request_id is None
    assert loop.told(loop.get("getstatus", accountingImportRequestId=str(other.id)))


def test_two_runs_never_have_one_request_id(loop: Loop, run: Run) -> None:
    with loop.database.connection() as conn, pytest.raises(Exception, match="runs_by_request_id"):
        create_run(conn, run)


def add_fault(conn: Any, run_id: int, line: int, *, is_warning: bool = False) -> None:
    code = next(iter(WARNINGS)) if is_warning else "not-a-date"
    conn.execute(
        """
        insert into faults (organization_id, run_id, line, field, value, code, is_warning)
        select organization_id, id, %s, 'EcritureDate', 'x', %s, %s
        from runs
        where id = %s
        """,
        (line, code, is_warning, run_id),
    )
