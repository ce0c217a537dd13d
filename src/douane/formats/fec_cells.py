"""The cells of the lines of a FEC as a table of text, stripped, with null for empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from douane.settings import Limits

from .csv_cells import arrow_columns
from .fec_header import Header

BLANKS = b" \t"


def read_cells(data: bytes, header: Header, limits: Limits) -> pl.DataFrame | None:
    """One String column per label for `data`, whole lines; None when a line has too many cells or few.

    Lines without any sign are left out.
    """
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(header.labels, pl.String))
    # Nothing is quoted in a FEC: a quote is a sign like any other.
    form = arrow_csv.ParseOptions(delimiter=header.separator, quote_char=False, double_quote=False)
    try:
        table = arrow_columns(pa.py_buffer(data), header.columns, header.labels, form, limits.line_bytes_max)
    except pa.ArrowInvalid:
        return None
    padded = [name for name, texts in zip(header.labels, table.columns, strict=True) if _is_padded(texts)]
    bare = pl.col(padded).str.strip_chars(BLANKS.decode())
    return pl.DataFrame(pl.from_arrow(table)).with_columns(pl.when(bare.str.len_bytes() > 0).then(bare))


def _is_padded(texts: Any) -> bool:
    """Whether a cell starts or ends with a blank."""
    return any(_has_edge_blanks(chunk) for chunk in texts.chunks)


def _has_edge_blanks(texts: Any) -> bool:
    """Whether one of the texts, an Arrow array, starts or ends with a blank."""
    _, offsets, data = texts.buffers()
    held = b"" if data is None else data.to_pybytes()
    if not any(blank in held for blank in BLANKS):
        return False
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    is_filled = bounds[1:] > bounds[:-1]
    signs = np.frombuffer(data, np.uint8)
    edges = np.concatenate([signs[bounds[:-1][is_filled]], signs[bounds[1:][is_filled] - 1]])
    return bool(np.isin(edges, list(BLANKS)).any())
