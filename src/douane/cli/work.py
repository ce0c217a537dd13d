"""`douane work`: a worker, on this machine or on any other that reaches the database."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from .allocator import keep_small
from .options import Data

if TYPE_CHECKING:
    from douane.settings import Settings
    from douane.web.metrics import Metrics

Concurrency = Annotated[
    int | None,
    typer.Option(min=1, help="How many imports at once.", show_default="DOUANE_IMPORTS_AT_ONCE or 2"),
]
MetricsPort = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Tell Prometheus at this port what it does.", show_default="nowhere"),
]
MetricsHost = Annotated[str, typer.Option(help="The address of --metrics-port; 0.0.0.0 for every one.")]


def work(
    concurrency: Concurrency = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
    data: Data = None,
) -> None:
    """Carry out the imports that senders do not wait for, until SIGTERM; then finish those under way.

    Example: DATABASE_URL=postgresql://douane@db/douane douane work --concurrency 4
    """
    keep_small()
    from douane.settings import from_environment
    from douane.store.sealing import keys_of

    logging.getLogger("douane").setLevel(logging.INFO)
    settings = from_environment(data)
    keys_of(settings)  # a key that is none is told here, and not to the senders whose files need it
    place = (metrics_host, metrics_port) if metrics_port else None
    asyncio.run(_work(settings, concurrency or settings.imports_at_once, place))


async def _work(settings: Settings, concurrency: int, metrics_place: tuple[str, int] | None) -> None:
    from douane.jobs import run_worker
    from douane.store.database import open_database
    from douane.web.metrics import Metrics

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    metrics = Metrics()
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings))
        if metrics_place:
            _tell(stack, metrics, *metrics_place)
        print(f"Douane works, {concurrency} imports at once.", flush=True)
        await run_worker(database, settings, stop, concurrency, *metrics.told)
    print("Douane has finished its work.", flush=True)


def _tell(stack: ExitStack, metrics: Metrics, host: str, port: int) -> None:
    from douane.errors import Failure
    from douane.web.metrics import served

    try:
        stack.enter_context(served(metrics, host, port))
    except OSError as error:
        raise Failure(f"The metrics cannot be told at {host}:{port}: {error.strerror}.") from None
