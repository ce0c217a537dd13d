"""Which lines of a file of fixed width are no rows, and what is told of them."""

from __future__ import annotations

import polars as pl

from .csv_arrays import Marks
from .fixed_lines import Lines
from .outside import signs_in
from .unreadable import FAULT_SCHEMA, code_of, detail_of, shown, value_of


def are_blank(lines: Lines) -> Marks:
    """Which lines hold only blanks, or the sign that ends a file on old systems."""
    return lines.texts.str.contains(r"^[\s\x1a]*$").to_numpy()


def are_spoiled(lines: Lines, line_bytes_max: int) -> Marks:
    """Which lines hold a character that no text may hold, or are too long."""
    spoiled: Marks = lines.ends - lines.starts > line_bytes_max
    for sign in signs_in(lines.data):
        spoiled = spoiled | lines.texts.str.contains(sign, literal=True).to_numpy()
    return spoiled


def faults_of(spoiled: Lines, charset: str, line_bytes_max: int) -> pl.DataFrame:
    """`line`, `value`, `code`, `detail` of lines that are spoiled."""
    text, size = pl.col("text"), spoiled.ends - spoiled.starts
    frame = pl.DataFrame({"line": spoiled.numbers, "text": spoiled.texts, "size": size})
    code = code_of(text, pl.col("size") > line_bytes_max)
    return frame.select(
        "line",
        value=shown(value_of(text, code, line_bytes_max)),
        code=code,
        detail=detail_of(code, charset, line_bytes_max),
    ).cast(FAULT_SCHEMA)
