"""Where the cells of a file of fixed width stand: positions counted in characters, from 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FixedColumn:
    """The place of one cell in its line: its first character, counted from 1, and how many it has."""

    label: str
    start: int
    width: int

    @property
    def end(self) -> int:
        """The character after its last one, counted from 1."""
        return self.start + self.width


Columns = tuple[FixedColumn, ...]


@dataclass(frozen=True)
class FixedLayout:
    """The columns of a file, in any order; they may overlap, and what no column covers is not read.

    `lines_skipped` physical lines stand before the header, or before the first row when there is none. The
    header, the first of the other lines that is not blank, is passed over: the columns have their own
    labels. `charset` is only named in faults.
    """

    columns: Columns
    has_header: bool = False
    lines_skipped: int = 0
    charset: str = "UTF-8"
