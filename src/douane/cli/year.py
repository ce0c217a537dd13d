"""`douane year`: the fiscal years of a company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from douane.errors import Refusal

from .companies import OneCompany, OneOrganization, books
from .options import Data, Json
from .output import show_json, show_rows
from .people import at_the_command_line
from .years import find_year, parse_day, span

if TYPE_CHECKING:
    from douane.model.fiscal_years import FiscalYear

COLUMNS = ("name", "starts_on", "ends_on", "months", "is_closed", "closed_at", "closed_by")
YEAR_MIN, YEAR_MAX = 1900, 2999

Calendar = Annotated[
    str | None,
    typer.Argument(
        metavar="[YEAR]", help="A calendar year, such as 2026.", show_default="none, but --from and --to"
    ),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Its first day.", show_default="January 1")
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Its last day.", show_default="December 31")
]
Year = Annotated[
    str,
    typer.Argument(
        metavar="YEAR", help="The year it closes in, or its days: 2025-07-01..2026-06-30.", show_default=False
    ),
]


def add(
    year: Calendar = None,
    *,
    company: OneCompany,
    first: First = None,
    last: Last = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a fiscal year: a calendar year, or any days with --from and --to.

    Example: douane year add --from 2025-07-01 --to 2026-06-30 --company ACME
    """
    from douane.model.fiscal_years import FiscalYear
    from douane.store.fiscal_years import add_year

    starts_on, ends_on = _days(year, first, last)
    with books(data, company, organization) as (conn, of):
        added = add_year(conn, *of, FiscalYear(starts_on, ends_on))
    _tell(added, "Added", as_json=as_json)


def list_all(
    company: OneCompany, organization: OneOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """List the fiscal years of a company.

    Example: douane year list --company ACME
    """
    from douane.model.fiscal_years import relative_names
    from douane.store.fiscal_years import list_years, today

    with books(data, company, organization) as (conn, of):
        years = list_years(conn, *of)
        names = relative_names(years, today(conn))
    rows = [{**_row(each), "name": names[each.id]} for each in years]
    nothing = "There is no fiscal year yet: douane year add makes one, and so does the import of a FEC."
    show_rows(rows, COLUMNS, as_json=as_json, nothing=nothing)


def close(
    year: Year,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Close a fiscal year: nothing is entered in it any more.

    Example: douane year close 2026 --company ACME
    """
    from douane.store.fiscal_years import close_year

    with _found(data, company, organization, year) as (conn, of, found):
        closed = close_year(conn, *of, found.id, at_the_command_line())
    _tell(closed, "Closed", as_json=as_json)


def reopen(
    year: Year,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Open a fiscal year again that was closed too early.

    Example: douane year open 2026 --company ACME
    """
    from douane.store.fiscal_years import reopen_year

    with _found(data, company, organization, year) as (conn, of, found):
        opened = reopen_year(conn, *of, found.id)
    _tell(opened, "Opened", as_json=as_json)


def remove(
    year: Year,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove a fiscal year that has no entries.

    Example: douane year remove 2026 --company ACME
    """
    from douane.store.fiscal_years import remove_year

    with _found(data, company, organization, year) as (conn, of, found):
        remove_year(conn, *of, found.id)
    _tell(found, "Removed", as_json=as_json)


@contextmanager
def _found(
    data: Path | None, company: str, organization: str | None, year: str
) -> Iterator[tuple[Any, tuple[int, int], FiscalYear]]:
    """A connection, the ids of organization and company, and the year."""
    from douane.store.fiscal_years import list_years

    with books(data, company, organization) as (conn, of):
        yield conn, of, find_year(list_years(conn, *of), year)


def _days(year: str | None, first: str | None, last: str | None) -> tuple[date, date]:
    """The first and last day; refuses `unknown-option` unless either the year or both days are given."""
    if (year is None) == (first is None) or (first is None) != (last is None):
        message = "A fiscal year is a calendar year, or has both --from and --to."
        raise Refusal("unknown-option", message, "Write for example douane year add 2026 --company ACME.")
    if first and last:
        return parse_day(first), parse_day(last)
    text = year or ""
    if not (text.isascii() and text.isdecimal() and YEAR_MIN <= int(text[:5]) <= YEAR_MAX):
        message = f"{text[:50]!r} is not a year; expected {YEAR_MIN} to {YEAR_MAX}."
        raise Refusal("unknown-option", message, "Write four digits, such as 2026.")
    return date(int(text), 1, 1), date(int(text), 12, 31)


def _row(year: FiscalYear) -> dict[str, Any]:
    return {
        "starts_on": year.starts_on,
        "ends_on": year.ends_on,
        "months": year.months,
        "is_closed": year.is_closed,
        "closed_at": year.closed_at,
        "closed_by": year.closed_by,
    }


def _tell(year: FiscalYear, done: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_row(year))
    else:
        print(f"{done} the fiscal year {span(year)}.")
