"""Connections that stay open from one request to the next, as many pages are asked of one host."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import httpcore

from .address import Address
from .asking import Answer, Sent, answered, connection_to
from .connecting import tls_context
from .guard import Guard
from .watch import Watch

OPEN_MAX = 4
Origin = tuple[str, str, int]


def origin_of(address: Address) -> Origin:
    """Whom one speaks to at the address: scheme, host and port."""
    return address.scheme, address.host, address.port


class Connections:
    """At most a few connections, one for each host; a name that was checked once is not resolved again."""

    def __init__(self, guard: Guard, watch: Watch, ca_file: str) -> None:
        self._guard = guard
        self._watch = watch
        self._ca_file = ca_file
        self._open: dict[Origin, httpcore.HTTPConnection] = {}

    @contextmanager
    def answered(self, address: Address, sent: Sent) -> Iterator[Answer]:
        """The answer to one request, as it is sent and not decoded. Raises what `asking.asked` does."""
        with answered(self._connection(address), address, self._watch, sent) as answer:
            yield answer

    def close(self) -> None:
        """Close all of them."""
        for each in self._open.values():
            each.close()
        self._open.clear()

    def _connection(self, address: Address) -> httpcore.HTTPConnection:
        """The open connection to the host while it is of use, or a new one."""
        known = self._open.pop(origin_of(address), None)
        if known is None or not known.is_available() or known.has_expired():
            if known is not None:
                known.close()
            if len(self._open) >= OPEN_MAX:
                self.close()
            context = self._trusted if address.scheme == "https" else None
            known = connection_to(address, self._guard, self._watch, context)
        self._open[origin_of(address)] = known
        return known

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return tls_context(self._ca_file)
