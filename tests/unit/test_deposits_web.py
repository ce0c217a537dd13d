"""A deposit is filled by one PUT to its address, as a blob of Azure is, and by nothing else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.fetch.deposits import Prepared, fetch_deposit, prepare_deposit
from douane.settings import Limits, Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.organizations import Company
from douane.web.app import create_app
from douane.web.deposits import FILLED_AT_ONCE

NAME = "842008161FEC20201231.txt"
BODY = b"JournalCode|JournalLib\n" * 1000
AZURE = {"x-ms-blob-type": "BlockBlob", "content-type": "application/octet-stream"}
Web = TestClient[Litestar]
Prepare = Callable[..., Prepared]
Fetch = Callable[[Prepared], bytes]


@pytest.fixture
def app(database: Database, settings: Settings) -> Litestar:
    return create_app(database, replace(settings, limits=Limits(deposit_bytes_max=len(BODY))))


@pytest.fixture
def web(app: Litestar) -> Iterator[Web]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def prepare(database: Database, settings: Settings, company: Company) -> Prepare:
    caller = Caller(1, company.organization_id, company.id, "ORG", "CODE", "loop", "login", {})

    def make(name: str = NAME) -> Prepared:
        with database.connection() as conn:
            return prepare_deposit(conn, settings, caller, name, "")

    return make


@pytest.fixture
def fetch(database: Database, settings: Settings, company: Company, tmp_path: Path) -> Fetch:
    def read(prepared: Prepared) -> bytes:
        deposit_id = UUID(prepared.uri.partition("/")[0])
        with database.connection() as conn:
            upload = fetch_deposit(conn, settings, company.organization_id, deposit_id, tmp_path / "fetched")
        return upload.path.read_bytes()

    return read


def code_of(reply: Any) -> str:
    return str(reply.json()["error"]["code"])


def spooled(settings: Settings) -> list[Path]:
    folder = settings.data / "uploads"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("name", [NAME, "é à.csv", "a#b?.csv", "a+b&c=d.csv", "日本.json"])
def test_a_file_is_deposited(web: Web, prepare: Prepare, fetch: Fetch, settings: Settings, name: str) -> None:
    prepared = prepare(name)
    reply = web.put(prepared.deposit_url, content=BODY, headers=AZURE)
    assert (reply.status_code, reply.content) == (201, b"")
    assert reply.headers["etag"] == f'"{hashlib.sha256(BODY).hexdigest()}"'
    assert reply.headers["last-modified"].endswith(" GMT")
    assert UUID(reply.headers["x-ms-request-id"])
    assert fetch(prepared) == BODY
    assert not spooled(settings)


def test_nothing_but_the_body_is_needed(web: Web, prepare: Prepare, fetch: Fetch) -> None:
    prepared = prepare()
    assert web.put(prepared.deposit_url, content=iter([BODY[:100], BODY[100:]])).status_code == 201
    assert fetch(prepared) == BODY


def test_a_second_put_replaces_the_first(web: Web, prepare: Prepare, fetch: Fetch) -> None:
    prepared = prepare()
    for body in (BODY, b"again"):
        assert web.put(prepared.deposit_url, content=body).status_code == 201
    reply = web.put(prepared.deposit_url, content=b"third", headers={"If-None-Match": "*"})
    assert (reply.status_code, code_of(reply)) == (409, "deposit-closed")
    assert fetch(prepared) == b"again"


def test_several_puts_at_once_leave_one_whole_file(web: Web, prepare: Prepare, fetch: Fetch) -> None:
    prepared = prepare()
    bodies = [bytes([number]) * 20_000 for number in range(8)]

    def send(body: bytes) -> int:
        return web.put(prepared.deposit_url, content=body).status_code

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(send, bodies)) == [201] * 8
    assert fetch(prepared) in bodies


def test_so_many_bodies_are_on_their_way_at_once(app: Litestar, prepare: Prepare) -> None:
    address = urlsplit(prepare().deposit_url)
    count = FILLED_AT_ONCE["deposit"]
    goes_on, statuses = asyncio.Event(), list[int]()
    waiting = 0

    async def put() -> None:
        pieces = iter([BODY[:100]])

        async def receive() -> Any:
            nonlocal waiting
            for piece in pieces:
                return {"type": "http.request", "body": piece, "more_body": True}
            waiting += 1
            await goes_on.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        scope: Any = {
            "type": "http",
            "method": "PUT",
            "scheme": "http",
            "path": address.path,
            "raw_path": address.path.encode(),
            "root_path": "",
            "query_string": address.query.encode(),
            "headers": [],
            "client": ("127.0.0.1", 1),
        }
        await app(scope, receive, send)

    async def crowd() -> None:
        first = [asyncio.create_task(put()) for _ in range(count)]
        while waiting < count:
            await asyncio.sleep(0.01)
        await put()
        assert statuses == [503]
        goes_on.set()
        await asyncio.gather(*first)
        await put()
        assert statuses == [503] + [201] * (count + 1)

    asyncio.run(crowd())


def changed(prepared: Prepared, part: str, value: str) -> str:
    """The address with its guid, name or signature replaced."""
    guid, name = prepared.uri.split("/")
    sig = prepared.deposit_url.rpartition("=")[2]
    return prepared.deposit_url.replace({"guid": guid, "name": name, "sig": sig}[part], value)


@pytest.mark.parametrize(
    ("part", "value", "status", "code"),
    [
        ("guid", "28bd4ab0-1e11-4460-9b92-eef59c9d5801", 404, "unknown-deposit"),
        ("guid", "not-a-guid", 404, "unknown-deposit"),
        ("guid", "..%2f..", 404, "not-found"),
        ("name", "other.csv", 404, "unknown-deposit"),
        ("sig", "wrong", 403, "deposit-denied"),
        ("sig", "", 403, "deposit-denied"),
        ("sig", "%00", 403, "deposit-denied"),
        ("sig", "%ED%A0%80", 403, "deposit-denied"),
    ],
)
def test_another_address_opens_nothing(
    web: Web, prepare: Prepare, settings: Settings, part: str, value: str, status: int, code: str
) -> None:
    reply = web.put(changed(prepare(), part, value), content=BODY)
    assert (reply.status_code, code_of(reply)) == (status, code)
    assert not spooled(settings)


def test_an_address_without_a_signature_opens_nothing(web: Web, prepare: Prepare) -> None:
    reply = web.put(urlsplit(prepare().deposit_url).path, content=BODY)
    assert (reply.status_code, code_of(reply)) == (403, "deposit-denied")


def test_the_secret_of_a_deposit_opens_no_other(web: Web, prepare: Prepare) -> None:
    one, other = prepare(), prepare()
    reply = web.put(changed(one, "guid", other.uri.split("/")[0]), content=BODY)
    assert (reply.status_code, code_of(reply)) == (403, "deposit-denied")


def test_an_expired_address_opens_nothing(web: Web, prepare: Prepare, database: Database) -> None:
    prepared = prepare()
    with database.connection() as conn:
        conn.execute("update deposits set expires_at = now() - interval '1 second'")
    later = prepared.deposit_url.replace("se=20", "se=21")
    reply = web.put(later, content=BODY)
    assert (reply.status_code, code_of(reply)) == (403, "deposit-denied")
    assert "expired" in reply.json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_an_address_to_fill_does_nothing_else(web: Web, prepare: Prepare, method: str) -> None:
    prepared = prepare()
    web.put(prepared.deposit_url, content=BODY)
    reply = web.request(method, prepared.deposit_url)
    assert reply.status_code == 405
    assert prepared.deposit_url.rpartition("=")[2] not in reply.text


@pytest.mark.parametrize(
    ("query", "headers", "body", "status", "code"),
    [
        ("", {"x-ms-blob-type": "PageBlob"}, BODY, 400, "deposit-request"),
        ("&comp=block&blockid=AAAA", AZURE, BODY, 400, "deposit-request"),
        ("&comp=blocklist", AZURE, BODY, 400, "deposit-request"),
        ("", {"Content-Range": "bytes 0-9/20"}, BODY, 400, "deposit-request"),
        ("", {"Content-MD5": "not base64"}, BODY, 400, "deposit-request"),
        ("", {"Content-MD5": "AAAA"}, BODY, 400, "deposit-request"),
        ("", {"Content-MD5": "A" * 22 + "=="}, BODY, 400, "deposit-mismatch"),
        ("", {"x-ms-blob-content-md5": "A" * 22 + "=="}, BODY, 400, "deposit-mismatch"),
        ("", {}, b"", 400, "empty-upload"),
        ("", {}, BODY + b"x", 413, "upload-too-large"),
        ("", {}, iter([BODY, b"x"]), 413, "upload-too-large"),
    ],
)
def test_what_is_no_whole_file_is_turned_away(
    web: Web,
    prepare: Prepare,
    fetch: Fetch,
    settings: Settings,
    query: str,
    headers: dict[str, str],
    body: Any,
    status: int,
    code: str,
) -> None:
    prepared = prepare()
    assert web.put(prepared.deposit_url, content=b"before").status_code == 201
    reply = web.put(prepared.deposit_url + query, content=body, headers=headers)
    assert (reply.status_code, code_of(reply)) == (status, code)
    assert fetch(prepared) == b"before"
    assert not spooled(settings)


def test_a_digest_that_is_right_is_told_back(web: Web, prepare: Prepare) -> None:
    md5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    reply = web.put(prepare().deposit_url, content=BODY, headers={"Content-MD5": md5})
    assert (reply.status_code, reply.headers["content-md5"]) == (201, md5)


@pytest.mark.parametrize("length", [len(BODY), 10])
def test_a_body_that_is_cut_or_longer_than_told_keeps_nothing(
    app: Litestar, web: Web, prepare: Prepare, settings: Settings, length: int
) -> None:
    """A server may pass on less than was announced, or hang up: neither is a whole file."""
    address = urlsplit(prepare().deposit_url)
    messages: Iterator[Any] = iter(
        [
            {"type": "http.request", "body": BODY[:50], "more_body": length > 50},
            {"type": "http.disconnect"},
        ]
    )
    scope: Any = {
        "type": "http",
        "method": "PUT",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "root_path": "",
        "headers": [(b"content-length", str(length).encode())],
        "http_version": "1.1",
        "scheme": "http",
        "state": {},
        "extensions": {},
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert b"upload-cut" in sent[1]["body"]
    assert not spooled(settings)


def test_the_secret_is_told_nowhere_else(
    web: Web, prepare: Prepare, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    prepared = prepare()
    secret = prepared.deposit_url.rpartition("=")[2]
    replies = [
        web.put(prepared.deposit_url, content=BODY),
        web.put(prepared.deposit_url, content=b""),
        web.put(f"{prepared.deposit_url}x", content=BODY),
        web.post(prepared.deposit_url),
    ]
    monkeypatch.setattr("douane.web.deposits.fill_deposit", None)
    broken = web.put(prepared.deposit_url, content=BODY)
    assert broken.status_code == 500
    assert "douane.web" in [each.name for each in caplog.records]
    metrics = web.get("/metrics").text
    assert 'door="/deposits/{deposit_id}/{name}",status="201"' in metrics
    described = web.get("/schema/openapi.json").text
    assert "/deposits/{deposit_id}/{name}" in described
    told = [*(each.text + str(each.headers) for each in (*replies, broken)), metrics, described]
    for text in (*told, *(each.getMessage() for each in caplog.records if each.name.startswith("douane"))):
        assert secret not in text
    assert prepared.uri.partition("/")[0] not in metrics
