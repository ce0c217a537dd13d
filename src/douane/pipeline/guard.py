"""Guard: the stored rows that rejected lines stand for are kept out of the sweep.

A rejected line may still say which stored row it speaks of. One that does not say it well enough could
speak of any row: it is counted as unresolved, which holds the sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from douane.model.table import Table

from .customers import CUSTOMER
from .identity import CUSTOMER_ID, has_last_identity
from .known import Keys, Known, Mask


@dataclass
class _Lines:
    """Some rejected lines: their keys and aliases, which are complete, which stand for a stored row."""

    keys: Keys
    aliases: Keys
    is_complete: Mask
    stands: Mask


class Guard:
    """The rejected lines of one file, remembered when the file `sweeps`.

    `named_customers` are those that any line of the file names, the accepted ones too.
    """

    def __init__(self, table: Table, *, sweeps: bool) -> None:
        self._table = table
        self._sweeps = sweeps
        self._lines: list[_Lines] = []
        self._strays: list[pl.DataFrame] = []
        self.named_customers: set[int] = set()

    @property
    def stray_fields(self) -> tuple[str, ...]:
        """What names a document without its customer: the parts of the last identity but the customer."""
        parts = self._table.identities[-1].parts
        return tuple(part.partition(".")[0] for part in parts if part != CUSTOMER_ID)

    def add(self, rows: pl.DataFrame) -> None:
        """Remember rejected rows, which have key and alias."""
        if not rows.height or not self._sweeps:
            return
        complete = has_last_identity(rows, self._table)
        if CUSTOMER_ID in rows.columns:
            complete |= self._take_strays(rows)
            self.named_customers |= set(rows[CUSTOMER_ID].drop_nulls().unique().to_list())
        stands = np.zeros(rows.height, np.bool_)
        self._lines.append(_Lines(Keys.of(rows["key"]), Keys.of(rows["alias"]), complete.to_numpy(), stands))

    def _take_strays(self, rows: pl.DataFrame) -> pl.Series:
        """Which rows name a document fully but for their customer, who is not known; they are remembered."""
        is_stray = pl.col(CUSTOMER).is_not_null() & pl.col(CUSTOMER_ID).is_null()
        if self._table.is_clearable:
            fields = self.stray_fields
            is_stray &= pl.all_horizontal(pl.col(name).is_not_null() for name in fields)
            self._strays.append(rows.filter(is_stray).select(fields))
        return rows.select(is_stray).to_series()

    def keep(self, known: Known) -> None:
        """Keep the known rows that the lines stand for."""
        for lines in self._lines:
            lines.stands |= known.keep(lines.keys, lines.aliases)

    @property
    def unresolved(self) -> int:
        """How many lines neither name their row fully nor stand for a row that was found."""
        return sum(int((~lines.is_complete & ~lines.stands).sum()) for lines in self._lines)

    def strays(self) -> pl.DataFrame | None:
        """The documents of unknown customers, a row with `stray_fields` for each; None without any."""
        rows = pl.concat(self._strays) if self._strays else None
        return rows.unique() if rows is not None and rows.height else None
