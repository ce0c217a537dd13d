"""Sends files through the whole pipeline into a real database, and reads back what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import dict_row

from douane.dialects.carry_out import import_run
from douane.pipeline.report import receipt_of
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import Run

Send = Callable[..., dict[str, Any]]
Stored = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def send(database: Database, settings: Settings, company: Company, make_run: Callable[..., Run]) -> Send:
    """`send(door, text, **options)` imports a file and gives its receipt."""

    def send_file(
        door: str,
        text: str | bytes,
        *,
        dry_run: bool = False,
        declarations: dict[str, Any] | None = None,
        settings: Settings = settings,
        company: Company = company,
        **options: str,
    ) -> dict[str, Any]:
        asked = {"options": options, "declarations": declarations or {}, "is_dry_run": dry_run}
        ended = import_run(database, settings, make_run(company, "mydso", door, text, **asked))
        with database.connection() as conn:
            return receipt_of(conn, ended)

    return send_file


@pytest.fixture
def stored(database: Database) -> Stored:
    """`stored(table, *columns)` gives the rows of a table in the order they were added."""

    def rows(table: str, *columns: str) -> list[dict[str, Any]]:
        with database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(f"select {', '.join(columns) or '*'} from {table} order by id").fetchall()

    return rows
