"""The cells of the lines of a FEC as a table of text, stripped, with null for empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from douane.settings import MEBIBYTE, Limits

from .fec_header import Header

BYTE_ORDER_MARK = "\ufeff".encode()
BLANKS = b" \t"


def read_cells(data: bytes, header: Header, limits: Limits) -> pl.DataFrame | None:
    """One String column per label for `data`, whole lines; None when a line has too many cells or few.

    Lines without any sign are left out.
    """
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(header.labels, pl.String))
    try:
        table = _table(data, header, limits)
    except pa.ArrowInvalid:
        return None
    padded = [name for name, texts in zip(header.labels, table.columns, strict=True) if _is_padded(texts)]
    bare = pl.col(padded).str.strip_chars(BLANKS.decode())
    return pl.DataFrame(pl.from_arrow(table)).with_columns(pl.when(bare.str.len_bytes() > 0).then(bare))


def _table(data: bytes, header: Header, limits: Limits) -> Any:
    """The cells as an Arrow table."""
    labels = list(header.labels)
    names = [name if name in labels else f"\0{place}" for place, name in enumerate(header.columns)]
    return arrow_csv.read_csv(
        pa.BufferReader(BYTE_ORDER_MARK + data if data[:3] == BYTE_ORDER_MARK else data),
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            # A line must fit into one block of the reader.
            block_size=max(MEBIBYTE, limits.line_bytes_max + 2),
        ),
        # Nothing is quoted in a FEC: a quote is a sign like any other.
        parse_options=arrow_csv.ParseOptions(
            delimiter=header.separator, quote_char=False, double_quote=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(labels, pa.large_string()),
            include_columns=labels,
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )


def _is_padded(texts: Any) -> bool:
    """Whether a cell starts or ends with a blank."""
    return any(_has_edge_blanks(chunk) for chunk in texts.chunks)


def _has_edge_blanks(texts: Any) -> bool:
    """Whether one of the texts, an Arrow array, starts or ends with a blank."""
    _, offsets, data = texts.buffers()
    if data is None or not any(blank in data.to_pybytes() for blank in BLANKS):
        return False
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    is_filled = bounds[1:] > bounds[:-1]
    signs = np.frombuffer(data, np.uint8)
    edges = np.concatenate([signs[bounds[:-1][is_filled]], signs[bounds[1:][is_filled] - 1]])
    return bool(np.isin(edges, list(BLANKS)).any())
