"""What a record of delimited text may look like, as patterns that Rust's and Python's engines both read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from douane.settings import Limits

LINE_END = r"\r?\n?$"


@dataclass(frozen=True)
class Layout:
    """How a file is delimited; each sign is one ASCII character. `charset` is only named in faults.

    Without a `quote` every character is itself. `lines_skipped` physical lines stand before the header, or
    before the first record. Without a header the labels are `column 1` and so on, as many as the first
    record has cells.
    """

    delimiter: str = ";"
    quote: str = '"'
    charset: str = "UTF-8"
    has_header: bool = True
    lines_skipped: int = 0


@dataclass(frozen=True)
class Cells:
    """The patterns of one cell.

    A *strict* cell is quoted with its inner quotes doubled, or holds no quote at all. A *loose* cell is
    what a sender writes who quotes but does not double: a quoted cell ends at the first quote before a
    delimiter or the line end, and a cell without an opening quote may hold quotes inside, not at its end.
    """

    delimiter: str
    quoted: str
    plain: str
    strict: str
    loose: str


def cells_of(layout: Layout) -> Cells:
    """The patterns of the cells of `layout`; without a quote, all are those of a plain cell."""
    d = f"\\x{ord(layout.delimiter):02x}"
    if not layout.quote:
        plain, any_text = rf"[^{d}\r\n]*", rf"[^{d}\n]*"
        return Cells(d, quoted=plain, plain=plain, strict=any_text, loose=any_text)
    q = f"\\x{ord(layout.quote):02x}"
    quoted = f"{q}(?:[^{q}]|{q}{{2}})*{q}"
    outer = f"[^{q}{d}]"
    loosely_quoted = f"{q}(?:(?:{outer}|{q}+{outer})(?:[^{q}]|{q}+{outer})*)?{q}+"
    return Cells(
        delimiter=d,
        quoted=quoted,
        plain=rf"[^{q}{d}\r\n]*",
        strict=rf"(?:{quoted}|[^{q}{d}\n]*)",
        loose=rf"(?:{loosely_quoted}|{outer}(?:[^{d}]*{outer})?|)",
    )


@dataclass(frozen=True)
class Grammar:
    """The patterns of the records of one file, given how many cells its header defines.

    `has_tail` says that the header ended with a delimiter, so a row may end with one empty cell more.
    """

    layout: Layout
    limits: Limits
    width: int
    has_tail: bool

    @cached_property
    def cells(self) -> Cells:
        return cells_of(self.layout)

    @cached_property
    def row(self) -> str:
        """A strict record with the right number of cells, such as every reader of CSV takes."""
        return f"^{self._times(self._tidy)}{self._tail}{LINE_END}"

    @cached_property
    def wide_row(self) -> str:
        """A `row` that has the empty cell of `has_tail`."""
        return f"^{self._times(self._tidy)}{self.empty_cell}{LINE_END}"

    @cached_property
    def quoted_row(self) -> str:
        """A `row` in which every cell is quoted."""
        return f"^{self._times(self.cells.quoted)}{self._tail}{LINE_END}"

    @cached_property
    def loose_row(self) -> str:
        """One line with the right number of loose cells.

        It can be read in no other way with that many cells: any other reading ends some cell later.
        """
        return f"^{self._times(self.cells.loose)}{self._tail}$"

    @cached_property
    def record(self) -> str:
        """A strict record with any number of cells; a carriage return may stand in each."""
        return f"^(?:{self.cells.strict}{self.cells.delimiter})*{self.cells.strict}{LINE_END}"

    @cached_property
    def unreadable(self) -> str:
        """Group 1 is the text from the first cell on that is not strict, cut to 60 characters."""
        return f"^(?:{self.cells.strict}{self.cells.delimiter})*((?s:.){{1,60}})"

    @cached_property
    def blank(self) -> str:
        """Only blanks, a delimiter not being one. For Rust's engine alone."""
        return rf"^[\s--{self.cells.delimiter}]*$"

    @property
    def empty_cell(self) -> str:
        """One more cell, empty."""
        if not self.layout.quote:
            return self.cells.delimiter
        quote = f"\\x{ord(self.layout.quote):02x}"
        return f"{self.cells.delimiter}(?:{quote}{{2}})?"

    @property
    def _tidy(self) -> str:
        return f"(?:{self.cells.quoted}|{self.cells.plain})" if self.layout.quote else self.cells.plain

    @property
    def _tail(self) -> str:
        return f"(?:{self.empty_cell})?" if self.has_tail else ""

    def _times(self, cell: str) -> str:
        return f"(?:{cell}{self.cells.delimiter}){{{self.width - 1}}}{cell}"
