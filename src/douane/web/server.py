"""One process: the HTTP server and the worker of the job queue side by side in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from douane.errors import Failure
from douane.jobs import run_worker
from douane.settings import Settings
from douane.store.database import Database

from .app import create_app
from .kept import drop_old_files
from .metrics import Metrics

log = logging.getLogger("douane.web")

DRAIN_SECONDS_MAX = 300.0
START_SECONDS_MAX = 30.0
TIDY_SECONDS = 3600.0
HEADERS_SECONDS_MAX = 15
LOGGING: dict[str, Any] = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to call ourselves by, not what to bind


class Stopped(Failure):
    """The server had to be stopped with work still under way."""


def free_address(host: str, port: int) -> tuple[str, int]:
    """The address to bind, with a free port when `port` is 0; raises OSError when it cannot be had.

    The server itself shares ports with others of its kind, so it would not notice that one is taken.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        bound = probe.getsockname()
    return bound[0], bound[1]


async def serve(
    database: Database, settings: Settings, address: tuple[str, int], workers: int, ready: Callable[[], None]
) -> None:
    """Answer at `address` and carry out jobs until SIGTERM or SIGINT, then finish what is under way.

    `ready` is called once the server answers. Raises Failure when a part stops by itself, and Stopped when
    the work under way does not end in time.
    """
    stop = asyncio.Event()
    _on_signals(stop)
    metrics = Metrics()
    server = _server(database, settings, address, metrics)
    parts = [
        _part("server", server.serve()),
        *([_part("worker", run_worker(database, settings, stop, workers, *metrics.told))] if workers else []),
    ]
    tidying = _part("tidier", _tidy(settings))
    try:
        await _answering(address, parts[0])
        ready()
        await asyncio.wait([_part("stop", stop.wait()), *parts], return_when=asyncio.FIRST_COMPLETED)
    finally:
        is_asked = stop.is_set()
        server.stop()  # type: ignore[no-untyped-call]
        stop.set()
        tidying.cancel()
        await _drained(parts)
    if not is_asked:
        raise Failure("A part of the server stopped by itself; the log has the cause.")


def _server(database: Database, settings: Settings, address: tuple[str, int], metrics: Metrics) -> Server:
    host, port = address
    return Server(
        create_app(database, settings, metrics),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_SECONDS_MAX * 1000),
        websockets=False,
        backlog=1024,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    )


def _part(name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.get_running_loop().create_task(work, name=name)


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop.set))


async def _answering(address: tuple[str, int], serving: asyncio.Task[Any]) -> None:
    """Return as soon as a connection is accepted."""
    host, port = address
    async with asyncio.timeout(START_SECONDS_MAX):
        while not serving.done():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(ANYWHERE.get(host, host), port)
                writer.close()
                return
            await asyncio.sleep(0.02)


async def _drained(parts: list[asyncio.Task[Any]]) -> None:
    """Wait for the parts to end; log what broke in them."""
    done, pending = await asyncio.wait(parts, timeout=DRAIN_SECONDS_MAX)
    for each in done:
        if each.exception() is not None:
            log.error("the %s broke", each.get_name(), exc_info=each.exception())
    if pending:
        raise Stopped(f"Work was still under way after {DRAIN_SECONDS_MAX:.0f} seconds; it is abandoned.")


async def _tidy(settings: Settings) -> None:
    """Delete uploads that need no longer be kept, once an hour."""
    while True:
        await asyncio.to_thread(drop_old_files, settings.data / "uploads", settings.upload_days_kept)
        await asyncio.sleep(TIDY_SECONDS)
