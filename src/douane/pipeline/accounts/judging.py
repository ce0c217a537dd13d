"""Judging: which accounts may be stored, by what they say themselves and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from douane.model.custom_fields import CustomField
from douane.model.customers import ACCOUNT_REQUIRED
from douane.pipeline.batch import LINE, no_faults
from douane.store.account_merging import AccountMerging

from .chunks import CONTENT, OWNER
from .custom import CUSTOM
from .details import difference, where_otherwise
from .matching import Match
from .records import PLACE
from .wishes import AccountWishes

ID, IS_DELETED = "id", "stored as deleted"
IS_OFF = "is_unlinked"


@dataclass(frozen=True)
class Judge:
    """Judges the accounts of one list."""

    merging: AccountMerging
    wishes: AccountWishes

    def faults(self, accounts: pl.DataFrame, addresses: pl.DataFrame, match: Match) -> pl.DataFrame:
        """What is wrong (FAULT_SCHEMA) with accounts that are matched with customers.

        `accounts` has LINE and fields, `addresses` OWNER, LINE, PLACE and fields; a missing field is null.
        """
        known = accounts.with_columns(
            pl.Series(ID, match.ids),
            pl.Series(IS_DELETED, match.is_deleted),
            pl.Series("several", match.several),
            pl.Series("others", match.others),
            self._has_address(accounts, addresses),
        )
        of_accounts = [*self._of_identity(known), *self._of_new(known), *self._of_known(known)]
        return pl.concat([no_faults(), *of_accounts, *self._of_addresses(known, addresses)])

    def _has_address(self, accounts: pl.DataFrame, addresses: pl.DataFrame) -> pl.Series:
        owners = addresses.filter(~pl.col(IS_OFF).fill_null(False))[OWNER].to_numpy()
        return pl.Series("has address", np.isin(accounts[LINE].to_numpy(), owners))

    def _of_identity(self, known: pl.DataFrame) -> list[pl.DataFrame]:
        name = self.wishes.labels.of_account("external_id")
        is_gone = pl.col(IS_DELETED) & ~pl.col("is_deleted").fill_null(False)
        found = [
            _told(known, pl.col("several") > 1, "ambiguous-match", name, pl.col("several").cast(pl.String)),
            _told(known, is_gone, "account-deleted", name),
        ]
        others = known.filter(pl.col("others") > 0)["others"].to_list()
        if others:
            names = self.merging.external_ids(others)
            detail = pl.col("others").replace_strict(names, default=None, return_dtype=pl.String)
            found.append(_told(known, pl.col("others") > 0, "other-external-id", name, detail))
        return found

    def _of_new(self, known: pl.DataFrame) -> list[pl.DataFrame]:
        """New accounts must say all that is required, or they are none that is known."""
        labels = self.wishes.labels
        is_new = (pl.col(ID) == 0) & (pl.col("others") == 0) & pl.col("external_id").is_not_null()
        lacking = [pl.col(each).is_null() for each in ACCOUNT_REQUIRED]
        leaves = pl.col("is_deleted").fill_null(False) | pl.col("is_inactive").fill_null(False)
        is_unknown = is_new & (pl.all_horizontal(lacking) | (leaves & pl.any_horizontal(lacking)))
        name = labels.of_account("external_id")
        is_made = is_new & ~is_unknown
        lives = ~pl.col("is_deleted").fill_null(False)
        return [
            _told(known, is_unknown, "unknown-account", name),
            *(
                _missing(known, is_made & pl.col(each).is_null(), labels.of_account(each))
                for each in ACCOUNT_REQUIRED
            ),
            *(
                _missing(known, is_made & ~_has_custom(each), labels.of_account(each.column))
                for each in self._required()
            ),
            _missing(known, is_made & lives & ~pl.col("has address"), labels.of_address("external_id")),
        ]

    def _of_known(self, known: pl.DataFrame) -> list[pl.DataFrame]:
        """A required custom field cannot be emptied."""
        is_known = pl.col(ID) != 0
        return [
            _missing(known, is_known & _erases(each), self.wishes.labels.of_account(each.column))
            for each in self._required()
        ]

    def _required(self) -> list[CustomField]:
        return [each for each in self.wishes.of_accounts.values() if each.is_required]

    def _of_addresses(self, known: pl.DataFrame, addresses: pl.DataFrame) -> list[pl.DataFrame]:
        label = self.wishes.labels.of_address("external_id")
        new = known.filter(pl.col(ID) == 0)[LINE].implode()
        is_off_of_new = pl.col(IS_OFF).fill_null(False) & pl.col(OWNER).is_in(new)
        return [
            _told(addresses, is_off_of_new, "address-not-linked", label),
            *self._told_twice(addresses, label),
        ]

    def _told_twice(self, addresses: pl.DataFrame, label: str) -> list[pl.DataFrame]:
        """Addresses that stand in one account twice, with other values."""
        again = repeats(addresses)
        if not again.any():
            return []
        is_named = pl.col("external_id").is_not_null()
        all_of = addresses.filter(is_named & pl.struct(OWNER, "external_id").is_duplicated())
        all_of = all_of.with_columns(pl.col(IS_OFF).fill_null(False))
        says = [each for each in all_of.columns if each not in {OWNER, LINE, PLACE, CONTENT, "external_id"}]
        differs = (
            difference(each, self.wishes.labels.of_address(each), _first(pl.col(each))) for each in says
        )
        told = all_of.with_columns(
            _first(pl.col(LINE)).alias("other_line"),
            pl.concat_str(list(differs), separator="; ", ignore_nulls=True).alias("differences"),
            pl.lit("address-told-otherwise").alias("code"),
        )
        detail = where_otherwise("other_line", "differences")
        return [_told(told, pl.col("differences") != "", "address-told-otherwise", label, detail)]


def _first(value: pl.Expr) -> pl.Expr:
    """What the first address of the same account and external id has."""
    return value.first().over(OWNER, "external_id")


def repeats(addresses: pl.DataFrame) -> pl.Series:
    """Which addresses stand in their account before already."""
    named = addresses.select(OWNER, "external_id")
    return (
        ~named.select(pl.struct(OWNER, "external_id").is_first_distinct()).to_series()
        & named["external_id"].is_not_null()
    )


def _told(
    rows: pl.DataFrame, condition: pl.Expr, code: str, label: str, detail: pl.Expr | None = None
) -> pl.DataFrame:
    """A fault about the external id of each row that meets the condition."""
    nothing = pl.lit(None, pl.String)
    return rows.filter(condition).select(
        pl.col(LINE),
        pl.lit(label).alias("field"),
        pl.col("external_id").alias("value"),
        pl.lit(code).alias("code"),
        (nothing if detail is None else detail).alias("detail"),
    )


def _missing(rows: pl.DataFrame, condition: pl.Expr, label: str) -> pl.DataFrame:
    """A fault about a value that is not there."""
    nothing = pl.lit(None, pl.String)
    return rows.filter(condition).select(
        pl.col(LINE),
        pl.lit(label).alias("field"),
        nothing.alias("value"),
        pl.lit("missing-value").alias("code"),
        nothing.alias("detail"),
    )


def _has_custom(custom: CustomField) -> pl.Expr:
    there = pl.col(CUSTOM).str.contains(f'"{custom.external_id}":', literal=True).fill_null(False)
    return there & ~_erases(custom)


def _erases(custom: CustomField) -> pl.Expr:
    return pl.col(CUSTOM).str.contains(f'"{custom.external_id}":null', literal=True).fill_null(False)
