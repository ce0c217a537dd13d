"""Assembling: lines that stand together in the file become whole entries, some at a time.

An entry may go on in the next batch, so the last one of a batch waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import LINE

from .grouping import ESTABLISHMENT, Grouping
from .lines import FINGERPRINT
from .marks import IS_BAD, IS_TORN

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chunk:
    """Some whole entries: their lines, side by side, and a row for each entry in `entries`.

    `entries` has journal_code, entry_number, entered_on, ESTABLISHMENT and LINE of the first line, `lines`
    (how many), `difference` (debit less credit), IS_BAD (a line is rejected), IS_TORN (a line is missing) and
    FINGERPRINT, which does not depend on the order of the lines. Entry `i` starts at `starts[i]` in `lines`.
    """

    lines: pl.DataFrame
    entries: pl.DataFrame
    starts: Numbers

    @property
    def sizes(self) -> Numbers:
        """How many lines each entry has."""
        return np.diff(np.append(self.starts, self.lines.height))

    def of_lines(self, by_entry: npt.NDArray[np.bool_]) -> pl.Series:
        """The marks of the entries, for each of their lines."""
        return pl.Series(np.repeat(by_entry, self.sizes))

    def sent(self, by_entry: npt.NDArray[np.bool_]) -> int:
        """How many lines of the marked entries are of the file; those that we add have no LINE."""
        count = int(self.sizes[by_entry].sum())
        numbers = self.lines[LINE]
        return count - (
            int((self.of_lines(by_entry) & numbers.is_null()).sum()) if numbers.null_count() else 0
        )

    def any_of_lines(self, by_line: pl.Series) -> npt.NDArray[np.bool_]:
        """Which entries have a line that is marked."""
        marks: npt.NDArray[np.bool_] = np.logical_or.reduceat(by_line.to_numpy(), self.starts)
        return marks

    def only(self, by_entry: npt.NDArray[np.bool_]) -> Chunk:
        """The chunk with the marked entries alone."""
        if by_entry.all():
            return self
        sizes = self.sizes[by_entry]
        starts = np.cumsum(sizes) - sizes
        lines = self.lines.filter(self.of_lines(by_entry))
        return Chunk(lines, self.entries.filter(pl.Series(by_entry)), starts)


def assembled(batches: Iterator[pl.DataFrame], grouping: Grouping) -> Iterator[Chunk]:
    """The lines as chunks of whole entries, as far as an entry's lines stand together."""
    held: list[pl.DataFrame] = []
    for batch in batches:
        if not batch.height:
            continue
        lines = pl.concat([*held, batch]) if held else batch
        starts = _starts(lines, grouping)
        if starts[-1]:
            yield chunk_of(lines[: int(starts[-1])], starts[:-1])
        held = [lines[int(starts[-1]) :]]
    if held:
        yield chunk_of(held[0], np.zeros(1, np.int64))


def together(lines: pl.DataFrame, grouping: Grouping) -> Chunk:
    """All `lines` as one chunk, those of an entry brought side by side; entries by their first lines."""
    names = list(grouping.value)
    first = pl.col(LINE).min().over(names).alias("first line")
    ordered = lines.with_columns(first).sort("first line", LINE, maintain_order=True).drop("first line")
    return chunk_of(ordered, _starts(ordered, grouping))


def chunk_of(lines: pl.DataFrame, starts: Numbers) -> Chunk:
    """The chunk of `lines`, which are whole entries that start at `starts`."""
    sizes = np.diff(np.append(starts, lines.height))
    numbers = pl.Series("entry", np.repeat(np.arange(len(starts), dtype=np.uint32), sizes))
    sums = (
        lines.select(numbers, "debit", "credit", IS_BAD, IS_TORN)
        .group_by("entry", maintain_order=True)
        .agg(
            (pl.col("debit").sum() - pl.col("credit").sum()).alias("difference"),
            pl.col(IS_BAD, IS_TORN).any(),
        )
    )
    prints = lines[FINGERPRINT].fill_null(0).to_numpy().view(np.uint64)
    entries = lines.select("journal_code", "entry_number", "entered_on", ESTABLISHMENT, LINE)[
        starts
    ].with_columns(
        sums["difference"],
        sums[IS_BAD],
        sums[IS_TORN],
        pl.Series("lines", sizes),
        pl.Series(FINGERPRINT, np.add.reduceat(prints, starts).view(np.int64)),
    )
    return Chunk(lines, entries, starts)


def _starts(lines: pl.DataFrame, grouping: Grouping) -> Numbers:
    """Where the fields of the grouping change."""
    changes = lines.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in grouping.value)
    ).to_series()
    marks = changes.to_numpy(writable=True)
    marks[0] = True
    return np.flatnonzero(marks)
