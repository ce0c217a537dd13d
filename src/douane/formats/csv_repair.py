"""What becomes of a record that is not a row: its cells if it can be read in one way only, else a fault."""

from __future__ import annotations

import polars as pl

from .csv_arrays import Numbers
from .csv_cells import Rows
from .csv_grammar import Grammar
from .csv_header import Header
from .unreadable import code_of, detail_of, shown, value_of


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
    return judged.filter(pl.col("code").is_not_null()).select(
        "line",
        value=_value(grammar),
        code="code",
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
    if not quote:
        return cell.replace("", None)
    inner = cell.str.slice(1).str.head(-1)
    is_doubled = ~inner.str.replace_all(quote * 2, "", literal=True).str.contains(quote, literal=True)
    single = inner.str.replace_all(quote * 2, quote, literal=True)
    text = pl.when(is_doubled).then(single).otherwise(inner)
    return pl.when(cell.str.starts_with(quote)).then(text).otherwise(cell).replace("", None)


def _found(grammar: Grammar) -> pl.Expr:
    """How many cells a strict record has, the empty one of a tail not counted."""
    text = pl.col("text")
    bare = text.str.replace_all(grammar.cells.quoted, "") if grammar.layout.quote else text
    count = bare.str.count_matches(grammar.layout.delimiter, literal=True) + 1
    if not grammar.has_tail:
        return count
    has_tail = (count != grammar.width) & text.str.contains(f"{grammar.empty_cell}$")
    return count - has_tail.cast(pl.UInt32)


def _code(grammar: Grammar) -> pl.Expr:
    text, is_strict = pl.col("text"), pl.col("is_strict")
    is_unquotable = ~is_strict & ~text.str.contains(grammar.loose_row)
    return pl.coalesce(
        code_of(text, pl.col("is_long")),
        pl.when(is_strict & (pl.col("found") != grammar.width)).then(pl.lit("column-count")),
        pl.when(is_unquotable).then(pl.lit("bad-quoting")),
    )


def _value(grammar: Grammar) -> pl.Expr:
    """The text at what is at fault, otherwise the start of the record."""
    text, code = pl.col("text"), pl.col("code")
    near = text.str.extract(grammar.unreadable)
    value = value_of(text, code, grammar.limits.line_bytes_max)
    return shown(pl.when(code == "bad-quoting").then(near).otherwise(value))


def _detail(grammar: Grammar) -> pl.Expr:
    code = pl.col("code")
    counts = pl.format("defined={}, found={}", pl.lit(grammar.width), pl.col("found"))
    detail = detail_of(code, grammar.layout.charset, grammar.limits.line_bytes_max)
    return pl.when(code == "column-count").then(counts).otherwise(detail)
