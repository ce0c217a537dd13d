"""Details: what faults about several lines of a list say of the others, behind the line's number."""

from __future__ import annotations

import polars as pl

from douane.store.account_settling import SHOWN_CHARACTERS


def where_otherwise(line: str, differences: str) -> pl.Expr:
    """How an address differs, behind the line where it does: `1: city is Lyon, not Paris`.

    Where it differs from what is stored there is no line.
    """
    is_in_list = pl.col("code") == "address-told-otherwise"
    place = pl.when(is_in_list).then(pl.col(line).cast(pl.String).fill_null("of another account"))
    how = pl.when(pl.col(differences) != "").then(pl.col(differences))
    return pl.concat_str([place, how], separator=": ", ignore_nulls=True)


def cause_of(line: str, code: str) -> pl.Expr:
    """The line that an account is rejected for, and what is wrong there: `1 (missing-value)`."""
    return pl.format("{} ({})", pl.col(line), pl.col(code))


def cause_in(detail: str) -> str:
    """The code that `cause_of` told.

    >>> cause_in("1 (missing-value)"), cause_in("")
    ('missing-value', '')
    """
    return detail.partition(" (")[2].removesuffix(")")


def difference(name: str, label: str, first: pl.Expr) -> pl.Expr:
    """How a field of an address differs from the `first` of the same account, null where it does not."""
    own, before = pl.col(name).cast(pl.String), first.cast(pl.String)
    here, there = (each.str.slice(0, SHOWN_CHARACTERS).fill_null("empty") for each in (own, before))
    told = pl.concat_str([pl.lit(f"{label} is "), here, pl.lit(", not "), there])
    return pl.when(own.ne_missing(before)).then(told)
