"""Redirects, and hosts that resolve now to this and now to that: each connection is checked anew."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from douane.fetch.guard import Guard
from douane.model.networks import AllowedNetwork

FILE = b"Journal;Date\nVE;2026-01-31\n"
FIRST_ONLY = (AllowedNetwork(ip_network("127.0.0.1/32"), True),)
Make = Callable[..., Any]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed(make_host: Make, reply: Make, fetch: Make, status: str) -> None:
    host = make_host(reply(b"elsewhere", status, Location="/files/b.csv?sig=2#part"), reply())
    fetched = fetch(host.url("/a?sig=1"))
    assert fetched.upload.path.read_bytes() == FILE
    assert fetched.upload.name == "b.csv"
    assert [each.split(" ")[1] for each in host.requests] == ["/a?sig=1", "/files/b.csv?sig=2"]


def test_another_host_learns_nothing_of_the_first(make_host: Make, reply: Make, fetch: Make) -> None:
    other = make_host(reply())
    host = make_host(reply(b"", "302 Found", Location=other.url("/b"), Set_Cookie="session=secret"))
    fetch(host.url("/a?sig=secret"))
    (request,) = other.requests
    assert "secret" not in request
    assert "cookie" not in request.lower()
    assert "referer" not in request.lower()


def test_five_redirects_are_enough(make_host: Make, reply: Make, fetch: Make, refused: Make) -> None:
    moved = [reply(b"", "302 Found", Location=f"/{number}") for number in range(6)]
    assert fetch(make_host(*moved[:5], reply()).url()).upload.size == len(FILE)
    host = make_host(*moved, reply())
    assert refused(host.url()).code == "source-redirects"
    assert len(host.requests) == 6


def test_a_circle_is_left(make_host: Make, reply: Make, refused: Make) -> None:
    host = make_host(reply(b"", "302 Found", Location="/export.csv"))
    assert refused(host.url()).code == "source-redirects"


@pytest.mark.parametrize("location", ["none", ""])
def test_a_redirect_to_nowhere_is_refused(make_host: Make, reply: Make, refused: Make, location: str) -> None:
    host = make_host(reply(b"", "302 Found", Location=location))
    assert refused(host.url()).code == "source-redirects"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/?x=secret",
        "http://[fd00:ec2::254]/",
        "http://127.0.0.2:1/",
        "http://10.0.0.1/",
        "https://192.168.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0/",
        "http://user:secret@127.0.0.1/",
        "http://8.8.8.8/",
        "//localtest.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/csv,a;b",
    ],
)
def test_a_redirect_leads_nowhere_that_is_closed(
    make_host: Make, reply: Make, refused: Make, location: str
) -> None:
    guard = Guard(FIRST_ONLY, lambda _: ["127.0.0.2"])
    host = make_host(reply(b"", "302 Found", Location=location))
    assert refused(host.url(), guard=guard).code == "source-forbidden"
    assert len(host.requests) == 1


def test_what_was_checked_is_what_is_connected_to(make_host: Make, reply: Make, fetch: Make) -> None:
    """A name that resolves to another address every time it is asked for: it is asked for once."""
    host = make_host(reply())
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]])
    guard = Guard(FIRST_ONLY, lambda _: next(answers))
    assert fetch(host.url(name="erp.example"), guard=guard).upload.size == len(FILE)
    assert f"Host: erp.example:{host.port}" in host.requests[0]
    assert next(answers) == ["127.0.0.2"]


def test_a_redirect_resolves_and_checks_again(make_host: Make, reply: Make, refused: Make) -> None:
    host = make_host(reply(b"", "302 Found", Location="/again"))
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    guard = Guard(FIRST_ONLY, lambda _: next(answers))
    assert refused(host.url(name="erp.example"), guard=guard).code == "source-forbidden"
    assert len(host.requests) == 1


def test_an_address_that_takes_no_connection_is_passed_over(
    make_host: Make, reply: Make, fetch: Make
) -> None:
    host = make_host(reply(), at="127.0.0.3")
    allowed = [AllowedNetwork(ip_network("127.0.0.0/8"), True)]
    guard = Guard(allowed, lambda _: ["127.0.0.2", "127.0.0.3"])
    assert fetch(host.url(name="erp.example"), guard=guard).upload.size == len(FILE)


def test_nothing_is_connected_to_when_one_address_is_closed(
    make_host: Make, reply: Make, refused: Make
) -> None:
    host = make_host(reply())
    guard = Guard(FIRST_ONLY, lambda _: ["127.0.0.1", "127.0.0.2"])
    assert refused(host.url(name="erp.example"), guard=guard).code == "source-forbidden"
    assert host.requests == []
