"""The body of a request, from the socket to the spool; memory holds about one chunk of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from douane.model.refusing import refusal
from douane.pipeline.receive import Spool

if TYPE_CHECKING:
    from litestar.types import HTTPRequestEvent, Receive

CHUNK_BYTES = 1 << 20
SILENCE_SECONDS_MAX = 60.0
"""A sender that is silent for so long has gone away without telling us."""

BODY_SECONDS_MAX = 600.0
"""A body that is held in memory has come by then, over any line that is worth the wait."""


async def spool_body(receive: Receive, spool: Spool) -> None:
    """Write the whole body to `spool`. Refuses `upload-cut`, and what `Spool.write` refuses."""
    pending: list[bytes] = []
    size = 0
    is_more = True
    try:
        while is_more:
            message = await _next(receive)
            pending.append(message["body"])
            size += len(message["body"])
            is_more = message["more_body"]
            if size >= CHUNK_BYTES:
                block, pending, size = b"".join(pending), [], 0
                await asyncio.to_thread(spool.write, block)
    finally:
        # Of an upload cut short too: its run says how much had arrived.
        spool.write(b"".join(pending))


async def read_body(
    receive: Receive, length: int, bytes_max: int, grown: Callable[[int], None] = lambda _: None
) -> bytes:
    """The whole body, said to be `length` long. Refuses `request-too-large` and `upload-cut`.

    `grown` is told how large it is so far, or said to be; what it raises ends the reading.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _read(receive, length, bytes_max, grown)
    except TimeoutError:
        raise refusal("upload-cut") from None


async def _read(receive: Receive, length: int, bytes_max: int, grown: Callable[[int], None]) -> bytes:
    pieces: list[bytes] = []
    size = 0
    is_more = True
    while is_more:
        if max(size, length) > bytes_max:
            raise refusal("request-too-large", str(bytes_max))
        grown(max(size, length))
        message = await _next(receive)
        pieces.append(message["body"])
        size += len(message["body"])
        is_more = message["more_body"]
    if size > bytes_max:
        raise refusal("request-too-large", str(bytes_max))
    return b"".join(pieces)


async def _next(receive: Receive) -> HTTPRequestEvent:
    try:
        async with asyncio.timeout(SILENCE_SECONDS_MAX):
            message = await receive()
    except TimeoutError:
        raise refusal("upload-cut") from None
    if message["type"] != "http.request":
        raise refusal("upload-cut")
    return message
