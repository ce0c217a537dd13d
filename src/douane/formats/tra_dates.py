"""Dates as a TRA writes them, day, month and year in eight digits, from and to YYYY-MM-DD."""

from __future__ import annotations

import polars as pl

NONE = ("01011900", "00000000")
"""What stands for no date, besides blanks."""

ISO = r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$"


def iso(cells: pl.Series) -> pl.Series:
    """The dates as YYYY-MM-DD; null for none, and as sent what is no day of the years 1900 to 2999.

    >>> iso(pl.Series(["31122024", "01011900", "30022024"])).to_list()
    ['2024-12-31', None, '30022024']
    """
    distinct = cells.unique().drop_nulls()
    if distinct.is_empty():
        return cells
    shaped = distinct.set(~distinct.str.contains("^[0-9]{4}(?:19|2[0-9])[0-9]{2}$"), None)
    days = shaped.str.to_date("%d%m%Y", strict=False).dt.strftime("%Y-%m-%d")
    told = days.zip_with(days.is_not_null(), distinct).set(distinct.is_in(NONE), None)
    return cells.replace_strict(distinct, told, default=None, return_dtype=pl.String)


def day_month_year(cell: pl.Expr) -> pl.Expr:
    """Dates of YYYY-MM-DD as the eight digits of a TRA, anything else as it is."""
    return cell.str.replace(ISO, "${3}${2}${1}")
