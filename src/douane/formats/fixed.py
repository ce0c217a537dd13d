"""Text of fixed width: cells at positions counted in characters, read as tables and written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import polars as pl

from douane.settings import Limits

from .csv import CHUNK_BYTES, Piece, Table
from .csv_lines import nothing_below, skip_lines, whole_lines
from .fixed_faults import are_blank, are_spoiled, faults_of
from .fixed_layout import Columns, FixedColumn, FixedLayout
from .fixed_lines import Lines, lines_of
from .fixed_write import write_fixed

__all__ = ["FixedColumn", "FixedLayout", "lines_before", "read_fixed", "write_fixed"]

CELLS_MAX = 1 << 22
"""How many cells a piece may have: a line may be much shorter than what is kept of its cells."""


def read_fixed(
    layout: FixedLayout, blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES
) -> Table:
    """The table in `blocks`, which are UTF-8 and may end anywhere; its labels are those of the layout.

    Cells are stripped of blanks at both ends and null when nothing is left; a line that ends early has
    empty cells. Blank lines count nowhere. Refuses empty-upload when no line is left to read. Unreadable
    lines are faults: bytes-outside-charset, nul-character, unit-separator, line-too-long.
    """
    chunks = skip_lines(whole_lines(blocks, limits.line_bytes_max, chunk_bytes), layout.lines_skipped)
    line, rest = _first_inked(chunks, layout)
    if layout.has_header:
        line, rest = line + 1, skip_lines(rest, 1)
    return Table(tuple(each.label for each in layout.columns), _pieces(rest, line, layout, limits))


def lines_before(blocks: Iterator[bytes], layout: FixedLayout, limits: Limits) -> int:
    """How many lines stand before the first row: those that are skipped, and the header."""
    if not layout.has_header:
        return layout.lines_skipped
    chunks = whole_lines(blocks, limits.line_bytes_max, CHUNK_BYTES)
    return _first_inked(skip_lines(chunks, layout.lines_skipped), layout)[0]


def _first_inked(chunks: Iterator[bytes], layout: FixedLayout) -> tuple[int, Iterator[bytes]]:
    """The number of the first line that is not blank, and the pieces of lines from it on."""
    line = layout.lines_skipped + 1
    for chunk in chunks:
        lines = lines_of(chunk, line)
        inked = np.flatnonzero(~are_blank(lines))
        if len(inked):
            return int(lines.numbers[inked[0]]), chain([chunk[lines.starts[inked[0]] :]], chunks)
        line += len(lines)
    raise nothing_below(layout.lines_skipped)


def _pieces(chunks: Iterator[bytes], line: int, layout: FixedLayout, limits: Limits) -> Iterator[Piece]:
    """The lines of all chunks, the first of which is `line`."""
    groups = _apart(layout.columns)
    lines_max = CELLS_MAX // len(layout.columns) + 1
    for chunk in chunks:
        lines = lines_of(chunk, line)
        line += len(lines)
        for start in range(0, len(lines), lines_max):
            some = lines.taken(slice(start, start + lines_max))
            piece = _piece(some, layout, groups, limits.line_bytes_max)
            if piece.received:
                yield piece


def _piece(lines: Lines, layout: FixedLayout, groups: list[Columns], line_bytes_max: int) -> Piece:
    """The rows and the faults among the lines."""
    inked = ~are_blank(lines)
    spoiled = are_spoiled(lines, line_bytes_max) & inked
    rows = lines.taken(inked & ~spoiled)
    faults = faults_of(lines.taken(spoiled), layout.charset, line_bytes_max)
    cells = pl.concat([rows.cells(each) for each in groups], how="horizontal")
    return Piece(
        rows=cells.select(each.label for each in layout.columns),
        lines=pl.Series(rows.numbers, dtype=pl.UInt32),
        faults=faults,
        received=len(rows) + faults.height,
    )


def _apart(columns: Columns) -> list[Columns]:
    """The columns in groups in which none overlaps another, each in the order of the line."""
    groups: list[list[FixedColumn]] = []
    for each in sorted(columns, key=lambda column: column.start):
        group = next((group for group in groups if group[-1].end <= each.start), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return [tuple(group) for group in groups]
