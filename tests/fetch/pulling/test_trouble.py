"""Whatever a source does, a pull ends with all records or none, and says why."""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from douane.errors import SourceFailure
from douane.fetch.guard import Guard
from douane.fetch.watch import Stopped
from douane.model.networks import AllowedNetwork
from douane.settings import Limits, Settings

PAGES = {"kind": "number", "parameter": "page"}


def flaky(make_source: Any, accounts: Any, troubles: list[Any], at: int = 2) -> Any:
    """A source of three pages that answers with each of the troubles once before it gives page `at`."""
    left: Iterator[Any] = iter(troubles)

    def answer(seen: Any) -> Any:
        page = int(seen.query["page"])
        trouble = next(left, None) if page == at else None
        if trouble is not None:
            return trouble
        return accounts(page * 2, page * 2 + 2) if page < 4 else []

    return make_source(answer)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408, 425])
def test_a_status_that_may_pass_is_asked_again(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, status: int
) -> None:
    source = flaky(make_source, accounts, [reply_with(b"sorry", status)] * 3)
    assert puller.records(source, path="/a", pages=PAGES) == accounts(2, 8)
    assert len(puller.notes) == 3
    assert f"/a?... answers {status}. That was page 2. Asked again in 0 seconds." in puller.notes[0]


def test_a_source_that_stays_down_ends_the_pull(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 500))
    told = puller.failed(source, path="/a", limits={"attempts_max": 3})
    assert told.message.endswith("/a answers 500.")
    assert len(source.seen) == 3


def test_retry_after_is_kept_to(puller: Any, make_source: Any, reply_with: Any, accounts: Any) -> None:
    source = flaky(make_source, accounts, [reply_with(b"", 429, {"Retry-After": "1"})])
    assert puller.records(source, pages=PAGES) == accounts(2, 8)
    assert "Asked again in 1 seconds." in puller.notes[0]


def test_a_long_retry_after_is_left_to_the_queue(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 429, {"Retry-After": "600"}))
    told = puller.failed(source)
    assert isinstance(told, SourceFailure)
    assert told.pause_seconds == 600
    assert len(source.seen) == 1


def test_what_the_source_answered_is_told_when_there_is_no_time_for_another_attempt(
    puller: Any, make_source: Any, reply_with: Any
) -> None:
    source = make_source(lambda _: reply_with(b"", 503))
    limits = {"attempts_max": 100, "pause_seconds": 0.6, "seconds_max": 1}
    assert puller.failed(source, limits=limits).message.endswith("answers 503.")
    assert len(source.seen) <= 2


def test_pauses_become_longer(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 503))
    limits = {"attempts_max": 4, "pause_seconds": 0.01, "pause_seconds_max": 0.02}
    puller.failed(source, limits=limits)
    assert [each.split(" in ")[1] for each in puller.notes] == [
        "0.01 seconds.",
        "0.02 seconds.",
        "0.02 seconds.",
    ]


@pytest.mark.parametrize("is_measured", [True, False])
def test_half_a_page_is_asked_for_again(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, is_measured: bool
) -> None:
    half = reply_with(accounts(4, 6), is_measured=is_measured, is_cut=True)
    source = flaky(make_source, accounts, [half, half])
    assert puller.records(source, pages=PAGES) == accounts(2, 8)
    assert len(puller.notes) == 2


@pytest.mark.parametrize("is_measured", [True, False])
def test_half_a_page_again_and_again_ends_the_pull(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, is_measured: bool
) -> None:
    half = reply_with(accounts(4, 6), is_measured=is_measured, is_cut=True)
    source = flaky(make_source, accounts, [half] * 100)
    words = "broke off after" if is_measured else "JSON that is cut"
    assert words in puller.failed(source, pages=PAGES).message


def test_half_of_a_json_text_that_claims_to_be_whole(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any
) -> None:
    half = reply_with(json.dumps(accounts(0, 5)).encode()[:100])
    assert "JSON that is cut" in puller.failed(make_source(lambda _: half)).message


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (
            b"<html>Please log in</html>",
            {"Content-Type": "text/html"},
            "no JSON but text/html: it begins with '<html>",
        ),
        (b"[{,}]", {"Content-Type": "application/json"}, "no JSON: "),
        (b'[{"a": 1}, {"a": \xff}]', {}, "no JSON"),
        (b'[{"a": "\xff"}]', {}, "not UTF-8"),
        ('[{"a": 1}]'.encode("utf-16"), {}, "it begins with"),
    ],
)
def test_what_is_no_json_is_refused(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, body: bytes, headers: Any, words: str
) -> None:
    told = puller.refused(flaky(make_source, accounts, [reply_with(body, 200, headers)]), pages=PAGES)
    assert told.code == "source-not-json"
    assert words in told.message


def test_where_no_records_are_the_answer_is_described(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: {"error": "unknown tenant", "code": 7})
    told = puller.refused(source, path="/a", records="$.data")
    assert told.code == "source-without-records"
    assert "/a has none at $.data: the answer has the names error, code" in told.message


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "source-refuses"),
        (401, "source-denied"),
        (403, "source-denied"),
        (404, "source-gone"),
        (410, "source-gone"),
        (304, "source-refuses"),
    ],
)
def test_a_status_that_stays_is_refused(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, status: int, code: str
) -> None:
    source = flaky(make_source, accounts, [reply_with(b"", status)])
    assert puller.refused(source, pages=PAGES).code == code
    assert len(source.seen) == 2


def test_a_redirect_to_a_private_address_is_refused(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 302, {"Location": "http://10.0.0.1/secret"}))
    told = puller.refused(source)
    assert told.code == "source-forbidden"
    assert "private" in told.message


def test_a_redirect_on_a_later_page_to_metadata_is_refused(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any
) -> None:
    trouble = reply_with(b"", 302, {"Location": "http://169.254.169.254/latest"})
    source = flaky(make_source, accounts, [trouble], at=3)
    assert puller.refused(source, pages=PAGES).code == "source-forbidden"


def test_a_source_in_a_closed_network_is_refused(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [])
    assert puller.refused(source, guard=Guard()).code == "source-forbidden"
    private = Guard((AllowedNetwork(ip_network("10.0.0.0/8"), True),))
    assert puller.refused(source, guard=private).code == "source-forbidden"
    assert source.seen == []


def test_redirects_in_a_circle_are_refused(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 302, {"Location": "/again"}))
    assert puller.refused(source).code == "source-redirects"


def test_a_redirect_to_nowhere_is_refused(puller: Any, make_source: Any, reply_with: Any) -> None:
    assert puller.refused(make_source(lambda _: reply_with(b"", 302))).code == "source-redirects"


def test_what_is_sent_is_not_sent_elsewhere(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 307, {"Location": "/again"}))
    assert puller.refused(source, method="POST", body={}).code == "source-redirects"
    assert len(source.seen) == 1


def test_a_source_that_is_not_there(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: [])
    source.close()
    assert "cannot be reached" in puller.failed(source, limits={"attempts_max": 2}).message
    assert len(puller.notes) == 1


def test_a_silent_source_is_left(puller: Any, make_source: Any) -> None:
    done = threading.Event()
    source = make_source(lambda _: done.wait(20))
    try:
        told = puller.failed(source, limits={"silence_seconds": 1, "attempts_max": 1})
    finally:
        done.set()
    assert "was silent for 1 seconds" in told.message


def test_a_pull_stops_within_a_moment(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 503, {"Retry-After": "100"}))
    told = puller.failed(source, is_stopping=lambda: bool(source.seen))
    assert isinstance(told, Stopped)


def test_the_operators_bound_holds_too(puller: Any, make_source: Any, accounts: Any, tmp_path: Any) -> None:
    settings = Settings(data=tmp_path, limits=Limits(upload_bytes_max=100))
    source = make_source(lambda _: accounts(0, 50))
    assert puller.refused(source, settings=settings).code == "source-too-large"


def test_gzip_is_opened(puller: Any, make_source: Any, reply_with: Any, accounts: Any) -> None:
    body = gzip.compress(json.dumps(accounts(0, 5)).encode())
    source = make_source(lambda _: reply_with(body, headers={"Content-Encoding": "gzip"}))
    assert puller.records(source) == accounts(0, 5)


def test_a_gzip_bomb_is_bounded(puller: Any, make_source: Any, reply_with: Any) -> None:
    body = gzip.compress(b"[" + b" " * 50_000_000)
    source = make_source(lambda _: reply_with(body, headers={"Content-Encoding": "gzip"}))
    assert puller.refused(source, limits={"bytes_max": 1_000_000}).code == "source-too-large"


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"[1, 2]" * 100)[:-12]], ids=["no gzip", "cut"])
def test_broken_gzip_is_asked_for_again(puller: Any, make_source: Any, reply_with: Any, body: bytes) -> None:
    source = make_source(lambda _: reply_with(body, headers={"Content-Encoding": "gzip"}))
    assert "gzip" in puller.failed(source).message
    assert len(source.seen) == 5


def test_gzip_of_several_members_is_opened(puller: Any, make_source: Any, reply_with: Any) -> None:
    body = gzip.compress(b"[1, ") + gzip.compress(b"") + gzip.compress(b"2]")
    source = make_source(lambda _: reply_with(body, headers={"Content-Encoding": "gzip"}))
    assert puller.records(source) == [1, 2]


def test_what_follows_gzip_is_damage_and_not_kept(puller: Any, make_source: Any, reply_with: Any) -> None:
    body = gzip.compress(b"[1, 2]") + b"\0" * 20_000_000
    source = make_source(lambda _: reply_with(body, headers={"Content-Encoding": "gzip"}))
    told = puller.failed(source, limits={"attempts_max": 2})
    assert "came damaged: its gzip cannot be read" in told.message


def test_an_answer_with_nothing_in_it_is_asked_for_again(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any
) -> None:
    source = flaky(make_source, accounts, [reply_with(b"")])
    assert puller.records(source, pages=PAGES) == accounts(2, 8)
    assert "answers 200 with nothing in it. That was page 2." in puller.notes[0]


def test_what_is_announced_as_too_large_is_not_waited_for(
    puller: Any, make_source: Any, reply_with: Any
) -> None:
    source = make_source(
        lambda _: reply_with(b"[1]", headers={"Content-Length": str(2 << 30)}, is_measured=False)
    )
    told = puller.refused(source, limits={"bytes_max": 1 << 30})
    assert (told.code, len(source.seen)) == ("source-too-large", 1)
    assert "more than the 1,073,741,824 bytes that are left" in told.message


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ((b"", 404), "answers 404. That was page 2."),
        ((b"[1,]", 200), "That was page 2."),
        (({"error": 1}, 200), "an object was seen there. That was page 2."),
        ((b"", 302, {"Location": "http://10.0.0.1/"}), "is private. That was page 2."),
        ((b"", 302, {"Location": "http://2852039166/"}), "That was page 2."),
        ((b"", 302, {"Location": "http://0251.0376.0251.0376/"}), "That was page 2."),
        ((b"", 302, {"Location": "http://[::1]/"}), "is loopback. That was page 2."),
    ],
)
def test_it_is_told_which_page_it_was(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, trouble: Any, words: str
) -> None:
    told = puller.refused(flaky(make_source, accounts, [reply_with(*trouble)]), pages=PAGES)
    assert told.message.endswith(words)
    assert str(told) == told.message


def test_a_page_that_comes_drop_by_drop_ends_with_the_time_of_the_pull(puller: Any, make_host: Any) -> None:
    gone = threading.Event()

    def drip(sock: Any) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not gone.wait(0.05):
            sock.sendall(b" ")

    host = make_host(drip)
    host.url = f"http://127.0.0.1:{host.port}"
    try:
        told = puller.refused(host, limits={"seconds_max": 1}, pages=PAGES)
    finally:
        gone.set()
    assert "not done in 1 seconds. That was page 1." in told.message


def test_headers_without_end_are_left(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with([1], headers={"X-More": "x" * (1 << 20)}))
    assert "cut, too long or no HTTP" in puller.failed(source, limits={"attempts_max": 1}).message


def test_a_redirect_to_a_name_of_a_closed_address_is_refused(
    puller: Any, make_source: Any, reply_with: Any
) -> None:
    """One closed address among open ones is enough."""
    source = make_source(lambda _: reply_with(b"", 302, {"Location": "https://rebound.example/"}))
    allowed = [AllowedNetwork(ip_network("127.0.0.1/32"), True)]
    told = puller.refused(source, guard=Guard(allowed, lambda _: ["1.1.1.1", "169.254.169.254"]))
    assert told.code == "source-forbidden"
    assert "the address of rebound.example is a cloud's metadata" in told.message


def test_other_packings_are_refused(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"x", headers={"Content-Encoding": "br"}))
    assert puller.refused(source).code == "unknown-compression"


def test_a_page_with_a_wrong_digest_is_asked_for_again(
    puller: Any, make_source: Any, reply_with: Any
) -> None:
    wrong = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    source = make_source(lambda _: reply_with([1], headers=wrong))
    assert "came damaged" in puller.failed(source).message


def test_a_large_page_takes_little_memory(puller: Any, make_source: Any, reply_with: Any) -> None:
    record = {"name": "x" * 1000, "list": [1] * 50}
    body = json.dumps({"data": [record] * 30_000}).encode()
    source = make_source(lambda _: reply_with(body))
    tracemalloc.start()
    try:
        pulled = puller.pull(source, records="$.data")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pulled.records == 30_000
    # The page has 35 MB, and the server that sends it is in this process; its body was there before.
    assert peak < len(body) / 1.5


def test_half_of_an_answer_in_chunks_is_no_answer(puller: Any, make_host: Any) -> None:
    """Sent without the last chunk, though all of the JSON is there."""
    host = make_host(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[1, 2]\r\n")
    host.url = f"http://127.0.0.1:{host.port}"
    assert "broke off after" in puller.failed(host, limits={"attempts_max": 2}).message
    assert len(host.requests) == 2


def test_a_connection_that_is_closed_between_pages_is_made_again(puller: Any, make_host: Any) -> None:
    """The source says nothing of it."""
    pages = (b"[1, 2]", b"[3]", b"[]")
    heads = (f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n".encode() for page in pages)
    host = make_host(*(head + page for head, page in zip(heads, pages, strict=True)))
    host.url = f"http://127.0.0.1:{host.port}"
    assert puller.records(host, pages=PAGES) == [1, 2, 3]


def test_a_pull_over_tls(puller: Any, make_host: Any, reply: Any, authority: Any, tmp_path: Any) -> None:
    host = make_host(reply(b"[1, 2]"), context=authority.context("erp.example"))
    host.url = f"https://erp.example:{host.port}"
    guard = Guard([AllowedNetwork(ip_network("127.0.0.1/32"), False)], lambda _: ["127.0.0.1"])
    assert "not trusted" in puller.failed(host, guard=guard, limits={"attempts_max": 1}).message
    settings = Settings(data=tmp_path, ca_file=str(authority.ca_file))
    assert puller.records(host, guard=guard, settings=settings) == [1, 2]
    host.url = f"http://erp.example:{host.port}"
    assert "http was seen" in puller.refused(host, guard=guard).message
