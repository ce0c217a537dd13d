"""Joining: the objects of one account become one row; what a later one says counts, and is told.

An empty cell says nothing where another object of the account gives a value, as rows of a table often repeat
an account with its first address alone: a custom field is erased when none of the objects gives it a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from douane.model.custom_fields import CUSTOM_PREFIX
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


def joined(rows: pl.DataFrame, labels: AccountLabels, custom_ids: Sequence[str] = ()) -> Joined:
    """The objects (LINE, OWNER, FINGERPRINT, CHECK, fields) of whole accounts, in any order, as accounts.

    `custom_ids` are the external ids of the custom fields that CUSTOM may have.
    """
    if (rows[LINE] == rows[OWNER]).all():
        one = rows.drop(OWNER).with_columns(pl.lit(1, pl.UInt32).alias(ROWS))
        return Joined(one, rows.select(LINE, OWNER).clear(), no_faults())
    rows = _without_idle_nulls(rows.sort(OWNER, LINE), custom_ids)
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
    members = rows.filter(pl.len().over(OWNER) > 1)
    told = _told_otherwise(_with_customs(members, custom_ids), labels)
    return Joined(accounts, members.select(LINE, OWNER), told)


def _without_idle_nulls(rows: pl.DataFrame, custom_ids: Sequence[str]) -> pl.DataFrame:
    """The rows, CUSTOM without what is empty in one object of an account and given in another."""
    if not rows[CUSTOM].str.contains(":null", literal=True).any():
        return rows
    cells = pl.col(CUSTOM)
    for name in custom_ids:
        is_empty = cells.str.contains(f'"{name}":null', literal=True).fill_null(False)
        is_given = cells.str.contains(f'"{name}":', literal=True).fill_null(False) & ~is_empty
        bare = cells.str.replace(re.escape(f'"{name}":null') + ",?", "").str.replace(r",\}$", "}")
        is_idle = is_empty & is_given.any().over(OWNER)
        rows = rows.with_columns(pl.when(is_idle).then(bare).otherwise(cells).alias(CUSTOM))
    return rows.with_columns(pl.when(cells != "{}").then(cells).alias(CUSTOM))


def _with_customs(rows: pl.DataFrame, custom_ids: Sequence[str]) -> pl.DataFrame:
    """The fields of the rows, their custom fields in columns of text."""
    is_null = [pl.col(CUSTOM).str.contains(f'"{name}":null', literal=True) for name in custom_ids]
    customs = [
        pl.when(~empty).then(pl.col(CUSTOM).str.json_path_match(f"$['{name}']")).alias(CUSTOM_PREFIX + name)
        for name, empty in zip(custom_ids, is_null, strict=True)
    ]
    return rows.with_columns(customs)


def _told_otherwise(rows: pl.DataFrame, labels: AccountLabels) -> pl.DataFrame:
    """A warning for each value that differs from the one before in the same account."""
    fields = [each for each in rows.columns if each not in NO_FIELDS]
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
