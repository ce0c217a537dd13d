"""Joining: the objects of one account become one row; what a later one says counts, and is told."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE, no_faults
from douane.pipeline.validate import VALUE_LENGTH_MAX

from .chunks import OWNER
from .custom import CUSTOM
from .records import CHECK, FINGERPRINT, AccountLabels

ROWS = "rows"
"""How many objects of the list an account has."""

NO_FIELDS = {LINE, OWNER, FINGERPRINT, CHECK, CUSTOM, ROWS}


@dataclass(frozen=True)
class Joined:
    """A row for each account: LINE of its first object, FINGERPRINT, CHECK, ROWS, and its fields.

    An account of several objects has no CHECK: it is known by none of their texts alone.

    `members` are the objects (LINE, OWNER) of the accounts that have several.
    """

    accounts: pl.DataFrame
    members: pl.DataFrame
    warnings: pl.DataFrame


def joined(rows: pl.DataFrame, labels: AccountLabels) -> Joined:
    """The objects (LINE, OWNER, FINGERPRINT, CHECK, fields) of whole accounts, in any order, as accounts."""
    if (rows[LINE] == rows[OWNER]).all():
        one = rows.drop(OWNER).with_columns(pl.lit(1, pl.UInt32).alias(ROWS))
        return Joined(one, rows.select(LINE, OWNER).clear(), no_faults())
    rows = rows.sort(OWNER, LINE)
    fields = [each for each in rows.columns if each not in NO_FIELDS]
    inside = pl.col(CUSTOM).str.strip_prefix("{").str.strip_suffix("}")
    accounts = (
        rows.group_by(OWNER, maintain_order=True)
        .agg(
            pl.col(FINGERPRINT).reinterpret(signed=False).sum().reinterpret(signed=True),
            pl.when(pl.len() == 1).then(pl.col(CHECK).first()).alias(CHECK),
            pl.col(fields).drop_nulls().last(),
            pl.when(pl.col(CUSTOM).count() > 0)
            .then("{" + inside.drop_nulls().str.join(",") + "}")
            .alias(CUSTOM),
            pl.len().cast(pl.UInt32).alias(ROWS),
        )
        .rename({OWNER: LINE})
    )
    members = rows.select(LINE, OWNER).filter(pl.len().over(OWNER) > 1)
    return Joined(accounts, members, _told_otherwise(rows, fields, labels))


def _told_otherwise(rows: pl.DataFrame, fields: list[str], labels: AccountLabels) -> pl.DataFrame:
    """A warning for each value that differs from the one before in the same account."""
    found = [no_faults()]
    for name in fields:
        before = pl.col(name).forward_fill().shift(1).over(OWNER)
        told = rows.with_columns(before.alias("before")).filter(pl.col(name) != pl.col("before"))
        if told.height:
            found.append(
                told.select(
                    pl.col(LINE),
                    pl.lit(labels.of_account(name)).alias("field"),
                    pl.col(name).cast(pl.String).str.slice(0, VALUE_LENGTH_MAX).alias("value"),
                    pl.lit("account-told-otherwise").alias("code"),
                    pl.col("before").cast(pl.String).str.slice(0, VALUE_LENGTH_MAX).alias("detail"),
                ).cast(FAULT_SCHEMA)
            )
    return pl.concat(found)
