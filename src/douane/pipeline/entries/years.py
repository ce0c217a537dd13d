"""The fiscal years of a company: which one a day lies in, and which ones are missing."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from douane.store.posting import Posting

SCHEMA = {"id": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date, "is_closed": pl.Boolean}
LAST_OF_DECEMBER = date(2000, 12, 31)
DAY = timedelta(days=1)


@dataclass
class Years:
    """The fiscal years (id, starts_on, ends_on, is_closed) by their start; `made` are to be written."""

    posting: Posting
    frame: pl.DataFrame
    closing: date | None = None
    made: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, posting: Posting, closing: date | None) -> Years:
        """The fiscal years of the run's company; missing ones are made to end on the day of `closing`."""
        return cls(posting, pl.DataFrame(posting.years(), schema=SCHEMA, orient="row"), closing)

    def find(self, days: pl.Series) -> pl.DataFrame:
        """For each day year_id and year_is_closed, null where it lies in no fiscal year."""
        asked = pl.DataFrame({"day": days.cast(pl.Date)}).with_row_index("at").sort("day")
        years = self.frame.sort("starts_on").with_columns(pl.col("starts_on").alias("day")).set_sorted("day")
        found = asked.join_asof(years, on="day", strategy="backward").sort("at")
        is_in = found["day"] <= found["ends_on"]
        return found.select(
            year_id=pl.when(is_in).then("id"), year_is_closed=pl.when(is_in).then("is_closed")
        )

    def make_for(self, days: pl.Series) -> None:
        """Make the fiscal years in which days lie that lie in none."""
        lacking = days.filter(self.find(days)["year_id"].is_null()).drop_nulls().unique().sort()
        while len(lacking):
            year = self._made(lacking[0])
            lacking = lacking.filter(lacking > year["ends_on"])

    def _made(self, day: date) -> dict[str, Any]:
        """A fiscal year around `day` that touches no other."""
        ends_on = _next_closing(day, self._closing())
        starts_on = _next_closing(day, self._closing(), -1) + DAY
        before = max((each for each in self.frame["ends_on"] if each < day), default=None)
        after = min((each for each in self.frame["starts_on"] if each > day), default=None)
        year = {
            "id": self.posting.reserve_ids("fiscal_years", 1)[0],
            "starts_on": starts_on if before is None else max(starts_on, before + DAY),
            "ends_on": ends_on if after is None else min(ends_on, after - DAY),
            "is_closed": False,
        }
        self.made.append(year)
        self.frame = pl.concat([self.frame, pl.DataFrame([year], schema=SCHEMA)]).sort("starts_on")
        return year

    def _closing(self) -> date:
        """The day and month on which the company's fiscal years end."""
        if self.closing is not None:
            return self.closing
        return max(self.frame["ends_on"], default=LAST_OF_DECEMBER)


def _next_closing(day: date, closing: date, years: int = 0) -> date:
    """The first end of a fiscal year on or after `day`, `years` later."""
    year = day.year + (0 if day <= _on(day.year, closing) else 1)
    return _on(year + years, closing)


def _on(year: int, closing: date) -> date:
    """The closing day in `year`; the last of February stays the last."""
    last = monthrange(year, closing.month)[1]
    is_last = closing.day == monthrange(closing.year, closing.month)[1]
    return date(year, closing.month, last if is_last else min(closing.day, last))
