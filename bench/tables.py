"""What the bench does in the gateway's database, beside it: rest, empty the tables, COPY rows out and in."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

AUTOVACUUM_SECONDS_MAX = 180.0
PIECE_BYTES = 1 << 20

Connection = psycopg.Connection[Any]


def rest(database: Connection) -> None:
    """Return when nothing of what was done before is still being written, so that it slows nothing."""
    give_up_at = time.monotonic() + AUTOVACUUM_SECONDS_MAX
    busy = "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'"
    while scalar(database, busy) and time.monotonic() < give_up_at:
        time.sleep(0.2)
    database.execute("checkpoint")
    os.sync()


def empty(database: Connection) -> None:
    """Remove all open items, with what hangs on them."""
    database.execute("truncate open_items, before_images, held_clears, faults")


def copy_in(database: Connection, table: str, columns: list[str], file: Path) -> float:
    """Seconds of a COPY of a ready file in text format into a table, streamed from here and committed."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
    with file.open("rb") as content:
        began = time.perf_counter()
        with database.cursor().copy(statement) as copy:
            while chunk := content.read(PIECE_BYTES):
                copy.write(chunk)
        return time.perf_counter() - began


def copy_out(database: Connection, table: str, columns: list[str], file: Path) -> None:
    """Write the rows of a table, as stored, to a file in text format."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) to stdout").format(sql.Identifier(table), names)
    with file.open("wb") as content, database.cursor().copy(statement) as copy:
        content.writelines(copy)


def columns_of(database: Connection, table: str, *, with_id: bool = False) -> list[str]:
    """The columns of a table in their order; without `id`, which the database gives, unless it is wanted."""
    rows = database.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and (attname <> 'id' or %s) order by attnum",
        [table, with_id],
    )
    return [row[0] for row in rows]


def scalar(database: Connection, statement: str) -> Any:
    """The one value that a statement gives."""
    row = database.execute(statement).fetchone()
    assert row is not None
    return row[0]
