"""Who is asking: HTTP Basic against the stored credentials."""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Iterable
from typing import Any

from litestar import Request

from douane.model.refusing import refusal
from douane.store.credentials import Caller, authenticate

from .service import Service

SECRET_BYTES_MAX = 1024


async def caller_of(service: Service, request: Request[Any, Any, Any], dialects: Iterable[str]) -> Caller:
    """The caller whom one of `dialects` knows. Refuses `access-denied`, without saying what was wrong."""
    given = basic(request.headers.get("authorization", ""))
    caller = await asyncio.to_thread(_known, service, dialects, *given) if given else None
    if caller is None:
        raise refusal("access-denied")
    return caller


def basic(header: str) -> tuple[str, str] | None:
    """Login and password of an Authorization header (RFC 7617), None when it holds none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > SECRET_BYTES_MAX:
        return None
    try:
        login, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (login, password) if colon and "\0" not in login + password else None


def _known(service: Service, dialects: Iterable[str], login: str, password: str) -> Caller | None:
    with service.database.connection() as conn:
        callers = (authenticate(conn, dialect, login, password) for dialect in dialects)
        return next((each for each in callers if each is not None), None)
