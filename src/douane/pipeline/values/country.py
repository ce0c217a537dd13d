"""Countries: ISO 3166 codes and names in the big languages, as the CLDR data of babel has them."""

from __future__ import annotations

from functools import cache

import polars as pl
from babel import Locale
from babel.core import get_global

from .reading import Reading, overlay, read_once, stripped, where

LANGUAGES = (
    "en",
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "ro",
    "sv",
    "da",
    "cs",
    "tr",
    "ru",
    "ar",
    "zh",
    "ja",
)

_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_ALSO_CODES = frozenset({"UK", "EL"})  # what customs and the EU's VAT rules write for GB and GR
_ALSO_NAMES = (
    "Czech Republic",
    "England",
    "Great Britain",
    "Grande-Bretagne",
    "Holland",
    "Hong Kong",
    "Ivory Coast",
    "Macao",
    "République tchèque",
    "Russian Federation",
    "Scotland",
    "Turkey",
    "United States of America",
    "Viet Nam",
    "Wales",
)


@cache
def _codes() -> pl.Series:
    """Two-letter codes in use, and the three-letter codes that mean one of them."""
    short = {str(code) for code in Locale("en").territories if len(str(code)) == 2} - _NO_COUNTRY
    aliases = get_global("territory_aliases")
    long = {
        code
        for code, meant in aliases.items()
        if len(code) == 3 and code.isalpha() and len(meant) == 1 and meant[0] in short
    }
    return pl.Series(sorted(short | long | _ALSO_CODES))


@cache
def _names() -> pl.Series:
    """The keys of the names of all countries in LANGUAGES, with and without what stands in brackets."""
    territories = (item for each in LANGUAGES for item in Locale(each).territories.items())
    names = {name for code, name in territories if len(str(code)) == 2 and code not in _NO_COUNTRY}
    full = pl.Series(sorted(names.union(_ALSO_NAMES)))
    bare = full.str.replace(r"\s*[(（].*$", "")
    return _keys(pl.concat([full, bare, _codes()])).unique()


def _keys(names: pl.Series) -> pl.Series:
    """Names as they are compared: without accents, case and punctuation."""
    bare = names.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return bare.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()


def read_countries(cells: pl.Series) -> Reading:
    """Read countries, kept as sent: two capitals that are no code are unknown-country-code; a name that
    is in none of LANGUAGES keeps its value with the warning unknown-country.

    >>> read_countries(pl.Series(["FR", "Allemagne", "XX"])).values.to_list()
    ['FR', 'Allemagne', None]
    """
    countries = stripped(cells)
    odd = (~countries.is_in(_codes().implode())).arg_true()
    if odd.is_empty():
        return Reading(countries)
    return overlay(Reading(countries), odd, read_once(countries.gather(odd), _read_odd))


def _read_odd(countries: pl.Series) -> Reading:
    is_bad_code = countries.str.contains("^[A-Z]{2}$")
    is_known = _keys(countries).is_in(_names().implode())
    return Reading(
        countries.set(is_bad_code, None),
        codes=where(is_bad_code, "unknown-country-code"),
        warnings=where(~is_known & ~is_bad_code, "unknown-country"),
    )
