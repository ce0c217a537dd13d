"""/v1/runs: a company sees its own runs, their receipts, faults and rejected lines, and nobody else's."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.store.credentials import grant
from douane.store.database import Database

Web = TestClient[Any]
Auth = tuple[str, str]


def send(web: Web, auth: Auth, door: str, file: bytes, query: str = "") -> int:
    reply = web.post(f"/api/{door}{query}", content=file, auth=auth)
    return int(reply.headers["douane-run"])


@pytest.fixture
def known(web: Web, auth: Auth, files: Any) -> int:
    """The run that brought the customers."""
    return send(web, auth, "clients", files.clients)


@pytest.fixture
def faulty(web: Web, auth: Auth, files: Any, known: int) -> int:
    """A run with two good lines, one of six cells with two bad ones, and one of two cells."""
    bad = b'"FAC";"1";"C0001";"=someday";"2024-11-28";"much"\n"FAC";"1"\n'
    return send(web, auth, "items", files.items + bad)


def error(reply: Any, status: int, code: str) -> None:
    assert reply.status_code == status
    assert reply.json()["error"]["code"] == code
    assert list(reply.json()["error"]) == ["code", "message", "hint"]


def test_lists_the_newest_first_page_by_page(web: Web, auth: Auth, files: Any) -> None:
    numbers = [send(web, auth, "clients", files.clients) for _ in range(3)]
    newest = web.get("/v1/runs?limit=2", auth=auth).json()["runs"]
    older = web.get(f"/v1/runs?limit=2&before={newest[-1]['run']}", auth=auth).json()["runs"]
    assert [run["run"] for run in (*newest, *older)] == numbers[::-1]
    assert newest[0]["counts"]["unchanged"] == 2


def test_gives_the_receipt(web: Web, auth: Auth, faulty: int) -> None:
    receipt = web.get(f"/v1/runs/{faulty}", auth=auth).json()
    assert (receipt["run"], receipt["state"], receipt["dialect"], receipt["table"]) == (
        faulty,
        "succeeded",
        "mydso",
        "items",
    )
    counts = receipt["counts"]
    assert counts["received"] == 4
    assert counts["received"] == sum(counts[name] for name in ("added", "updated", "unchanged", "rejected"))
    assert receipt["faults_total"] == len(receipt["faults"]) == 3
    assert set(receipt["faults"][0]) == {"line", "field", "value", "code", "message", "hint"}
    assert set(receipt["stages"]) >= {"receive", "decode", "parse", "map", "validate", "merge", "report"}


def test_a_refused_run_has_a_receipt_too(web: Web, auth: Auth) -> None:
    number = send(web, auth, "items", b"")
    receipt = web.get(f"/v1/runs/{number}", auth=auth).json()
    assert receipt["state"] == "refused"
    assert receipt["refusal"]["code"] == "empty-upload"


def test_pages_through_the_faults(web: Web, auth: Auth, faulty: int) -> None:
    first = web.get(f"/v1/runs/{faulty}/faults?limit=1", auth=auth).json()
    assert [fault["line"] for fault in first["faults"]] == [4, 4]
    second = web.get(f"/v1/runs/{faulty}/faults?limit=1&after={first['next']}", auth=auth).json()
    assert [(fault["line"], fault["code"]) for fault in second["faults"]] == [(5, "column-count")]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "accept"), [("?format=csv", "*/*"), ("", "text/csv"), ("?format=csv", "application/json")]
)
def test_gives_the_faults_as_csv_that_no_spreadsheet_runs(
    web: Web, auth: Auth, faulty: int, query: str, accept: str
) -> None:
    reply = web.get(f"/v1/runs/{faulty}/faults{query}", auth=auth, headers={"Accept": accept})
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert list(rows[0]) == ["line", "field", "value", "code", "severity", "message", "hint"]
    assert [row["line"] for row in rows] == ["4", "4", "5"]
    assert {row["value"] for row in rows} >= {"'=someday", "much"}


def test_json_wins_when_it_is_asked_for(web: Web, auth: Auth, faulty: int) -> None:
    reply = web.get(f"/v1/runs/{faulty}/faults?format=json", auth=auth, headers={"Accept": "text/csv"})
    assert reply.headers["content-type"] == "application/json"


def test_the_rejected_lines_come_back_as_sent_with_the_reason(
    web: Web, auth: Auth, files: Any, faulty: int
) -> None:
    reply = web.get(f"/v1/runs/{faulty}/rejected.csv", auth=auth)
    assert reply.status_code == 200
    header, *lines = reply.text.splitlines()
    assert header == "douane_reason;" + files.item_labels.decode().rstrip()
    assert [line.split('";', 1)[1] for line in lines] == [
        '"FAC";"1";"C0001";"=someday";"2024-11-28";"much"',
        '"FAC";"1"',
    ]
    assert "item_date_issue" in lines[0]
    assert "defined=6, found=2" in lines[1]


def test_the_corrected_file_of_rejected_lines_can_be_sent_back(web: Web, auth: Auth, faulty: int) -> None:
    file = web.get(f"/v1/runs/{faulty}/rejected.csv", auth=auth).content
    header, line, _ = file.splitlines()
    line = line.replace(b'"=someday"', b'"2024-11-20"').replace(b'"much"', b'"12,50"')
    fixed = header + b"\r\n" + line
    body = web.post("/api/items", content=fixed, auth=auth).json()
    assert body["nb_item_added"] == 1
    assert "exception_lines" not in body


def test_rejected_lines_keep_the_charset_they_came_in(web: Web, auth: Auth, known: int) -> None:
    file = "client_code;client_business_name\nC9;Café\nC8;Été;trop\n".encode("latin-1")
    number = send(web, auth, "clients", file, "?encoding=ISO-8859-1")
    got = web.get(f"/v1/runs/{number}/rejected.csv", auth=auth)
    assert got.content.decode("latin-1").splitlines()[1].endswith(";C8;Été;trop")


def test_a_run_without_rejected_lines_gives_the_header_alone(web: Web, auth: Auth, known: int) -> None:
    reply = web.get(f"/v1/runs/{known}/rejected.csv", auth=auth)
    assert reply.text == 'douane_reason;"client_code";"client_business_name"\r\n'


def test_rejected_lines_of_an_upload_that_is_gone_are_410(
    web: Web, auth: Auth, faulty: int, spool: Path
) -> None:
    for file in spool.iterdir():
        file.unlink()
    error(web.get(f"/v1/runs/{faulty}/rejected.csv", auth=auth), 410, "upload-gone")


def test_a_run_that_holds_no_clear_cannot_be_released(web: Web, auth: Auth, known: int) -> None:
    error(web.post(f"/v1/runs/{known}/release", auth=auth), 409, "nothing-held")


def test_a_held_clear_is_released_once(web: Web, auth: Auth, files: Any, known: int) -> None:
    many = b"".join(
        f'"FAC";"{number}";"C0001";"2024-11-21";"2024-11-28";"1"\n'.encode() for number in range(120)
    )
    send(web, auth, "items", files.item_labels + many)
    held = send(web, auth, "items", files.items, "?clear_items_not_modified=true")
    assert web.get(f"/v1/runs/{held}", auth=auth).json()["counts"]["cleared"] == 0
    released = web.post(f"/v1/runs/{held}/release", auth=auth)
    assert released.status_code == 200
    assert released.json()["counts"]["cleared"] == 120
    error(web.post(f"/v1/runs/{held}/release", auth=auth), 409, "nothing-held")


@pytest.mark.parametrize("rest", ["", "/faults", "/rejected.csv", "/rejected.json", "/release"])
def test_the_runs_of_others_do_not_exist(
    web: Web, auth: Auth, stranger: Auth, database: Database, known: int, rest: str
) -> None:
    with database.connection() as conn:
        sister = grant(conn, "mydso", "ACME", "SISTER")
    method = web.post if rest == "/release" else web.get
    for who in (stranger, (sister.login, sister.password)):
        error(method(f"/v1/runs/{known}{rest}", auth=who), 404, "unknown-run")
        assert web.get("/v1/runs", auth=who).json() == {"runs": []}
    error(method(f"/v1/runs/{known}{rest}"), 401, "access-denied")


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999999"])
def test_a_run_that_is_not_there_is_404(web: Web, auth: Auth, number: str) -> None:
    error(web.get(f"/v1/runs/{number}", auth=auth), 404, "unknown-run")


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=many", "before=x"])
def test_a_bad_parameter_is_named(web: Web, auth: Auth, query: str) -> None:
    reply = web.get(f"/v1/runs?{query}", auth=auth)
    error(reply, 400, "bad-request")
    assert query.partition("=")[0] in reply.json()["error"]["message"]


# --- around the runs


def test_is_alive_and_ready_without_a_credential(web: Web) -> None:
    assert web.get("/health").json() == {"status": "alive"}
    assert web.get("/ready").json() == {"status": "ready"}


def test_is_not_ready_without_its_tables(web: Web, database: Database) -> None:
    with database.connection() as conn:
        conn.execute("alter table runs rename to walks")
    reply = web.get("/ready")
    assert reply.status_code == 503
    assert reply.json()["status"] == "not ready"
    assert web.get("/health").status_code == 200


def test_metrics_count_and_name_no_tenant(web: Web, auth: Auth, faulty: int) -> None:
    text = web.get("/metrics").text
    assert 'douane_requests_total{door="/api/items",status="200"} 1.0' in text
    assert 'douane_runs_total{state="succeeded"} 2.0' in text
    assert 'douane_rows_total{verdict="rejected"} 2.0' in text
    assert 'douane_stage_seconds_count{stage="merge"} 2.0' in text
    assert "douane_imports_waiting 0.0" in text
    assert "acme" not in text.lower()


def test_metrics_count_refused_and_failed_runs_too(
    web: Web, auth: Auth, files: Any, database: Database
) -> None:
    send(web, auth, "clients", b"")
    with database.connection() as conn:
        conn.execute("alter table customers rename to somebody")
    assert web.post("/api/clients", content=files.clients, auth=auth).status_code == 500
    text = web.get("/metrics").text
    assert 'douane_runs_total{state="refused"} 1.0' in text
    assert 'douane_runs_total{state="failed"} 1.0' in text


def test_the_reference_comes_without_a_script_or_another_host(web: Web) -> None:
    page = web.get("/schema")
    assert page.status_code == 200
    assert "clear_items_not_modified" in page.text
    assert "<script" not in page.text
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//|@import|url\(""", page.text)
    assert web.get("/schema/reference.css").headers["content-type"].startswith("text/css")


def test_the_openapi_document_tells_every_door(web: Web) -> None:
    document = web.get("/schema/openapi.json").json()
    doors = [
        f"/{way}/{name}"
        for way in ("api", "apiPutFiles")
        for name in ("items", "clients", "contacts", "users")
    ]
    for door in doors:
        told = document["paths"][door]["post"]
        assert "text/csv" in told["requestBody"]["content"]
        assert {"encoding", "dry_run", "Idempotency-Key"} <= {each["name"] for each in told["parameters"]}
        assert told["responses"]["200"]["content"]["application/json"]["examples"]
    assert "clear_items_not_modified" in str(document["paths"]["/api/items"])


@pytest.mark.parametrize("address", ["/health", "/nowhere", "/api/items", "/schema"])
def test_every_reply_carries_the_security_headers(web: Web, address: str) -> None:
    headers = web.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
