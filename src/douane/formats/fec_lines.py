"""The lines of a FEC: cleaned of what the tax administration overlooks, and told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from douane.settings import Limits

from .csv_arrays import Marks, Numbers, bounds_of_lines, series, texts_between
from .fec_header import Header
from .outside import signs_in

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}".encode()


def cleaned(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, UTF-8 that may end anywhere, without NUL characters and with blanks for other non-text.

    A carriage return becomes a blank, so that one before the line end is stripped, as any blank there.
    """
    held = b""
    for block in blocks:
        data = held + block
        held = NO_BREAK_SPACE[:1] if data.endswith(NO_BREAK_SPACE[:1]) else b""
        text = data[: len(data) - len(held)].replace(b"\0", b"").replace(b"\r", b" ")
        yield text if text.isascii() else text.replace(NO_BREAK_SPACE, b" ")
    yield held


@dataclass(frozen=True)
class Lines:
    """Consecutive lines: `data`, where each starts in it (and the end), and the number of the first."""

    data: bytes
    starts: Numbers
    first: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def numbers(self) -> Numbers:
        """The physical line of each."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)

    @property
    def texts(self) -> Any:
        """The lines, each with its end, as an Arrow array."""
        return texts_between(self.data, self.starts)

    def too_long(self, limits: Limits) -> Marks:
        """Which lines are longer than a line may be."""
        marks: Marks = np.diff(self.starts) > limits.line_bytes_max + 1
        return marks

    @cached_property
    def spoiled(self) -> Marks:
        """Which lines hold a sign that no text may hold; NUL characters are gone by now."""
        marks = np.zeros(len(self), np.bool_)
        for sign in signs_in(self.data):
            marks |= series(self.texts).str.contains(sign, literal=True).to_numpy()
        return marks


def lines_of(data: bytes, first: int) -> Lines:
    """The lines of `data`, which ends with a newline, the first of them being line `first` of the file."""
    return Lines(data, bounds_of_lines(data), first)


@dataclass(frozen=True)
class Sorting:
    """What each line is: a row, blank, or neither; and how many cells it has, a blank tail not counted.

    `data` is that of the lines, with blanks for the separators that only end a line.
    """

    data: bytes
    rows: Marks
    blanks: Marks
    found: Numbers


def sort_lines(lines: Lines, header: Header, limits: Limits) -> Sorting:
    """Tell the lines apart."""
    signs = np.frombuffer(lines.data, np.uint8)
    places = np.flatnonzero(signs == ord(header.separator))
    befores = np.searchsorted(places, lines.starts)
    width, found = len(header.columns), np.diff(befores) + 1
    tails = _tails(lines, found, header)
    data = _without_tails(signs, places, befores[:-1] + width - 1, tails, found - width)
    blanks = _blanks(lines, found)
    rows = ((found == width) | tails) & ~blanks & ~lines.too_long(limits) & ~lines.spoiled
    return Sorting(data, rows, blanks, np.where(tails, width, found))


def _tails(lines: Lines, found: Numbers, header: Header) -> Marks:
    """Which lines have too many cells, of which those that are too many are blank and allowed."""
    width = len(header.columns)
    marks: Marks = (found > width) & (found <= width + header.tail)
    if marks.any():
        texts = series(lines.texts).set(pl.Series(~marks), None)
        bare = texts.str.strip_chars_end(f" \t\n{header.separator}")
        marks &= (bare.str.count_matches(header.separator, literal=True) < width).fill_null(False).to_numpy()
    return marks


def _without_tails(signs: Any, separators: Numbers, at: Numbers, tails: Marks, extra: Numbers) -> bytes:
    """The text with blanks for the `extra` separators, from the one numbered `at` on, of lines with tails."""
    if not tails.any():
        return bytes(signs)
    blanked = signs.copy()
    for number in range(int(extra[tails].max())):
        blanked[separators[(at + number)[tails & (extra > number)]]] = ord(" ")
    return bytes(blanked)


def _blanks(lines: Lines, found: Numbers) -> Marks:
    """Which lines are blank; a separator, even a tab, makes a line not blank."""
    marks: Marks = found == 1
    if marks.any():
        bare = series(lines.texts).set(pl.Series(~marks), None).str.strip_chars(" \t\n")
        marks &= (bare.str.len_bytes() == 0).fill_null(False).to_numpy()
    return marks
