"""Connections for httpcore that go to an address which the guard has checked, and are watched."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore
import httpx

from douane.errors import SourceFailure

from .address import Address
from .guard import Guard
from .watch import CONNECT_SECONDS_MAX, LOOK_SECONDS, Watch

# At DEBUG the library writes the headers of answers, among them the addresses that redirects lead to.
logging.getLogger("httpcore").setLevel(logging.INFO)


HEAD_BYTES_MAX = 1 << 20
"""An answer may announce itself again and again, as fast as the line is, before it comes."""


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to `address`, whatever it is asked to connect to, by way of the guard.

    The name is resolved once, by the guard, and the connection goes to what was checked: a name
    that resolves to something else a moment later changes nothing.
    """

    def __init__(self, guard: Guard, address: Address, watch: Watch) -> None:
        self._guard = guard
        self._address = address
        self._watch = watch
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A watched connection to the first of the host's addresses that takes one."""
        assert (host, port) == (self._address.host, self._address.port)
        problem: Exception | None = None
        for each in self._guard.addresses(self._address):
            self._watch.look()
            try:
                stream = self._sockets.connect_tcp(str(each), port, timeout)
                return WatchedStream(stream, self._watch)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        assert problem is not None, "the guard gives at least one address"
        raise problem


class WatchedStream(httpcore.NetworkStream):
    """A connection that ends when the watch says so; it counts the bytes `received`.

    While it waits it looks up again and again, so that it stops within a moment.
    """

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
        self._stream = stream
        self._watch = watch
        self._head: bytearray | None = None
        self._expect_head()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes`, none at the end.

        Raises httpcore.ReadTimeout after a silence, or when the head of the answer takes as long, and
        RemoteProtocolError when the head is too large.
        """
        silent_at = monotonic() + self._watch.silence_seconds
        while True:
            self._watch.look()
            # A head that comes bit by bit, or behind announcements without end, is never silent.
            if self._head is not None and monotonic() > self._head_by:
                raise httpcore.ReadTimeout
            try:
                return self._counted(self._stream.read(max_bytes, LOOK_SECONDS))
            except httpcore.ReadTimeout:
                if monotonic() > silent_at:
                    raise

    def end_of_head(self) -> bytes:
        """What was received so far, once; from now on only a silence is too long."""
        head, self._head = self._head, None
        return bytes(head or b"")

    def bytes_waiting(self) -> int:
        """How many more bytes are there, as far as one look tells; 0 at the end of the connection."""
        try:
            return len(self._stream.read(1, LOOK_SECONDS))
        except (httpcore.ReadError, httpcore.ReadTimeout):
            return 0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send these bytes; what is sent behind an answer begins another request."""
        if self._head is None:
            self._expect_head()
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted and watched."""
        return WatchedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _expect_head(self) -> None:
        self._head, self.received = bytearray(), 0
        self._head_by = monotonic() + self._watch.silence_seconds

    def _counted(self, received: bytes) -> bytes:
        self.received += len(received)
        if self._head is not None:
            self._head += received
            if len(self._head) > HEAD_BYTES_MAX:
                raise httpcore.RemoteProtocolError
        return received


def tls_context(ca_file: str) -> ssl.SSLContext:
    """What is trusted: the authorities of certifi, of the system, and in `ca_file` unless it is empty.

    Raises SourceFailure when the file cannot be read, as an operator may yet correct that.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise SourceFailure(f"DOUANE_CA_FILE {ca_file} cannot be read: {error.strerror}.") from error
    return context


TIMEOUTS = {"connect": CONNECT_SECONDS_MAX, "read": LOOK_SECONDS, "write": CONNECT_SECONDS_MAX}
"""For httpcore. How long a silence may be is the watch's matter."""
