"""Fetches over TLS, with an authority of our own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from douane.fetch.guard import Guard
from douane.fetch.watch import LOOK_SECONDS
from douane.model.networks import AllowedNetwork

FILE = b"Journal;Date\nVE;2026-01-31\n"
LOOPBACK = [AllowedNetwork(ip_network("127.0.0.1/32"), False)]
Make = Callable[..., Any]


@pytest.fixture
def guard() -> Guard:
    """Every name is on loopback, which is open to https only."""
    return Guard(LOOPBACK, lambda _: ["127.0.0.1"])


def test_a_file_comes_over_tls_from_the_host_that_was_named(
    make_host: Make, reply: Make, fetch: Make, guard: Guard, authority: Any
) -> None:
    asked_for: list[str] = []
    context = authority.context("erp.example")
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    host = make_host(reply(), context=context)
    url = host.url(name="erp.example", scheme="https")
    fetched = fetch(url, guard=guard, ca_file=str(authority.ca_file))
    assert fetched.upload.path.read_bytes() == FILE
    assert asked_for == ["erp.example"]


def test_an_authority_that_nobody_named_is_not_trusted(
    make_host: Make, reply: Make, failed: Make, guard: Guard, authority: Any
) -> None:
    host = make_host(reply(), context=authority.context("erp.example"))
    message = failed(host.url(name="erp.example", scheme="https"), guard=guard).message
    assert "certificate that is not trusted" in message
    assert host.requests == []


@pytest.mark.parametrize(("name", "days"), [("other.example", 1), ("erp.example", -1)])
def test_a_certificate_must_be_the_host_s_and_valid(
    make_host: Make, reply: Make, failed: Make, guard: Guard, authority: Any, name: str, days: int
) -> None:
    host = make_host(reply(), context=authority.context(name, days=days))
    url = host.url(name="erp.example", scheme="https")
    message = failed(url, guard=guard, ca_file=str(authority.ca_file)).message
    assert "certificate that is not trusted" in message


def test_a_host_without_tls_is_told(make_host: Make, reply: Make, failed: Make, guard: Guard) -> None:
    host = make_host(lambda sock: sock.sendall(reply()))
    assert "TLS" in failed(host.url(name="erp.example", scheme="https"), guard=guard).message


def test_a_redirect_to_less_is_refused_unless_http_is_allowed(
    make_host: Make, reply: Make, fetch: Make, refused: Make, guard: Guard, authority: Any
) -> None:
    plain = make_host(reply())
    moved = reply(b"", "302 Found", Location=plain.url("/b", name="erp.example"))
    host = make_host(moved, context=authority.context("erp.example"))
    url, ca_file = host.url(name="erp.example", scheme="https"), str(authority.ca_file)
    assert refused(url, guard=guard, ca_file=ca_file).code == "source-forbidden"
    assert plain.requests == []
    open_to_http = Guard([AllowedNetwork(ip_network("127.0.0.1/32"), True)], lambda _: ["127.0.0.1"])
    assert fetch(url, guard=open_to_http, ca_file=ca_file).upload.size == len(FILE)


def test_a_body_that_is_cut_under_tls_is_no_file(
    make_host: Make, reply: Make, failed: Make, guard: Guard, authority: Any
) -> None:
    host = make_host(reply(Content_Length="100"), context=authority.context("erp.example"))
    url = host.url(name="erp.example", scheme="https")
    failed(url, guard=guard, ca_file=str(authority.ca_file))


def test_a_pause_within_a_file_is_waited_for(
    make_host: Make, reply: Make, fetch: Make, guard: Guard, authority: Any
) -> None:
    def pauses(sock: ssl.SSLSocket) -> None:
        said = reply()
        for part in (said[:10], said[10:-5], said[-5:]):
            sock.sendall(part)
            threading.Event().wait(2 * LOOK_SECONDS)

    host = make_host(pauses, context=authority.context("erp.example"))
    url = host.url(name="erp.example", scheme="https")
    assert fetch(url, guard=guard, ca_file=str(authority.ca_file)).upload.path.read_bytes() == FILE


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_read_is_named(
    failed: Make, guard: Guard, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    message = failed("https://erp.example/?sig=secret", guard=guard, ca_file=str(path)).message
    assert f"DOUANE_CA_FILE {path}" in message
