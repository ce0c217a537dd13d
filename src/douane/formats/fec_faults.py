"""What is said of the lines of a FEC that are no rows."""

from __future__ import annotations

import polars as pl

from douane.settings import Limits

from .csv_arrays import chosen, series
from .fec_header import SPOILING, Header
from .fec_lines import Lines, Sorting
from .outside import OUTSIDE

VALUE_CHARACTERS_MAX = 200
NEARBY_CHARACTERS = 40
NO_FAULTS = pl.DataFrame(
    schema={"line": pl.Int64, "value": pl.String, "code": pl.String, "detail": pl.String}
)


def faults_of(lines: Lines, sorting: Sorting, header: Header, limits: Limits, charset: str) -> pl.DataFrame:
    """`line`, `value`, `code`, `detail` of the lines that are neither rows nor blank."""
    bad = ~(sorting.rows | sorting.blanks)
    if not bad.any():
        return NO_FAULTS
    frame = pl.DataFrame(
        {
            "line": lines.numbers[bad],
            "text": series(chosen(lines.texts, bad)).str.strip_chars_end(" \n"),
            "is_long": lines.too_long(limits)[bad],
            "found": sorting.found[bad],
        }
    ).with_columns(code=_code())
    value = _value(limits).str.head(VALUE_CHARACTERS_MAX)
    return frame.select(
        "line",
        value.str.replace_all(OUTSIDE, "\N{REPLACEMENT CHARACTER}", literal=True).alias("value"),
        "code",
        detail=_detail(len(header.columns), limits, charset),
    )


def _code() -> pl.Expr:
    signs = [
        pl.when(pl.col("text").str.contains(sign, literal=True)).then(pl.lit(code))
        for sign, code in SPOILING.items()
    ]
    is_long = pl.when("is_long").then(pl.lit("line-too-long"))
    return pl.coalesce(is_long, *signs, pl.lit("column-count"))


def _value(limits: Limits) -> pl.Expr:
    """The text at the sign that is at fault, otherwise the start of the line.

    Of a line that is too long only what is surely there however the blocks were cut.
    """
    signs = "|".join(SPOILING)
    near = f"(.{{0,{NEARBY_CHARACTERS}}}(?:{signs}).{{0,{NEARBY_CHARACTERS}}})"
    return (
        pl.when(pl.col("code").is_in(list(SPOILING.values())))
        .then(pl.col("text").str.extract(near))
        .when("is_long")
        .then(pl.col("text").str.head(limits.line_bytes_max // 4))
        .otherwise("text")
    )


def _detail(width: int, limits: Limits, charset: str) -> pl.Expr:
    code = pl.col("code")
    return (
        pl.when(code == "column-count")
        .then(pl.format("defined={}, found={}", pl.lit(width), "found"))
        .when(code == "bytes-outside-charset")
        .then(pl.lit(charset))
        .when(code == "line-too-long")
        .then(pl.lit(str(limits.line_bytes_max)))
    )
