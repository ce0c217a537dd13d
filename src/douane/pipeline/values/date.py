"""Dates: year first, with a month's name, or day and month in an order that only the column can tell.

A cell is read twice, day first and month first. When both give the same day, or only one gives a day
at all, the cell is plain; when they differ (`03/04/2026`), it is undecided until a convention is known.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from .reading import SAMPLE, Convention, Proof, Reading, overlay, read_once, stripped

_ISO = r"^(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
YEAR_MONTH_DAY = r"^(?:19|2[0-9])[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}$"
_EIGHT_DIGITS = r"^(?:19|2[0-9])[0-9]{6}$"
MIDNIGHT = r"[T ]00:00(?::00(?:[.,]0+)?)?(?:Z|\+00:00)?$"
_COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_YEAR_FIRST = r"^([0-9]{4})(?:/([0-9]{1,2})/|\.([0-9]{1,2})\.)([0-9]{1,2})$"
_YEAR_LAST = r"^([0-9]{1,2})(?:/([0-9]{1,2})/|-([0-9]{1,2})-|\.([0-9]{1,2})\.)([0-9]{4})$"
_NAMED = r"^([0-9]{1,2})(?:er)?[-/. ]{0,2}([a-z]{3,})[-/. ]{0,2}([0-9]{4}|[0-9]{2})$"

_MONTH_NAMES = (
    "jan janv january janvier",
    "feb fev fevr february fevrier",
    "mar mars march",
    "apr avr april avril",
    "may mai",
    "jun june juin",
    "jul juil july juillet",
    "aug aou aout august",
    "sep sept september septembre",
    "oct october octobre",
    "nov november novembre",
    "dec december decembre",
)
_MONTH_BY_NAME = {name: f"{at:02}" for at, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}


def read_dates(cells: pl.Series, convention: Convention | None, *, final: bool = False) -> Reading:
    """Read days of the years 1900 to 2999; a time part is accepted when it says midnight.

    The codes are not-a-date and, for cells still undecided when `final`, ambiguous-date.

    >>> read_dates(pl.Series(["2026-12-31", "31-DEC-26", "2026-02-30"]), None).values.to_list()
    [datetime.date(2026, 12, 31), datetime.date(2026, 12, 31), None]
    """
    texts = stripped(cells)
    # Most columns are written in one of these two ways throughout; a few cells of the other are no loss.
    is_compact = texts.head(SAMPLE).str.contains(_EIGHT_DIGITS).any()
    values = days(texts, _EIGHT_DIGITS, "%Y%m%d") if is_compact else days(texts, _ISO)
    odd = (values.is_null() & texts.is_not_null()).arg_true()
    if odd.is_empty():
        return Reading(values)
    reader = partial(_read_odd, convention=convention, final=final)
    return overlay(Reading(values), odd, read_once(texts.gather(odd), reader))


def days(texts: pl.Series, shape: str, form: str = "%Y-%m-%d") -> pl.Series:
    """The days of the texts that have `shape`, written as `form`; null for others and for no days."""
    # Polars alone would also take signs and years of any length.
    fits = texts.str.contains(shape)
    return (texts if fits.all() else texts.set(~fits, None)).str.to_date(form, strict=False)


def _read_odd(cells: pl.Series, convention: Convention | None, *, final: bool) -> Reading:
    texts = cells.str.replace(MIDNIGHT, "").str.replace(_COMPACT, "${1}-${2}-${3}")
    texts = _with_month_numbers(texts.str.replace(_YEAR_FIRST, "${1}-${2}${3}-${4}"))
    day_first = days(texts.str.replace(_YEAR_LAST, "${5}-${2}${3}${4}-${1}"), YEAR_MONTH_DAY)
    month_first = days(texts.str.replace(_YEAR_LAST, "${5}-${1}-${2}${3}${4}"), YEAR_MONTH_DAY)
    first, second = day_first, month_first
    if convention is Convention.MONTH_FIRST:
        first, second = month_first, day_first
    undecided = (first != second).fill_null(False) & (convention is None)
    values = first.zip_with(first.is_not_null(), second).set(undecided, None)
    codes = _codes(values, undecided, final=final)
    return Reading(
        values,
        codes=codes if codes.is_not_null().any() else None,
        undecided=undecided if undecided.any() and not final else None,
        proofs=_proofs(day_first, month_first),
    )


def _with_month_numbers(texts: pl.Series) -> pl.Series:
    """The texts, with those of the form `31-DEC-22` rewritten as `2022-12-31`."""
    if not texts.str.contains("[A-Za-z]").any():
        return texts
    # NFD, not NFKD: digits of other scripts must not become digits here.
    words = texts.str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "")
    month = words.str.extract(_NAMED, 2).replace_strict(_MONTH_BY_NAME, default=None, return_dtype=pl.String)
    year = in_four_digits(words.str.extract(_NAMED, 3))
    dates = year + "-" + month + "-" + words.str.extract(_NAMED, 1)
    return dates.zip_with(dates.is_not_null(), texts)


def in_four_digits(years: pl.Series) -> pl.Series:
    """The years, of which two digits are one of 1969 to 2068, as POSIX has it."""
    return years.str.replace("^([0-5][0-9]|6[0-8])$", "20${1}").str.replace("^([0-9]{2})$", "19${1}")


def _codes(values: pl.Series, undecided: pl.Series, *, final: bool) -> pl.Series:
    return pl.select(
        pl.when(undecided)
        .then(pl.lit("ambiguous-date") if final else None)
        .when(values.is_null())
        .then(pl.lit("not-a-date"))
    ).to_series()


def _proofs(day_first: pl.Series, month_first: pl.Series) -> Proof:
    has_day, has_month = day_first.is_not_null(), month_first.is_not_null()
    proofs = Proof.DAY_FIRST if (has_day & ~has_month).any() else Proof.NONE
    return proofs | Proof.MONTH_FIRST if (has_month & ~has_day).any() else proofs
