"""The chart of accounts as it is listed, and the entry lines of its accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL as Text
from psycopg.sql import Identifier

from .accounts import Owner
from .queries import queries

SQL = queries("account_lists")

Connection = psycopg.Connection[Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Which rows of a list are wanted."""

    limit: int
    offset: int = 0


@dataclass(frozen=True)
class WantedLines:
    """Which entry lines are wanted: those of these accounts, in these days; `is_lettered` None takes both.

    `sort` is one of SORTED; lines that are equal in it come by day, entry and place.
    """

    ids: Sequence[int]
    starts_on: date | None = None
    ends_on: date | None = None
    is_lettered: bool | None = None
    sort: str = "entered_on"
    is_descending: bool = False


@dataclass(frozen=True)
class Sums:
    """How many entry lines there are, and what they add up to."""

    lines: int
    debit: Decimal
    credit: Decimal


SORTED = ("entered_on", "label", "debit", "credit", "lettering", "piece", "reference")


def list_briefly(conn: Connection, owner: Owner, text: str, limit: int) -> list[Row]:
    """Id, number and name of general accounts whose name contains `text` or whose number starts with it."""
    return _rows(conn, SQL["list_briefly"], {**asdict(owner), "text": text, "limit": limit})


def list_fully(
    conn: Connection, owner: Owner, begin: str, account_id: int | None, page: Page
) -> tuple[int, list[Row]]:
    """How many general accounts start so, or have this id, and those of the page with all their columns."""
    values = {**asdict(owner), "begin": begin, "id": account_id, **asdict(page)}
    (counted,) = _rows(conn, SQL["count_accounts"], values)
    return counted["accounts"], _rows(conn, SQL["list_fully"], values)


def balances_of(conn: Connection, owner: Owner, ids: Sequence[int]) -> dict[int, Decimal]:
    """Debit less credit of each account in the latest fiscal year with entries, pending ones left out."""
    rows = _rows(conn, SQL["list_balances"], {**asdict(owner), "ids": list(ids)})
    return {row["account_id"]: row["balance"] for row in rows}


def find_by_start(conn: Connection, owner: Owner, begin: str, account_id: int | None) -> list[Row]:
    """Id, number and name of the account of this id, or of the general accounts that start so."""
    return _rows(conn, SQL["find_by_start"], {**asdict(owner), "begin": begin, "id": account_id})


def sum_lines(conn: Connection, owner: Owner, wanted: WantedLines) -> Sums:
    """What the wanted lines add up to, pending entries left out."""
    (row,) = _rows(conn, SQL["sum_lines"], {**asdict(owner), **asdict(wanted)})
    return Sums(**row)


def list_lines(conn: Connection, owner: Owner, wanted: WantedLines, page: Page) -> list[Row]:
    """The wanted lines of the page, each with its journal, whether its year is closed, and its documents."""
    assert wanted.sort in SORTED
    direction = Text(" desc nulls last") if wanted.is_descending else Text(" nulls last")
    order = Identifier("l", wanted.sort) + direction
    statement = Text(SQL["list_lines"]).format(order=order)
    return _rows(conn, statement, {**asdict(owner), **asdict(wanted), **asdict(page)})


def _rows(conn: Connection, statement: Any, values: dict[str, Any]) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, values).fetchall()
