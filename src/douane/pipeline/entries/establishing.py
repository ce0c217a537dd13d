"""Which establishment lines belong to: the one of their SIRET, else the one that the sender named for all."""

from __future__ import annotations

import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE

from .grouping import ESTABLISHMENT
from .marks import IS_BAD, IS_TORN
from .wishes import EntryWishes

UNKNOWN = 0
"""Stands for the establishments that the company does not have; no establishment has this id."""
BESIDE = ["journal_code", "entry_number", "entered_on"]


def established(lines: pl.DataFrame, wishes: EntryWishes) -> pl.DataFrame:
    """`lines` with ESTABLISHMENT, null where they belong to none; those of unknown SIRETs are bad."""
    default = pl.lit(wishes.establishment_id, pl.Int32)
    if lines["siret"].null_count() == lines.height:
        return lines.with_columns(default.alias(ESTABLISHMENT))
    sirets, ids = list(wishes.establishments), list(wishes.establishments.values())
    named = pl.col("siret").replace_strict(sirets, ids, default=UNKNOWN, return_dtype=pl.Int32)
    placed = lines.with_columns(
        pl.when(pl.col("siret").is_null()).then(default).otherwise(named).alias(ESTABLISHMENT)
    )
    return placed.with_columns(pl.col(IS_BAD) | (pl.col(ESTABLISHMENT) == UNKNOWN).fill_null(False))


def strangers(lines: pl.DataFrame, label: str | None) -> pl.DataFrame:
    """A fault (FAULT_SCHEMA) for each line whose SIRET, called `label`, is none of the company's."""
    if lines["siret"].null_count() == lines.height:
        return pl.DataFrame(schema=FAULT_SCHEMA)
    nothing = pl.lit(None, pl.String)
    return (
        lines.filter(pl.col(ESTABLISHMENT) == UNKNOWN)
        .select(
            pl.col(LINE),
            pl.lit(label, pl.String).alias("field"),
            pl.col("siret").alias("value"),
            pl.lit("unknown-establishment").alias("code"),
            nothing.alias("detail"),
        )
        .cast(FAULT_SCHEMA)
    )


def torn_beside(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines`, torn too where a rejected line that names no establishment may be of the same entry."""
    if lines["siret"].null_count() == lines.height:
        return lines
    lost = lines.filter(pl.col(IS_BAD) & pl.col("siret").is_null())
    if not lost.height:
        return lines
    marks = lost.select(BESIDE).unique().with_columns(pl.lit(True).alias("is_beside"))
    found = lines.join(marks, on=BESIDE, how="left", nulls_equal=True, maintain_order="left")
    return lines.with_columns(pl.col(IS_TORN) | found["is_beside"].fill_null(False))
