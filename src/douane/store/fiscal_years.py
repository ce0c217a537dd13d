"""The fiscal years of a company: listed, added, changed, closed and removed; a day belongs to one at most.

There may be days between two years that belong to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.fiscal_years import FiscalYear
from douane.model.refusing import refusal

from .locks import lock_company, lock_entries
from .queries import queries
from .scope import scope_of

SQL = queries("fiscal_years")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class YearTotals:
    """What a year came to by its final entries: its result (a loss is negative), and its turnover."""

    fiscal_year_id: int
    result: Decimal
    turnover: Decimal


def list_years(conn: Connection, organization_id: int, company_id: int) -> list[FiscalYear]:
    """The company's fiscal years by their days."""
    with conn.cursor(row_factory=class_row(FiscalYear)) as cursor:
        return cursor.execute(SQL["list_years"], scope_of(organization_id, company_id)).fetchall()


def year_totals(conn: Connection, organization_id: int, company_id: int) -> dict[int, YearTotals]:
    """The totals of each year that has something on the accounts of classes 6 and 7, by its id."""
    with conn.cursor(row_factory=class_row(YearTotals)) as cursor:
        rows = cursor.execute(SQL["year_totals"], scope_of(organization_id, company_id)).fetchall()
    return {row.fiscal_year_id: row for row in rows}


def today(conn: Connection) -> date:
    """The day it is, by the database's clock."""
    row = conn.execute(SQL["today"]).fetchone()
    assert row is not None
    day: date = row[0]
    return day


def year_of(conn: Connection, organization_id: int, company_id: int, day: date) -> FiscalYear | None:
    """The year that `day` belongs to, kept as it is until the transaction ends; None when there is none."""
    return _one(conn, "hold_year", {**scope_of(organization_id, company_id), "day": day})


def has_entries(conn: Connection, organization_id: int, company_id: int, year_id: int) -> bool:
    """Whether anything is entered in the year."""
    return _is_true(conn, "has_entries", {**scope_of(organization_id, company_id), "id": year_id})


def add_year(conn: Connection, organization_id: int, company_id: int, year: FiscalYear) -> FiscalYear:
    """Store a new year; gives it with its id. Refuses `bad-record` and `year-overlap`."""
    values = _checked(conn, organization_id, company_id, year)
    added = _one(conn, "add_year", values)
    assert added is not None
    return added


def change_year(conn: Connection, organization_id: int, company_id: int, year: FiscalYear) -> FiscalYear:
    """Give the year of this id other days.

    Waits for imports of entries that are running. Refuses `unknown-record`, `year-closed`, `bad-record`,
    `year-overlap`, and `record-in-use` when entries of the year would be outside of it.
    """
    lock_entries(conn, company_id)
    _open_year(conn, {**scope_of(organization_id, company_id), "id": year.id})
    values = _checked(conn, organization_id, company_id, year)
    if _is_true(conn, "has_entries_outside", values):
        raise refusal(
            "record-in-use", f"the fiscal year has entries outside {year.starts_on} to {year.ends_on}"
        )
    changed = _one(conn, "change_year", values)
    assert changed is not None
    return changed


def close_year(
    conn: Connection, organization_id: int, company_id: int, year_id: int, closed_by: str
) -> FiscalYear:
    """Close a year; `closed_by` says who does it. Refuses `unknown-record` and `year-closed`.

    Waits for imports of entries that are running.
    """
    lock_entries(conn, company_id)
    values = {**scope_of(organization_id, company_id), "id": year_id, "closed_by": closed_by}
    _open_year(conn, values)
    closed = _one(conn, "close_year", values)
    assert closed is not None
    return closed


def reopen_year(conn: Connection, organization_id: int, company_id: int, year_id: int) -> FiscalYear:
    """Open a closed year again; one that is open stays so. Refuses `unknown-record`."""
    year = _one(conn, "reopen_year", {**scope_of(organization_id, company_id), "id": year_id})
    if year is None:
        raise refusal("unknown-record", f"fiscal year {year_id}")
    return year


def remove_year(conn: Connection, organization_id: int, company_id: int, year_id: int) -> None:
    """Remove a year. Refuses `unknown-record`, `year-closed`, and `record-in-use` for one that has entries.

    Waits for imports of entries that are running.
    """
    lock_entries(conn, company_id)
    values = {**scope_of(organization_id, company_id), "id": year_id}
    _open_year(conn, values)
    if has_entries(conn, organization_id, company_id, year_id):
        raise refusal("record-in-use", f"fiscal year {year_id} has entries")
    conn.execute(SQL["remove_year"], values)


def _checked(conn: Connection, organization_id: int, company_id: int, year: FiscalYear) -> dict[str, Any]:
    """The year's values, other changes of the company's years held back until the transaction ends."""
    values = {
        **scope_of(organization_id, company_id),
        "id": year.id,
        "starts_on": year.starts_on,
        "ends_on": year.ends_on,
    }
    if year.ends_on < year.starts_on:
        raise refusal(
            "bad-record", f"The fiscal year ends on {year.ends_on}, before it starts on {year.starts_on}."
        )
    lock_company(conn, organization_id, company_id)
    other = conn.execute(SQL["overlapping_year"], values).fetchone()
    if other is not None:
        raise refusal("year-overlap", f"{other[0]} to {other[1]}")
    return values


def _open_year(conn: Connection, values: dict[str, Any]) -> FiscalYear:
    """The year of the id in `values`, locked. Refuses `unknown-record` and `year-closed`."""
    year = _one(conn, "find_year", values)
    if year is None:
        raise refusal("unknown-record", f"fiscal year {values['id']}")
    if year.is_closed:
        raise refusal("year-closed", f"{year.starts_on} to {year.ends_on}")
    return year


def _one(conn: Connection, statement: str, values: dict[str, Any]) -> FiscalYear | None:
    with conn.cursor(row_factory=class_row(FiscalYear)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()


def _is_true(conn: Connection, statement: str, values: dict[str, Any]) -> bool:
    row = conn.execute(SQL[statement], values).fetchone()
    return row is not None and bool(row[0])
