"""What is told of lines that are no rows, whatever the format: the code, the place, what was expected."""

from __future__ import annotations

import polars as pl

from .csv_lines import LONGEST_CHARACTER
from .outside import FORBIDDEN, OUTSIDE

VALUE_CHARACTERS_MAX = 200
NEARBY_CHARACTERS = 40
FAULT_SCHEMA = pl.Schema({"line": pl.Int64, "value": pl.String, "code": pl.String, "detail": pl.String})

SPOILING = {OUTSIDE: "bytes-outside-charset", **FORBIDDEN}
"""What no text may hold, with the fault."""

_NEAR = f"((?s:.){{0,{NEARBY_CHARACTERS}}}(?:{'|'.join(SPOILING)})(?s:.){{0,{NEARBY_CHARACTERS}}})"


def code_of(text: pl.Expr, is_long: pl.Expr) -> pl.Expr:
    """`line-too-long`, or the code of what the text may not hold; null where the text could be a row."""
    spoiled = (
        pl.when(text.str.contains(sign, literal=True)).then(pl.lit(code)) for sign, code in SPOILING.items()
    )
    return pl.coalesce(pl.when(is_long).then(pl.lit("line-too-long")), *spoiled)


def value_of(text: pl.Expr, code: pl.Expr, line_bytes_max: int) -> pl.Expr:
    """The text at the sign that is at fault, otherwise its start.

    Of a line that is too long only what is surely there however the blocks were cut.
    """
    return (
        pl.when(code == "line-too-long")
        .then(text.str.head(line_bytes_max // LONGEST_CHARACTER))
        .when(code.is_in(list(SPOILING.values())))
        .then(text.str.extract(_NEAR))
        .otherwise(text)
    )


def shown(text: pl.Expr) -> pl.Expr:
    """The start of a text, without what cannot be shown or stored."""
    bare = text.str.head(VALUE_CHARACTERS_MAX).str.replace_all("\0", "\N{SYMBOL FOR NULL}", literal=True)
    return bare.str.replace_all(OUTSIDE, "\N{REPLACEMENT CHARACTER}", literal=True)


def detail_of(code: pl.Expr, charset: str, line_bytes_max: int) -> pl.Expr:
    """What such a code says more: the charset, or how long a line may be; null for other codes."""
    told = {"bytes-outside-charset": charset, "line-too-long": str(line_bytes_max)}
    return code.replace_strict(told, default=None, return_dtype=pl.String)
