"""The partners' API as it stands in the web: addresses, limits, headers, bodies, and doors of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from douane.dialects import DIALECTS
from douane.dialects.access import Wanted
from douane.dialects.call import Asked, AskedOne, Call, Gathering
from douane.dialects.dialect import Dialect
from douane.dialects.door import ZERO_OR_ONE, Door, Option, Reply
from douane.dialects.myunisoft.access import ACCESS
from douane.dialects.myunisoft.errors import ERRORS, refused
from douane.dialects.myunisoft.replies import WIRE_CODES
from douane.errors import Failure, Refusal
from douane.model.catalogue import REFUSALS
from douane.settings import Limits, Settings
from douane.store.credentials import Connection
from douane.store.database import Database
from douane.web.app import create_app

Web = TestClient[Any]
Headers = dict[str, str]
RATE_HEADERS = {"x-rate-limit-remaining", "x-rate-limit-reset", "x-rate-limit-total"}


def echo(asked: Asked) -> Reply:
    return Reply(200, [dict(asked.query), asked.body.decode("latin-1")], {"X-Own": "1"})


def refusing(_: Asked) -> Reply:
    raise refused("COMPTE31", "401", "41")


def breaking(_: Asked) -> Reply:
    raise ValueError("a secret of the inside")


def busy(_: Asked) -> Reply:
    raise Failure("The server is busy.", transient=True)


def storing(asked: Asked) -> Reply:
    """Store what was sent as an organization, then refuse it when it says so."""
    store(asked.conn, asked.body)
    return Reply(200, {})


def store(conn: Connection, body: bytes) -> None:
    text = body.decode("latin-1")
    conn.execute("insert into organizations (code, name) values (%s, %s)", (text, text))
    if text == "refused":
        raise refused("COMPTE3")


def unsayable(_: Asked) -> Reply:
    return Reply(200, {"what": object()})


def amounts(_: Asked) -> Reply:
    return Reply(200, [Decimal("12.50"), Decimal("-0.000001")])


def nesting(asked: Asked) -> Reply:
    def deeper(depth: int) -> int:
        return deeper(depth + 1)

    return Reply(200, {"depth": deeper(0)})


def store_many(conn: Connection, _: Settings, asked: Any) -> list[Reply | Refusal]:
    """Store all; `refused` costs itself alone, `broken` the whole batch."""
    answers: list[Reply | Refusal] = []
    for each in asked:
        text = each.body.decode("latin-1")
        if text == "refused":
            answers.append(refused("COMPTE3"))
            continue
        store(conn, each.body)
        answers.append(Reply(200, {"stored": text}))
    if any(each.body == b"broken" for each in asked):
        raise ValueError("broken")
    return answers


CALLS = (
    Call("GET", "/api/v1/echo", "Tells what was sent.", echo),
    Call("POST", "/api/v1/echo", "Tells what was sent.", echo),
    Call("GET", "/api/v1/refusing", "Refuses.", refusing),
    Call("GET", "/api/v1/breaking", "Breaks.", breaking),
    Call("GET", "/api/v1/unsayable", "Is no JSON.", unsayable),
    Call("GET", "/api/v1/amounts", "Tells amounts.", amounts),
    Call("GET", "/api/v1/busy", "Is busy.", busy),
    Call("GET", "/api/v1/nesting", "Goes too deep.", nesting),
    Call("POST", "/api/v1/Storing", "Stores.", storing),
    Gathering("POST", "/api/v1/many", "Stores with others.", store_many),
)
DOORS = (
    Door(
        "fec",
        "/api/v1/FEC",
        "entries",
        "Imports.",
        (Option("type", "1", "How.", {"0": "0", "1": "1"}), Option("filename", "", "Its name."),
         Option("HascodeVerif", "0", "Once.", ZERO_OR_ONE)),
        suffix=".txt",
        name_option="filename",
        ignores_case=True,
    ),
)  # fmt: skip
PARTNERS = replace(DIALECTS["myunisoft"], calls=CALLS, doors=DOORS)


@contextmanager
def web_with(database: Database, settings: Settings, dialect: Dialect = PARTNERS) -> Iterator[Web]:
    app = create_app(database, settings, dialects={**DIALECTS, "myunisoft": dialect})
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def web(database: Database, settings: Settings) -> Iterator[Web]:
    with web_with(database, replace(settings, limits=Limits(call_bytes_max=1000))) as client:
        yield client


@pytest.fixture
def token(database: Database) -> Headers:
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("ACME")).keys
    return {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}


def code(reply: Any) -> tuple[str, int]:
    """Code and status of an error, whose id is that of the reply."""
    told = reply.json()["error"]
    assert told["details"]["correlationId"] == reply.headers["request-id"]
    return told["code"], reply.status_code


def stored(database: Database) -> set[str]:
    with database.connection() as conn:
        return {row[0] for row in conn.execute("select code from organizations")} - {"ACME"}


# --- addresses


def test_health_is_for_everybody(web: Web) -> None:
    reply = web.get("/api/partners/health")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json() == {"status": "ok"}
    assert reply.headers["request-id"]
    assert not RATE_HEADERS & reply.headers.keys()


@pytest.mark.parametrize("path", ["/api/v1/ECHO", "/API/V1/echo", "/api/v1/Echo/", "/api//v1//echo"])
def test_case_and_slashes_of_a_path_do_not_matter(web: Web, token: Headers, path: str) -> None:
    assert web.get(path, headers=token).status_code == 200


def test_nothing_there_is_told_in_the_partners_words(web: Web) -> None:
    for path in (
        "/api/v1/nothing",
        "/api/v1",
        "/api/v1/",
        "/api/v1/echo/more",
        "/API/V1/x%00y",
        "/api/v1/%ff",
    ):
        assert code(web.get(path)) == ("ERR-HTTP", 404)
    details = web.get("/api/v1/nothing?a=%22b").json()["error"]["details"]
    assert (details["url"], details["method"]) == ("/api/v1/nothing?a=%22b", "GET")


def test_outside_of_its_home_others_answer(web: Web) -> None:
    for path in ("/api/v2/echo", "/api/v12", "/nothing"):
        assert web.get(path).json()["error"]["code"] == "not-found"


def test_a_method_that_is_not_there(web: Web, token: Headers) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        reply = web.request(method, "/api/v1/echo", headers=token)
        assert code(reply) == ("ERR-HTTP", 405)
        assert reply.headers["allow"] == "GET, POST"
    assert web.get("/api/v1/fec").headers["allow"] == "POST"
    assert web.post("/api/partners/health").headers["allow"] == "GET"


def test_the_reference_has_the_calls(web: Web) -> None:
    paths = web.get("/schema/openapi.json").json()["paths"]
    assert paths["/api/v1/echo"].keys() == {"get", "post"}
    assert paths["/api/v1/many"]["post"]["summary"] == "Stores with others."
    assert paths["/api/v1/FEC"].keys() == {"post"}
    assert paths["/api/partners/health"]["get"]["summary"]
    assert "Stores with others." in web.get("/schema").text


# --- queries and bodies


def test_a_call_gets_query_and_body(web: Web, token: Headers) -> None:
    reply = web.post("/api/v1/echo?a=1&B=x%20y&empty=&a=2", content=b"{ }", headers=token)
    assert reply.json() == [{"a": "2", "B": "x y", "empty": ""}, "{ }"]
    assert reply.headers["x-own"] == "1"
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("query", ["a=%00", "%00=a", "&".join(f"a{number}=1" for number in range(101))])
def test_a_query_that_cannot_be_meant(web: Web, token: Headers, query: str) -> None:
    assert code(web.get(f"/api/v1/echo?{query}", headers=token)) == ("ERR-BAD-REQUEST", 400)


def test_a_query_of_any_bytes_is_text(web: Web, token: Headers) -> None:
    assert web.get("/api/v1/echo?a=%ff%fe&b=%ud800&%", headers=token).status_code == 200


def test_a_body_has_its_bound(web: Web, token: Headers) -> None:
    assert web.post("/api/v1/echo", content=b"x" * 1000, headers=token).status_code == 200
    assert code(web.post("/api/v1/echo", content=b"x" * 1001, headers=token)) == ("ERR-BAD-REQUEST", 413)
    chunks = iter([b"x" * 600, b"x" * 600])
    assert code(web.post("/api/v1/echo", content=chunks, headers=token)) == ("ERR-BAD-REQUEST", 413)


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 25, ""])
def test_a_length_that_is_none_is_nobodys_trouble(web: Web, token: Headers, length: str) -> None:
    reply = web.post("/api/v1/echo", content=b"abc", headers={**token, "Content-Length": length})
    assert reply.status_code == 200


# --- what goes wrong


def test_a_refusal_has_its_sentence(web: Web, token: Headers) -> None:
    reply = web.get("/api/v1/refusing", headers=token)
    assert code(reply) == ("COMPTE31", 400)
    assert reply.json()["error"]["message"] == "Le compte 401 doit commencer par 41"


def test_our_own_error_tells_nothing_inside(
    web: Web, token: Headers, caplog: pytest.LogCaptureFixture
) -> None:
    reply = web.get("/api/v1/breaking?q=private", headers=token)
    assert code(reply) == ("ERR-INTERNAL", 500)
    assert "secret of the inside" not in reply.text
    assert "secret of the inside" in caplog.text
    assert "private" not in caplog.text


def test_what_cannot_be_said_is_our_own_error(web: Web, token: Headers) -> None:
    assert code(web.get("/api/v1/unsayable", headers=token)) == ("ERR-INTERNAL", 500)


def test_amounts_are_exact_numbers(web: Web, token: Headers) -> None:
    assert web.get("/api/v1/amounts", headers=token).text == "[12.50,-0.000001]"


def test_being_busy_is_told(web: Web, token: Headers) -> None:
    reply = web.get("/api/v1/busy", headers=token)
    assert code(reply) == ("ERR-API-UNDER-MAINTENANCE", 503)
    assert int(reply.headers["retry-after"]) > 0


def test_what_the_database_cannot_hold_is_the_senders(web: Web, token: Headers, database: Database) -> None:
    for path in ("storing", "many"):
        assert code(web.post(f"/api/v1/{path}", content=b"a\0b", headers=token)) == ("ERR-BAD-REQUEST", 400)
    assert code(web.get("/api/v1/nesting", headers=token)) == ("ERR-BAD-REQUEST", 400)
    assert stored(database) == set()


def test_what_was_refused_is_not_stored(web: Web, token: Headers, database: Database) -> None:
    for body in (b"one", b"refused", b"two"):
        web.post("/api/v1/storing", content=body, headers=token)
    assert stored(database) == {"one", "two"}


def test_every_refusal_has_a_wire_code(web: Web) -> None:
    assert set(WIRE_CODES) <= set(REFUSALS)
    assert {told for told, _ in WIRE_CODES.values()} <= set(ERRORS)


def test_a_sentence_takes_what_was_seen_and_no_more() -> None:
    assert refused("COMPTE31", "%2", "x" * 300).message == f"Le compte %2 doit commencer par {'x' * 200}"
    assert refused("GBL5", "label").message == "Le champ label ne peut excéder  caractères"
    assert all(400 <= status < 600 for _, status in ERRORS.values())


# --- how much


def test_each_answer_tells_how_much_is_left(database: Database, settings: Settings, token: Headers) -> None:
    narrow = replace(settings, rate_requests_max=4)
    with web_with(database, narrow) as web:
        replies = [
            web.get("/api/v1/echo", headers=token),
            web.get("/api/v1/refusing", headers=token),
            web.get("/api/v1/breaking", headers=token),
            web.post("/api/v1/fec", headers=token),
            web.get("/api/v1/echo", headers=token),
            web.post("/api/v1/FEC", headers=token),
        ]
    assert [reply.headers["x-rate-limit-remaining"] for reply in replies] == ["3", "2", "1", "0", "0", "0"]
    assert {reply.headers["x-rate-limit-total"] for reply in replies} == {"4"}
    (reset,) = {reply.headers["x-rate-limit-reset"] for reply in replies}
    assert "." in reset
    for reply in replies[4:]:
        assert code(reply) == ("ERR-TOO-MANY-REQUEST", 429)
        assert 1 <= int(reply.headers["retry-after"]) <= 11


def test_each_token_has_its_own_window(database: Database, settings: Settings, token: Headers) -> None:
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("ACME")).keys
    other = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}
    with web_with(database, replace(settings, rate_requests_max=1)) as web:
        statuses = [web.get("/api/v1/echo", headers=each).status_code for each in (token, other, token)]
    assert statuses == [200, 200, 429]


def test_strangers_and_other_dialects_are_not_counted(web: Web, auth: tuple[str, str]) -> None:
    for reply in (web.get("/api/v1/echo"), web.post("/api/clients", auth=auth), web.get("/api/v1/x")):
        assert not RATE_HEADERS & reply.headers.keys()


def test_without_a_limit_nothing_is_counted(database: Database, settings: Settings, token: Headers) -> None:
    with web_with(database, replace(settings, rate_requests_max=0)) as web:
        replies = [web.get("/api/v1/echo", headers=token) for _ in range(30)]
    assert {reply.status_code for reply in replies} == {200}
    assert not RATE_HEADERS & replies[0].headers.keys()


def at_once(
    database: Database, settings: Settings, dialect: Dialect, script: Callable[[httpx.AsyncClient], Any]
) -> Any:
    """What `script` gives, with a client whose requests may overlap."""
    app = create_app(database, settings, dialects={"myunisoft": dialect})

    async def play() -> Any:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://partner") as client:
            return await script(client)

    return asyncio.run(play())


def test_too_many_at_once_of_one_folder(database: Database, settings: Settings, token: Headers) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def waiting(_: Asked) -> Reply:
        inside.release()
        assert go_on.wait(30)
        return Reply(200, {})

    async def script(client: httpx.AsyncClient) -> list[Any]:
        first = [asyncio.create_task(client.get("/api/v1/wait", headers=token)) for _ in range(2)]
        for _ in first:
            await asyncio.to_thread(inside.acquire)
        third = await client.get("/api/v1/Wait", headers=token)
        other = await client.get("/api/v1/echo", headers=token)
        go_on.set()
        await asyncio.gather(*first)
        return [third, other, await client.get("/api/v1/wait", headers=token)]

    dialect = replace(PARTNERS, calls=(*CALLS, Call("GET", "/api/v1/wait", "Waits.", waiting)))
    third, other, after = at_once(database, replace(settings, calls_at_once_max=2), dialect, script)
    assert code(third) == ("ERR-TOO-MANY-CONCURRENT-REQUEST", 429)
    assert int(third.headers["retry-after"]) > 0
    assert (other.status_code, after.status_code) == (200, 200)


# --- many together


def test_requests_gather_while_others_are_answered(
    database: Database, settings: Settings, token: Headers
) -> None:
    inside, go_on, batches = threading.Event(), threading.Event(), list[list[bytes]]()

    def answer_many(_: Connection, __: Settings, asked: Any) -> list[Reply | Refusal]:
        batches.append([each.body for each in asked])
        inside.set()
        assert go_on.wait(30)
        return [Reply(200, {"sent": each.body.decode()}) for each in asked]

    async def script(client: httpx.AsyncClient) -> list[Any]:
        def send(text: str) -> asyncio.Task[httpx.Response]:
            return asyncio.create_task(client.post("/api/v1/account", content=text, headers=token))

        first = [send("0")]
        await asyncio.to_thread(inside.wait)
        first += [send(str(number)) for number in range(1, 80)]
        for _ in range(100):
            await asyncio.sleep(0)
        go_on.set()
        return [(await each).json()["sent"] for each in first]

    unlimited = replace(settings, rate_requests_max=0, calls_at_once_max=0)
    gathering = Gathering("POST", "/api/v1/account", "Gathers.", answer_many)
    replies = at_once(database, unlimited, replace(PARTNERS, calls=(gathering,)), script)
    assert replies == [str(number) for number in range(80)]
    assert list(map(len, batches)) == [1, 64, 15]


def test_one_bad_request_does_not_hurt_the_others(
    database: Database, settings: Settings, token: Headers
) -> None:
    bodies = ["first", "a", "refused", "b", "broken", "a", "c\0", "d"]

    async def script(client: httpx.AsyncClient) -> list[int]:
        sending = [client.post("/api/v1/many", content=each, headers=token) for each in bodies]
        return [reply.status_code for reply in await asyncio.gather(*sending)]

    unlimited = replace(settings, rate_requests_max=0, calls_at_once_max=0)
    statuses = at_once(database, unlimited, PARTNERS, script)
    assert statuses == [200, 200, 400, 200, 500, 500, 400, 200]
    assert stored(database) == {"first", "a", "b", "d"}


def test_a_database_that_is_away_is_asked_once(
    database: Database, settings: Settings, token: Headers
) -> None:
    batches: list[int] = []

    def away(_: Connection, __: Settings, asked: list[AskedOne]) -> list[Reply | Refusal]:
        batches.append(len(asked))
        raise Failure("The database gave no connection.", transient=True)

    async def script(client: httpx.AsyncClient) -> set[int]:
        sending = [client.post("/api/v1/account", headers=token) for _ in range(8)]
        return {reply.status_code for reply in await asyncio.gather(*sending)}

    gathering = Gathering("POST", "/api/v1/account", "Is away.", away)
    assert at_once(database, settings, replace(PARTNERS, calls=(gathering,)), script) == {503}
    assert sum(batches) == 8


def test_an_import_that_goes_on_keeps_no_one_else_waiting(
    database: Database, settings: Settings, token: Headers
) -> None:
    """Accounts of an import are there for nobody before it is done: who wants one is told to come again."""
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("GLOBEX")).keys
    other = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}

    def send(client: httpx.AsyncClient, number: str, headers: Headers) -> Any:
        body = {"account_number": number, "label": "X"}
        return asyncio.create_task(client.post("/api/v1/account", json=body, headers=headers))

    async def script(client: httpx.AsyncClient) -> Any:
        await send(client, "411KNOWN", token)
        with database.connection() as conn:
            conn.execute(
                "insert into ledger_accounts (organization_id, company_id, number, name)"
                " select organization_id, id, '411NEW', 'Imported' from companies where code = 'ACME'"
            )
            held = send(client, "411NEW", token)
            elsewhere = await send(client, "411NEW", other)
            assert not held.done()
            beside = [send(client, number, token) for number in ("411KNOWN", "411NEW", "411OTHER")]
            told = [await held, *[await each for each in beside]]
        return elsewhere, told, await send(client, "411NEW", token)

    unlimited = replace(settings, rate_requests_max=0)
    elsewhere, told, after = at_once(database, unlimited, DIALECTS["myunisoft"], script)
    assert elsewhere.json()["label"] == "X"
    assert [each.status_code for each in told] == [503, 200, 503, 200]
    assert code(told[0]) == ("ERR-API-UNDER-MAINTENANCE", 503)
    assert int(told[0].headers["retry-after"]) > 0
    assert after.json()["label"] == "Imported"


def test_a_call_waits_for_an_import_only_so_long(web: Web, token: Headers, database: Database) -> None:
    """Few threads serve all calls: none may wait for as long as an import may take."""
    with database.connection() as conn:
        conn.execute("insert into organizations (code, name) values ('held', 'held')")
        reply = web.post("/api/v1/storing", content=b"held", headers=token)
    assert code(reply) == ("ERR-API-UNDER-MAINTENANCE", 503)


# --- doors


def test_a_door_speaks_the_dialect(web: Web, token: Headers) -> None:
    reply = web.post("/api/v1/fec", content=b"", headers=token)
    assert code(reply) == ("IMPORT14", 400)
    details = reply.json()["error"]["details"]
    assert details["run"] == int(reply.headers["douane-run"])
    assert details["hint"]
    assert code(web.post("/api/v1/fec", content=b"x")) == ("ERR-INVALID-AUTH-HEADER", 401)


def test_the_names_of_a_doors_options_are_read_in_any_case(web: Web, token: Headers) -> None:
    for name in ("hascodeverif", "HASCODEVERIF", "HascodeVerif"):
        reply = web.post(f"/api/v1/FEC?{name}=maybe", content=b"x", headers=token)
        assert code(reply) == ("GBL37", 400)


def test_a_sender_names_the_file(web: Web, token: Headers) -> None:
    names = {"?Filename=a%2F..%5C123.txt": "123.txt", "": "fec.txt", "?filename=" + "x" * 300: "x" * 255}
    for query, name in names.items():
        run = web.post(f"/api/v1/fec{query}", content=b"", headers=token).headers["douane-run"]
        assert web.get(f"/v1/runs/{run}", headers=token).json()["upload"]["name"] == name
