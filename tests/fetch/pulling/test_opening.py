"""A source is opened in every way that connectors know, and no other host ever gets what opens it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs

import pytest

from douane.errors import Refusal
from douane.fetch.asking import Sent
from douane.fetch.guard import Guard
from douane.fetch.pull import pull
from douane.model.connector_document import read_connector
from douane.settings import Settings


def token_source(make_source: Any, reply_with: Any, answer: Any, **told: Any) -> Any:
    """A source whose /token gives t1, t2 and so on; all else is answered by `answer(seen, token)`."""
    tokens: list[str] = []

    def both(seen: Any) -> Any:
        if seen.path != "/token":
            return answer(seen, seen.headers.get("authorization", ""))
        tokens.append(f"t{len(tokens) + 1}")
        return {"access_token": tokens[-1], "token_type": "Bearer"} | told

    return make_source(both)


def test_without_authentication_nothing_opens(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [])
    puller.records(source)
    (seen,) = source.seen
    assert set(seen.headers) == {"host", "user-agent", "accept", "accept-encoding"}


def test_basic(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [{}])
    puller.records(source, authentication={"kind": "basic", "user": "hélène"})
    expected = b64encode("hélène:s3cret-password".encode()).decode()
    assert source.seen[0].headers["authorization"] == f"Basic {expected}"


def test_the_key_in_a_header(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [{}])
    puller.records(source, authentication={"kind": "header", "header": "X-Api-Key"})
    assert source.seen[0].headers["x-api-key"] == "s3cret-key"


def test_secrets_by_name(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [{}])
    puller.records(
        source,
        method="POST",
        headers={"X-Tenant": "t-{key}", "accept": "application/hal+json"},
        query={"api_key": "{key}"},
        body={"login": {"password": "{password}", "n": 1}},
    )
    (seen,) = source.seen
    assert (seen.headers["x-tenant"], seen.headers["accept"]) == ("t-s3cret-key", "application/hal+json")
    assert seen.query == {"api_key": "s3cret-key"}
    assert seen.body == b'{"login":{"password":"s3cret-password","n":1}}'


@pytest.mark.parametrize("client_in", ["basic", "body"])
def test_oauth2_client_credentials(puller: Any, make_source: Any, reply_with: Any, client_in: str) -> None:
    source = token_source(make_source, reply_with, lambda seen, token: [{"token": token}])
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c:1"}
    records = puller.records(source, authentication=told | {"client_in": client_in, "scope": "read all"})
    assert records == [{"token": "Bearer t1"}]
    asked = source.seen[0]
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    assert asked.method == "POST"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    expected = {"grant_type": "client_credentials", "scope": "read all"}
    if client_in == "body":
        assert form == expected | {"client_id": "c:1", "client_secret": "s3cret client"}
        assert "authorization" not in asked.headers
    else:
        assert form == expected
        opened = b64encode(b"c%3A1:s3cret%20client").decode()
        assert asked.headers["authorization"] == f"Basic {opened}"


@pytest.mark.parametrize("has_client", [True, False])
def test_oauth2_password(puller: Any, make_source: Any, reply_with: Any, has_client: bool) -> None:
    source = token_source(make_source, reply_with, lambda seen, token: [{"token": token}])
    told = {"kind": "oauth2_password", "token_url": f"{source.url}/token", "user": "u@example.com"}
    client = {"client_id": "c1", "client_in": "body"} if has_client else {}
    assert puller.records(source, authentication=told | client) == [{"token": "Bearer t1"}]
    form = {name: values[0] for name, values in parse_qs(source.seen[0].body.decode()).items()}
    expected = {"grant_type": "password", "username": "u@example.com", "password": "s3cret-password"}
    if has_client:
        expected |= {"client_id": "c1", "client_secret": "s3cret client"}
    assert {name: form[name] for name in expected} == expected


def test_a_token_that_has_run_out_is_renewed_once_for_each_page(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any
) -> None:
    """Every token opens one page."""
    used: set[str] = set()

    def answer(seen: Any, token: str) -> Any:
        if token in used:
            return reply_with({"error": "expired"}, 401)
        used.add(token)
        page = int(seen.query["page"])
        return accounts(page, page + 1) if page < 4 else []

    source = token_source(make_source, reply_with, answer)
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    records = puller.records(source, authentication=told, pages={"kind": "number", "parameter": "page"})
    assert len(records) == 3
    assert len(used) == 4


def test_a_token_is_renewed_before_it_runs_out(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = token_source(
        make_source, reply_with, lambda seen, token: [token] if seen.query["p"] < "3" else [], expires_in=0
    )
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    records = puller.records(source, authentication=told, pages={"kind": "number", "parameter": "p"})
    assert records == ["Bearer t1", "Bearer t2"]


def test_a_token_that_opens_nothing_is_told(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = token_source(make_source, reply_with, lambda *_: reply_with({"error": "no"}, 401))
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    assert puller.refused(source, path="/a", authentication=told).code == "source-denied"
    assert [each.path for each in source.seen] == ["/token", "/a", "/token", "/a"]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (
            {"error": "invalid_client", "error_description": "s3cret client"},
            401,
            "source-denied",
            "invalid_client",
        ),
        ({"error": "s3cret client"}, 400, "source-denied", "answers 400."),
        (b"<html>", 403, "source-denied", "answers 403"),
        ({"token": "t1"}, 200, "source-denied", "gives no access_token"),
        ({"access_token": "two\nlines"}, 200, "source-denied", "gives no access_token"),
        (b"[]", 200, "source-denied", "gives no access_token"),
        (b"", 302, "source-redirects", "redirects, where a token was expected"),
    ],
)
def test_no_token_is_told(
    puller: Any, make_source: Any, reply_with: Any, body: Any, status: int, code: str, words: str
) -> None:
    source = make_source(lambda _: reply_with(body, status, {"Location": "/elsewhere"}))
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    refusal = puller.refused(source, path="/a", authentication=told)
    assert refusal.code == code
    assert words in refusal.message
    assert {each.path for each in source.seen} == {"/token"}


def test_a_token_endpoint_that_is_down_is_asked_again(puller: Any, make_source: Any, reply_with: Any) -> None:
    def answer(seen: Any) -> Any:
        if seen.path == "/token" and len(source.seen) < 3:
            return reply_with(b"", 503)
        return {"access_token": "t1"} if seen.path == "/token" else [1]

    source = make_source(answer)
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    assert puller.records(source, authentication=told) == [1]
    assert len(puller.notes) == 2


OPENINGS: list[dict[str, Any]] = [
    {"authentication": {"kind": "basic", "user": "u"}},
    {"authentication": {"kind": "header", "header": "X-Api-Key"}},
    {"headers": {"X-Tenant": "{key}"}, "query": {"key": "{key}"}},
]


@pytest.mark.parametrize("told", OPENINGS)
def test_another_host_gets_nothing_that_opens(
    puller: Any, make_source: Any, reply_with: Any, told: dict[str, Any]
) -> None:
    """Another port is another host: what is behind a redirect is asked for as by anybody."""
    other = make_source(lambda _: [1, 2])
    source = make_source(lambda _: reply_with(b"", 307, {"Location": f"{other.url}/file?sig=abc"}))
    assert puller.records(source, **told) == [1, 2]
    assert (
        any("s3cret" in str(each) for each in (source.seen[0].headers, source.seen[0].query))
        or told is OPENINGS[0]
    )
    (seen,) = other.seen
    assert set(seen.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert seen.query == {"sig": "abc"}


def test_the_same_host_is_opened_behind_a_redirect_too(
    puller: Any, make_source: Any, reply_with: Any
) -> None:
    source = make_source(
        lambda seen: [1] if seen.path == "/new" else reply_with(b"", 301, {"Location": "/new"})
    )
    puller.records(source, path="/old", authentication={"kind": "header", "header": "X-Api-Key"})
    assert [each.headers.get("x-api-key") for each in source.seen] == ["s3cret-key"] * 2


@pytest.mark.parametrize("kind", ["next", "link"])
def test_a_next_page_at_another_host_is_refused(
    puller: Any, make_source: Any, reply_with: Any, kind: str
) -> None:
    other = make_source(lambda _: [1])
    body = {"data": [1], "next": f"{other.url}/2"}
    source = make_source(lambda _: reply_with(body, 200, {"Link": f"<{other.url}/2>; rel=next"}))
    pages = {"kind": kind} | ({"at": "$.next"} if kind == "next" else {})
    told = puller.refused(source, records="$.data", pages=pages)
    assert told.code == "source-forbidden"
    assert "at another host" in told.message
    assert other.seen == []


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("path", ["/v1/{key}/accounts", "/v1/" + "a" * 110 + "/{key}"], ids=["short", "cut"])
def test_a_secret_in_a_path_is_told_by_its_name(
    puller: Any, make_source: Any, reply_with: Any, status: int, path: str
) -> None:
    """Also where the address is cut in the middle of it."""
    source = make_source(lambda _: reply_with(b"", status))
    ended = puller.refused if status == 404 else puller.failed
    told = ended(source, path=path, limits={"attempts_max": 2})
    assert source.seen[0].path.count("s3cret-key") == 1
    assert "/{key}" in told.message
    assert not any("s3cret" in each for each in (told.message, str(told), *puller.notes))


@pytest.mark.parametrize(
    "echo",
    [
        lambda seen: {"data": 1, seen.headers["authorization"][6:]: 1},
        lambda seen: {seen.query["key"]: 1},
        lambda seen: f"no: {seen.query['key']}".encode(),
    ],
    ids=["in base64", "as a name", "in a page"],
)
def test_what_a_source_says_back_is_not_told(
    puller: Any, make_source: Any, reply_with: Any, echo: Any
) -> None:
    source = make_source(echo)
    opening = {"authentication": {"kind": "basic", "user": "u"}, "query": {"key": "{key}"}}
    told = puller.refused(source, records="$.list", **opening)
    opened = b64encode(b"u:s3cret-password").decode()
    assert not any(each in told.message for each in ("s3cret", opened, opened[:15]))


def test_a_token_that_a_source_says_back_is_not_told(puller: Any, make_source: Any, reply_with: Any) -> None:
    def answer(seen: Any) -> Any:
        return (
            {"access_token": "tok-0123456789abcdef"} if seen.path == "/token" else {"tok-0123456789abcdef": 1}
        )

    source = make_source(answer)
    told = {"kind": "oauth2_client_credentials", "token_url": f"{source.url}/token", "client_id": "c1"}
    assert "{access_token}" in puller.refused(source, records="$.data", authentication=told).message


def test_blanks_around_a_key_are_no_part_of_it(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [1])
    told = {"authentication": {"kind": "header", "header": "X-Api-Key"}, "secrets": {"key": " abcdef "}}
    assert puller.records(source, **told) == [1]
    assert source.seen[0].headers["x-api-key"] == "abcdef"


def test_nothing_of_a_secret_is_in_a_repr(puller: Any) -> None:
    document = {"name": "n", "base_url": "https://a.example", "secrets": {"key": "s3cret-key"}}
    told = read_connector(document | {"authentication": {"kind": "header", "header": "X-Key"}})
    assert told.secrets == {"key": "s3cret-key"}
    assert "s3cret" not in repr(told)
    assert "s3cret" not in repr(Sent("GET", {"X-Key": "s3cret-key"}, b"s3cret"))


def test_a_pull_without_its_secrets_is_refused(tmp_path: Any) -> None:
    document = {
        "name": "n",
        "base_url": "https://a.example",
        "authentication": {"kind": "basic", "user": "u"},
    }
    connector = read_connector(document, known=["password"]).connector
    with pytest.raises(Refusal, match="its secrets lack password"):
        pull(connector, {}, Guard(), tmp_path, Settings(tmp_path))
