"""The fiscal years of a company: no day belongs to two."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.model.fiscal_years import FiscalYear, relative_names
from douane.store.database import Database
from douane.store.fiscal_years import (
    add_year,
    change_year,
    close_year,
    list_years,
    remove_year,
    today,
    year_of,
    year_totals,
)
from douane.store.organizations import Company


def calendar(year: int) -> FiscalYear:
    return FiscalYear(date(year, 1, 1), date(year, 12, 31))


def owner(company: Company) -> tuple[int, int]:
    return company.organization_id, company.id


def refused(function: Any, *args: Any) -> str:
    with pytest.raises(Refusal) as caught:
        function(*args)
    return caught.value.code


def test_years_are_listed_by_their_days(database: Database, company: Company) -> None:
    with database.connection() as conn:
        later = add_year(conn, *owner(company), calendar(2026))
        earlier = add_year(conn, *owner(company), calendar(2024))
        assert list_years(conn, *owner(company)) == [earlier, later]
        assert year_of(conn, *owner(company), date(2024, 12, 31)) == earlier
        assert year_of(conn, *owner(company), date(2025, 6, 1)) is None
        assert isinstance(today(conn), date)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ((2026, 1, 1), (2026, 12, 31)),
        ((2025, 6, 1), (2026, 1, 1)),
        ((2026, 12, 31), (2027, 12, 31)),
        ((2026, 3, 1), (2026, 3, 1)),
        ((2020, 1, 1), (2030, 1, 1)),
    ],
)
def test_a_year_that_shares_a_day_is_refused(
    database: Database, company: Company, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    with database.connection() as conn:
        add_year(conn, *owner(company), calendar(2026))
        year = FiscalYear(date(*first), date(*last))
        assert refused(add_year, conn, *owner(company), year) == "year-overlap"


def test_of_two_overlapping_years_at_once_one_is_refused(database: Database, company: Company) -> None:
    outcomes: list[str] = []

    def add(day: int) -> None:
        try:
            with database.connection() as conn:
                add_year(conn, *owner(company), FiscalYear(date(2026, 1, day), date(2026, 12, 31)))
                outcomes.append("added")
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=add, args=(day,)) for day in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", *["year-overlap"] * 7]


def test_a_year_gets_other_days_unless_entries_would_be_outside(database: Database, company: Company) -> None:
    with database.connection() as conn:
        year = add_year(conn, *owner(company), calendar(2026))
        shorter = replace(year, ends_on=date(2026, 6, 30))
        assert change_year(conn, *owner(company), shorter) == shorter
        change_year(conn, *owner(company), year)
        post(conn, company, year.id, date(2026, 12, 1))
        assert refused(change_year, conn, *owner(company), shorter) == "record-in-use"
        assert refused(remove_year, conn, *owner(company), year.id) == "record-in-use"


def test_a_closed_year_is_closed_for_good(database: Database, company: Company) -> None:
    with database.connection() as conn:
        year = add_year(conn, *owner(company), calendar(2025))
        closed = close_year(conn, *owner(company), year.id, "someone")
        assert (closed.is_closed, closed.closed_by) == (True, "someone")
        assert closed.closed_at is not None
        for attempt in (
            lambda: close_year(conn, *owner(company), year.id, "someone"),
            lambda: change_year(conn, *owner(company), year),
            lambda: remove_year(conn, *owner(company), year.id),
        ):
            assert refused(attempt) == "year-closed"


def test_a_year_without_entries_can_be_removed(database: Database, company: Company) -> None:
    with database.connection() as conn:
        year = add_year(conn, *owner(company), calendar(2025))
        remove_year(conn, *owner(company), year.id)
        assert refused(remove_year, conn, *owner(company), year.id) == "unknown-record"


def test_a_year_that_ends_before_it_starts_is_refused(database: Database, company: Company) -> None:
    with database.connection() as conn:
        year = FiscalYear(date(2026, 1, 1), date(2025, 12, 31))
        assert refused(add_year, conn, *owner(company), year) == "bad-record"


def test_the_totals_are_those_of_final_entries(database: Database, company: Company) -> None:
    with database.connection() as conn:
        year = add_year(conn, *owner(company), calendar(2026))
        numbers = {"411000": 1, "707000": 2, "758000": 3, "607000": 4}
        for number, account in numbers.items():
            conn.execute(
                "insert into ledger_accounts (organization_id, company_id, id, number, name)"
                " overriding user value values (%s, %s, %s, %s, %s)",
                (*owner(company), account, number, number),
            )
        ids = {row[0]: row[1] for row in conn.execute("select number, id from ledger_accounts").fetchall()}
        amounts = [("411000", 130, 0), ("707000", 0, 100), ("758000", 0, 30), ("607000", 20.25, 0)]
        for pending in (False, True):
            entry = post(conn, company, year.id, date(2026, 1, 1), pending=pending)
            for place, (number, debit, credit) in enumerate(amounts, 1):
                conn.execute(
                    "insert into entry_lines (organization_id, company_id, entry_id, number, account_id,"
                    " entered_on, debit, credit) values (%s, %s, %s, %s, %s, '2026-01-01', %s, %s)",
                    (*owner(company), entry, place, ids[number], debit, credit),
                )
        totals = year_totals(conn, *owner(company))[year.id]
    assert (totals.result, totals.turnover) == (Decimal("109.75"), Decimal(100))


@given(st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.integers(1, 40))
def test_months_are_counted(starts_on: date, months: int) -> None:
    later = starts_on.replace(day=1)
    year, month = divmod(later.year * 12 + later.month - 1 + months, 12)
    ends_on = date.fromordinal(date(year, month + 1, 1).toordinal() - 1)
    assert FiscalYear(later, ends_on).months == months


def test_a_year_is_named_from_where_we_stand() -> None:
    years = [replace(calendar(year), id=year) for year in (2023, 2024, 2026)]
    assert relative_names(years, date(2025, 5, 5)) == {2023: "N-1", 2024: "N", 2026: "N+1"}
    assert relative_names(years, date(2020, 5, 5)) == {2023: "N", 2024: "N+1", 2026: "N+2"}
    assert relative_names([], date(2020, 5, 5)) == {}


def post(conn: Any, company: Company, year_id: int, day: date, *, pending: bool = False) -> int:
    row = conn.execute(
        "insert into entries"
        " (organization_id, company_id, fiscal_year_id, journal_id, entered_on, is_pending)"
        " values (%s, %s, %s, 1, %s, %s) returning id",
        (*owner(company), year_id, day, pending),
    ).fetchone()
    return int(row[0])
