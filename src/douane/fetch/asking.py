"""One request and its answer: asked of a checked address, failures told in words."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

import httpcore
import httpx

from douane.errors import SourceFailure

from .address import Address
from .answers import content_length
from .connecting import TIMEOUTS, GuardedBackend, WatchedStream, tls_context
from .guard import Guard
from .watch import CONNECT_SECONDS_MAX, Watch

_HEAD = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})[\s\S]*?\n\r?\n")


@dataclass(frozen=True)
class Sent:
    """What is sent besides the address. Headers and body may open something: they are in no repr."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """The head of an answer, and its body as it comes. `head_size` is in bytes, announcements included."""

    status: int
    headers: httpx.Headers
    blocks: Iterable[bytes]
    stream: WatchedStream
    head_size: int

    def bytes_behind(self, body_size: int) -> int:
        """How many bytes came behind a body of this size that was not sent in chunks, 0 where it ends."""
        behind = self.stream.received - self.head_size - body_size
        return behind or self.stream.bytes_waiting()


@contextmanager
def asked(address: Address, guard: Guard, watch: Watch, ca_file: str) -> Iterator[Answer]:
    """The answer to GET, as it is sent and not decoded; the connection is closed at the end.

    Nothing is sent but what every fetch sends: no cookie, no authorization, no former address, and by
    no proxy. Authorities in `ca_file` are trusted as well, unless it is empty. Raises SourceFailure when
    the host cannot be reached or does not keep to HTTP, and what the guard and the watch raise.
    """
    context = tls_context(ca_file) if address.scheme == "https" else None
    connection = connection_to(address, guard, watch, context)
    try:
        with answered(connection, address, watch, Sent(headers={"Connection": "close"})) as answer:
            yield answer
    finally:
        connection.close()


def connection_to(
    address: Address, guard: Guard, watch: Watch, context: ssl.SSLContext | None
) -> httpcore.HTTPConnection:
    """A connection to the host of the address, made by way of the guard with the first request."""
    backend = GuardedBackend(guard, address, watch)
    return httpcore.HTTPConnection(_url(address).origin, ssl_context=context, network_backend=backend)


@contextmanager
def answered(
    connection: httpcore.HTTPConnection, address: Address, watch: Watch, sent: Sent
) -> Iterator[Answer]:
    """The answer to one request on the connection, which can take another one when all of it was read.

    Raises what `asked` does.
    """
    try:
        response = connection.handle_request(_request(address, sent))
        stream = response.extensions["network_stream"]
        assert isinstance(stream, WatchedStream), "httpcore gives back the stream it was given"
        assert isinstance(response.stream, Iterable)
        head_size = _size_of_head(stream.end_of_head())
        headers = httpx.Headers(response.headers)
        try:
            blocks = _blocks(response.stream, address, headers)
            yield Answer(response.status, headers, blocks, stream, head_size)
        finally:
            response.close()
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise SourceFailure(f"{address.shown} {_in_words(error, watch)}.") from error


def _blocks(body: Iterable[bytes], address: Address, headers: httpx.Headers) -> Iterator[bytes]:
    """The body as it comes; raises SourceFailure, which says how far it came, when it is cut."""
    size = 0
    try:
        for block in body:
            size += len(block)
            yield block
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        length = content_length(headers)
        of_all = "" if length is None else f" of {length:,}"
        raise SourceFailure(f"{address.shown} broke off after {size:,}{of_all} bytes.") from error


def _url(address: Address) -> httpcore.URL:
    return httpcore.URL(
        scheme=address.scheme.encode(),
        host=address.host.encode(),
        port=address.port,
        target=address.target.encode("ascii"),
    )


def _request(address: Address, sent: Sent) -> httpcore.Request:
    usual = {
        "Host": address.authority,
        "User-Agent": _agent(),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    told = {name.lower() for name in sent.headers}
    headers = {name: value for name, value in usual.items() if name.lower() not in told} | dict(sent.headers)
    if sent.body or sent.method == "POST":
        headers["Content-Length"] = str(len(sent.body))
    return httpcore.Request(
        sent.method,
        _url(address),
        headers=[(name.encode(), value.encode()) for name, value in headers.items()],
        content=sent.body,
        extensions={"timeout": TIMEOUTS},
    )


@cache
def _agent() -> str:
    return f"douane/{version('douane')}"


def _size_of_head(received: bytes) -> int:
    """The bytes up to the body, the heads of answers that only announce it (1xx) included."""
    end = 0
    while found := _HEAD.match(received, end):
        end = found.end()
        if not found[1].startswith(b"1"):
            break
    return end


def _in_words(error: Exception, watch: Watch) -> str:
    """What happened, without the library's own words, which may hold more than everybody may see."""
    if isinstance(error, httpcore.ConnectTimeout):
        return f"takes no connection within {CONNECT_SECONDS_MAX:.0f} seconds"
    if isinstance(error, httpcore.ConnectError):
        return _unconnected(error.__cause__)
    if isinstance(error, httpcore.TimeoutException):
        return f"was silent for {watch.silence_seconds:,.0f} seconds"
    if isinstance(error, httpcore.ProtocolError):
        return "gives an answer that is cut, too long or no HTTP"
    return "broke off"


def _unconnected(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted: {cause.verify_message.rstrip('.')}"
    if isinstance(cause, ssl.SSLError):
        return "cannot be spoken to over TLS"
    reason = cause.strerror if isinstance(cause, OSError) else ""
    return f"cannot be reached: {(reason or 'no connection').lower()}"
