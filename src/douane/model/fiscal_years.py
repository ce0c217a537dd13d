"""Fiscal years: what one is, how long it lasts, and how its books call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class FiscalYear:
    """A fiscal year of a company, both days included; `id` is 0 for one that is not stored yet."""

    starts_on: date
    ends_on: date
    id: int = 0
    is_closed: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None

    @property
    def months(self) -> int:
        """How many months it lasts; one that is begun counts."""
        begun = (self.ends_on.year - self.starts_on.year) * 12 + self.ends_on.month - self.starts_on.month
        return begun + (self.ends_on.day >= self.starts_on.day)


def relative_names(years: Sequence[FiscalYear], today: date) -> dict[int, str]:
    """What each year is called on the day `today`, by id; `years` are in the order of their days.

    N is the last year that has begun, the first one when none has.

    >>> made = [FiscalYear(date(year, 1, 1), date(year, 12, 31), id=year) for year in (2024, 2025, 2026)]
    >>> relative_names(made, date(2025, 6, 1))
    {2024: 'N-1', 2025: 'N', 2026: 'N+1'}
    """
    begun = sum(year.starts_on <= today for year in years)
    current = max(begun, 1) - 1
    return {
        year.id: f"N{place - current:+d}" if place != current else "N" for place, year in enumerate(years)
    }
