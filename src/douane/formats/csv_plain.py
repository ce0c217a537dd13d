"""Lines without a quote, each of them a row: read at once, with no look at one line after the other.

Cells end at delimiters then and rows at line ends, so the reader's own count tells that each line is a row.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from .csv_arrays import bounds_of_lines
from .csv_cells import arrow_columns
from .csv_grammar import Grammar
from .csv_header import Header
from .outside import signs_in

TAIL = ""
"""The name of the cell behind the last delimiter; no label is empty."""


def plain_rows(data: bytes, header: Header, grammar: Grammar) -> pl.DataFrame | None:
    """The rows of `data`, whole lines, as `read_rows` gives them; None when a line may be no row."""
    if grammar.width == 1 or not data or _holds_more_than_cells(data, grammar.layout.quote):
        return None
    bounds = bounds_of_lines(data)
    if np.diff(bounds).max() > grammar.limits.line_bytes_max + 1:
        return None
    delimiter = grammar.layout.delimiter
    has_tail = header.has_tail and data.count(delimiter.encode(), 0, bounds[1]) == grammar.width
    tail = (TAIL,) if has_tail else ()
    form = arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False)
    columns, labels = (*header.columns, *tail), (*header.labels, *tail)
    try:
        table = arrow_columns(pa.py_buffer(data), columns, labels, form, grammar.limits.line_bytes_max)
    except pa.ArrowInvalid:
        return None
    is_whole = table.num_rows == len(bounds) - 1
    is_whole = is_whole and all(table[name].null_count == table.num_rows for name in tail)
    return pl.DataFrame(pl.from_arrow(table.select(header.labels))) if is_whole else None


def _holds_more_than_cells(data: bytes, quote: str) -> bool:
    """Whether there is a quote, a sign that no row may hold, or a carriage return within a line."""
    if (quote and quote.encode() in data) or signs_in(data):
        return True
    if b"\r" not in data:
        return False
    signs = np.frombuffer(data, np.uint8)
    return bool((signs[np.flatnonzero(signs == ord("\r")) + 1] != ord("\n")).any())
