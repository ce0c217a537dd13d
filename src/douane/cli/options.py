"""What several commands take: the data folder, JSON instead of a table; and the database they open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import psycopg

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The folder of the embedded database, unless DATABASE_URL is set.",
        show_default="DOUANE_DATA or data",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Name = Annotated[str, typer.Option(help="Its full name.", show_default="the code")]
Siren = Annotated[str, typer.Option(help="Its SIREN, 9 digits.", show_default=False)]


@contextmanager
def connected(data: Path | None) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database of `--data` or DATABASE_URL; what is done on it is one transaction."""
    # Here, because the driver is slow to import and the help does not need it.
    from douane.settings import from_environment
    from douane.store.database import explained, open_database

    settings = from_environment(data)
    with open_database(settings) as opened, explained(opened.url), opened.connection() as connection:
        yield connection
