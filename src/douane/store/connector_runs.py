"""What connectors were asked for: their runs, and what was left out because one was under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from .connectors import StoredConnector
from .queries import queries

SQL = queries("connector_runs")

Connection = psycopg.Connection[Any]
Cause = Literal["person", "schedule", "sent"]
SKIPPED = "skipped"


@dataclass(frozen=True)
class Asking:
    """One time that a connector was asked for a run; `due_at` is the moment of its schedule.

    Either there is a run, or `skipped` says why there is none. `counts` and `message` are of the run.
    """

    id: int
    cause: str
    due_at: datetime | None
    asked_at: datetime
    asked_by: str
    run_id: int | None
    skipped: str | None
    state: str | None
    is_dry_run: bool | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, int] | None
    message: str | None
    attempts: int | None
    next_at: datetime | None

    @property
    def outcome(self) -> str:
        """The state of the run, or that there is none."""
        return self.state or SKIPPED


def note_run(
    conn: Connection,
    stored: StoredConnector,
    cause: Cause,
    asked_by: str,
    *,
    run_id: int | None = None,
    skipped: str | None = None,
    due_at: datetime | None = None,
) -> Asking:
    """Keep that a connector was asked for a run, and which it is or why there is none.

    Raises psycopg's UniqueViolation when its schedule was heeded for this moment already.
    """
    values = _of(stored) | {"cause": cause, "asked_by": asked_by, "due_at": due_at}
    row = conn.execute(SQL["note_run"], values | {"run_id": run_id, "skipped": skipped}).fetchone()
    assert row is not None, "what is noted is kept"
    (noted,) = _listed(conn, stored, 1, asking_id=row[0])
    return noted


def list_history(
    conn: Connection, stored: StoredConnector, limit: int = 50, before: int | None = None
) -> list[Asking]:
    """What a connector was asked for, the newest first; only what has an id below `before`, if given."""
    return _listed(conn, stored, limit, before=before)


def list_live_pulls(conn: Connection, stored: StoredConnector) -> list[int]:
    """The ids of the pulls of a connector that wait or are under way, without dry runs."""
    return [run_id for (run_id,) in conn.execute(SQL["list_live_pulls"], _of(stored))]


def drop_old_skips(conn: Connection, days: int) -> int:
    """Forget what was left out more than `days` days ago; returns how many times."""
    return conn.execute(SQL["drop_old_skips"], {"days": days}).rowcount


def _listed(
    conn: Connection,
    stored: StoredConnector,
    limit: int,
    *,
    before: int | None = None,
    asking_id: int | None = None,
) -> list[Asking]:
    values = _of(stored) | {"limit": limit, "before": before, "id": asking_id}
    with conn.cursor(row_factory=class_row(Asking)) as cursor:
        return cursor.execute(SQL["list_history"], values).fetchall()


def _of(stored: StoredConnector) -> dict[str, Any]:
    return {
        "organization_id": stored.organization_id,
        "company_id": stored.company_id,
        "connector_id": stored.id,
    }
