"""The two sides of the lines of a FEC as numbers, whichever way the file gives them."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from .fec_columns import SIDES
from .fec_values import LAWFUL_AMOUNT, amounts_readable

DEBIT, CREDIT = "\0debit", "\0credit"
"""What `with_sides` adds, as Decimal(38,6): zero where there is no amount, null where it cannot be read."""

DECIMAL = pl.Decimal(38, 6)


def with_sides(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with DEBIT and CREDIT."""
    if "Montant" in rows.columns and "Sens" in rows.columns:
        amount = _decimals(rows["Montant"])
        side = rows["Sens"].str.to_uppercase().replace_strict(SIDES, default=None, return_dtype=pl.String)
        parts = {"amount": amount, "side": side}
        sides = pl.DataFrame(parts).select(
            pl.when(side=side_of).then("amount").otherwise(pl.lit(0, DECIMAL)).alias(name)
            for name, side_of in ((DEBIT, "debit"), (CREDIT, "credit"))
        )
        return rows.hstack(sides)
    zero = pl.repeat(0, rows.height, dtype=DECIMAL, eager=True)
    pairs = ((DEBIT, "Debit"), (CREDIT, "Credit"))
    return rows.with_columns(
        (_decimals(rows[label]) if label in rows.columns else zero).alias(name) for name, label in pairs
    )


def _decimals(cells: pl.Series) -> pl.Series:
    """Amounts as the law writes them, as Decimal(38,6): zero where empty, null where it is none."""
    lawful = cells.set(~cells.str.contains(LAWFUL_AMOUNT), None)
    text = amounts_readable(lawful).str.replace(",", ".", literal=True)
    values = text.str.strip_prefix("+").cast(DECIMAL, strict=False)
    return values.set(cells.is_null(), 0)


def total(amounts: pl.Series) -> Decimal:
    """The sum of a column of decimals."""
    return Decimal(str(amounts.sum() or 0))
