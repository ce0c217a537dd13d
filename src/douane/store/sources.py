"""Where the upload of a run is fetched from, and every attempt to fetch it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from .queries import queries

SQL = queries("sources")
CUT_SHORT = "It was cut short with its worker, and taken up again."

Connection = psycopg.Connection[Any]
Kind = Literal["url", "deposit", "connector"]
Outcome = Literal["fetched", "failed", "refused", "stopped"]


@dataclass(frozen=True)
class NewSource:
    """A source as it is asked for: the sealed `address` of a URL, a deposit, or the connector of the run.

    `shown` is what of it everybody may see. No attempt is made after `tried_until`.
    """

    kind: Kind
    shown: str
    tried_until: datetime
    address: bytes | None = field(default=None, repr=False)
    deposit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Source(NewSource):
    """A source as it is kept. `identity` is what it said of the file when it first gave it.

    `tries_lost` counts the workers that died over the run and the imports of it that failed. `tried_since` is
    when the tries began, or were begun anew.
    """

    organization_id: int
    run_id: int
    identity: dict[str, Any] | None
    tries_lost: int
    created_at: datetime
    tried_since: datetime


@dataclass(frozen=True)
class Attempt:
    """One attempt to fetch. `outcome` is "fetching" until it ended; `bytes` is what came, if it is known."""

    organization_id: int
    run_id: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    bytes: int | None
    outcome: str
    message: str | None
    next_at: datetime | None


def create_source(conn: Connection, organization_id: int, run_id: int, new: NewSource) -> None:
    """Say where the upload of a run is fetched from."""
    conn.execute(SQL["create_source"], {"organization_id": organization_id, "run_id": run_id, **asdict(new)})


def get_source(conn: Connection, run_id: int) -> Source | None:
    """The source of a run; None when its upload was sent."""
    with conn.cursor(row_factory=class_row(Source)) as cursor:
        return cursor.execute(SQL["get_source"], {"run_id": run_id}).fetchone()


def has_source(conn: Connection, run_id: int) -> bool:
    """Whether the upload of the run is fetched."""
    row = conn.execute(SQL["has_source"], {"run_id": run_id}).fetchone()
    return bool(row and row[0])


def note_identity(conn: Connection, run_id: int, identity: dict[str, Any]) -> None:
    """Keep what the source said of the file, to notice when it gives another one later."""
    conn.execute(SQL["note_identity"], {"run_id": run_id, "identity": Jsonb(identity)})


def count_lost_try(conn: Connection, run_id: int) -> int:
    """One more worker died over the run, or its import failed; gives how many so far."""
    row = conn.execute(SQL["count_lost_try"], {"run_id": run_id}).fetchone()
    assert row is not None, f"run {run_id} has no source"
    return int(row[0])


def try_longer(conn: Connection, run_id: int, seconds: float) -> None:
    """Try the source for so many seconds from now, if not longer.

    What was lost and what failed before counts no more, and what it said of the file before is forgotten.
    """
    conn.execute(SQL["try_longer"], {"run_id": run_id, "seconds": seconds})


def begin_attempt(conn: Connection, run_id: int) -> Attempt:
    """The next attempt to fetch the upload of a run; one still open has lost its worker, and ends."""
    close_attempts(conn, run_id, "stopped", CUT_SHORT)
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        begun = cursor.execute(SQL["begin_attempt"], {"run_id": run_id}).fetchone()
    assert begun is not None, f"run {run_id} has no source"
    return begun


def end_attempt(
    conn: Connection,
    attempt: Attempt,
    outcome: Outcome,
    message: str | None = None,
    size: int | None = None,
    pause_seconds: float | None = None,
) -> Attempt | None:
    """Say how an attempt ended; None when somebody else has taken up the run since.

    With `pause_seconds` the next one is due after so long, at the latest when the source is tried no longer;
    `next_at` stays null when that moment is over.
    """
    values = {"outcome": outcome, "message": message, "bytes": size, "pause_seconds": pause_seconds}
    values |= {"run_id": attempt.run_id, "number": attempt.number}
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(SQL["end_attempt"], values).fetchone()


def count_attempts(conn: Connection, run_id: int, outcome: Outcome | None = None) -> int:
    """How many attempts were made since the tries began, or began anew; only those with the outcome."""
    row = conn.execute(SQL["count_attempts"], {"run_id": run_id, "outcome": outcome}).fetchone()
    return int(row[0]) if row else 0


def close_attempts(conn: Connection, run_id: int, outcome: Outcome, message: str) -> None:
    """End what is still open of the attempts to fetch the upload of a run, which may have no source."""
    conn.execute(SQL["close_attempts"], {"run_id": run_id, "outcome": outcome, "message": message})


def forget_addresses(conn: Connection, days: int) -> int:
    """Forget the addresses of runs that ended more than `days` days ago; returns how many."""
    return conn.execute(SQL["forget_addresses"], {"days": days}).rowcount


def list_attempts(conn: Connection, run_id: int) -> list[Attempt]:
    """All attempts to fetch the upload of a run, the first one first."""
    with conn.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(SQL["list_attempts"], {"run_id": run_id}).fetchall()
