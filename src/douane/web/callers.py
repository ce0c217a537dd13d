"""Who is asking: the credentials in a request's headers, checked by the dialects that know them.

A dialect may let its callers be remembered for a moment, so that a thousand requests per second do not ask
the database a thousand times. Only who was let in is remembered, under a hash of what was sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from douane.dialects.access import Access
from douane.dialects.dialect import Dialect
from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.store.credentials import Caller
from douane.store.database import Database

if TYPE_CHECKING:
    from litestar.types import HTTPScope

REMEMBERED_MAX = 10_000

Headers = Mapping[bytes, bytes]
AUTHORIZATION = b"authorization"
"""A request's headers by their names in lower case."""


def headers_of(scope: HTTPScope) -> Headers:
    """The headers of a request; several of one name are one, with commas, so that none hides another."""
    sent = list(scope["headers"])
    headers = dict(sent)
    if len(headers) < len(sent):
        headers = {}
        for name, value in sent:
            headers[name] = b", ".join((headers[name], value)) if name in headers else value
    return headers


class Callers:
    """Finds the callers; used in one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, asyncio.Task[Caller]]] = {}

    async def find(self, dialect: Dialect, headers: Headers, *, needs_company: bool = True) -> Caller:
        """The caller whom `dialect` knows by these headers; refuses as its `authenticate` does."""
        access = dialect.access
        sent = {name: headers.get(name.encode()) for name in access.headers}
        if not access.remembered_seconds:
            return await self._ask(access, sent, needs_company)
        key = sha256(repr((dialect.name, needs_company, sent)).encode()).digest()
        now = asyncio.get_running_loop().time()
        until, asking = self._known.get(key, (now, None))
        if asking is None or until <= now:
            asking = asyncio.create_task(self._ask(access, sent, needs_company))
            self._remember(key, now + access.remembered_seconds, asking)
        return asking.result() if asking.done() else await asyncio.shield(asking)

    async def find_any(
        self, dialects: Iterable[Dialect], headers: Headers, *, needs_company: bool = True
    ) -> Caller:
        """The caller whom one of the dialects knows. Refuses `access-denied`, as the likeliest does."""
        usual = refusal("access-denied")
        denied: Refusal | None = None
        for dialect in sorted(dialects, key=lambda each: -_sent_of(each, headers)):
            if dialect.access.headers[0].encode() not in headers or _is_of_others(dialect, headers):
                continue
            try:
                return await self.find(dialect, headers, needs_company=needs_company)
            except Refusal as error:
                if denied is None and error.message != usual.message:
                    denied = Refusal("access-denied", error.message, error.hint or usual.hint)
        raise denied or usual

    async def _ask(self, access: Access, sent: Mapping[str, bytes | None], needs_company: bool) -> Caller:
        texts = {name: value.decode("latin-1") for name, value in sent.items() if value is not None}
        return await asyncio.to_thread(access.authenticate, self._database, texts, needs_company)

    def _remember(self, key: bytes, until: float, asking: asyncio.Task[Caller]) -> None:
        """Keep the answer, the oldest first in order, until it is known to be no."""
        self._known.pop(key, None)
        if len(self._known) >= REMEMBERED_MAX:
            del self._known[next(iter(self._known))]
        self._known[key] = until, asking

        def forget_a_no(done: asyncio.Task[Caller]) -> None:
            is_no = done.cancelled() or done.exception() is not None
            if is_no and self._known.get(key, (0.0, None))[1] is done:
                del self._known[key]

        asking.add_done_callback(forget_a_no)


def _is_of_others(dialect: Dialect, headers: Headers) -> bool:
    """Whether the dialect's callers are known by tokens, and a login with its password was sent."""
    is_basic = headers.get(AUTHORIZATION, b"")[:6].lower() == b"basic "
    return is_basic and set(dialect.access.schemes.values()) == {"bearer"}


def _sent_of(dialect: Dialect, headers: Headers) -> int:
    """How many of the headers were sent that the dialect knows its callers by."""
    return sum(name.encode() in headers for name in dialect.access.headers)
