"""What is said of the lines of a FEC that are no rows."""

from __future__ import annotations

import polars as pl

from douane.settings import Limits

from .csv_arrays import chosen, series
from .fec_header import Header
from .fec_lines import Lines, Sorting
from .unreadable import FAULT_SCHEMA, code_of, detail_of, shown, value_of


def faults_of(lines: Lines, sorting: Sorting, header: Header, limits: Limits, charset: str) -> pl.DataFrame:
    """`line`, `value`, `code`, `detail` of the lines that are neither rows nor blank."""
    bad = ~(sorting.rows | sorting.blanks)
    if not bad.any():
        return pl.DataFrame(schema=FAULT_SCHEMA)
    text, code = pl.col("text"), pl.col("code")
    frame = pl.DataFrame(
        {
            "line": lines.numbers[bad],
            "text": series(chosen(lines.texts, bad)).str.strip_chars_end(" \n"),
            "is_long": lines.too_long(limits)[bad],
            "found": sorting.found[bad],
        }
    ).with_columns(code=pl.coalesce(code_of(text, pl.col("is_long")), pl.lit("column-count")))
    counts = pl.format("defined={}, found={}", pl.lit(len(header.columns)), "found")
    detail = detail_of(code, charset, limits.line_bytes_max)
    return frame.select(
        "line",
        value=shown(value_of(text, code, limits.line_bytes_max)),
        code="code",
        detail=pl.when(code == "column-count").then(counts).otherwise(detail),
    )
