"""Pieces in place of numbers: entries of files that number none, and pieces that only balance together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

import polars as pl

from .grouping import Grouping
from .wishes import EntryWishes

NAMES = list(Grouping.JOURNAL_NUMBER_DAY.value)
OF_A_DAY = [name for name in NAMES if name != "entry_number"]
JOINED = "joined_number"
GROUPINGS = frozenset({Grouping.JOURNAL_NUMBER_DAY, Grouping.JOURNAL_NUMBER})
"""The others would put whole days together, or an invoice with its payment."""


def wishes_of_file(wishes: EntryWishes, fields: Collection[str]) -> EntryWishes:
    """The wishes for a file with these fields: pieces only stand for numbers where there are no numbers."""
    if not wishes.numbers_by_piece:
        return wishes
    if "entry_number" in fields or "piece" not in fields:
        return replace(wishes, numbers_by_piece=False)
    return replace(wishes, groupings=tuple(each for each in wishes.groupings if each in GROUPINGS))


def joined_pieces(batches: Iterable[pl.DataFrame]) -> pl.DataFrame | None:
    """The pieces out of balance that balance with the others of their journal, day and establishment.

    None when there are none. They have NAMES, and as JOINED the least of the numbers that are put together.
    """
    difference = (pl.col("debit") - pl.col("credit")).sum().alias("difference")
    parts = [each.group_by(NAMES).agg(difference) for each in batches]
    if not parts:
        return None
    is_out = pl.col("difference") != 0
    out = pl.concat(parts).group_by(NAMES).agg(pl.col("difference").sum()).filter(is_out)
    days = out.group_by(OF_A_DAY).agg(pl.col("difference").sum(), pl.col("entry_number").min().alias(JOINED))
    balanced = days.filter(~is_out).drop("difference")
    found = out.drop("difference").join(balanced, on=OF_A_DAY, nulls_equal=True)
    return found if found.height else None


def renumbered(batches: Iterable[pl.DataFrame], joined: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The lines, those of `joined` pieces with the number that they share."""
    for lines in batches:
        found = lines.join(joined, on=NAMES, how="left", nulls_equal=True, maintain_order="left")
        yield found.with_columns(entry_number=pl.coalesce(JOINED, "entry_number")).drop(JOINED)
