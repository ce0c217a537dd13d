"""Amounts and dates of a FEC as programs write them, rewritten so that the readers of any file read them."""

from __future__ import annotations

import polars as pl

from .fec_columns import AMOUNTS, DATES, MANDATORY

PLAIN_DATE = "^(?:19|2[0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
"""AAAAMMJJ, as the law has it."""

NO_DATE = "^[0/. -]+$"
"""What programs write for no date."""

_NUMBER = "(?:[0-9]+,?[0-9]*|,[0-9]+)"
LAWFUL_AMOUNT = f"^(?:[+-]?{_NUMBER}(?:[eE][+-]?[0-9]+)?|{_NUMBER} *[+-])$"
"""The amounts that the tax administration takes."""

_PLAIN_AMOUNT = "^-?[0-9]{1,14}(?:,[0-9]+)?$"
_BLANKS_AFTER_SIGN = "^([+-]) +"
_SIGN_BEHIND = "^([0-9.,' ]*[0-9.,]) *([+-])$"
_LONE_POINT = r"^([+-]?[0-9 ]*)\.([0-9]*)$"
_BARE_COMMA = "^([+-]?[0-9]+),$"
_LEADING_ZEROS = "^([+-]?)0+([0-9])"
_EXPONENT = "^([+-]?)([0-9]{0,30})[.,]?([0-9]{0,30})[eE]([+-]?[0-9]{1,2})$"
_HAS_DIGITS = "^[+-]?[.,]?[0-9]"
_ZEROS = "0" * 100

_TIME = r"([0-9])[T ]+[0-9]{1,2}:?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
_TIME_IN_DIGITS = "^([0-9]{8})[0-9]{6}$"
_DAY_FIRST = "^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])((?:19|2[0-9])[0-9]{2})$"


def readable(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with their amounts and dates readable by `pipeline.values`, "," being the decimal sign.

    A day that could also be a month stays one that could; a date of zeros is none where none is needed.
    """
    amounts = [amounts_readable(cells[label]) for label in AMOUNTS if label in cells.columns]
    dates = [_dates(cells[label], label in MANDATORY) for label in DATES if label in cells.columns]
    return cells.with_columns(*amounts, *dates)


def amounts_readable(cells: pl.Series) -> pl.Series:
    """Amounts with the sign in front, a comma for the decimal sign, no exponent and no needless zeros."""
    odd = (~cells.str.contains(_PLAIN_AMOUNT)).arg_true()
    if odd.is_empty():
        return cells
    texts = cells.gather(odd).str.replace(_SIGN_BEHIND, "${2}${1}").str.replace(_BLANKS_AFTER_SIGN, "${1}")
    texts = _without_exponents(texts).str.replace(_LONE_POINT, "${1},${2}")
    texts = texts.str.replace(_BARE_COMMA, "${1}").str.replace(_LEADING_ZEROS, "${1}${2}")
    return cells.clone().scatter(odd, texts)


def _without_exponents(texts: pl.Series) -> pl.Series:
    """`1,5E3` as `1500,`: the digits between enough zeros, cut where the exponent puts the comma."""
    is_odd = texts.str.contains(_EXPONENT) & texts.str.contains(_HAS_DIGITS)
    if not is_odd.any():
        return texts
    sign, whole, decimals, exponent = (texts.str.extract(_EXPONENT, group) for group in range(1, 5))
    digits = _ZEROS + whole + decimals + _ZEROS
    comma = whole.str.len_bytes().cast(pl.Int64) + exponent.cast(pl.Int64) + len(_ZEROS)
    parts = pl.DataFrame({"digits": digits, "comma": comma}).select(
        whole=pl.col("digits").str.slice(0, pl.col("comma")).str.replace("^0+([0-9])", "${1}"),
        decimals=pl.col("digits").str.slice(pl.col("comma")).str.strip_chars_end("0"),
    )
    return (sign + parts["whole"] + "," + parts["decimals"]).zip_with(is_odd, texts)


def _dates(cells: pl.Series, is_mandatory: bool) -> pl.Series:
    """Dates without a time; those of eight digits that start with the day with `/` between their parts."""
    distinct = cells.unique()
    odd = distinct.filter(~distinct.str.contains(PLAIN_DATE))
    if odd.is_empty():
        return cells
    dates = odd.str.replace(_TIME, "${1}").str.replace(_TIME_IN_DIGITS, "${1}")
    dates = dates.str.replace(_DAY_FIRST, "${1}/${2}/${3}")
    if not is_mandatory:
        dates = dates.set(odd.str.contains(NO_DATE), None)
    return cells.replace(odd, dates)
