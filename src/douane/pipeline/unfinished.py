"""What is recorded when an import cannot be done."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg

from douane.errors import Failure
from douane.store.database import Database
from douane.store.runs import Run, fail_run, wait_again


def undo(conn: psycopg.Connection[Any]) -> None:
    """Let go of what the transaction holds, the run's own row included."""
    with suppress(psycopg.OperationalError):
        conn.rollback()


def failed(database: Database, run: Run, error: Exception) -> Failure:
    """Record that the run failed, on a connection of its own as the run's may be dead."""
    is_transient = isinstance(error, psycopg.OperationalError | OSError)
    failure = Failure("The import could not be carried out; nothing of it is stored.", transient=is_transient)
    if isinstance(error, Failure):
        failure = error
    with database.connection() as conn:
        if run.is_async and failure.transient:
            wait_again(conn, run.id)
        else:
            fail_run(conn, run.id, failure.message)
    return failure
