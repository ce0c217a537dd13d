"""`douane work`: a worker, on this machine or on any other that reaches the database."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from .allocator import keep_small
from .options import Data

if TYPE_CHECKING:
    from douane.settings import Settings

Concurrency = Annotated[
    int | None,
    typer.Option(min=1, help="How many imports at once.", show_default="DOUANE_IMPORTS_AT_ONCE or 2"),
]


def work(concurrency: Concurrency = None, data: Data = None) -> None:
    """Carry out the imports that senders do not wait for, until SIGTERM; then finish those under way.

    Example: DATABASE_URL=postgresql://douane@db/douane douane work --concurrency 4
    """
    keep_small()
    from douane.settings import from_environment

    logging.getLogger("douane").setLevel(logging.INFO)
    settings = from_environment(data)
    asyncio.run(_work(settings, concurrency or settings.imports_at_once))


async def _work(settings: Settings, concurrency: int) -> None:
    from douane.jobs import run_worker
    from douane.store.database import open_database

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    with open_database(settings) as database:
        print(f"Douane works, {concurrency} imports at once.", flush=True)
        await run_worker(database, settings, stop, concurrency)
    print("Douane has finished its work.", flush=True)
