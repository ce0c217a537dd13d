"""Slices: a company too large for memory is merged part by part, by the first byte of its keys.

A row's slice is that of its alias when it has one, so that a document is found in the same slice with
and without a unique key. A row whose alias differs from the stored one is missed; its unique key then
objects, and the run starts again unsliced.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from .identity import hex_digits
from .spill import SetAside

SLICES_MAX = 256


def slices_needed(rows: int, rows_max: int) -> int:
    """Into how many slices `rows` must go so that each has about `rows_max` at most; 1: all in memory."""
    return min(SLICES_MAX, -(-rows // rows_max))


class Slices:
    """Placed rows on disk, by slice."""

    def __init__(self, folder: Path, count: int) -> None:
        self._files = [SetAside(folder / f"slice-{number}.arrows") for number in range(count)]

    def append(self, rows: pl.DataFrame) -> None:
        """Put each row where it belongs."""
        digits = pl.coalesce(hex_digits("alias"), hex_digits("key")).str.slice(0, 2).str.to_integer(base=16)
        numbers = rows.select(digits % len(self._files)).to_series()
        for number, file in enumerate(self._files):
            file.append(rows.filter(numbers == number))

    def read(self, number: int) -> Iterator[pl.DataFrame]:
        """The rows of a slice in pieces, in the order they came."""
        return self._files[number].batches()
