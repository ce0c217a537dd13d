"""Connectors are read as people write them, all that is wrong is told at once, and no secret is shown."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from douane.errors import Refusal
from douane.model.connector import Authentication, Call, Connector, Pages, PullLimits, Until
from douane.model.connector_document import as_json, read_connector

EVERYTHING = """
name = "shop"
base_url = "https://api.example.com/v1/"
path = "/exports/{id}/accounts"
method = "POST"
query = { active = true, per_page = 100 }
headers = { X-Tenant = "{tenant}", Accept-Language = "fr" }
body = { since = "2026-01-01", states = ["a", "b"] }
records = "$.data.accounts"
mapping = "shop accounts"
schedule = "*/30 6-20 * * 1-5"
when_busy = "skip"
until = { status = 200, attempts = 5, seconds = 1 }

[[before]]
path = "/exports"
method = "POST"
body = "all"
headers = { Content-Type = "text/plain" }
keep = { id = "$.id" }

[[before]]
path = "/exports/{id}"
until = { path = "$.state", value = "done" }

[authentication]
kind = "oauth2_client_credentials"
token_url = "https://login.example.com/token?tenant=7"
client_id = "douane"
client_in = "body"
scope = "accounts"

[pages]
kind = "cursor"
parameter = "after"
in = "body"
size_parameter = "limit"
size = 500
at = "$.paging.next"
total = "$.paging.total"

[limits]
pages_max = 1000
records_max = 500000
bytes_max = 1000000
seconds_max = 600
silence_seconds = 30.5
attempts_max = 3
pause_seconds = 2
pause_seconds_max = 60

[secrets]
client_secret = "s3cret"
tenant = "s3cret-tenant"
"""

SMALLEST = {"name": "shop", "base_url": "https://api.example.com"}


def refused(**told: Any) -> str:
    """All that is wrong with the smallest connector when these keys are added; None takes one away."""
    document = {name: value for name, value in (SMALLEST | told).items() if value is not None}
    with pytest.raises(Refusal) as caught:
        read_connector(document)
    assert caught.value.code == "bad-connector"
    assert "s3cret" not in caught.value.message
    message = caught.value.message.removeprefix("The connector cannot be used: ")
    assert message.endswith(".")
    return message[:-1]


def test_everything_that_can_be_said() -> None:
    told = read_connector(tomllib.loads(EVERYTHING))
    assert told.secrets == {"client_secret": "s3cret", "tenant": "s3cret-tenant"}
    assert told.connector == Connector(
        name="shop",
        base_url="https://api.example.com/v1",
        call=Call(
            path="/exports/{id}/accounts",
            method="POST",
            query={"active": "true", "per_page": "100"},
            body={"since": "2026-01-01", "states": ["a", "b"]},
            until=Until(status=200, attempts=5, seconds=1.0),
        ),
        before=(
            Call("/exports", "POST", headers={"Content-Type": "text/plain"}, body="all", keep={"id": "$.id"}),
            Call("/exports/{id}", until=Until(path="$.state", value="done")),
        ),
        headers={"X-Tenant": "{tenant}", "Accept-Language": "fr"},
        authentication=Authentication(
            "oauth2_client_credentials",
            token_url="https://login.example.com/token?tenant=7",
            client_id="douane",
            client_in="body",
            scope="accounts",
        ),
        records="$.data.accounts",
        pages=Pages("cursor", "after", "body", 1, "limit", 500, at="$.paging.next", total="$.paging.total"),
        limits=PullLimits(1000, 500_000, 1_000_000, 600.0, 30.5, 3, 2.0, 60.0),
        mapping="shop accounts",
        schedule="*/30 6-20 * * 1-5",
        when_busy="skip",
    )
    assert told.connector.secret_names == {"client_secret", "tenant"}


def test_the_least_that_must_be_said() -> None:
    told = read_connector(SMALLEST)
    assert told.connector == Connector("shop", "https://api.example.com")
    assert as_json(told.connector) == SMALLEST


def test_what_is_shown_holds_no_secret_and_is_read_back() -> None:
    told = read_connector(tomllib.loads(EVERYTHING))
    shown = as_json(told.connector)
    assert "s3cret" not in repr(shown) + repr(told) + repr(told.connector)
    assert "secrets" not in shown
    assert read_connector(shown, known=("client_secret", "tenant")).connector == told.connector


def test_a_secret_that_is_kept_may_be_sent_again() -> None:
    basic = SMALLEST | {"authentication": {"kind": "basic", "user": "u"}}
    assert read_connector(basic, known=["password"]).secrets == {}
    again = basic | {"secrets": {"password": "other"}}
    assert read_connector(again, known=["password"]).secrets == {"password": "other"}


@pytest.mark.parametrize("kind", ["oauth2_password"])
def test_the_secret_of_the_client_may_be_left_out(kind: str) -> None:
    told = {"kind": kind, "user": "u", "token_url": "https://a.example/token"}
    for secrets in ({"password": "p"}, {"password": "p", "client_secret": "c"}):
        assert read_connector(SMALLEST | {"authentication": told, "secrets": secrets}).secrets == secrets


def test_offsets_begin_at_0_and_pages_at_1() -> None:
    for kind, first in (("offset", 0), ("number", 1)):
        pages = {"kind": kind, "parameter": "p"}
        connector = read_connector(SMALLEST | {"pages": pages}).connector
        assert connector.pages.first == first
        assert as_json(connector)["pages"] == pages
        other = read_connector(SMALLEST | {"pages": pages | {"first": 1 - first}}).connector
        assert as_json(other)["pages"] == pages | {"first": 1 - first}


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = refused(
        name=None,
        base_url="https://user:s3cret@api.example.com",
        method="PUT",
        pages={"kind": "offset"},
        authentication={"kind": "basic", "password": "s3cret"},
        limits={"pages_max": 0},
        colour="blue",
    )
    keys = "name, base_url, records, mapping, schedule, when_busy, path, method, query, headers, body, keep"
    assert told == "; ".join(
        [
            f"'colour' is no key; expected {keys}, until, before, authentication, pages, limits, secrets",
            "base_url: expected an address such as https://api.example.com/v1, "
            "without user, password and query",
            'method is \'PUT\'; expected "GET" or "POST"',
            "name is missing",
            "authentication: 'password' is no key; "
            "expected kind, user, header, token_url, client_id, client_in, scope",
            "limits: pages_max is 0; expected a whole number from 1 to 10,000,000",
            "authentication: user is missing, which basic needs",
            "pages: parameter is missing, which offset needs",
            "secrets: password is missing",
        ]
    )


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"name": "a/b"}, "name is 'a/b'"),
        ({"base_url": "ftp://a.example"}, "base_url: expected an address"),
        ({"base_url": "https://a.example?key=s3cret"}, "base_url: expected an address"),
        ({"base_url": "https://"}, "base_url: expected an address"),
        ({"base_url": "https://[::1"}, "base_url: expected an address"),
        ({"base_url": 7}, "base_url: expected an address"),
        ({"path": "accounts"}, 'path: expected a path such as "/accounts"'),
        ({"path": "/a?key=s3cret"}, "path: expected a path"),
        ({"query": {"a": ["b"]}}, "query: expected one line of text, or a number for a"),
        ({"headers": {"Host": "x"}}, "headers: expected headers that may be set, which 'Host' is not"),
        ({"headers": {"X Y": "x"}}, "headers: expected headers that may be set, which 'X Y' is not"),
        ({"headers": {"X-Key": "a\nb"}}, "headers: expected one line"),
        ({"headers": {"Authorization": "s3cret"}}, "headers: Authorization is open to all"),
        ({"headers": {"X-Api-Key": "s3cret"}}, "headers: X-Api-Key is open to all"),
        ({"query": {"access_token": "s3cret"}}, "query: access_token is open to all"),
        ({"query": {"sig": "s3cret"}}, "query: sig is open to all"),
        ({"query": {"X-Auth": 3141592653}}, "query: X-Auth is open to all"),
        ({"headers": {"X-Mine": "Bearer s3cret-and-more"}}, "headers: X-Mine is open to all"),
        ({"method": "POST", "body": {"pwd": 3141592653}}, "body: pwd is open to all"),
        (
            {
                "authentication": {
                    "kind": "oauth2_client_credentials",
                    "token_url": "https://a.example/token?client_secret=s3cret",
                    "client_id": "c",
                },
                "secrets": {"client_secret": "x"},
            },
            "token_url: client_secret is open to all",
        ),
        (
            {
                "authentication": {
                    "kind": "oauth2_client_credentials",
                    "token_url": "https://a.example/token?tenant={tenant}",
                    "client_id": "c",
                },
                "secrets": {"client_secret": "x"},
            },
            "token_url holds a placeholder",
        ),
        ({"method": "POST", "body": {"a": [{"password": "s3cret"}]}}, "body: password is open to all"),
        ({"body": {}}, "body is for the method POST"),
        ({"method": "POST", "body": {"a": "nul\0"}}, "body: expected texts of characters"),
        ({"method": "POST", "body": {"nul\0": 1}}, "body: expected texts of characters"),
        ({"method": "POST", "body": ["half \ud83d"]}, "body: expected texts of characters"),
        ({"method": "POST", "body": {"a": 2**63}}, "body: expected texts, numbers below 2^63"),
        ({"records": "data"}, "records is 'data'; expected a path such as $.data"),
        ({"records": "$..data"}, "records is '$..data'; expected a path"),
        ({"schedule": "@daily"}, "schedule is '@daily'; expected five fields of cron"),
        ({"schedule": "60 * * * *"}, "schedule is '60 * * * *'"),
        ({"when_busy": "wait"}, "when_busy is 'wait'"),
        ({"until": {"seconds": 5}}, "until: neither status nor path is there"),
        ({"until": {"status": 200, "value": "x"}}, "until: path is missing"),
        ({"until": 7}, "until is 7; expected a table"),
        ({"before": {}}, "before is a table; expected a list of at most 20 calls"),
        ({"before": [{"name": "x"}]}, "before, call 1: 'name' is no key"),
        ({"before": [{"keep": {"a b": "$.a"}}]}, "before, call 1: keep: expected names of letters"),
        ({"before": [{"keep": {"a": "a"}}]}, "before, call 1: keep: expected a path"),
        (
            {"before": [{"path": "/{a}"}, {"keep": {"a": "$.a"}}]},
            "before, call 1: {a} is kept by this call or a later",
        ),
        ({"keep": {"a": "$.a"}, "query": {"x": "{a}"}}, "{a} is kept by this call or a later one"),
        ({"before": [{"keep": {"a": "$.a"}}, {"keep": {"a": "$.b"}}]}, "a is the name of something else"),
        ({"query": {"x": "{a}"}}, "secrets: a is missing"),
        ({"secrets": {"a": "s3cret"}}, "secrets: a is needed nowhere"),
        ({"secrets": {"a": 7}}, "secrets: expected one line of 1 to 8,192 characters for a"),
        ({"secrets": "s3cret"}, "secrets: expected a table"),
        ({"authentication": {"kind": "digest"}}, "authentication: kind is 'digest'"),
        ({"authentication": {"kind": "basic", "user": "a:b"}}, "user holds a colon"),
        ({"authentication": {"user": "a"}}, "authentication: user is nothing that none knows"),
        ({"authentication": {"kind": "header"}}, "authentication: header is missing"),
        ({"authentication": {"kind": "header", "header": "Host"}}, "authentication: header is 'Host'"),
        ({"authentication": {"kind": "oauth2_password"}}, "authentication: token_url is missing"),
        ({"authentication": {"token_url": "https://u:s3cret@a.example"}}, "token_url: expected an address"),
        (
            {"authentication": {"kind": "basic", "user": "u"}, "headers": {"authorization": "{a}"}},
            "headers: Authorization is set by authentication already",
        ),
        ({"pages": {"kind": "cursor", "parameter": "c"}}, "pages: at is missing"),
        ({"pages": {"kind": "next"}}, "pages: at is missing"),
        ({"pages": {"kind": "link", "parameter": "p"}}, "pages: parameter is nothing that link knows"),
        ({"pages": {"kind": "link", "more": "$.m"}}, "pages: more is nothing that link knows"),
        (
            {"pages": {"kind": "number", "parameter": "p", "ends": "short"}},
            "pages: size is missing, by which",
        ),
        (
            {"pages": {"kind": "number", "parameter": "p", "size_parameter": "n"}},
            "pages: size is missing, which",
        ),
        ({"pages": {"kind": "number", "parameter": "p", "in": "body"}}, 'pages: in is "body"'),
        ({"limits": {"pause_seconds": "1"}}, "limits: pause_seconds is '1'; expected 0 to 3,600 seconds"),
        ({"limits": {"seconds_max": float("nan")}}, "limits: seconds_max is a number; expected"),
        ({"limits": {"seconds_max": True}}, "limits: seconds_max is true; expected"),
    ],
)
def test_what_is_wrong_is_told(told: dict[str, Any], problem: str) -> None:
    assert problem in refused(**told)


@pytest.mark.parametrize("sent", [None, 7, "shop", [], [SMALLEST]])
def test_what_is_no_connector_at_all(sent: Any) -> None:
    with pytest.raises(Refusal, match="expected a table of name"):
        read_connector(sent)
