"""What becomes of a record that is not a row: its cells if it can be read in one way only, else a fault."""

from __future__ import annotations

import polars as pl

from .csv_arrays import Numbers
from .csv_cells import Rows
from .csv_grammar import Grammar
from .csv_header import Header
from .csv_lines import LONGEST_CHARACTER
from .outside import FORBIDDEN, OUTSIDE

VALUE_CHARACTERS_MAX = 200
NEARBY_CHARACTERS = 40


def judged(lines: Numbers, texts: pl.Series, grammar: Grammar) -> pl.DataFrame:
    """`line`, `text` without its line end, `is_strict`, `found` cells, `code` (null if readable) of each."""
    text = pl.col("text")
    frame = pl.DataFrame({"line": lines, "text": texts}).with_columns(
        text.str.strip_chars_end("\r\n"),
        is_long=text.str.len_bytes() > grammar.limits.line_bytes_max + 1,
        is_strict=text.str.contains(grammar.record),
    )
    return frame.with_columns(found=_found(grammar)).with_columns(code=_code(grammar))


def faults(judged: pl.DataFrame, grammar: Grammar) -> pl.DataFrame:
    """`line`, `value`, `code`, `detail` of the records that cannot be read."""
    value = _value(grammar).str.head(VALUE_CHARACTERS_MAX)
    return judged.filter(pl.col("code").is_not_null()).select(
        "line",
        value.str.replace_all("\0", "\u2400", literal=True).str.replace_all(OUTSIDE, "\ufffd", literal=True),
        "code",
        detail=_detail(grammar),
    )


def repaired(judged: pl.DataFrame, header: Header, grammar: Grammar) -> list[Rows]:
    """The records that can be read, those of strict cells and those of loose cells apart."""
    readable = judged.filter(pl.col("code").is_null())
    kinds = [(True, grammar.cells.strict), (False, grammar.cells.loose)]
    parts = [(readable.filter(pl.col("is_strict") == is_strict), cell) for is_strict, cell in kinds]
    return [
        (part["line"].to_numpy(), _table(part["text"], cell, header, grammar))
        for part, cell in parts
        if part.height
    ]


def _table(texts: pl.Series, cell: str, header: Header, grammar: Grammar) -> pl.DataFrame:
    """The labels' columns of records of such cells."""
    cells = (
        (texts + grammar.layout.delimiter)
        .str.extract_all(f"{cell}{grammar.cells.delimiter}")
        .list.head(grammar.width)
        .explode()
        .str.head(-1)
    )
    values = pl.select(_unquoted(pl.lit(cells), grammar.layout.quote)).to_series()
    columns = {label: values.gather_every(grammar.width, at) for at, label in enumerate(header.columns)}
    return pl.DataFrame(columns).select(header.labels)


def _unquoted(cell: pl.Expr, quote: str) -> pl.Expr:
    """The text of a cell, null when there is none.

    Doubled inner quotes become one, unless a single one among them shows that the sender does not double.
    """
    inner = cell.str.slice(1).str.head(-1)
    is_doubled = ~inner.str.replace_all(quote * 2, "", literal=True).str.contains(quote, literal=True)
    single = inner.str.replace_all(quote * 2, quote, literal=True)
    text = pl.when(is_doubled).then(single).otherwise(inner)
    return pl.when(cell.str.starts_with(quote)).then(text).otherwise(cell).replace("", None)


def _found(grammar: Grammar) -> pl.Expr:
    """How many cells a strict record has, the empty one of a tail not counted."""
    text = pl.col("text")
    bare = text.str.replace_all(grammar.cells.quoted, "")
    count = bare.str.count_matches(grammar.layout.delimiter, literal=True) + 1
    if not grammar.has_tail:
        return count
    has_tail = (count != grammar.width) & text.str.contains(f"{grammar.empty_cell}$")
    return count - has_tail.cast(pl.UInt32)


def _code(grammar: Grammar) -> pl.Expr:
    text = pl.col("text")
    return (
        pl.when("is_long")
        .then(pl.lit("line-too-long"))
        .when(text.str.contains(OUTSIDE, literal=True))
        .then(pl.lit("bytes-outside-charset"))
        .when(text.str.contains("\0", literal=True))
        .then(pl.lit(FORBIDDEN["\0"]))
        .when(text.str.contains("\x1f", literal=True))
        .then(pl.lit(FORBIDDEN["\x1f"]))
        .when(pl.col("is_strict") & (pl.col("found") != grammar.width))
        .then(pl.lit("column-count"))
        .when(~pl.col("is_strict") & ~text.str.contains(grammar.loose_row))
        .then(pl.lit("bad-quoting"))
    )


def _value(grammar: Grammar) -> pl.Expr:
    """The text at the sign that is at fault, otherwise the start of the record.

    Of a line that is too long only what is surely there however the blocks were cut.
    """
    text, code = pl.col("text"), pl.col("code")
    near = f"((?s:.){{0,{NEARBY_CHARACTERS}}}(?:{OUTSIDE}|\0|\x1f)(?s:.){{0,{NEARBY_CHARACTERS}}})"
    return (
        pl.when(code.is_in(["bytes-outside-charset", *FORBIDDEN.values()]))
        .then(text.str.extract(near))
        .when(code == "bad-quoting")
        .then(text.str.extract(grammar.unreadable))
        .when(code == "line-too-long")
        .then(text.str.head(grammar.limits.line_bytes_max // LONGEST_CHARACTER))
        .otherwise(text)
        .alias("value")
    )


def _detail(grammar: Grammar) -> pl.Expr:
    code = pl.col("code")
    counts = pl.format("defined={}, found={}", pl.lit(grammar.width), pl.col("found"))
    return (
        pl.when(code == "column-count")
        .then(counts)
        .when(code == "bytes-outside-charset")
        .then(pl.lit(grammar.layout.charset))
        .when(code == "line-too-long")
        .then(pl.lit(str(grammar.limits.line_bytes_max)))
    )
