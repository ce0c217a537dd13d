"""Entries out of balance that get a line of ours: it has no line in the file, and is counted nowhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.values.amount import AMOUNT

from .assembling import Chunk
from .grouping import ESTABLISHMENT
from .lines import ZERO
from .marks import HAS_OURS, IS_BAD, IS_TORN

SHARED = [
    "journal_code",
    "entry_number",
    "entered_on",
    "piece",
    "piece_on",
    "label",
    "is_draft",
    ESTABLISHMENT,
]
"""What a line of ours has like the first line of its entry."""


def with_balancing_lines(chunk: Chunk, account: str) -> Chunk:
    """The chunk with a line more, on `account`, at the end of each entry that is whole and out of balance.

    Such an entry has HAS_OURS.
    """
    marks = chunk.entries.select((pl.col("difference") != 0) & ~pl.col(IS_BAD) & ~pl.col(IS_TORN)).to_series()
    is_out = marks.to_numpy()
    if not is_out.any():
        return chunk
    owners = np.repeat(np.arange(len(is_out)), chunk.sizes)
    order = np.argsort(np.concatenate([owners, np.flatnonzero(is_out)]), kind="stable")
    lines = pl.concat([chunk.lines, _lines_of_ours(chunk, is_out, account)])[order]
    entries = chunk.entries.with_columns(
        pl.when(marks).then(ZERO).otherwise("difference").alias("difference"),
        pl.col(HAS_OURS) | marks,
    )
    return Chunk(lines, entries, chunk.starts + np.cumsum(is_out) - is_out)


def _lines_of_ours(chunk: Chunk, is_out: npt.NDArray[np.bool_], account: str) -> pl.DataFrame:
    """The lines that balance the marked entries, one for each."""
    difference = chunk.entries["difference"].filter(pl.Series(is_out)).cast(AMOUNT)
    first = chunk.lines[chunk.starts[is_out]].select(SHARED)
    ours = first.with_columns(
        pl.lit(account).alias("account_number"),
        pl.when(difference < 0).then(-difference).otherwise(ZERO).alias("debit"),
        pl.when(difference > 0).then(difference).otherwise(ZERO).alias("credit"),
        pl.lit(False).alias(IS_BAD),
        pl.lit(False).alias(IS_TORN),
    )
    lacking = [
        pl.lit(None, type_).alias(name)
        for name, type_ in chunk.lines.schema.items()
        if name not in ours.columns
    ]
    return ours.with_columns(lacking).select(chunk.lines.columns)


def told_balanced(chunk: Chunk, account: str) -> pl.DataFrame:
    """A warning (FAULT_SCHEMA) at the first line of each entry that has a line of ours."""
    owners = np.repeat(np.arange(chunk.entries.height), chunk.sizes)
    is_ours = chunk.lines[LINE].is_null()
    ours = chunk.lines.filter(is_ours)
    difference = (ours["credit"] - ours["debit"]).cast(pl.String)
    return pl.select(
        chunk.entries[LINE][owners[is_ours.to_numpy()]],
        pl.lit(None, pl.String).alias("field"),
        pl.lit(account).alias("value"),
        pl.lit("entry-balanced-by-us").alias("code"),
        pl.lit(difference).str.strip_chars_end("0").str.strip_chars_end(".").alias("detail"),
    ).cast(FAULT_SCHEMA)
