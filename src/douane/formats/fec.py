"""The FEC, the French file of accounting entries: its rows as tables, its unreadable lines as faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from douane.settings import Limits

from .csv import CHUNK_BYTES, Piece, Table
from .csv_arrays import Numbers, chosen, texts_between
from .csv_cells import bytes_of
from .csv_lines import whole_lines
from .fec_cells import read_cells
from .fec_faults import faults_of
from .fec_header import Header, take_header
from .fec_lines import Lines, Sorting, cleaned, lines_of, sort_lines
from .fec_values import readable
from .unreadable import FAULT_SCHEMA

__all__ = ["Cells", "Opened", "open_fec", "read_fec"]


@dataclass(frozen=True)
class Cells:
    """Some consecutive lines, cut into cells and not yet made readable.

    `rows` has one String column per label, stripped, null for empty; `lines` and `blanks` are the
    physical lines of the rows and of the blank lines; `faults` is that of a `Piece`.
    """

    rows: pl.DataFrame
    lines: Numbers
    blanks: Numbers
    faults: pl.DataFrame


@dataclass(frozen=True)
class Opened:
    """A FEC of which the header has been read."""

    header: Header
    pieces: Iterator[Cells]


def read_fec(
    blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES, charset: str = "UTF-8"
) -> Table:
    """The table in `blocks`, which are UTF-8 and may end anywhere; `charset` is only named in faults.

    The labels are the official names of the columns, however the file spells them; a column that no FEC
    has keeps its own name. Amounts have a decimal comma and dates are such that `pipeline.values` reads
    them. Refusals: no-header, missing-label, repeated-label, too-many-columns, long-label. Unreadable
    lines are faults: column-count, bytes-outside-charset, unit-separator, line-too-long.
    """
    opened = open_fec(blocks, limits, chunk_bytes, charset)
    pieces = (_piece(each) for each in opened.pieces)
    return Table(opened.header.labels, (each for each in pieces if each.received))


def open_fec(
    blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES, charset: str = "UTF-8"
) -> Opened:
    """The header and the cells, with every value as it was sent but for the blanks at its ends.

    Refusals and faults are those of `read_fec`.
    """
    chunks = whole_lines(cleaned(blocks), limits.line_bytes_max, chunk_bytes)
    header, rest = take_header(chunks, limits)
    return Opened(header, _cells(rest, header, limits, charset))


def _cells(chunks: Iterator[bytes], header: Header, limits: Limits, charset: str) -> Iterator[Cells]:
    line = header.line + 1
    for chunk in filter(None, chunks):
        lines = lines_of(chunk, line)
        yield _read_quickly(lines, header, limits) or _read_with_care(lines, header, limits, charset)
        line += len(lines)


def _read_quickly(lines: Lines, header: Header, limits: Limits) -> Cells | None:
    """The cells when each line is a row; None when one may be something else."""
    if lines.too_long(limits).any() or lines.spoiled.any():
        return None
    rows = read_cells(lines.data, header, limits)
    if rows is None or rows.height < len(lines):
        return None
    return Cells(rows, lines.numbers, np.empty(0, np.int64), pl.DataFrame(schema=FAULT_SCHEMA))


def _read_with_care(lines: Lines, header: Header, limits: Limits, charset: str) -> Cells:
    """The cells of the lines that are rows, and what is said of the others."""
    sorting = sort_lines(lines, header, limits)
    rows = read_cells(_kept(lines, sorting), header, limits)
    assert rows is not None, "each line that is left has as many cells as the header"
    return Cells(
        rows,
        lines.numbers[sorting.rows],
        lines.numbers[sorting.blanks],
        faults_of(lines, sorting, header, limits, charset),
    )


def _kept(lines: Lines, sorting: Sorting) -> bytes:
    """The lines that are rows, side by side."""
    if not sorting.rows.any():
        return b""
    kept: bytes = bytes_of(chosen(texts_between(sorting.data, lines.starts), sorting.rows)).to_pybytes()
    return kept


def _piece(cells: Cells) -> Piece:
    return Piece(
        rows=readable(cells.rows),
        lines=pl.Series(cells.lines, dtype=pl.UInt32),
        faults=cells.faults,
        received=cells.rows.height + cells.faults.height,
    )
