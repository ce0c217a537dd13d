"""Entries that the sender does not want: those outside the period, and those that open a fiscal year."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from .assembling import Chunk
from .complaints import Wrong

OPENING_JOURNAL = "AN"
"""What journals of opening entries are called in France, "à-nouveaux"."""


def outside_period(chunk: Chunk, period: tuple[date, date] | None) -> list[Wrong]:
    """Entries with a day outside `period`, its first and last day."""
    if period is None:
        return []
    days = chunk.lines["entered_on"]
    is_outside = (~days.is_between(*period)).fill_null(False)
    if not is_outside.any():
        return []
    owners = np.repeat(np.arange(chunk.entries.height), chunk.sizes)[is_outside.to_numpy()]
    entries, first = np.unique(owners, return_index=True)
    shown = pl.repeat(None, chunk.entries.height, dtype=pl.Date, eager=True)
    shown = shown.scatter(entries, days.filter(is_outside)[first])
    marks = shown.is_not_null()
    return [Wrong(pl.lit(marks), "outside-period", "entered_on", pl.lit(shown))]


def openings(chunk: Chunk, journals: pl.Series) -> list[Wrong]:
    """Entries with a line that says it is of an opening entry, or that is in a journal of them.

    Those are `journals`, by code, and OPENING_JOURNAL.
    """
    code = pl.col("journal_code")
    is_in_one = (code.str.to_uppercase() == OPENING_JOURNAL) | code.is_in(journals.implode())
    marks = chunk.lines.select(is_in_one.fill_null(False) | pl.col("is_opening").fill_null(False)).to_series()
    if not marks.any():
        return []
    return [Wrong(pl.lit(pl.Series(chunk.any_of_lines(marks))), "opening-entry-unwanted", "journal_code")]
