"""Tears: a line that cannot be read stands between two lines of one entry, so it was most likely its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from douane.pipeline.batch import LINE

from .grouping import Grouping
from .marks import IS_TORN

NAMES = list(Grouping.JOURNAL_NUMBER_DAY.value)


class Tears:
    """Finds the tears of one file, batch by batch; an entry may go on in the next one."""

    def __init__(self) -> None:
        self._last: tuple[Any, ...] | None = None
        self._is_torn_there = False

    def marked(self, lines: pl.DataFrame, unreadable: pl.Series) -> pl.DataFrame:
        """`lines`, in their order, with IS_TORN: between it and the line before stands one of `unreadable`.

        Only lines that have the same journal, number, day and establishment as the line before are marked.
        """
        gaps = np.searchsorted(lines[LINE].to_numpy(), np.unique(unreadable.to_numpy()))
        if self._is_torn_there:
            gaps = np.append(gaps, 0)
        self._is_torn_there = bool((gaps == lines.height).any())
        marks = np.zeros(lines.height, np.bool_)
        if len(gaps) and lines.height:
            marks[gaps[gaps < lines.height]] = True
            marks &= self._goes_on(lines)
        if lines.height:
            self._last = lines.select(NAMES).row(-1)
        return lines.with_columns(pl.Series(IS_TORN, marks))

    def _goes_on(self, lines: pl.DataFrame) -> Any:
        """Which lines have the names of the line before them."""
        names = lines.select(NAMES)
        same = names.select(
            pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in NAMES)
        )
        marks = same.to_series().to_numpy(writable=True)
        marks[0] = names.row(0) == self._last
        return marks
