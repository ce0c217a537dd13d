"""The cells of rows that are known to be well-formed, as a table of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from douane.settings import MEBIBYTE

from .csv_arrays import Numbers, chosen, series, where_matching
from .csv_grammar import Grammar
from .csv_header import Header

BYTE_ORDER_MARK = "\ufeff".encode()

Rows = tuple[Numbers, pl.DataFrame]
"""Rows and, for each, the physical line where it starts."""


def read_rows(lines: Numbers, texts: Any, header: Header, grammar: Grammar) -> Rows:
    """The rows in `texts`, an Arrow array in which each matches `grammar.row`; empty cells are null."""
    wide = (
        where_matching(series(texts), grammar.wide_row) if header.has_tail else np.zeros(len(lines), np.bool_)
    )
    parts = [
        (lines[mark], _frame(bytes_of(chosen(texts, mark)), header, grammar, tail))
        for mark, tail in ((~wide, 0), (wide, 1))
        if mark.any()
    ]
    return in_order(parts, header.labels)


def in_order(parts: Sequence[Rows], labels: Sequence[str]) -> Rows:
    """The rows of all parts by line."""
    if not parts:
        return np.empty(0, np.int64), pl.DataFrame(schema=dict.fromkeys(labels, pl.String))
    if len(parts) == 1:
        return parts[0]
    lines = np.concatenate([lines for lines, _ in parts])
    order = np.argsort(lines)
    return lines[order], pl.concat([frame for _, frame in parts])[order]


def bytes_of(texts: Any) -> Any:
    """The bytes under an Arrow array of texts, as a pyarrow buffer."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64)[texts.offset :]
    return data.slice(bounds[0], bounds[len(texts)] - bounds[0])


def arrow_columns(
    data: Any, columns: Sequence[str], labels: Sequence[str], form: arrow_csv.ParseOptions, row_bytes_max: int
) -> Any:
    """The `labels` among the `columns` of the rows in `data`, as an Arrow table of text, null for empty.

    Raises ArrowInvalid when a row has too many cells or few.
    """
    names = [name if name in labels else f"\0{place}" for place, name in enumerate(columns)]
    return arrow_csv.read_csv(
        pa.BufferReader(_guarded(data)),
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            # A row must fit into one block of the reader.
            block_size=max(MEBIBYTE, row_bytes_max + 2),
        ),
        parse_options=form,
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(labels, pa.large_string()),
            include_columns=list(labels),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )


def _frame(data: Any, header: Header, grammar: Grammar, tail: int) -> pl.DataFrame:
    """The labels' columns of `data`, which is rows of the header's columns and `tail` more."""
    form = arrow_csv.ParseOptions(
        delimiter=grammar.layout.delimiter,
        quote_char=grammar.layout.quote or False,
        newlines_in_values=bool(grammar.layout.quote),
    )
    columns = (*header.columns, *[""] * tail)
    table = arrow_columns(data, columns, header.labels, form, grammar.limits.line_bytes_max)
    return pl.DataFrame(pl.from_arrow(table))


def _guarded(data: Any) -> Any:
    """The reader drops one byte order mark at the start; here it would be part of a cell."""
    if data[:3].to_pybytes() != BYTE_ORDER_MARK:
        return data
    return pa.py_buffer(BYTE_ORDER_MARK + data.to_pybytes())
