"""Dates of importJson: ISO with or without a time, or as the option formatDate says; written in one way."""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from douane.model.date_formats import date_format_of
from douane.model.kinds import Kind
from douane.pipeline.values import read

ISO_DAY = "yyyy-mm-dd"
"""How dates are written where formatDate says nothing."""

ZONE = "Europe/Paris"
_COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_TIMED = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PARTS = re.compile("d+|j+|m+|y+|a+", re.IGNORECASE)
_TWO_DIGITS = (1969, 2068)
"""The years that two digits can stand for."""

_DIRECTIVES = {"dd": "%d", "d": "%-d", "mm": "%m", "m": "%-m", "yyyy": "%Y", "yy": "%y"}


def days_written(cells: pl.Series, date_format: str) -> pl.Series:
    """The cells with ISO dates written as `date_format` has them, so that all are read in one way.

    A date with a time is the day that it names. Where its zone makes it another day in France it is the day
    in France if it is midnight there, and stays as it is, to be told as no date, if it is not. What is
    written in neither way stays as it is too.
    """
    bare = cells.str.replace_all(r"\s+:", ":").str.strip_chars()
    if date_format == ISO_DAY:
        return _iso_days(bare.str.replace(_COMPACT, "${1}-${2}-${3}"), bare)
    is_written = bare.str.contains(date_format_of(date_format).pattern)
    iso = _iso_days(bare, bare)
    is_iso = iso.str.contains(_DAY).fill_null(False) & ~is_written.fill_null(False)
    if not is_iso.any():
        return cells
    dates = iso.set(~is_iso, None).str.to_date("%Y-%m-%d", strict=False)
    directives = _directives(date_format)
    can_say = dates.dt.year().is_between(*_TWO_DIGITS) if "%y" in directives else dates.is_not_null()
    return dates.dt.strftime(directives).zip_with(can_say.fill_null(False), cells)


def are_dates(cells: pl.Series, date_format: str) -> pl.Series:
    """Which cells are dates, ISO or written as `date_format` has them; false for empty ones."""
    days = read(Kind.DATE, days_written(cells, date_format), date_format=date_format).values
    timed = cells.str.extract(_TIMED, 1).str.to_date("%Y-%m-%d", strict=False)
    return days.is_not_null() | timed.is_not_null()


def iso_day(text: str) -> date | None:
    """The day of one ISO date, None when it is none. Where its time tells no day, it is the one it names."""
    cells = pl.Series([text])
    found = read(Kind.DATE, days_written(cells, ISO_DAY), date_format=ISO_DAY).values
    timed = cells.str.replace_all(r"\s+:", ":").str.extract(_TIMED, 1).str.to_date("%Y-%m-%d", strict=False)
    day: date | None = pl.select(pl.coalesce(found, timed)).to_series()[0]
    return day


def _iso_days(bare: pl.Series, otherwise: pl.Series) -> pl.Series:
    """The cells with their times taken off."""
    at = bare.str.contains(_TIMED).fill_null(False).arg_true()
    if not len(at):
        return bare
    return bare.clone().scatter(at, _days_of_times(bare.gather(at), otherwise.gather(at)))


def _days_of_times(cells: pl.Series, otherwise: pl.Series) -> pl.Series:
    parts = pl.DataFrame({name: cells.str.extract(_TIMED, at) for at, name in enumerate(_NAMES, 1)})
    day, zone = pl.col("day"), pl.col("zone")
    time = pl.concat_str("time", pl.lit(":"), pl.col("second").fill_null("00"))
    instant = pl.concat_str(day, pl.lit("T"), time, zone.replace("Z", "+0000"))
    here = instant.str.to_datetime(_INSTANT, strict=False, time_zone="UTC").dt.convert_time_zone(ZONE)
    day_here = here.dt.strftime("%Y-%m-%d")
    is_edge = time.is_in(["00:00:00", "23:59:59"])
    is_as_named = zone.is_null() | (here.is_not_null() & (is_edge | (day_here == day)))
    is_midnight = here.dt.strftime("%H:%M:%S") == "00:00:00"
    return parts.select(
        pl.when(is_as_named)
        .then(day)
        .when(is_midnight)
        .then(day_here)
        .otherwise(pl.lit(otherwise))
        .alias("day")
    ).to_series()


_INSTANT = "%Y-%m-%dT%H:%M:%S%z"
_NAMES = ("day", "time", "second", "zone")


def _directives(date_format: str) -> str:
    """The format as strftime writes it."""

    def directive(part: re.Match[str]) -> str:
        return _DIRECTIVES[part[0].lower().replace("j", "d").replace("a", "y")]

    return _PARTS.sub(directive, date_format.replace("%", "%%"))
