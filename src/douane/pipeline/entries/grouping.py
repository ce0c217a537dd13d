"""Which lines are one entry: the ways that real files group them, and which way a file balances by."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import polars as pl


class Grouping(Enum):
    """The fields whose equal values make lines one entry, from the finest to the coarsest."""

    JOURNAL_NUMBER_DAY = ("journal_code", "entry_number", "entered_on")
    JOURNAL_NUMBER = ("journal_code", "entry_number")
    NUMBER = ("entry_number",)
    JOURNAL_DAY = ("journal_code", "entered_on")

    @property
    def about(self) -> str:
        """The grouping in words, for the receipt."""
        words = {"journal_code": "journal", "entry_number": "number", "entered_on": "day"}
        return ", ".join(words[name] for name in self.value)


class Balances:
    """Debit less credit of the finest groups of a file, from which any grouping can be judged."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(self, entries: pl.DataFrame) -> None:
        """Note groups: journal_code, entry_number, entered_on, difference (Decimal), lines."""
        names = Grouping.JOURNAL_NUMBER_DAY.value
        self._parts.append(
            entries.select(*(pl.col(name).hash().alias(name) for name in names), "difference", "lines")
        )

    def best(self, groupings: Sequence[Grouping]) -> Grouping:
        """The first grouping by which every entry balances, else the one with fewest lines out of balance."""
        noted = pl.concat(self._parts)
        return min(groupings, key=lambda each: _lines_out_of_balance(noted, each))


def _lines_out_of_balance(noted: pl.DataFrame, grouping: Grouping) -> int:
    sums = noted.group_by(grouping.value).agg(pl.col("difference").sum(), pl.col("lines").sum())
    return int(sums.filter(pl.col("difference") != 0)["lines"].sum())
