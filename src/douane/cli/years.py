"""Which fiscal year of a company a command is about, and days as a person writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from douane.errors import Refusal

if TYPE_CHECKING:
    from douane.model.fiscal_years import FiscalYear

BETWEEN = ".."


def parse_day(text: str) -> date:
    """The day of YYYY-MM-DD; refuses `unknown-option`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text[:50]!r} is not a day; expected one such as 2026-12-31."
        raise Refusal("unknown-option", message, "Write year, month and day.") from None


def span(year: FiscalYear) -> str:
    """The first and last day of a fiscal year, as `find_year` takes them."""
    return f"{year.starts_on}{BETWEEN}{year.ends_on}"


def find_year(years: Sequence[FiscalYear], text: str) -> FiscalYear:
    """The fiscal year that closes in the year `text`, or that has these first and last days.

    Refuses `unknown-record` when there is none, or when several close in that year.
    """
    found = [each for each in years if text in {span(each), str(each.ends_on.year)}]
    if len(found) == 1:
        return found[0]
    if found:
        several = " and ".join(map(span, found))
        hint = f"Name one by its days: {span(found[-1])}."
        raise Refusal("unknown-record", f"Several fiscal years close in {text}: {several}.", hint)
    known = f"there is {', '.join(map(span, years))}" if years else "there is none yet"
    message = f"There is no fiscal year {text[:50]!r}; {known}."
    raise Refusal("unknown-record", message, "douane year add makes one.")
