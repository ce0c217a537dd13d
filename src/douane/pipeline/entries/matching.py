"""Matching: what names an entry, and which stored one it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from douane.pipeline.identity import SEPARATOR, hashed

from .grouping import Grouping
from .known import KnownEntries, halves
from .lines import FINGERPRINT

KEY, STORED_ID, STORED_COUNT, IS_STORED = "key", "stored_id", "stored_count", "is_stored"
HALVES = ["high", "low"]


@dataclass
class Matching:
    """Finds entries among the `known` ones by what names them under the grouping of the file."""

    known: KnownEntries
    grouping: Grouping

    def matched(self, entries: pl.DataFrame) -> pl.DataFrame:
        """`entries`, which have year_id, with KEY and what is stored under it in their fiscal years.

        STORED_ID is one of the stored entries, an equal one if there is any, 0 without; STORED_COUNT how
        many there are; IS_STORED whether one has the same lines.
        """
        keyed = entries.with_columns(self._keys().alias(KEY))
        known = self.known.of_years(entries["year_id"].drop_nulls().unique().sort().to_list())
        if not known.height:
            nothing = pl.lit(0, pl.Int64)
            return keyed.with_columns(
                nothing.alias(STORED_ID), nothing.alias(STORED_COUNT), pl.lit(False).alias(IS_STORED)
            )
        wanted = keyed.select(FINGERPRINT).hstack(halves(keyed[KEY])).with_row_index("entry")
        is_equal = (pl.col(FINGERPRINT) == pl.col("stored fingerprint")).fill_null(False)
        found = (
            wanted.join(known, on=HALVES, how="left")
            .sort("entry", is_equal, descending=[False, True])
            .group_by("entry", maintain_order=True)
            .agg(
                pl.col("id").first().fill_null(0).alias(STORED_ID),
                pl.col("id").count().cast(pl.Int64).alias(STORED_COUNT),
                is_equal.any().alias(IS_STORED),
            )
        )
        return keyed.hstack(found.drop("entry"))

    def _keys(self) -> pl.Expr:
        """What names an entry: its journal, its number unless days alone make entries, and its day."""
        number = pl.col("entry_number").fill_null("")
        if "entry_number" not in self.grouping.value:
            number = pl.lit("")
        day = pl.col("entered_on").cast(pl.String)
        return hashed(pl.concat_str([pl.lit("entry"), "journal_code", number, day], separator=SEPARATOR))
