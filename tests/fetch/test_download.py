"""Downloads from hosts that do as they should, and from all the others."""

from __future__ import annotations

import gzip
import hashlib
import logging
import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from douane.errors import SourceFailure
from douane.fetch.download import Identity, Stopped
from douane.settings import Limits

FILE = b"Journal;Date\nVE;2026-01-31\n"
CHUNKED = {"Transfer_Encoding": "chunked", "Content_Length": "none"}
UNTIL_THE_END = {"Content_Length": "none"}
Make = Callable[..., Any]


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def base64_of(algorithm: str, data: bytes = FILE) -> str:
    return b64encode(hashlib.new(algorithm, data).digest()).decode()


# --- what goes well


def test_a_file_is_fetched_as_it_is(make_host: Make, reply: Make, fetch: Make, folder: Path) -> None:
    host = make_host(reply(ETag='W/"abc"', Last_Modified="Sat, 21 Nov 2026 08:00:00 GMT"))
    fetched = fetch(host.url("/out/842008161FEC20201231.txt?sig=a%2Bb"))
    upload = fetched.upload
    assert upload.path.read_bytes() == FILE
    assert list(folder.iterdir()) == [upload.path]
    assert (upload.name, upload.size) == ("842008161FEC20201231.txt", len(FILE))
    assert upload.digest == hashlib.sha256(FILE).hexdigest()
    assert fetched.identity == Identity('"abc"', "Sat, 21 Nov 2026 08:00:00 GMT", len(FILE))
    assert Identity.from_json(fetched.identity.as_json()) == fetched.identity


def test_a_request_says_what_is_needed_and_no_more(make_host: Make, reply: Make, fetch: Make) -> None:
    host = make_host(reply())
    fetch(host.url("/a?sig=a%2Bb%3D"))
    head, *headers = host.requests[0].rstrip("\r\n").split("\r\n")
    assert head == "GET /a?sig=a%2Bb%3D HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in headers}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert f"Host: 127.0.0.1:{host.port}" in headers
    assert "Accept-Encoding: identity" in headers


def test_chunks_are_put_together(make_host: Make, reply: Make, fetch: Make) -> None:
    body = chunk(FILE[:5]) + chunk(FILE[5:]) + b"0\r\n\r\n"
    fetched = fetch(make_host(reply(body, **CHUNKED)).url())
    assert fetched.upload.path.read_bytes() == FILE
    assert fetched.identity.size is None


def test_announcements_may_come_before_the_answer(make_host: Make, reply: Make, fetch: Make) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 100\r\n\r\n"
    assert fetch(make_host(early + reply()).url()).upload.size == len(FILE)


def test_a_large_file_comes_whole(make_host: Make, reply: Make, fetch: Make) -> None:
    large = bytes(range(256)) * 40_000
    fetched = fetch(make_host(reply(large, Content_Digest=f"sha-256=:{base64_of('sha256', large)}:")).url())
    assert fetched.upload.digest == hashlib.sha256(large).hexdigest()


def test_what_is_packed_stays_packed(make_host: Make, reply: Make, fetch: Make) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    limits = Limits(upload_bytes_max=len(bomb))
    host = make_host(reply(bomb, Content_Encoding="gzip"))
    assert fetch(host.url(), limits=limits).upload.path.read_bytes() == bomb


def test_what_the_source_says_is_known_before_the_bytes_come(
    make_host: Make, reply: Make, failed: Make
) -> None:
    noticed: list[Identity] = []
    host = make_host(reply(ETag='"1"', Content_Length="1000"))
    failed(host.url(), noticed=noticed.append)
    assert noticed == [Identity('"1"', None, 1000)]


# --- what is said


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "source-denied"),
        (403, "source-denied"),
        (407, "source-denied"),
        (404, "source-gone"),
        (410, "source-gone"),
        (204, "source-refuses"),
        (205, "source-refuses"),
        (300, "source-refuses"),
        (304, "source-refuses"),
        (400, "source-refuses"),
        (405, "source-refuses"),
        (418, "source-refuses"),
        (451, "source-refuses"),
    ],
)
def test_some_answers_are_final(make_host: Make, reply: Make, refused: Make, status: int, code: str) -> None:
    host = make_host(reply(b"", f"{status} Word"))
    refusal = refused(host.url("/a.csv?sig=secret"))
    assert refusal.code == code
    assert f"http://127.0.0.1:{host.port}/a.csv?... answers {status}" in refusal.message


@pytest.mark.parametrize("status", [202, 206, 408, 425, 429, 500, 501, 502, 503, 504, 599])
def test_some_answers_may_be_others_later(make_host: Make, reply: Make, failed: Make, status: int) -> None:
    failure = failed(make_host(reply(FILE, f"{status} Word", Retry_After="120")).url())
    assert isinstance(failure, SourceFailure)
    assert failure.pause_seconds == 120
    assert f"answers {status}" in failure.message


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, br", "zstd", "gzip, gzip"])
def test_a_coding_that_nobody_asked_for_is_refused(
    make_host: Make, reply: Make, refused: Make, coding: str
) -> None:
    assert refused(make_host(reply(Content_Encoding=coding)).url()).code == "unknown-compression"


def test_a_file_of_nothing_is_refused(make_host: Make, reply: Make, refused: Make) -> None:
    assert refused(make_host(reply(b"")).url()).code == "empty-upload"
    assert refused(make_host(reply(b"0\r\n\r\n", **CHUNKED)).url()).code == "empty-upload"


@pytest.mark.parametrize(
    ("known", "is_same"),
    [
        (Identity('"1"', "yesterday", len(FILE)), True),
        (Identity(), True),
        (Identity(size=len(FILE)), True),
        (Identity('"2"', "yesterday", len(FILE)), False),
        (Identity('"1"', "today", len(FILE)), False),
        (Identity('"1"', "yesterday", 5), False),
    ],
)
def test_a_file_that_changed_in_between_is_refused(
    make_host: Make, reply: Make, fetch: Make, refused: Make, known: Identity, is_same: bool
) -> None:
    url = make_host(reply(ETag='W/"1"', Last_Modified="yesterday")).url()
    if is_same:
        assert fetch(url, known=known).upload.size == len(FILE)
    else:
        assert refused(url, known=known).code == "source-changed"


# --- what does not come whole


@pytest.mark.parametrize(
    "answer",
    [
        {"body": FILE, "Content_Length": str(len(FILE) + 1)},
        {"body": b"", "Content_Length": "5"},
        {"body": chunk(FILE), **CHUNKED},
        {"body": chunk(FILE)[:-9], **CHUNKED},
        {"body": chunk(FILE) + b"0\r\n", **CHUNKED},
        {"body": b"zz\r\nno chunk\r\n0\r\n\r\n", **CHUNKED},
        {"body": FILE, "Content_Length": "-5"},
        {"body": FILE, "Content_Length": "5, 6"},
        {"body": FILE, "Content_Length": "9" * 30},
        {"body": FILE, "Transfer_Encoding": "gzip, chunked"},
    ],
)
def test_a_file_that_is_cut_is_no_file(
    make_host: Make, reply: Make, failed: Make, answer: dict[str, Any]
) -> None:
    assert isinstance(failed(make_host(reply(**answer)).url()), SourceFailure)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"body": FILE, "Content_Length": "1000"}, f"broke off after {len(FILE)} of 1,000 bytes."),
        ({"body": chunk(FILE), **CHUNKED}, f"broke off after {len(FILE)} bytes."),
    ],
)
def test_how_far_a_file_came_is_told(
    make_host: Make, reply: Make, failed: Make, answer: dict[str, Any], told: str
) -> None:
    assert failed(make_host(reply(**answer)).url()).message.endswith(told)


def test_more_than_was_announced_is_no_file_either(make_host: Make, reply: Make, failed: Make) -> None:
    head = reply(b"", Content_Length="5")
    assert "more than the 5 bytes" in failed(make_host(head + FILE).url()).message

    def bit_by_bit(sock: socket.socket) -> None:
        for part in (head, FILE[:5], FILE[5:]):
            sock.sendall(part)
            threading.Event().wait(0.02)

    assert "more than the 5 bytes" in failed(make_host(bit_by_bit).url()).message


@pytest.mark.parametrize("headers", [{}, {"Digest": "klingon=abc"}, {"Content_MD5": "?"}])
def test_a_file_whose_end_cannot_be_known_is_refused(
    make_host: Make, reply: Make, refused: Make, headers: dict[str, str]
) -> None:
    host = make_host(reply(**UNTIL_THE_END, **headers))
    assert refused(host.url()).code == "source-unmeasured"


def test_a_digest_says_where_a_file_ends_too(make_host: Make, reply: Make, fetch: Make, failed: Make) -> None:
    digest = {"Digest": f"sha-256={base64_of('sha256')}"}
    assert fetch(make_host(reply(**UNTIL_THE_END, **digest)).url()).upload.size == len(FILE)
    message = failed(make_host(reply(FILE[:-1], **UNTIL_THE_END, **digest)).url()).message
    assert "sha-256" in message


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_MD5": "{md5}"},
        {"Content_Digest": "sha-256=:{sha256}:"},
        {"Content_Digest": "sha-512=:{sha512}:, sha-256=:{sha256}:"},
        {"Repr_Digest": "md5=:{md5}:,sha-256=:{sha256}:"},
        {"Digest": "SHA-256={sha256}"},
        {"Digest": "md5={md5},sha-256={sha256};q=1"},
        {"Repr_Digest": "klingon=:eA==:, sha-256=:{sha256}:"},
    ],
)
def test_digests_are_compared(
    make_host: Make, reply: Make, fetch: Make, failed: Make, headers: dict[str, str]
) -> None:
    digests = {name: base64_of(name) for name in ("md5", "sha256", "sha512")}
    host = make_host(reply(**{name: text.format(**digests) for name, text in headers.items()}))
    assert fetch(host.url()).upload.size == len(FILE)
    others = {name: base64_of(name, b"another file") for name in digests}
    host = make_host(reply(**{name: text.format(**others) for name, text in headers.items()}))
    assert "damaged" in failed(host.url()).message


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"220 mail.example.com ESMTP\r\n\r\n",
        b"HTTP/1.1 ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\nhello",
        b"HTTP/1.1 99999 OK\r\n\r\nhello",
        b"HTTP/9.9 000\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"just a file, as HTTP/0.9 would send it\n",
    ],
)
def test_what_is_no_http_is_no_file(make_host: Make, failed: Make, said: bytes) -> None:
    assert isinstance(failed(make_host(said).url()), SourceFailure)


def test_nobody_there_is_told(failed: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "connection refused" in failed(f"http://127.0.0.1:{port}/a?sig=secret").message


def test_a_connection_that_is_reset_is_told(make_host: Make, reply: Make, failed: Make) -> None:
    def reset(sock: socket.socket) -> None:
        sock.sendall(reply(Content_Length="100"))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    assert isinstance(failed(make_host(reset).url()), SourceFailure)


# --- too much, too slow


def test_a_file_that_is_announced_as_too_large_is_not_begun(
    make_host: Make, reply: Make, refused: Make
) -> None:
    host = make_host(reply(b"x", Content_Length="101"))
    assert refused(host.url(), limits=Limits(upload_bytes_max=100)).code == "upload-too-large"


def test_a_body_without_end_is_ended(make_host: Make, reply: Make, refused: Make) -> None:
    def endless(sock: socket.socket) -> None:
        sock.sendall(reply(b"", **CHUNKED))
        while True:
            sock.sendall(chunk(bytes(10_000)))

    host = make_host(endless)
    assert refused(host.url(), limits=Limits(upload_bytes_max=100_000)).code == "upload-too-large"


@pytest.mark.parametrize("part", [b"X-Filler: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
def test_headers_without_end_are_ended(make_host: Make, failed: Make, part: bytes) -> None:
    def endless(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            sock.sendall(part)

    assert isinstance(failed(make_host(endless).url()), SourceFailure)


def test_trailers_without_end_are_ended(make_host: Make, reply: Make, failed: Make) -> None:
    def endless(sock: socket.socket) -> None:
        sock.sendall(reply(chunk(FILE) + b"0\r\n", **CHUNKED))
        while True:
            sock.sendall(b"X-Filler: x\r\n")

    assert isinstance(failed(make_host(endless).url()), SourceFailure)


def test_announcements_without_end_are_ended(make_host: Make, failed: Make) -> None:
    def endless(sock: socket.socket) -> None:
        while True:
            sock.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            threading.Event().wait(0.005)

    failed(make_host(endless).url(), fetch_silence_seconds=0.3)


def test_announcements_take_no_more_memory_than_a_head_may(make_host: Make, failed: Make) -> None:
    def flood(sock: socket.socket) -> None:
        while True:
            sock.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)

    assert "no HTTP" in failed(make_host(flood).url()).message


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_host_that_falls_silent_is_left(make_host: Make, failed: Make, said: bytes) -> None:
    done = threading.Event()

    def silent(sock: socket.socket) -> None:
        sock.sendall(said)
        done.wait(5)

    failure = failed(make_host(silent).url(), fetch_silence_seconds=0.3)
    done.set()
    assert "silent" in failure.message


@pytest.mark.parametrize("is_head", [True, False])
def test_a_host_that_drips_is_left(make_host: Make, reply: Make, failed: Make, is_head: bool) -> None:
    def drips(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nX: " if is_head else reply(b"", Content_Length="100000"))
        while True:
            sock.sendall(b"x")
            threading.Event().wait(0.01)

    # Neither is ever silent: the head has the time of one silence, the body that of the whole fetch.
    given = {"fetch_silence_seconds": 0.4} if is_head else {"fetch_seconds_max": 0.4}
    assert isinstance(failed(make_host(drips).url(), **given), SourceFailure)


def test_a_fetch_stops_when_it_is_told_to(make_host: Make, reply: Make, failed: Make) -> None:
    stopping, done = threading.Event(), threading.Event()

    def silent(sock: socket.socket) -> None:
        sock.sendall(reply(b"x", Content_Length="9"))
        stopping.set()
        done.wait(5)

    failure = failed(make_host(silent).url(), is_stopping=stopping.is_set)
    done.set()
    assert isinstance(failure, Stopped)


# --- nothing gets around


def test_no_proxy_of_the_environment_is_asked(
    make_host: Make, reply: Make, fetch: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, host = make_host(reply(b"from the proxy")), make_host(reply())
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url("/"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert fetch(host.url()).upload.path.read_bytes() == FILE
    assert proxy.requests == []


def test_no_password_of_a_netrc_is_sent(
    make_host: Make, reply: Make, fetch: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password hidden\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    host = make_host(reply())
    fetch(host.url())
    assert "authorization" not in host.requests[0].lower()


def test_no_log_has_the_whole_address(
    make_host: Make, reply: Make, fetch: Make, caplog: pytest.LogCaptureFixture
) -> None:
    host = make_host(reply(b"", "302 Found", Location="/b?sig=secret"), reply())
    with caplog.at_level(logging.DEBUG):
        fetch(host.url("/a?sig=secret"))
    assert "secret" not in caplog.text


def test_a_full_disk_is_a_failure_of_ours(
    make_host: Make, reply: Make, failed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("douane.pipeline.receive.Spool.write", full)
    failure = failed(make_host(reply()).url())
    assert not isinstance(failure, SourceFailure)
    assert "No space left" in failure.message
