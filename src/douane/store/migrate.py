"""Brings a database up to date: our numbered migrations, then those of the job queue, each exactly once.

Everything lives in the schema `douane`. Each file runs in its own transaction and is recorded with its
sha256; a file that changed after it was applied is refused, because the database cannot follow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import psycopg

from douane.errors import Refusal

from .queries import queries

SQL = queries("migrations")
LOCK_KEY = 0x646F75616E65  # "douane"
JOBS_PREFIX = "procrastinate/"

Connection = psycopg.Connection[Any]


class Migration(NamedTuple):
    """One step: its name, its statements, and the hash that tells whether it changed."""

    name: str
    statements: LiteralString
    sha256: str


def migrate(conn: Connection) -> list[str]:
    """Apply what is missing and return the names applied; `conn` must be in autocommit mode.

    Refuses `bad-setting` when an applied migration of ours changed or is not known to this version.
    """
    assert conn.autocommit, "each migration is a transaction of its own"
    ours = list(our_migrations())
    if not _missing(_applied(conn), ours):
        return []
    with _locked(conn):
        _make_schema(conn)
        missing = _missing(_applied(conn), ours)
        for each in missing:
            _apply(conn, each)
    return [each.name for each in missing]


def our_migrations() -> Iterator[Migration]:
    """The files of `migrations/` in order."""
    folder = files(__package__) / "migrations"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".sql"):
            yield _read(file.name, file.read_text(encoding="utf-8"))


def newest_migration(conn: Connection) -> str:
    """The name of the last of our migrations that the database has had."""
    row = conn.execute(SQL["newest"]).fetchone()
    return str(row[0]) if row else ""


def _missing(applied: dict[str, str], ours: list[Migration]) -> list[Migration]:
    known = {each.name: each.sha256 for each in ours}
    for name, digest in applied.items():
        if not name.startswith(JOBS_PREFIX) and known.get(name) != digest:
            _refuse(name, is_known=name in known)
    return [each for each in ours if each.name not in applied] + _missing_for_jobs(applied)


def _refuse(name: str, *, is_known: bool) -> None:
    if is_known:
        message = f"Migration {name} has changed since it was applied; expected the same text for ever."
        raise Refusal("bad-setting", message, "Install the Douane that made this database, or a newer one.")
    message = f"The database has had migration {name}, which this version does not know."
    raise Refusal("bad-setting", message, "Install the newer Douane that last used this database.")


def _missing_for_jobs(applied: dict[str, str]) -> list[Migration]:
    """The job queue's own steps: its whole schema for a new database, else the migrations it lacks."""
    from procrastinate.schema import SchemaManager

    folder = Path(SchemaManager.get_migrations_path())
    steps = [
        _read(JOBS_PREFIX + file.name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]
    if any(name.startswith(JOBS_PREFIX) for name in applied):
        return [each for each in steps if each.name not in applied]
    # The schema file holds what all steps together make; the steps are recorded without their statements.
    whole = _read(f"{JOBS_PREFIX}schema.sql", SchemaManager.get_schema())
    return [whole, *(each._replace(statements="") for each in steps)]


def _read(name: str, text: str) -> Migration:
    return Migration(name, text, sha256(text.encode()).hexdigest())


@contextmanager
def _locked(conn: Connection) -> Iterator[None]:
    """One process at a time migrates a database."""
    conn.execute(SQL["lock"], {"key": LOCK_KEY})
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute(SQL["unlock"], {"key": LOCK_KEY})


def _make_schema(conn: Connection) -> None:
    for exists, make in (("has_schema", "make_schema"), ("has_table", "make_table")):
        row = conn.execute(SQL[exists]).fetchone()
        if row is not None and not row[0]:
            conn.execute(SQL[make])


def _applied(conn: Connection) -> dict[str, str]:
    """The recorded migrations, name to sha256; empty for a new database."""
    row = conn.execute(SQL["has_table"]).fetchone()
    return dict(conn.execute(SQL["applied"]).fetchall()) if row is not None and row[0] else {}


def _apply(conn: Connection, migration: Migration) -> None:
    with conn.transaction():
        if migration.statements:
            conn.execute(migration.statements)
        conn.execute(SQL["record"], {"name": migration.name, "sha256": migration.sha256})
