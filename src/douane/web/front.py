"""The app: calls are answered at once, all other requests by Litestar; a dialect's home speaks its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Litestar

from douane.dialects.call import Notice
from douane.dialects.dialect import Dialect
from douane.dialects.door import Reply
from douane.model.refusing import refusal

from .callers import headers_of
from .calls import Answer, Exchange, answer_of
from .outgoing import HEADERS, UNKNOWN_DOOR
from .problems import circumstances_of, new_request_id, wire_problem
from .service import Service

if TYPE_CHECKING:
    from litestar.types import (
        HTTPResponseBodyEvent,
        HTTPResponseStartEvent,
        HTTPScope,
        Receive,
        Send,
    )

SLASHES = re.compile("//+")
"""Two of them are what a base address that ends with one makes of a path."""

JSON = (b"content-type", b"application/json")
ENCODER = msgspec.json.Encoder(decimal_format="number")
FIXED = [JSON, *((name.lower().encode(), value.encode()) for name, value in HEADERS.items())]


@dataclass(frozen=True)
class Address:
    """What there is at a path of a dialect: answers by their methods, or a door, which Litestar opens."""

    dialect: Dialect
    path: str
    answers: dict[str, Answer] = field(default_factory=dict)
    is_door: bool = False


class Front(Litestar):
    """Litestar with the calls of the dialects before it."""

    def __init__(self, service: Service, **named: Any) -> None:
        super().__init__(**named)
        self._service = service
        self._addresses = _addresses(service)
        self._homes = {f"{each.home}/": each for each in service.dialects.values() if each.home}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection, or live one life."""
        if scope["type"] == "http":
            path = SLASHES.sub("/", scope["path"].lower()).rstrip("/")
            address = self._addresses.get(path) or self._nothing(path)
            if address is not None:
                await self._at(address, scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def _nothing(self, path: str) -> Address | None:
        """An address without answers, when the path is in a dialect's home."""
        for home, dialect in self._homes.items():
            if f"{path}/".startswith(home):
                return Address(dialect, "")
        return None

    async def _at(self, address: Address, scope: HTTPScope, receive: Receive, send: Send) -> None:
        dialect = address.dialect
        exchange = Exchange(scope, receive, headers_of(scope))
        if dialect.request_id_header:
            request_id = new_request_id()
            scope["state"] = {"request_id": request_id, "headers": exchange.told}
            exchange.told[dialect.request_id_header] = request_id
        answer = address.answers.get(scope["method"])
        if answer is None and address.is_door and scope["method"] == "POST":
            scope["path"] = address.path
            await super().__call__(scope, receive, send)
            return
        try:
            reply = await answer(exchange) if answer else self._no_answer(address, scope)
            start, body = _messages(reply, exchange.told)
        except Exception as error:
            about = circumstances_of(scope, self._service.settings.answer_errors_with_200)
            start, body = _messages(wire_problem(dialect, about, error), exchange.told)
        self._service.metrics.count_request(address.path or UNKNOWN_DOOR, start["status"])
        await send(start)
        await send(body)

    def _no_answer(self, address: Address, scope: HTTPScope) -> Reply:
        """What is told where there is nothing, or nothing by this method."""
        about = circumstances_of(scope, self._service.settings.answer_errors_with_200)
        if not address.path:
            return address.dialect.replies.refused(refusal("unknown-address", about.url), about)
        reply = address.dialect.replies.refused(refusal("unknown-method", about.method), about)
        methods = [*address.answers, *(["POST"] if address.is_door else [])]
        return replace(reply, headers={**reply.headers, "Allow": ", ".join(sorted(methods))})


def _addresses(service: Service) -> dict[str, Address]:
    """Every path of the dialects that is answered here, in lower case; doors where they have a home."""
    found: dict[str, Address] = {}
    for dialect in service.dialects.values():
        for notice in dialect.notices:
            address = found.setdefault(notice.path.lower(), Address(dialect, notice.path))
            address.answers["GET"] = _shown(notice)
        for call in dialect.calls:
            address = found.setdefault(call.path.lower(), Address(dialect, call.path))
            address.answers[call.method] = answer_of(service, dialect, call)
        for door in dialect.doors if dialect.home else ():
            known = found.get(door.path.lower(), Address(dialect, door.path))
            found[door.path.lower()] = replace(known, is_door=True, path=door.path)
    return found


def _shown(notice: Notice) -> Answer:
    async def answer(_: Exchange) -> Reply:
        return notice.reply

    return answer


def _messages(reply: Reply, told: Mapping[str, str]) -> tuple[HTTPResponseStartEvent, HTTPResponseBodyEvent]:
    body = ENCODER.encode(reply.body)
    own = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in (*reply.headers.items(), *told.items())
    ]
    headers = [*FIXED, (b"content-length", b"%d" % len(body)), *own]
    return (
        {"type": "http.response.start", "status": reply.status, "headers": headers},
        {"type": "http.response.body", "body": body, "more_body": False},
    )
