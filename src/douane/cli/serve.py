"""`douane serve`: the HTTP server and a worker in one process."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from .allocator import keep_small
from .options import Data

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one of this machine.")]
Port = Annotated[int, typer.Option(help="The port to listen on; 0 for any free one.", min=0, max=65535)]
Workers = Annotated[int, typer.Option(help="How many jobs are carried out at once beside the server.", min=0)]


def serve(host: Host = "127.0.0.1", port: Port = 8000, data: Data = None, workers: Workers = 1) -> None:
    """Start the gateway: the doors over HTTP, and a worker for the imports that senders do not wait for.

    Example: douane serve --port 8080
    """
    keep_small()
    from douane.errors import Failure
    from douane.settings import from_environment
    from douane.store.database import open_database
    from douane.store.sealing import keys_of
    from douane.web import server

    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    settings = from_environment(data)
    keys_of(settings)  # a key that is none is told here, and not to whoever needs it first
    try:
        address = server.free_address(host, port)
    except OSError as error:
        raise Failure(f"Douane cannot listen on {host}:{port}: {error.strerror}.") from None
    with open_database(settings) as database:
        asyncio.run(server.serve(database, settings, address, workers, lambda: _tell(*address)))


def _tell(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"Douane listens on http://{shown}:{port}", flush=True)
