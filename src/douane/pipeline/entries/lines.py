"""Checked lines made ready for grouping: every field there, the amount on its side, numbers in shape."""

from __future__ import annotations

import polars as pl

from douane.model.account_numbers import AccountLengths, completed_expr
from douane.model.entry_lines import ENTRY_LINES
from douane.model.kinds import Kind
from douane.pipeline.batch import LINE
from douane.pipeline.identity import EXTRA
from douane.pipeline.validate import Checked
from douane.pipeline.values.amount import AMOUNT

from .establishing import established
from .marks import IS_BAD
from .wishes import EntryWishes

FINGERPRINT = "fingerprint"
COLLECTIVE = "^(?:40|41|421|467)"
"""The general accounts whose auxiliaries have accounts of their own where there are no auxiliaries."""
ZERO = pl.lit(0, AMOUNT)
TYPES = {Kind.AMOUNT: AMOUNT, Kind.DATE: pl.Date(), Kind.FLAG: pl.Boolean()}


def ready_lines(checked: Checked, wishes: EntryWishes) -> pl.DataFrame:
    """All lines of a batch in their order, the rejected ones marked by IS_BAD, with every feed field.

    Besides them they have ESTABLISHMENT.
    """
    lines = _complete(checked.accepted).with_columns(pl.lit(False).alias(IS_BAD))
    if checked.rejected.height:
        bad = _complete(checked.rejected).with_columns(pl.lit(True).alias(IS_BAD))
        lines = pl.concat([lines, bad.cast(lines.schema)]).sort(LINE)
    lines = _sided(lines)
    if wishes.prepare is not None:
        lines = wishes.prepare(lines)
    if wishes.numbers_by_piece:
        lines = lines.with_columns(entry_number=pl.col("piece"))
    lines = established(lines, wishes)
    return lines if wishes.lengths is None else _numbered(lines, wishes.lengths)


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the fields that the file does not carry, empty."""
    present = set(rows.columns)
    lacking = [
        pl.lit(None, TYPES.get(each.kind, pl.String())).alias(each.name)
        for each in ENTRY_LINES.fields
        if each.name not in present
    ]
    extra = [] if EXTRA in present else [pl.lit(None, pl.String).alias(EXTRA)]
    names = [LINE, FINGERPRINT, *(each.name for each in ENTRY_LINES.fields), EXTRA]
    return rows.with_columns(*lacking, *extra).select(names)


def _sided(lines: pl.DataFrame) -> pl.DataFrame:
    """Debit and credit; where a line has neither, from the amount and its side, or its sign."""
    if lines["amount"].null_count() == lines.height:
        return lines.with_columns(pl.col("debit", "credit").fill_null(ZERO))
    amount, side = pl.col("amount"), pl.col("side")
    on_debit = (side == "debit") | (side.is_null() & (amount >= 0))
    on_credit = (side == "credit") | (side.is_null() & (amount < 0))
    size = pl.when(side.is_null()).then(amount.abs()).otherwise(amount)
    has_neither = pl.all_horizontal(pl.col("debit", "credit").fill_null(ZERO) == ZERO)
    return lines.with_columns(
        debit=pl.coalesce(pl.when(has_neither & on_debit).then(size), "debit", ZERO),
        credit=pl.coalesce(pl.when(has_neither & on_credit).then(size), "credit", ZERO),
    )


def _numbered(lines: pl.DataFrame, lengths: AccountLengths) -> pl.DataFrame:
    """Numbers completed, and auxiliaries joined to the root of their general account."""
    general, auxiliary = pl.col("account_number"), pl.col("auxiliary_number")
    root = general.str.slice(0, 3)
    is_joined = auxiliary.is_not_null() & general.str.contains(COLLECTIVE)
    own = pl.when(auxiliary.str.starts_with(root)).then(auxiliary).otherwise(root + auxiliary)
    number = pl.when(is_joined).then(own).otherwise(general)
    return lines.with_columns(
        account_number=completed_expr(number, lengths),
        account_name=pl.when(is_joined)
        .then(pl.coalesce("auxiliary_name", "account_name"))
        .otherwise(pl.col("account_name")),
        auxiliary_number=pl.when(~is_joined).then(auxiliary),
        auxiliary_name=pl.when(~is_joined).then(pl.col("auxiliary_name")),
    )
