"""Dates of a column whose format was told: each is written so, or it is a fault."""

from __future__ import annotations

from functools import partial

import polars as pl

from douane.model.date_formats import DateFormat, date_format_of

from .date import MIDNIGHT, YEAR_MONTH_DAY, days, in_four_digits
from .reading import Reading, overlay, read_once, stripped, where


def read_formatted_dates(cells: pl.Series, date_format: str) -> Reading:
    """Read days of the years 1900 to 2999 as the format has them; a time part may follow that says midnight.

    The code is not-a-date, its detail says the format. Raises ValueError for a text that is no format.

    >>> read_formatted_dates(pl.Series(["31/12/2026", "2026-12-31"]), "dd/mm/yyyy").values.to_list()
    [datetime.date(2026, 12, 31), None]
    """
    reader = partial(_read, form=date_format_of(date_format))
    texts = stripped(cells)
    there = texts.is_not_null().arg_true()
    nothing = Reading(pl.repeat(None, len(texts), dtype=pl.Date, eager=True))
    return overlay(nothing, there, read_once(texts.gather(there), reader)) if len(there) else nothing


def _read(cells: pl.Series, form: DateFormat) -> Reading:
    texts = cells.str.replace(MIDNIGHT, "")
    parts = [texts.str.extract(form.pattern, group) for group in (form.year, form.month, form.day)]
    written = in_four_digits(parts[0]) + "-" + parts[1] + "-" + parts[2]
    values = days(written, YEAR_MONTH_DAY)
    faulty = values.is_null()
    return Reading(values, where(faulty, "not-a-date"), where(faulty, f" written {form.text}"))
