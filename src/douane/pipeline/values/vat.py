"""VAT numbers of all countries: kept as sent, with a warning when the country's check fails."""

from __future__ import annotations

import polars as pl

from douane.model.identifiers import is_vat_number

from .reading import Reading, stripped, where
from .siret import are_sirens

_FRENCH = "^FR([0-9]{2})([0-9]{9})$"
_FIRST_SIREN = 1_000_000  # Monaco's numbers begin with 000 and are no SIREN


def read_vat_numbers(cells: pl.Series) -> Reading:
    """Read VAT numbers, kept as sent; what no country would issue has the warning vat-format.

    >>> read_vat_numbers(pl.Series(["FR 40 303 265 045", "12"])).warnings.to_list()
    [None, 'vat-format']
    """
    numbers = stripped(cells)
    bare = numbers.str.replace_all(r"[\s./-]", "").str.to_uppercase()
    doubtful = numbers.filter(~_are_french(bare)).drop_nulls().unique()
    if doubtful.is_empty():
        return Reading(numbers)
    wrong = _unknown_to_stdnum(doubtful)
    return Reading(numbers, warnings=where(numbers.is_in(wrong.to_list()), "vat-format"))


def _are_french(bare: pl.Series) -> pl.Series:
    """Whether each text is a French number with a check of two digits (a few old ones have letters)."""
    key = bare.str.extract(_FRENCH, 1).cast(pl.UInt64)
    siren = bare.str.extract(_FRENCH, 2).cast(pl.UInt64)
    is_siren = pl.Series(are_sirens(siren.fill_null(0).to_numpy()))
    right = (siren * 100 + 12) % 97 == key
    return (right & (is_siren | (siren < _FIRST_SIREN))).fill_null(False)


def _unknown_to_stdnum(numbers: pl.Series) -> pl.Series:
    return numbers.filter(~numbers.map_elements(is_vat_number, return_dtype=pl.Boolean))
