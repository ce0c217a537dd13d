"""The calls of the dialects as functions from an exchange to a reply; no route handler stands between.

Litestar takes 80 microseconds for a request that does nothing, which is as much as the database takes for
its part of an account. So calls are answered before it, see `front`; doors, runs and pages are its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from psycopg import DataError

from douane.dialects.call import Asked, AskedOne, Call, Gathering
from douane.dialects.dialect import Dialect
from douane.dialects.door import Reply
from douane.model.refusing import refusal
from douane.store.credentials import Caller
from douane.store.waiting import wait_at_most

from .bodies import LARGE_BYTES, Grown
from .body import read_body
from .callers import Headers
from .gateway import OurGateway, base_url
from .gathering import Gatherer
from .problems import log
from .service import Service

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive

QUERY_FIELDS_MAX = 100
LOCK_SECONDS_MAX = 2.0
"""How long a call waits for what others hold, such as an import of its company: it has one of few threads."""

WITHOUT_BODY = {"GET", "HEAD"}


@dataclass(slots=True)
class Exchange:
    """One request, and what its reply tells beside the answer itself."""

    scope: HTTPScope
    receive: Receive
    headers: Headers
    told: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Exchange], Awaitable[Reply]]
Ask = Callable[[Exchange, Caller], Awaitable[Reply]]


def answer_of(service: Service, dialect: Dialect, call: Call | Gathering) -> Answer:
    """The function that answers requests of a call; raises Refusal, Failure and whatever is our own fault."""
    if isinstance(call, Gathering):
        ask = _together(service, call)
    else:
        ask = _alone(service, call, is_metered=dialect.metering is not None)
    needs_company = isinstance(call, Gathering) or call.needs_company
    address = f"{call.method} {call.path}"

    async def answer(exchange: Exchange) -> Reply:
        caller = await service.callers.find(dialect, exchange.headers, needs_company=needs_company)
        if dialect.metering is None:
            return await ask(exchange, caller)
        standing = service.meter.count(caller)
        exchange.told.update(service.meter.headers(dialect.metering, standing))
        service.meter.check(standing)
        # The place comes before the body: so many bodies at most are held for one company.
        with service.meter.place(address, caller.company_id):
            return await ask(exchange, caller)

    return answer


def read_query(sent: bytes) -> dict[str, str]:
    """The query by its names as sent, the last one of a name. Refuses `bad-request`."""
    try:
        query = dict(
            parse_qsl(sent.decode("latin-1"), keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX)
        )
    except ValueError:
        raise refusal("bad-request", f"more than {QUERY_FIELDS_MAX} query parameters") from None
    if any("\0" in text for pair in query.items() for text in pair):
        raise refusal("bad-request", "a query parameter holds a NUL character")
    return query


def _together(service: Service, gathering: Gathering) -> Ask:
    gatherer = Gatherer(gathering, service.database, service.settings, service.threads)

    async def ask(exchange: Exchange, caller: Caller) -> Reply:
        asked = AskedOne(caller, await _body(exchange, service.settings.limits.call_bytes_max))
        return await _readable(gatherer.ask(asked))

    return ask


def _alone(service: Service, call: Call, *, is_metered: bool) -> Ask:
    settings, gateway = service.settings, OurGateway(service.settings)
    usual = settings.limits.call_bytes_max
    bytes_max = usual if call.body_bytes_max is None else min(usual, call.body_bytes_max)

    def answer(caller: Caller, query: dict[str, str], body: bytes, reached_by: str) -> Reply:
        with service.database.connection() as conn:
            wait_at_most(conn, LOCK_SECONDS_MAX)
            return call.answer(Asked(conn, caller, settings, query, body, gateway, reached_by))

    async def ask(exchange: Exchange, caller: Caller) -> Reply:
        query = read_query(exchange.scope["query_string"])
        reached_by = base_url(settings, exchange.scope, exchange.headers)
        # Who is metered has a bound of its own.
        with service.bodies.held(None if is_metered else caller.organization_id) as grown:
            body = await _body(exchange, bytes_max, grown)
            async with service.large if len(body) > LARGE_BYTES else nullcontext():
                loop = asyncio.get_running_loop()
                return await _readable(
                    loop.run_in_executor(service.threads, answer, caller, query, body, reached_by)
                )

    return ask


async def _body(exchange: Exchange, bytes_max: int, grown: Grown = lambda _: None) -> bytes:
    if exchange.scope["method"] in WITHOUT_BODY:
        return b""
    length = exchange.headers.get(b"content-length", b"0")
    size = int(length) if length.isdigit() and len(length) < 20 else 0
    return await read_body(exchange.receive, size, bytes_max, grown)


async def _readable(answering: Awaitable[Reply]) -> Reply:
    """The reply; a value that passed every check and that the database still cannot hold is the sender's."""
    try:
        return await answering
    except (DataError, RecursionError) as error:
        log.warning("a call was refused for a value that no check had found", exc_info=error)
        raise refusal(
            "bad-request", "it holds a value that cannot be kept, or is nested too deeply"
        ) from None
