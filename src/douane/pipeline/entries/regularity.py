"""Whether a file is one of entries that stand together and balance by the first grouping, as most are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from .assembling import Chunk
from .grouping import Balances, Grouping

IRREGULAR_SHARE = 0.5
"""When more of the first lines than this share are out of balance, the grouping is wrong at once."""


class Irregular(Exception):
    """The file must be gathered before its entries are known."""


class Regularity:
    """What was seen of a file that is written as it is read, by the first of `groupings`.

    When it `joins_pieces`, entries that are out of balance may balance together.
    """

    def __init__(self, groupings: Sequence[Grouping], folder: Path, *, joins_pieces: bool = False) -> None:
        self._groupings = groupings
        self._joins_pieces = joins_pieces
        self._balances = Balances(folder)
        self._names: list[npt.NDArray[np.uint64]] = []
        self._is_out_of_balance = False

    def note(self, chunk: Chunk) -> None:
        """Remember the entries; raises Irregular when the first ones show it."""
        entries = chunk.entries
        names = entries.select(pl.struct(self._groupings[0].value).hash().alias("name"))["name"]
        wrong = entries.filter(pl.col("difference") != 0)["lines"].sum()
        is_hopeless = len(self._groupings) > 1 and wrong > IRREGULAR_SHARE * chunk.lines.height
        if not self._names and (names.n_unique() < len(names) or is_hopeless):
            raise Irregular
        self._names.append(names.to_numpy())
        self._is_out_of_balance |= bool(wrong)
        if len(self._groupings) > 1:
            self._balances.add(entries)

    def check(self) -> None:
        """Raise Irregular when an entry came in two places, or another grouping balances better."""
        if not self._names:
            return
        names = np.concatenate(self._names)
        names.sort()
        if (names[1:] == names[:-1]).any():
            raise Irregular
        if self._joins_pieces and self._is_out_of_balance:
            raise Irregular
        if (
            len(self._groupings) > 1
            and self._is_out_of_balance
            and self._balances.best(self._groupings) is not self._groupings[0]
        ):
            raise Irregular
