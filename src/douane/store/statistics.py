"""The planner's statistics: without them it takes a table that was just filled for an empty one."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import SQL as Text
from psycopg.sql import Identifier

from .queries import queries

SQL = queries("statistics")


def refresh_statistics(conn: psycopg.Connection[Any], tables: list[str]) -> None:
    """Analyze those of `tables` that have doubled since that was last done, and commit.

    A load of a million rows is followed by the next one sooner than autovacuum looks at it; reading back
    what is stored then takes three times as long, for want of a moment spent here.
    A small sample tells the sizes; autovacuum takes a better one later.
    """
    stale = conn.execute(SQL["stale_tables"], {"tables": tables}).fetchall()
    conn.execute(SQL["sample_little"])
    for (name,) in stale:
        conn.execute(Text(SQL["analyze"]).format(table=Identifier(name)))
    conn.commit()
