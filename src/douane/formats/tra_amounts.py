"""What the three amounts of a TRA line are: each is in euro or in the line's currency, or there is none."""

from __future__ import annotations

from itertools import product

import polars as pl

CODINGS = tuple(
    "".join(signs)
    for signs in product("ED-", repeat=3)
    if set(signs) != {"-"} and signs.count("E") <= 1 and signs.count("D") <= 1
)
"""E is an amount in euro (or the folder's own currency), D one in the line's currency, - none."""

EURO_ALONE = "E--"
"""What a blank coding means."""

EXACT = pl.Decimal(38, 15)
NUMBER = r"^[+-]?(?:[0-9]{1,20}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6})$"
RATE = r"^(?:[0-9]{1,10}(?:[.,][0-9]{0,9})?|[.,][0-9]{1,9})$"
THOUSANDS_OR_DECIMALS = r"^[+-]?[0-9]{1,3}[.,][0-9]{3}$"


def coding() -> pl.Expr:
    """The coding of a line in its three signs, which may be none of CODINGS."""
    return pl.col("codage").fill_null(EURO_ALONE).str.pad_end(3, "-")


def rate() -> pl.Expr:
    """The line's rate, null when it is no number above zero."""
    found = decimal(pl.col("taux"), RATE)
    return pl.when(found > 0).then(found)


def needs_rate() -> pl.Expr:
    """Whether the line gives an amount in its currency only."""
    return ~coding().str.contains("E", literal=True)


def decimal(cell: pl.Expr, shape: str = NUMBER) -> pl.Expr:
    """The exact value of a number with a comma or a point before its decimals, null when it is none."""
    bare = pl.when(cell.str.contains(shape)).then(cell.str.strip_prefix("+"))
    return bare.str.replace(",", ".", literal=True).cast(EXACT, strict=False)


def with_amounts(rows: pl.DataFrame, decimals: int) -> pl.DataFrame:
    """The rows with `amount`, `currency_amount` and `currency`, all text.

    A line that has an amount in its currency only is converted by its rate, the value of one unit, and
    rounded half up to `decimals`. `currency` is null where there is no amount in it.
    """
    if rows.select((coding() == EURO_ALONE).all()).item():
        nothing = pl.lit(None, pl.String)
        return rows.with_columns(amount=_plain("montant1"), currency_amount=nothing, currency=nothing)
    told = rows.with_columns(amount=_at("E"), currency_amount=_at("D"))
    return told.with_columns(
        amount=pl.when(needs_rate()).then(_converted(decimals)).otherwise("amount"),
        currency=pl.when(pl.col("currency_amount").is_not_null()).then("devise"),
    )


def _plain(label: str) -> pl.Expr:
    """A number as sent; one more zero says of 1,200 that it has decimals, as every number of a TRA may."""
    cell = pl.col(label)
    return pl.when(cell.str.contains(THOUSANDS_OR_DECIMALS)).then(cell + "0").otherwise(cell)


def _at(sign: str) -> pl.Expr:
    """The amount where the coding has `sign`."""
    place = coding().str.find(sign, literal=True)
    return pl.coalesce(pl.when(place == at).then(_plain(f"montant{at + 1}")) for at in range(3))


def _converted(decimals: int) -> pl.Expr:
    """The amount in the line's currency times its rate; as sent where it is no number."""
    value = decimal(pl.col("currency_amount")) * rate()
    rounded = value.round(decimals, mode="half_away_from_zero")
    return rounded.cast(pl.Decimal(38, 6)).cast(pl.String).fill_null(pl.col("currency_amount"))
