"""The planner's statistics: without them it takes a table that was just filled for an empty one."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.sql import SQL as Text
from psycopg.sql import Identifier

from .database import Connection
from .queries import queries

SQL = queries("statistics")


def refresh_statistics(conn: Connection, tables: Sequence[str]) -> None:
    """Do what `analyze_stale` does, and commit."""
    analyze_stale(conn, tables)
    conn.commit()


def analyze_stale(conn: Connection, tables: Sequence[str]) -> None:
    """Analyze those of `tables` that are not what the planner takes them for.

    These have doubled in size, or have as many rows written since as they had. Or the planner knows of less
    than one row on a page: autovacuum has looked at the table while a load was under way, whose rows nobody
    else sees before it commits. The next import then took a minute for each second that it should.
    A small sample tells the sizes; autovacuum takes a better one later. What somebody else is analyzing is
    left to him.
    """
    stale = conn.execute(SQL["stale_tables"], {"tables": list(tables)}).fetchall()
    if stale:
        conn.execute(SQL["sample_little"])
    for (name,) in stale:
        conn.execute(Text(SQL["analyze"]).format(table=Identifier(name)))
