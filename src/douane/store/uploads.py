"""The bytes of uploads, kept in the database in chunks: any worker on any machine can take them up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from douane.settings import MEBIBYTE

from .queries import queries

SQL = queries("uploads")
CHUNK_BYTES = MEBIBYTE

Connection = psycopg.Connection[Any]


def keep(conn: Connection, run_id: int, path: Path) -> int:
    """Store the file at `path` as the upload of a run; returns the number of chunks. Memory stays flat."""
    number = 0
    with path.open("rb") as file, conn.cursor() as cursor, cursor.copy(SQL["keep"]) as copy:
        copy.set_types(["int8", "int4", "bytea"])
        while chunk := file.read(CHUNK_BYTES):
            copy.write_row((run_id, number, chunk))
            number += 1
    return number


def keep_bytes(conn: Connection, run_id: int, content: bytes) -> int:
    """Store what is in memory already as the upload of a run; returns the number of chunks."""
    view = memoryview(content)
    with conn.cursor() as cursor, cursor.copy(SQL["keep"]) as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for number, start in enumerate(range(0, len(view), CHUNK_BYTES)):
            copy.write_row((run_id, number, view[start : start + CHUNK_BYTES]))
    return -(-len(view) // CHUNK_BYTES)


def fetch(conn: Connection, run_id: int, target: Path) -> int:
    """Write the upload of a run to `target`; returns its bytes, 0 when it is no longer kept."""
    written = 0
    values = {"run_id": run_id}
    with target.open("wb") as file, conn.cursor() as cursor, cursor.copy(SQL["fetch"], values) as copy:
        copy.set_types(["bytea"])
        for (chunk,) in copy.rows():
            written += file.write(chunk)
    return written


def drop_old(conn: Connection, days: int) -> int:
    """Forget the uploads of runs that ended more than `days` days ago; returns the chunks dropped."""
    return conn.execute(SQL["drop_old"], {"days": days}).rowcount
