"""Who gets into the partners' API: secrets, tokens, folders, and what a stranger is told."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects import DIALECTS
from douane.dialects.access import Wanted
from douane.dialects.call import Asked, Call
from douane.dialects.door import Reply
from douane.dialects.myunisoft.access import ACCESS, new_token
from douane.errors import Refusal
from douane.settings import Settings
from douane.store.credentials import list_credentials, revoke
from douane.store.database import Database
from douane.store.organizations import ensure_company
from douane.web.app import create_app
from douane.web.callers import Callers

Web = TestClient[Any]
Headers = dict[str, str]


def who(asked: Asked) -> Reply:
    """A call that tells what it knows of its caller."""
    caller = asked.caller
    return Reply(200, {"company": caller.company, "id": caller.company_id, "all": caller.opens_all})


CALLS = (Call("GET", "/api/v1/who", "Who asks.", who), Call("GET", "/api/v1/firm", "Who asks.", who, False))


@pytest.fixture
def web(database: Database, settings: Settings) -> Iterator[Web]:
    dialects = {**DIALECTS, "myunisoft": replace(DIALECTS["myunisoft"], calls=CALLS)}
    app = create_app(database, replace(settings, rate_requests_max=0), dialects=dialects)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def granted(database: Database, wanted: Wanted) -> Headers:
    """The headers of a new credential."""
    with database.connection() as conn:
        keys = ACCESS.grant(conn, wanted).keys
    return {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}


@pytest.fixture
def folder(database: Database) -> Headers:
    """The credential of one folder, ACME's default company."""
    return granted(database, Wanted("ACME"))


@pytest.fixture
def firm(database: Database) -> Headers:
    """The credential of all of ACME, which has the folders ACME and C2."""
    made = granted(database, Wanted("ACME", opens_all=True))
    society(database, "ACME", "C2")
    return made


def society(database: Database, organization: str, company: str | None = None) -> str:
    with database.connection() as conn:
        return str(ensure_company(conn, organization, company).id)


def error(reply: Any, code: str, status: int) -> None:
    """The reply is this error, in the shape that is published."""
    assert (reply.json()["error"]["code"], reply.status_code) == (code, status)
    assert reply.json().keys() == {"error"}
    assert reply.json()["error"].keys() == {"code", "message", "details"}
    details = reply.json()["error"]["details"]
    assert details.keys() >= {"url", "method", "requestedAt", "correlationId"}
    assert re.fullmatch(r"\d\d [A-Z][a-z]{2} \d{4}, \d\d:\d\d:\d\d", details["requestedAt"])
    assert details["correlationId"] == reply.headers["request-id"]
    assert re.fullmatch(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", details["correlationId"])


def without(headers: Headers, name: str) -> Headers:
    return {key: value for key, value in headers.items() if key != name}


# --- who gets in


def test_a_folders_token_opens_its_folder(web: Web, folder: Headers) -> None:
    reply = web.get("/api/v1/who", headers=folder)
    assert reply.json() == {"company": "ACME", "id": reply.json()["id"], "all": False}
    assert reply.headers["request-id"].startswith("req-")


def test_a_firms_token_opens_each_folder(web: Web, firm: Headers, database: Database) -> None:
    for company in ("ACME", "C2"):
        sent = {**firm, "society-id": society(database, "ACME", company)}
        told = {"company": company, "id": int(sent["society-id"]), "all": True}
        assert web.get("/api/v1/who", headers=sent).json() == told


def test_a_firms_own_addresses_need_no_folder(web: Web, firm: Headers, database: Database) -> None:
    for sent in (firm, {**firm, "society-id": "undefined"}, {**firm, "society-id": ""}):
        assert web.get("/api/v1/firm", headers=sent).json() == {"company": "", "id": 0, "all": True}
    sent = {**firm, "society-id": society(database, "ACME", "C2")}
    assert web.get("/api/v1/firm", headers=sent).json()["company"] == "C2"
    error(web.get("/api/v1/firm", headers={**firm, "society-id": "99"}), "ERR-FOLDER-NOT-FOUND", 404)


def test_bearer_may_be_written_in_any_case(web: Web, folder: Headers) -> None:
    token = folder["Authorization"].removeprefix("Bearer ")
    for written in (f"bearer {token}", f"BEARER   {token} "):
        assert web.get("/api/v1/who", headers={**folder, "Authorization": written}).status_code == 200


# --- who does not


def test_without_a_token(web: Web, folder: Headers) -> None:
    token = folder["Authorization"].removeprefix("Bearer ")
    error(web.get("/api/v1/who"), "ERR-INVALID-AUTH-HEADER", 401)
    for written in ("", token, "Bearer", "Bearer ", f"Basic {token}", "é"):
        sent = {**folder, "Authorization": written.encode("latin-1")}
        error(web.get("/api/v1/who", headers=sent), "ERR-INVALID-AUTH-HEADER", 401)


def test_without_a_secret(web: Web, folder: Headers) -> None:
    error(web.get("/api/v1/who", headers=without(folder, "X-Third-Party-Secret")), *MISSING_SECRET)
    error(web.get("/api/v1/who", headers={**folder, "X-Third-Party-Secret": " "}), *MISSING_SECRET)


MISSING_SECRET = ("ERR-SECRET-HEADER-NOT-SET", 401)


@pytest.mark.parametrize("secret", ["acme-x", "undefined", "x" * 5000, "é", "a\x01b"])
def test_with_another_secret(web: Web, folder: Headers, secret: str) -> None:
    sent = {**folder, "X-Third-Party-Secret": secret.encode("latin-1")}
    error(web.get("/api/v1/who", headers=sent), "ERR-INVALID-SECRET", 401)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NO_JWTS = {
    "a word": "undefined",
    "two parts": "a.b",
    "four parts": "a.b.c.d",
    "other letters": "a.b.é",
    "no base64": "a.b.c",
    "no JSON": f"a.{base64.urlsafe_b64encode(b'{').decode().rstrip('=')}.c",
    "no object": f"a.{part([])}.c",
    "no login": f"a.{part({'target': 'api'})}.c",
    "a number for a login": f"a.{part({'jti': 1})}.c",
    "too long": f"a.{part({'jti': 'x' * 5000})}.c",
    "nested": f"a.{base64.urlsafe_b64encode(b'[' * 2000).decode().rstrip('=')}.c",
    "not UTF-8": f"a.{base64.urlsafe_b64encode(bytes([255, 254])).decode().rstrip('=')}.c",
}


@pytest.mark.parametrize("token", NO_JWTS.values(), ids=NO_JWTS)
def test_with_what_is_no_jwt(web: Web, folder: Headers, token: str) -> None:
    sent = {**folder, "Authorization": f"Bearer {token}".encode("latin-1")}
    error(web.get("/api/v1/who", headers=sent), "ERR-INVALID-JWT", 401)


@pytest.mark.parametrize("login", ["nobody", "", "a\0b", "\ud800", "x" * 3000])
def test_with_a_token_that_is_nobodys(web: Web, folder: Headers, login: str) -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"jti": login}).encode()).decode().rstrip("=")
    reply = web.get("/api/v1/who", headers={**folder, "Authorization": f"Bearer a.{payload}.c"})
    assert reply.status_code == 401
    assert reply.json()["error"]["code"] in {"ERR-API-TOKEN-NOT-FOUND", "ERR-INVALID-JWT"}


def test_with_a_token_that_was_made_up(web: Web, folder: Headers, database: Database) -> None:
    with database.connection() as conn:
        login = list_credentials(conn)[0].login
    sent = {**folder, "Authorization": f"Bearer {new_token({'jti': login})}"}
    error(web.get("/api/v1/who", headers=sent), "ERR-API-TOKEN-NOT-FOUND", 401)


def test_with_a_changed_token(web: Web, folder: Headers) -> None:
    sent = {**folder, "Authorization": folder["Authorization"] + "A"}
    error(web.get("/api/v1/who", headers=sent), "ERR-API-TOKEN-NOT-FOUND", 401)


def test_with_the_secret_of_another(web: Web, folder: Headers, database: Database) -> None:
    other = granted(database, Wanted("GLOBEX"))
    sent = {**folder, "X-Third-Party-Secret": other["X-Third-Party-Secret"]}
    error(web.get("/api/v1/who", headers=sent), "ERR-INVALID-SECRET", 401)


def test_with_a_revoked_token(web: Web, folder: Headers, database: Database) -> None:
    with database.connection() as conn:
        revoke(conn, list_credentials(conn)[0].login)
    error(web.get("/api/v1/who", headers=folder), "ERR-API-TOKEN-NOT-FOUND", 401)


def test_a_password_of_another_dialect_opens_nothing_here(web: Web, auth: tuple[str, str]) -> None:
    sent = {"X-Third-Party-Secret": auth[1], "Authorization": f"Bearer {new_token({'jti': auth[0]})}"}
    error(web.get("/api/v1/who", headers=sent), "ERR-API-TOKEN-NOT-FOUND", 401)


def test_with_two_headers_of_one_name(web: Web, folder: Headers, firm: Headers, database: Database) -> None:
    """None of them counts more than the other, whatever a proxy before us may have looked at."""
    twice = [*folder.items(), ("Authorization", "Bearer a.b.c")]
    error(web.get("/api/v1/who", headers=twice), "ERR-INVALID-JWT", 401)
    own = society(database, "ACME")
    named = [*firm.items(), ("society-id", own), ("society-id", own)]
    error(web.get("/api/v1/who", headers=named), "GBL10", 400)


# --- folders


@pytest.mark.parametrize("sent", [None, "", " ", "undefined", "abc", "1.5", "1e3", "é", "١", "1\x01"])
def test_a_firm_must_name_a_folder(web: Web, firm: Headers, sent: str | None) -> None:
    named = {} if sent is None else {"society-id": sent.encode()}
    reply = web.get("/api/v1/who", headers={**firm, **named})
    error(reply, "GBL10", 400)
    assert reply.json()["error"]["message"] == "Le paramètre society-id est manquant ou invalide"


@pytest.mark.parametrize("sent", ["0", "-1", "99999", "2147483648", "9" * 30, "9" * 9000, "-" + "9" * 30])
def test_a_folder_that_is_not_the_firms(web: Web, firm: Headers, sent: str) -> None:
    error(web.get("/api/v1/who", headers={**firm, "society-id": sent}), "ERR-FOLDER-NOT-FOUND", 404)


def test_a_folder_of_another_firm_is_like_none(web: Web, firm: Headers, database: Database) -> None:
    sent = {**firm, "society-id": society(database, "GLOBEX")}
    error(web.get("/api/v1/who", headers=sent), "ERR-FOLDER-NOT-FOUND", 404)


def test_a_folders_token_opens_no_other(web: Web, folder: Headers, database: Database) -> None:
    own, other = society(database, "ACME"), society(database, "ACME", "C2")
    assert web.get("/api/v1/who", headers={**folder, "society-id": own}).status_code == 200
    assert web.get("/api/v1/who", headers={**folder, "society-id": "undefined"}).status_code == 200
    for sent in (other, "0", "-1", "9" * 30, society(database, "GLOBEX")):
        error(web.get("/api/v1/who", headers={**folder, "society-id": sent}), "DROIT1", 403)


# --- what is kept


def test_only_hashes_are_kept(database: Database, folder: Headers) -> None:
    secret, token = folder["X-Third-Party-Secret"], folder["Authorization"].removeprefix("Bearer ")
    with database.connection() as conn:
        row = conn.execute("select secret_hash, token_hash, credentials::text from credentials").fetchone()
    assert row is not None
    assert row[:2] == (sha256(secret.encode()).digest(), sha256(token.encode()).digest())
    assert secret not in row[2]
    assert token not in row[2]


def test_a_token_tells_whose_it_is_to_those_who_decode_it(folder: Headers, firm: Headers) -> None:
    targets = []
    for headers in (folder, firm):
        head, payload, signature = headers["Authorization"].removeprefix("Bearer ").split(".")
        targets.append(json.loads(base64.urlsafe_b64decode(payload + "=="))["target"])
        assert json.loads(base64.urlsafe_b64decode(head + "=="))["typ"] == "JWT"
        assert len(base64.urlsafe_b64decode(signature + "==")) == 32
    assert targets == ["api", "firm"]
    assert re.fullmatch(r"acme-[\w-]{43}", folder["X-Third-Party-Secret"])


def test_a_use_is_noted(web: Web, folder: Headers, database: Database) -> None:
    web.get("/api/v1/who", headers=folder)
    with database.connection() as conn:
        assert list_credentials(conn)[0].last_used_at is not None


# --- who is remembered


def test_a_caller_is_remembered_for_a_second_and_no_longer(database: Database, folder: Headers) -> None:
    """The second is that of the event loop, whose clock is put forward here."""
    dialect = DIALECTS["myunisoft"]
    raw = {name.lower().encode(): value.encode() for name, value in folder.items()}

    async def ask() -> None:
        callers = Callers(database)
        loop = asyncio.get_running_loop()
        known = [await callers.find(dialect, raw) for _ in range(2)]
        assert known[0] is known[1]
        await asyncio.to_thread(revoked, database)
        assert await callers.find(dialect, raw) is known[0]
        now = loop.time()
        loop.time = lambda: now + 1.0  # type: ignore[method-assign]
        with pytest.raises(Refusal, match="revoked"):
            await callers.find(dialect, raw)

    asyncio.run(ask())


def revoked(database: Database) -> None:
    with database.connection() as conn:
        revoke(conn, list_credentials(conn)[0].login)


def test_many_at_once_ask_the_database_once(database: Database, folder: Headers) -> None:
    dialect = DIALECTS["myunisoft"]
    raw = {name.lower().encode(): value.encode() for name, value in folder.items()}

    async def ask() -> set[int]:
        callers = Callers(database)
        return {id(each) for each in await asyncio.gather(*(callers.find(dialect, raw) for _ in range(50)))}

    assert len(asyncio.run(ask())) == 1


def test_a_no_is_not_remembered(web: Web, firm: Headers, database: Database) -> None:
    sent = {**firm, "society-id": str(int(society(database, "ACME", "C2")) + 1)}
    error(web.get("/api/v1/who", headers=sent), "ERR-FOLDER-NOT-FOUND", 404)
    assert society(database, "ACME", "C3") == sent["society-id"]
    assert web.get("/api/v1/who", headers=sent).json()["company"] == "C3"


# --- the runs


def test_a_token_shows_the_runs_of_its_folder(web: Web, folder: Headers, auth: tuple[str, str]) -> None:
    web.post("/api/clients", content=b"client_code;client_business_name\nC1;One\n", auth=auth)
    assert len(web.get("/v1/runs", headers=folder).json()["runs"]) == 1
    assert len(web.get("/v1/runs", auth=auth).json()["runs"]) == 1


def test_a_firms_token_needs_a_folder_for_runs_too(web: Web, firm: Headers, database: Database) -> None:
    reply = web.get("/v1/runs", headers=firm)
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "access-denied")
    assert "society-id" in reply.json()["error"]["message"]
    sent = {**firm, "society-id": society(database, "ACME")}
    assert web.get("/v1/runs", headers=sent).json() == {"runs": []}


def test_no_token_opens_the_runs_of_others(web: Web, folder: Headers) -> None:
    for sent in (without(folder, "X-Third-Party-Secret"), {**folder, "X-Third-Party-Secret": "x"}, {}):
        assert web.get("/v1/runs", headers=sent).status_code == 401
