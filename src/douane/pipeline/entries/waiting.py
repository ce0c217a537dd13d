"""Third parties that nobody knows and nobody may make: their lines wait on one account for them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE

from .assembling import Chunk
from .beside import kept_beside
from .books import Books
from .marks import HAS_OURS

WAITS_FOR = "waits_for"
"""The number of the third party that a line was sent with, null where it has that third party."""


def with_waiting_third_parties(chunk: Chunk, books: Books, number: str) -> Chunk:
    """The chunk with the lines of unknown auxiliaries on the auxiliary account `number`, as WAITS_FOR tells.

    Their entries have HAS_OURS: sent again once the third party is known, they are updated.
    """
    sent = chunk.lines["auxiliary_number"]
    known = pl.concat([books.auxiliary()["auxiliary_number"], pl.Series([number])])
    is_unknown = (sent.is_not_null() & ~sent.is_in(known.implode())).fill_null(False)
    waits_for = pl.select(pl.when(is_unknown).then(sent).alias(WAITS_FOR)).to_series()
    if not is_unknown.any():
        return replace(chunk, lines=chunk.lines.with_columns(waits_for))
    waits = pl.Series(chunk.any_of_lines(is_unknown))
    entries = chunk.entries.with_columns(pl.col(HAS_OURS) | waits)
    lines = kept_beside(chunk.lines, is_unknown, ["auxiliary_number", "auxiliary_name"]).with_columns(
        waits_for,
        pl.when(is_unknown).then(pl.lit(number)).otherwise("auxiliary_number").alias("auxiliary_number"),
        pl.when(~is_unknown).then("auxiliary_name").alias("auxiliary_name"),
    )
    return Chunk(lines, entries, chunk.starts)


def told_waiting(chunk: Chunk, number: str, label: str | None) -> pl.DataFrame:
    """A warning (FAULT_SCHEMA) for each line that waits on `number`; `label` is its auxiliary's."""
    waiting = chunk.lines.filter(pl.col(WAITS_FOR).is_not_null())
    return waiting.select(
        pl.col(LINE),
        pl.lit(label, pl.String).alias("field"),
        pl.col(WAITS_FOR).alias("value"),
        pl.lit("third-party-waiting").alias("code"),
        pl.lit(number).alias("detail"),
    ).cast(FAULT_SCHEMA)
