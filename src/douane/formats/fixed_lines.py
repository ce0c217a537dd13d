"""Lines of fixed width, and cells cut out of them by character positions without copying the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import polars as pl

from .csv_arrays import Marks, Numbers, series, texts_between
from .fixed_layout import Columns, FixedColumn

SAMPLE_LINES = 64
CONTINUES_BELOW = -64  # read with a sign, the bytes 0x80 to 0xBF, which continue a character
RUN_COLUMNS_MIN = 8  # fewer are sooner cut than looked at


@dataclass(frozen=True)
class Lines:
    """Some lines of `data`, UTF-8 in which a newline ends every line.

    `starts` and `ends` are their offsets in `data` without the line end, `numbers` their physical lines.
    `further` are the offsets of the bytes that continue a character.
    """

    data: bytes
    starts: Numbers
    ends: Numbers
    numbers: Numbers
    further: Numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def taken(self, which: Marks | slice) -> Lines:
        """The lines that are marked, or in the slice."""
        return Lines(self.data, self.starts[which], self.ends[which], self.numbers[which], self.further)

    def offsets(self, places: Sequence[int]) -> Numbers:
        """Where the characters at `places`, counted from 0, stand in the data: one row for each line.

        The line's end stands for those that the line lacks.
        """
        at = self.starts[:, None] + np.asarray(places, np.int64)
        if len(self.further):
            # A place is first counted in characters of the whole data, then the bytes between are added.
            at -= np.searchsorted(self.further, self.starts)[:, None]
            before = self.further - np.arange(len(self.further))
            at += np.searchsorted(before, at.ravel(), "right").reshape(at.shape)
        return np.minimum(at, self.ends[:, None])

    @cached_property
    def lengths(self) -> Numbers:
        """How many characters each line has."""
        lengths: Numbers = self.ends - self.starts
        if len(self.further):
            lengths = lengths - np.diff(self.further.searchsorted([self.starts, self.ends]), axis=0)[0]
        return lengths

    @cached_property
    def texts(self) -> pl.Series:
        """The lines as text, without their line ends."""
        return self._pieces(np.column_stack([self.starts, self.ends])).gather_every(2)

    def byte_at(self, column: FixedColumn) -> Numbers:
        """The first byte of a cell of each line; a blank where the line ends before it."""
        at = self.offsets([column.start - 1])[:, 0]
        found = np.frombuffer(self.data, np.uint8)[np.minimum(at, len(self.data) - 1)]
        return np.where(at < self.ends, found, ord(" ")).astype(np.int64)

    def cells(self, columns: Columns) -> pl.DataFrame:
        """One String column for each of `columns`, which are in order and do not overlap.

        The cells are stripped, and null where they are blank.
        """
        used = self._used(columns)
        edges = sorted({edge for each in used for edge in (each.start - 1, each.end - 1)})
        pieces = self._pieces(self.offsets(edges))
        found = {
            each.label: pieces.gather_every(len(edges), edges.index(each.start - 1)).str.strip_chars()
            for each in used
        }
        blank = pl.repeat(None, len(self), dtype=pl.String, eager=True)
        frame = pl.DataFrame({each.label: found.get(each.label, blank) for each in columns})
        return frame.with_columns(
            pl.when(pl.col(label).str.len_bytes() > 0).then(pl.col(label)) for label in found
        )

    def _pieces(self, bounds: Numbers) -> pl.Series:
        """The texts between consecutive bounds, of which the last is empty."""
        flat = bounds.ravel()
        return series(
            texts_between(self.data, np.append(flat, flat[-1:]) if len(flat) else np.zeros(1, np.int64))
        )

    def _used(self, columns: Columns) -> Columns:
        """The columns to look at: not the long runs of them that are blank in every line, as most are."""
        seen = self.taken(slice(SAMPLE_LINES))._inked(columns)
        runs = [
            list(run) for was_seen, run in groupby(columns, lambda each: each.label in seen) if not was_seen
        ]
        long = [run for run in runs if len(run) >= RUN_COLUMNS_MIN]
        spans = [
            FixedColumn(str(at), run[0].start, run[-1].end - run[0].start) for at, run in enumerate(long)
        ]
        inked = self._inked(tuple(spans)) if len(self) > SAMPLE_LINES else set()
        blank = {each.label for at, run in enumerate(long) if str(at) not in inked for each in run}
        return tuple(each for each in columns if each.label not in blank)

    def _inked(self, columns: Columns) -> set[str]:
        """The labels of the columns in which some line has more than blanks."""
        if not columns or not len(self):
            return set()
        bounds = self.offsets([edge for each in columns for edge in (each.start - 1, each.end - 1)])
        start, end = int(bounds[0, 0]), int(self.ends[-1])
        ink = np.flatnonzero(np.frombuffer(self.data, np.uint8)[start:end] != ord(" "))
        before = np.searchsorted(ink, bounds.ravel() - start).reshape(bounds.shape)
        inked = np.flatnonzero((before[:, 1::2] > before[:, ::2]).any(axis=0))
        return {columns[at].label for at in inked}


def lines_of(data: bytes, first_line: int) -> Lines:
    """The lines of `data`, of which the last ends with a newline too; `first_line` numbers the first."""
    raw = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(raw == ord("\n"))
    starts = np.concatenate([[0], newlines[:-1] + 1]) if len(newlines) else newlines
    has_return = (newlines > starts) & (raw[newlines - 1] == ord("\r"))
    further = np.zeros(0, np.int64) if data.isascii() else np.flatnonzero(raw.view(np.int8) < CONTINUES_BELOW)
    return Lines(
        data, starts, newlines - has_return, np.arange(first_line, first_line + len(starts)), further
    )
