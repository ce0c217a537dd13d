"""The rejected accounts of a run: as they were sent, with the reason, ready to be sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.carry_out import import_run
from douane.dialects.djust.access import ACCESS
from douane.dialects.native.mapped import MAPPED, MAPPING
from douane.model.builtin_mappings import DJUST
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import ensure_company
from douane.store.runs import Run

Web = TestClient[Any]
Auth = tuple[str, str]
Send = Callable[[bytes], int]
MakeRun = Callable[..., Run]

ADDRESS = (
    '{"addressExternalId":"A1","addressFullName":"Jane","addressCountry":"Canada","addressCity":"Toronto",'
    '"addressZipCode":"M5H","addressStreetName":"1 Queen St"}'
)
FINE = (
    '{"accountExternalId":"F","accountName":"F","companyRegistrationName":"F",'
    f'"businessRegistrationNumber":"1","address":[{ADDRESS}]}}'
)
BAD = FINE.replace('"F"', '"B"').replace('"accountName":"B"', '"accountName" : "", "amount": 1.50')


@pytest.fixture
def bearer(database: Database) -> dict[str, str]:
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("ACME", "MAIN")).keys
    return {"Authorization": f"Bearer {keys['token']}"}


@pytest.fixture
def send(web: Web, bearer: dict[str, str]) -> Send:
    """Sends a list of accounts; gives the number of its run."""

    def sent(body: bytes) -> int:
        reply = web.post("/v1/connectors/accounts/runs", content=body, headers=bearer)
        return int(reply.headers["Douane-Run"])

    return sent


@pytest.fixture
def rejected(web: Web, bearer: dict[str, str]) -> Callable[[int], str]:
    """The file of what a run rejected."""

    def fetched(run: int) -> str:
        reply = web.get(f"/v1/runs/{run}/rejected.json", headers=bearer)
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
        assert reply.headers["content-disposition"] == f'attachment; filename="run-{run}-rejected.json"'
        return reply.content.decode()

    return fetched


def test_objects_come_back_as_they_were_sent_with_the_reason(send: Send, rejected: Any) -> None:
    text = rejected(send(f"[{FINE},\n {BAD} ]".encode()))
    (told,) = json.loads(text)
    reason = told.pop("douane_reason")
    published = "F-E-001: Required field(s) accountName is/are missing or blank"
    assert reason == f"accountName is empty but required ({published})"
    assert text == f'[\n{{"douane_reason":{json.dumps(reason)},{BAD[1:]}\n]\n'


def test_the_corrected_list_can_be_sent_again(web: Web, send: Send, rejected: Any, bearer: Any) -> None:
    again = send(rejected(send(f"[{BAD},{FINE}]".encode())).encode())
    (told,) = json.loads(rejected(again))
    assert list(told).count("douane_reason") == 1
    assert rejected(again).count("douane_reason") == 1
    told["accountName"] = "Corrected"
    last = send(json.dumps([told]).encode())
    counts = web.get(f"/v1/runs/{last}", headers=bearer).json()["counts"]
    assert (counts["received"], counts["added"], counts["rejected"]) == (1, 1, 0)
    assert json.loads(rejected(last)) == []


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        ("7", '"douane_sent":7}'),
        ('["a", null]', '"douane_sent":["a", null]}'),
        ("null", '"douane_sent":null}'),
        ("{}", '"}\n'),
        ('{ "a": "\\u0000" }', ',"a": "\\u0000" }'),
        ('{"accountExternalId": "=cmd|\' /C calc\'!A0\\u202e"}', "\"=cmd|' /C calc'!A0\\u202e\"}"),
        ('{"accountName": "\\ud83d half"}', '"accountName": "\\ufffd half"}'),
        ('{"douane_reason": {"a": 1}, "b": 2.0}', ',"b":2.0}'),
    ],
)
def test_odd_objects_come_back_too(send: Send, rejected: Any, sent: str, given: str) -> None:
    text = rejected(send(f"[{sent}, {FINE}]".encode()))
    assert len(json.loads(text)) == 1
    assert given in text


def test_bytes_that_are_no_utf_8_are_shown(send: Send, rejected: Any) -> None:
    (told,) = json.loads(rejected(send(b'[{"accountExternalId": "caf\xe9"}]')))
    assert told["accountExternalId"] == "caf\ufffd"


def test_every_object_of_a_rejected_account_comes_back(send: Send, rejected: Any) -> None:
    second = BAD.replace('"A1"', '"A2"')
    told = json.loads(rejected(send(f"[{BAD},{FINE},{second}]".encode())))
    assert [each["address"][0]["addressExternalId"] for each in told] == ["A1", "A2"]
    assert all(each["douane_reason"] for each in told)


def test_a_list_of_many_comes_back_in_its_order(send: Send, rejected: Any) -> None:
    many = ",".join(BAD.replace('"B"', f'"B{number}"') for number in range(3000))
    told = json.loads(rejected(send(f"[{many}]".encode())))
    assert [each["accountExternalId"] for each in told] == [f"B{number}" for number in range(3000)]


def test_a_refused_list_gives_an_empty_one(send: Send, rejected: Any) -> None:
    assert json.loads(rejected(send(b"[{"))) == []


def test_an_upload_that_is_gone_is_told(web: Web, send: Send, bearer: Any, spool: Path) -> None:
    run = send(f"[{BAD}]".encode())
    for file in spool.iterdir():
        file.unlink()
    reply = web.get(f"/v1/runs/{run}/rejected.json", headers=bearer)
    assert (reply.status_code, reply.json()["error"]["code"]) == (410, "upload-gone")


def test_objects_are_no_lines_and_lines_are_no_objects(
    web: Web, send: Send, bearer: Any, auth: Auth, files: Any
) -> None:
    objects = send(f"[{BAD}]".encode())
    lines = web.post("/api/clients", content=files.clients, auth=auth).headers["Douane-Run"]
    for address, opened in (
        (f"{objects}/rejected.csv", {"headers": bearer}),
        (f"{lines}/rejected.json", {"auth": auth}),
    ):
        told = web.get(f"/v1/runs/{address}", **opened)
        assert (told.status_code, told.json()["error"]["code"]) == (400, "no-rejected-lines")
        assert "rejected." in told.json()["error"]["hint"]


@pytest.mark.parametrize(
    ("records", "name", "text"),
    [
        ("$.data[1]['the list']", "a.json", '{"data": [7, {"the list": [%s]}]}'),
        ("$.lists[*].of", "a.json", '{"lists": [{"of": []}, {"of": [%s]}]}'),
        ("$.data", "a.ndjson", "\n%s\r\n\n"),
    ],
)
def test_the_list_stands_where_the_mapping_looks_for_it(
    database: Database,
    settings: Settings,
    make_run: MakeRun,
    web: Web,
    bearer: Any,
    records: str,
    name: str,
    text: str,
) -> None:
    document = DJUST.as_json()
    document["layout"]["records"] = records
    with database.connection() as conn:
        company = ensure_company(conn, "ACME", "MAIN")

    def imported(body: bytes, name: str) -> Run:
        run = make_run(company, "native", MAPPED, body, declarations={MAPPING: document}, upload_name=name)
        return import_run(database, settings, run)

    run = imported((text % BAD).encode(), name)
    content = web.get(f"/v1/runs/{run.id}/rejected.json", headers=bearer).content
    fixed = imported(content.replace(b'"accountName" : ""', b'"accountName": "Fixed"'), "again.json")
    assert (fixed.receipt or {})["counts"]["added"] == 1
