"""Which lines are one entry: the ways that real files group them, and which way a file balances by."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import polars as pl

from douane.pipeline.spill import SetAside

ESTABLISHMENT = "establishment_id"


class Grouping(Enum):
    """The fields whose equal values make lines one entry, from the finest to the coarsest.

    What belongs to other establishments is never one entry.
    """

    JOURNAL_NUMBER_DAY = ("journal_code", "entry_number", "entered_on", ESTABLISHMENT)
    JOURNAL_NUMBER = ("journal_code", "entry_number", ESTABLISHMENT)
    NUMBER = ("entry_number", ESTABLISHMENT)
    JOURNAL_DAY = ("journal_code", "entered_on", ESTABLISHMENT)

    @property
    def about(self) -> str:
        """The grouping in words, for the receipt."""
        words = {"journal_code": "journal", "entry_number": "number", "entered_on": "day"}
        return ", ".join(words[name] for name in self.value if name in words)


class Balances:
    """Debit less credit of the finest groups of a file, from which any grouping can be judged.

    They wait on disk, in `folder`: most files balance by the first grouping, and nobody asks for them.
    """

    def __init__(self, folder: Path) -> None:
        self._parts = SetAside(folder / "balances.arrows")

    def add(self, entries: pl.DataFrame) -> None:
        """Note groups: the fields of the finest grouping, difference (Decimal), lines."""
        names = Grouping.JOURNAL_NUMBER_DAY.value
        self._parts.append(
            entries.select(*(pl.col(name).hash().alias(name) for name in names), "difference", "lines")
        )

    def best(self, groupings: Sequence[Grouping]) -> Grouping:
        """The first grouping of the least cost.

        A line costs when its entry is out of balance, and when it is put into one entry with others though
        the finest group that it is in balances alone: one line with a wrong number must not make a single
        entry of all the sound ones of its day.
        """
        if not self._parts.rows:
            return groupings[0]
        finest = pl.concat(self._parts.batches()).group_by(Grouping.JOURNAL_NUMBER_DAY.value).agg(SUMS)
        return min(groupings, key=lambda each: _cost(finest, each))


SUMS = pl.col("difference", "lines").sum()


def _cost(finest: pl.DataFrame, grouping: Grouping) -> int:
    """How many lines are out of balance, or in entries of several groups that need no other."""
    balances_alone = pl.col("lines").filter(pl.col("difference") == 0).sum().alias("alone")
    sums = finest.group_by(grouping.value).agg(SUMS, balances_alone, pl.len().alias("groups"))
    is_out = pl.col("difference") != 0
    costs = pl.when(is_out).then("lines").when(pl.col("groups") > 1).then("alone").otherwise(0)
    return int(sums.select(costs.sum()).item())
