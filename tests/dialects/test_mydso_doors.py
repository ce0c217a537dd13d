"""The doors of MY DSO MANAGER as a sender sees them: what goes in, what comes back, byte for byte."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.dialect import Answered, Circumstances
from douane.dialects.mydso import replies
from douane.errors import Failure, Refusal
from douane.model.catalogue import REFUSALS
from douane.settings import Limits, Settings
from douane.store.database import Database
from douane.store.runs import get_run, list_runs
from douane.web.app import create_app
from douane.web.gate import Gate

COUNTERS = [
    "nb_client_added",
    "nb_client_modified",
    "nb_contact_added",
    "nb_item_added",
    "nb_item_modified",
    "nb_user_added",
    "nb_user_modified",
]
CIRCUMSTANCES = Circumstances("POST", "/api/items", datetime(2026, 1, 15, tzinfo=UTC), "req-1")
Web = TestClient[Any]
Auth = tuple[str, str]


@contextmanager
def web_with(database: Database, settings: Settings) -> Iterator[Web]:
    with TestClient(create_app(database, settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def known(web: Web, auth: Auth, files: Any) -> None:
    """The customers that the other files name."""
    assert web.post("/api/clients", content=files.clients, auth=auth).json()["success"] == "true"


def counted(body: dict[str, Any]) -> dict[str, int]:
    return {name: body[name] for name in COUNTERS if body[name]}


# --- what goes in


def test_imports_the_four_files(web: Web, auth: Auth, files: Any) -> None:
    bodies = [
        web.post(f"/api/{door}", content=getattr(files, door), auth=auth).json()
        for door in ("clients", "contacts", "users", "items")
    ]
    assert [counted(body) for body in bodies] == [
        {"nb_client_added": 2},
        {"nb_contact_added": 1},
        {"nb_user_added": 1},
        {"nb_item_added": 2},
    ]


def test_answers_in_the_published_shape(web: Web, auth: Auth, files: Any) -> None:
    reply = web.post("/api/clients", content=files.clients, auth=auth)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert int(reply.headers["douane-run"]) > 0
    assert list(reply.json()) == ["success", *COUNTERS]
    assert reply.json()["success"] == "true"


def test_a_slash_at_the_end_and_unknown_parameters_change_nothing(web: Web, auth: Auth, files: Any) -> None:
    reply = web.post("/api/clients/?lang=fr", content=files.clients, auth=auth)
    assert counted(reply.json()) == {"nb_client_added": 2}


@pytest.mark.parametrize("kind", ["text/csv", "application/json", "application/x-www-form-urlencoded", ""])
def test_the_content_type_does_not_matter(web: Web, auth: Auth, files: Any, kind: str) -> None:
    reply = web.post("/api/clients", content=files.clients, auth=auth, headers={"Content-Type": kind})
    assert counted(reply.json()) == {"nb_client_added": 2}


def test_reads_the_charset_that_is_named(web: Web, auth: Auth, files: Any) -> None:
    file = files.clients.replace(b"My company", "Café".encode("latin-1"))
    reply = web.post("/api/clients?encoding=ISO-8859-1", content=file, auth=auth)
    assert counted(reply.json()) == {"nb_client_added": 2}
    assert "exception_lines" not in reply.json()


def test_opens_gzip(web: Web, auth: Auth, files: Any) -> None:
    packed = gzip.compress(files.clients)
    reply = web.post("/api/clients", content=packed, auth=auth, headers={"Content-Encoding": "gzip"})
    assert counted(reply.json()) == {"nb_client_added": 2}


@pytest.mark.usefixtures("known")
def test_tells_of_ignored_lines_by_their_physical_number(web: Web, auth: Auth, files: Any) -> None:
    file = files.items + b'"FAC";"1";"C0001"\n'
    body = web.post("/api/items", content=file, auth=auth).json()
    assert body["success"] == "true"
    assert list(body) == ["success", *COUNTERS, "exception_lines"]
    assert body["exception_lines"] == {"line 4": "Column count doesn't match (defined=6, found=3)"}
    assert counted(body) == {"nb_item_added": 2}


@pytest.mark.usefixtures("known")
def test_a_line_with_several_faults_tells_all_of_them(web: Web, auth: Auth, files: Any) -> None:
    file = files.item_labels + b'"XXX";"1";"C0001";"someday";"2024-11-28";"much"\n'
    lines = web.post("/api/items", content=file, auth=auth).json()["exception_lines"]
    assert list(lines) == ["line 2"]
    assert len(lines["line 2"].split("; ")) == 3


@pytest.mark.usefixtures("known")
def test_says_how_many_ignored_lines_found_no_room(
    database: Database, settings: Settings, auth: Auth, files: Any
) -> None:
    narrow = replace(settings, limits=Limits(exception_lines_max=2))
    with web_with(database, narrow) as web:
        body = web.post("/api/items", content=files.item_labels + b"x\n" * 5, auth=auth).json()
    assert list(body["exception_lines"]) == ["line 2", "line 3", "more"]
    assert body["exception_lines"]["more"].startswith("3 more lines")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("said", ["true", "1", "TRUE"])
def test_a_dry_run_counts_and_stores_nothing(web: Web, auth: Auth, files: Any, said: str) -> None:
    for _ in range(2):
        body = web.post(f"/api/items?dry_run={said}", content=files.items, auth=auth).json()
        assert counted(body) == {"nb_item_added": 2}


@pytest.mark.usefixtures("known")
def test_stock_mode_clears_and_delta_mode_does_not(
    web: Web, auth: Auth, files: Any, database: Database
) -> None:
    web.post("/api/items", content=files.items, auth=auth)
    shorter = files.items.rsplit(b"\n", 2)[0] + b"\n"
    delta = web.post("/api/items", content=shorter, auth=auth)
    stock = web.post("/api/items?clear_items_not_modified=true", content=shorter, auth=auth)
    cleared = [receipt(database, each)["counts"]["cleared"] for each in (delta, stock)]
    assert cleared == [0, 1]


def receipt(database: Database, reply: Any) -> dict[str, Any]:
    with database.connection() as conn:
        run = get_run(conn, None, int(reply.headers["douane-run"]))
    assert run is not None
    assert run.receipt is not None
    return run.receipt


# --- what is turned away


def refused(reply: Any, status: int, code: str) -> str:
    """The description of an error, after a look at its shape."""
    assert reply.status_code == status
    body = reply.json()
    assert list(body) == ["success", "error_code", "error_description", *COUNTERS]
    assert body["success"] == "false"
    assert body["error_code"] == code
    assert counted(body) == {}
    return str(body["error_description"])


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer abc", "Basic " + "A" * 5000, "Basic /zov"],
)
def test_denies_access_without_a_good_credential(web: Web, files: Any, header: str) -> None:
    reply = web.post("/api/items", content=files.items, headers={"Authorization": header})
    refused(reply, 401, "ACCESS_DENIED")
    assert reply.headers["www-authenticate"] == 'Basic realm="Douane"'
    assert "douane-run" not in reply.headers


def test_denies_access_to_a_wrong_password(web: Web, auth: Auth, files: Any) -> None:
    refused(web.post("/api/items", content=files.items, auth=(auth[0], "wrong")), 401, "ACCESS_DENIED")


def test_blank_lines_are_an_empty_file(web: Web, auth: Auth) -> None:
    refused(web.post("/api/items", content=b"\r\n\r\n", auth=auth), 200, "CSV_EMPTY")


def test_an_empty_body_is_refused_and_recorded(web: Web, auth: Auth, database: Database) -> None:
    reply = web.post("/api/items", content=b"", auth=auth)
    refused(reply, 200, "CSV_EMPTY")
    with database.connection() as conn:
        run = get_run(conn, None, int(reply.headers["douane-run"]))
    assert run is not None
    assert (run.state, run.refusal_code, run.upload_bytes) == ("refused", "empty-upload", 0)


@pytest.mark.parametrize(
    ("query", "file"),
    [
        ("", b'"client_code;client_business_name\nC1;N\n'),
        ("", b"client_code;client_code;client_business_name\nC1;C1;N\n"),
        ("", b"client_code;;client_business_name\nC1;;N\n"),
        ("", b"client_code\nC1\n"),
        ("?encoding=klingon", b"client_code;client_business_name\nC1;N\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_bad_syntax(web: Web, auth: Auth, query: str, file: bytes) -> None:
    assert refused(web.post(f"/api/clients{query}", content=file, auth=auth), 200, "CSV_BAD_SYNTAX")


def test_a_broken_archive_is_bad_syntax(web: Web, auth: Auth) -> None:
    headers = {"Content-Encoding": "gzip"}
    refused(web.post("/api/items", content=b"not gzip", auth=auth, headers=headers), 200, "CSV_BAD_SYNTAX")


def test_a_compression_we_do_not_know_is_bad_syntax(web: Web, auth: Auth) -> None:
    headers = {"Content-Encoding": "br"}
    said = refused(web.post("/api/items", content=b"x", auth=auth, headers=headers), 200, "CSV_BAD_SYNTAX")
    assert "br" in said


@pytest.mark.parametrize(
    ("door", "query"),
    [
        ("items", "clear_items_not_modified=maybe"),
        ("users", "replace_users_association=2"),
        ("contacts", "dry_run=yes"),
    ],
)
def test_a_bad_option_is_named_with_its_values(
    web: Web, auth: Auth, files: Any, door: str, query: str
) -> None:
    reply = web.post(f"/api/{door}?{query}", content=getattr(files, door), auth=auth)
    said = refused(reply, 200, "BAD_OPTION")
    assert query.partition("=")[0] in said
    assert "true" in said
    assert "douane-run" in reply.headers


def test_an_upload_above_the_limit_is_413_and_leaves_no_file(
    database: Database, settings: Settings, auth: Auth, spool: Path
) -> None:
    narrow = replace(settings, limits=Limits(upload_bytes_max=10))
    with web_with(database, narrow) as web:
        announced = web.post("/api/items", content=b"x" * 11, auth=auth)
        chunked = web.post("/api/items", content=iter([b"x" * 6, b"x" * 6]), auth=auth)
    for reply in (announced, chunked):
        refused(reply, 413, "FILE_TOO_LARGE")
        assert "douane-run" in reply.headers
    assert list(spool.iterdir()) == []


def test_an_operator_may_choose_400_for_errors(database: Database, settings: Settings, auth: Auth) -> None:
    with web_with(database, replace(settings, answer_errors_with_200=False)) as web:
        refused(web.post("/api/items", content=b"", auth=auth), 400, "CSV_EMPTY")


def test_get_is_not_allowed(web: Web) -> None:
    reply = web.get("/api/items")
    assert reply.status_code == 405
    assert "POST" in reply.headers["allow"]


def test_every_refusal_has_a_wire_code_and_a_status() -> None:
    for code in REFUSALS:
        reply = replies.refused(Refusal(code, "message", "hint"), CIRCUMSTANCES)
        assert reply.body["error_code"].isupper()
        assert reply.status in {200, 400, 401, 409, 413, 422}
    assert set(replies.WIRE_CODES) <= set(REFUSALS)


def test_failures_say_when_to_try_again() -> None:
    busy = replies.failed(Failure("busy", transient=True), CIRCUMSTANCES)
    assert (busy.status, busy.headers) == (503, {"Retry-After": "5"})
    assert replies.failed(Failure("broken"), CIRCUMSTANCES).status == 500


def test_reads_no_more_faults_than_it_tells() -> None:
    def faults() -> Iterator[tuple[int, str]]:
        yield from ((2, "a"), (2, "b"), (3, "c"), (4, "d"))
        raise AssertionError("read too far")

    body = replies.succeeded(Answered(7, {}, rejected=10, faults=faults(), lines_max=2)).body
    lines = {"line 2": "a; b", "line 3": "c", "more": "8 more lines were ignored: see /v1/runs/7/faults"}
    assert body["exception_lines"] == lines


def test_our_own_error_is_500_in_the_dialect_and_tells_nothing_inside(
    web: Web, auth: Auth, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.connection() as conn:
        conn.execute("alter table runs rename column upload_name to gone")
    reply = web.post("/api/items", content=b"x", auth=auth)
    said = refused(reply, 500, "SERVER_ERROR")
    assert "upload_name" not in reply.text
    number = said.rpartition(" ")[2].rstrip(".")
    assert number in caplog.text
    assert auth[1] not in caplog.text


# --- the same file again


@pytest.mark.usefixtures("known")
def test_a_key_gives_the_stored_answer_to_the_same_file(web: Web, auth: Auth, files: Any) -> None:
    sent = {"content": files.items, "auth": auth, "headers": {"Idempotency-Key": "night-1"}}
    first, again = (web.post("/api/items", **sent) for _ in range(2))
    assert again.content == first.content
    assert again.headers["douane-run"] == first.headers["douane-run"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.usefixtures("known")
def test_a_key_is_for_one_file_one_door_and_one_set_of_options(web: Web, auth: Auth, files: Any) -> None:
    headers = {"Idempotency-Key": "night-1"}
    first = web.post("/api/items", content=files.items, auth=auth, headers=headers)
    others = [
        ("/api/items", files.items + b"\n"),
        ("/api/clients", files.items),
        ("/apiPutFiles/items", files.items),
        ("/api/items?clear_items_not_modified=true", files.items),
        ("/api/items?dry_run=true", files.items),
    ]
    for address, file in others:
        reply = web.post(address, content=file, auth=auth, headers=headers)
        refused(reply, 422, "IDEMPOTENCY_KEY_REUSED")
        assert reply.headers["douane-run"] == first.headers["douane-run"]


def test_a_key_is_free_again_when_nothing_could_be_read(web: Web, auth: Auth, files: Any) -> None:
    headers = {"Idempotency-Key": "night-1"}
    refused(web.post("/api/clients", content=b"", auth=auth, headers=headers), 200, "CSV_EMPTY")
    assert (
        web.post("/api/clients", content=files.clients, auth=auth, headers=headers).json()["success"]
        == "true"
    )


def test_keys_of_two_companies_do_not_meet(web: Web, auth: Auth, stranger: Auth, files: Any) -> None:
    headers = {"Idempotency-Key": "night-1"}
    for who in (auth, stranger):
        reply = web.post("/api/clients", content=files.clients, auth=who, headers=headers)
        assert counted(reply.json()) == {"nb_client_added": 2}


def test_a_key_of_a_run_under_way_is_409(
    web: Web, auth: Auth, files: Any, database: Database, settings: Settings
) -> None:
    headers = {"Idempotency-Key": "night-1"}
    web.post("/api/clients", content=files.clients, auth=auth, headers=headers)
    with database.connection() as conn:
        conn.execute("update runs set state = 'running'")
    reply = web.post("/api/clients", content=files.clients, auth=auth, headers=headers)
    refused(reply, 409, "IDEMPOTENCY_KEY_IN_USE")
    assert reply.headers["retry-after"]


@pytest.mark.parametrize("key", ["k" * 256, "a\tb"])
def test_a_key_that_cannot_be_kept_is_a_bad_option(web: Web, auth: Auth, files: Any, key: str) -> None:
    reply = web.post("/api/clients", content=files.clients, auth=auth, headers={"Idempotency-Key": key})
    assert "Idempotency-Key" in refused(reply, 200, "BAD_OPTION")


# --- later


@pytest.mark.parametrize("door", ["items", "clients", "contacts", "users"])
def test_put_files_keeps_the_upload_and_answers_at_once(
    web: Web, auth: Auth, files: Any, database: Database, spool: Path, door: str
) -> None:
    reply = web.post(f"/apiPutFiles/{door}/", content=getattr(files, door), auth=auth)
    number = int(reply.headers["douane-run"])
    assert reply.status_code == 200
    assert reply.json() == {
        "success": "true",
        **dict.fromkeys(COUNTERS, 0),
        "run": number,
        "status": f"/v1/runs/{number}",
    }
    with database.connection() as conn:
        run = get_run(conn, None, number)
        (chunks,) = conn.execute("select count(*) from upload_chunks").fetchone() or (None,)
        (jobs,) = conn.execute("select count(*) from procrastinate_jobs").fetchone() or (None,)
    assert run is not None
    assert (run.state, run.is_async, run.upload_path) == ("waiting", True, None)
    assert (chunks, jobs) == (1, 1)
    assert list(spool.iterdir()) == []


def test_a_key_keeps_a_file_from_being_queued_twice(
    web: Web, auth: Auth, files: Any, database: Database
) -> None:
    sent = {"content": files.clients, "auth": auth, "headers": {"Idempotency-Key": "night-1"}}
    first, again = (web.post("/apiPutFiles/clients", **sent) for _ in range(2))
    assert json.loads(again.content) == json.loads(first.content)
    assert again.headers["idempotency-replayed"] == "true"
    with database.connection() as conn:
        assert len(list_runs(conn, None)) == 1


def test_too_many_in_line_is_503(web: Web, auth: Auth, files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("douane.web.gate.Gate.check_room", Gate(at_once=1, waiting_max=-1).check_room)
    reply = web.post("/api/clients", content=files.clients, auth=auth)
    refused(reply, 503, "SERVER_BUSY")
    assert reply.headers["retry-after"] == "5"
