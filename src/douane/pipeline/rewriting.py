"""Rewriting: what a mapping has cells replaced by before they are read, and the words it knows nothing of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from douane.model.mapping import Column

from .values.choice import mapped_words
from .values.reading import Reading, stripped

WORDS_TOLD = 20


def rewritten(cells: pl.Series, column: Column) -> pl.Series:
    """The cells as they are to be read, null where they are empty; the same ones where nothing is replaced.

    Words that the column's `values` do not have are null when it `is_closed`, which a column without `values`
    never is.
    """
    if not column.values and not column.prefixes:
        return cells
    bare = stripped(cells)
    if not column.values:
        return _with_prefixes_replaced(bare, column.prefixes)
    found = mapped_words(bare, column.values)
    if column.is_closed:
        return found
    return found.zip_with(found.is_not_null(), _with_prefixes_replaced(bare, column.prefixes))


def with_outsiders(reading: Reading, cells: pl.Series, column: Column) -> Reading:
    """The reading with a fault for each cell that `rewritten` made null, as it is none of the words."""
    if not column.is_closed:
        return reading
    words = stripped(cells)
    is_outside = mapped_words(words, column.values).is_null() & words.is_not_null()
    if not is_outside.any():
        return reading
    known = ", ".join(list(column.values)[:WORDS_TOLD])
    return Reading(
        reading.values,
        codes=_laid_over(reading.codes, is_outside, column.fault),
        details=_laid_over(reading.details, is_outside, known),
        undecided=reading.undecided,
        proofs=reading.proofs,
        warnings=reading.warnings,
    )


def _laid_over(texts: pl.Series | None, at: pl.Series, text: str) -> pl.Series:
    below = pl.lit(None, pl.String) if texts is None else pl.lit(texts)
    return pl.select(pl.when(at).then(pl.lit(text)).otherwise(below)).to_series()


def _with_prefixes_replaced(cells: pl.Series, prefixes: Mapping[str, str]) -> pl.Series:
    """The cells, in which the longest of `prefixes` that they begin with is replaced."""
    if not prefixes:
        return cells
    by_length: dict[int, dict[str, str]] = defaultdict(dict)
    for old, new in prefixes.items():
        by_length[len(old)][old] = new
    frame = cells.alias("cell").to_frame()
    ways = [_replaced(size, by_length[size]) for size in sorted(by_length, reverse=True)]
    return frame.select(pl.coalesce(*ways, "cell")).to_series().alias(cells.name)


def _replaced(size: int, prefixes: Mapping[str, str]) -> pl.Expr:
    """The cells that begin with one of the prefixes of this size, with that replaced; others are null."""
    start = pl.col("cell").str.head(size)
    new = start.replace_strict(list(prefixes), list(prefixes.values()), default=None, return_dtype=pl.String)
    return new + pl.col("cell").str.slice(size)
