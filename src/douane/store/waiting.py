"""How long a transaction waits for rows and tables that others hold, such as an import that goes on."""

from __future__ import annotations

from typing import Any

import psycopg

from .queries import queries

SQL = queries("waiting")


def wait_at_most(conn: psycopg.Connection[Any], seconds: float) -> None:
    """Let no statement of the transaction wait longer for a lock; one that does raises LockNotAvailable."""
    conn.execute(SQL["wait_at_most"], {"milliseconds": str(round(seconds * 1000))})
