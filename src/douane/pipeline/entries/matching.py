"""Matching: what names an entry, and which stored one it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from douane.pipeline.identity import SEPARATOR, hashed

from .fingerprints import OURS
from .grouping import ESTABLISHMENT, Grouping
from .known import NO_ESTABLISHMENT, KnownEntries, halves
from .lines import FINGERPRINT
from .marks import HAS_OURS

KEY, STORED_ID, STORED_COUNT, IS_STORED = "key", "stored_id", "stored_count", "is_stored"
IS_LOOSE, IS_ALTERED = "is_loose", "is_altered"
HALVES = ["high", "low"]


@dataclass
class Matching:
    """Finds entries among the `known` ones by what names them under the grouping of the file."""

    known: KnownEntries
    grouping: Grouping

    def matched(self, entries: pl.DataFrame) -> pl.DataFrame:
        """`entries`, which have year_id, with KEY and what is stored under it in their fiscal years.

        STORED_ID is one of the stored entries, an equal one if there is any, 0 without; STORED_COUNT how
        many there are; IS_STORED whether one has the same lines. Of another establishment is another entry;
        where only one of the two says to which one it belongs, they match, as IS_LOOSE tells. IS_ALTERED says
        that the lines are those that were sent, but what is stored may not be what is stored of them now.
        """
        keyed = entries.with_columns(self._keys().alias(KEY))
        known = self.known.of_years(entries["year_id"].drop_nulls().unique().sort().to_list())
        if not known.height:
            nothing = pl.lit(0, pl.Int64)
            never = pl.lit(False)
            return keyed.with_columns(
                nothing.alias(STORED_ID),
                nothing.alias(STORED_COUNT),
                never.alias(IS_STORED),
                never.alias(IS_LOOSE),
                never.alias(IS_ALTERED),
            )
        wanted = (
            keyed.select(FINGERPRINT, HAS_OURS, pl.col(ESTABLISHMENT).fill_null(NO_ESTABLISHMENT))
            .hstack(halves(keyed[KEY]))
            .with_row_index("entry")
        )
        sent, stored, is_found = (
            pl.col(FINGERPRINT),
            pl.col("stored fingerprint"),
            pl.col("id").is_not_null(),
        )
        is_plain = (is_found & ~pl.col(HAS_OURS) & (sent == stored)).fill_null(False)
        is_equal = (is_found & ((sent == stored) | ((sent ^ OURS) == stored))).fill_null(False)
        found = (
            _of_one_establishment(wanted.join(known, on=HALVES, how="left"))
            .sort("entry", is_equal + is_found, descending=[False, True])
            .group_by("entry", maintain_order=True)
            .agg(
                pl.col("id").first().fill_null(0).alias(STORED_ID),
                pl.col("id").count().cast(pl.Int64).alias(STORED_COUNT),
                is_equal.any().alias(IS_STORED),
                pl.col(IS_LOOSE).any(),
                (is_equal.any() & ~is_plain.any()).alias(IS_ALTERED),
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


def _of_one_establishment(pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` of entries and stored ones with IS_LOOSE, without the id where the establishment is another.

    An entry that has a pair of its own establishment has no other.
    """
    sent, stored = pairs[ESTABLISHMENT], pairs["stored establishment"].fill_null(NO_ESTABLISHMENT)
    is_same = (sent == stored) & pairs["id"].is_not_null()
    if is_same.sum() == pairs["id"].count():
        return pairs.with_columns(pl.lit(False).alias(IS_LOOSE))
    has_own = pairs["entry"].is_in(pairs.filter(is_same)["entry"].implode())
    is_open = (sent == NO_ESTABLISHMENT) | (stored == NO_ESTABLISHMENT)
    is_loose = (is_open & ~is_same & ~has_own & pairs["id"].is_not_null()).alias(IS_LOOSE)
    return pairs.with_columns(is_loose, pl.when(is_same | is_loose).then("id").alias("id"))
