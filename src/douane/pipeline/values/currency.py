"""Currencies: ISO 4217 codes as the CLDR data of babel has them."""

from __future__ import annotations

from functools import cache

import polars as pl
from babel.core import get_global

from .reading import Reading, checked, stripped

IN_USE_SINCE = (2010, 1, 1)
"""A currency replaced since this day (HRK, LTL, ...) is still read; one replaced before (FRF) is not."""

_NO_CURRENCY = {"XXX", "XTS"}
_ONLY_IN_ISO = {"SVC", "XAD"}


@cache
def currency_codes() -> frozenset[str]:
    """The codes that are read: in use anywhere since IN_USE_SINCE, accounting units and metals included."""
    uses = (use for territory in get_global("territory_currencies").values() for use in territory)
    in_use = {code for code, _start, end, _tender in uses if end is None or tuple(end) >= IN_USE_SINCE}
    return frozenset((in_use | _ONLY_IN_ISO) - _NO_CURRENCY)


def read_currencies(cells: pl.Series) -> Reading:
    """Read currency codes in upper case, whatever their case; others are unknown-currency.

    >>> read_currencies(pl.Series(["eur", "FRF"])).values.to_list()
    ['EUR', None]
    """
    codes = stripped(cells).str.to_uppercase()
    return checked(codes, codes.is_in(list(currency_codes())), "unknown-currency")
