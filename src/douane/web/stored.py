"""What people keep with us over /v1: sent as JSON, and stored in a transaction and a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Request

from douane.model.refusing import refusal
from douane.store.credentials import Caller
from douane.store.database import Connection

from .body import read_body
from .callers import headers_of
from .service import Service

Asking = Request[Any, Any, Any]
Result = TypeVar("Result")


async def member(service: Service, request: Asking) -> Caller:
    """The caller, by a credential of any dialect for any company of theirs. Refuses `access-denied`."""
    headers = headers_of(request.scope)
    return await service.callers.find_any(service.dialects.values(), headers, needs_company=False)


async def stored(service: Service, ask: Callable[[Connection], Result]) -> Result:
    """What `ask` gives, in a transaction and a thread of its own."""

    def asked() -> Result:
        with service.database.connection() as conn:
            return ask(conn)

    return await asyncio.to_thread(asked)


async def sent_json(request: Asking, bytes_max: int) -> Any:
    """The JSON value in the body. Refuses `request-too-large`, and `bad-request` for what is no JSON."""
    return await asyncio.to_thread(_decoded, await read_body(request.receive, 0, bytes_max))


def typed(sent: Any, kind: type[Result], address: Mapping[str, str]) -> Result:
    """What was sent, as a struct of this kind; what the `address` says too must be the same or left out.

    Refuses `bad-request` for anything else.
    """
    try:
        told = msgspec.convert(sent, kind)
    except msgspec.ValidationError as error:
        raise refusal("bad-request", str(error)) from None
    for name, value in address.items():
        seen = getattr(told, name)
        if seen is not None and seen != value:
            raise refusal("bad-request", f"{name} is {seen[:70]!r}, and the address says {value[:70]!r}")
    return told


def named(sent: Any, name: str) -> Any:
    """An object with the name that its address has, where it leaves its own out."""
    return {"name": name, **sent} if isinstance(sent, dict) else sent


def check_name(seen: str, name: str, what: str) -> None:
    """Refuse `bad-request` when what was sent has another name than its address."""
    if seen.lower() != name.lower():
        raise refusal("bad-request", f"the {what} is called {seen!r}, and the address says {name!r}")


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise refusal("bad-request", f"the body is no JSON ({reason})") from None
