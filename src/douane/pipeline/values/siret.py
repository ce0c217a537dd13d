"""SIRET: the 14 digits of a French establishment, checked for a whole column at once.

The rules are those of `model.identifiers`; a property test keeps the two in agreement.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from .reading import Reading, stripped

Numbers = npt.NDArray[np.uint64]
Truths = npt.NDArray[np.bool_]

_SHAPE = "^[0-9]{14}$"
_LA_POSTE = 356_000_000
_LA_POSTE_HEAD_OFFICE = 35_600_000_000_048

_DIGITS = np.arange(10_000, dtype=np.uint64)[:, None] // 10 ** np.arange(4, dtype=np.uint64) % 10
_DIGIT_SUMS = _DIGITS.sum(axis=1)
_LUHN_SUMS = (_DIGITS * [1, 2, 1, 2] - 9 * (_DIGITS * [0, 1, 0, 1] > 4)).sum(axis=1).astype(np.uint64)


def read_sirets(cells: pl.Series) -> Reading:
    """Read SIRETs as 14 digits, blanks inside removed; the codes are siret-format and siret-checksum.

    >>> read_sirets(pl.Series(["732 829 320 00074", "73282932000075"])).values.to_list()
    ['73282932000074', None]
    """
    digits = stripped(cells).str.replace_all(r"\s", "")
    shaped = digits.str.contains(_SHAPE)
    # An empty cell counts as 0, which passes, so that `fine` stays null for it.
    numbers = digits.set(~shaped, None).cast(pl.UInt64).fill_null(0).to_numpy()
    fine = shaped & pl.Series(are_sirets(numbers))
    if fine.all():
        return Reading(digits)
    codes = pl.select(
        pl.when(~shaped).then(pl.lit("siret-format")).when(~fine).then(pl.lit("siret-checksum"))
    ).to_series()
    return Reading(digits.set(~fine, None), codes=codes)


def are_sirens(numbers: Numbers) -> Truths:
    """Whether each number of nine digits is a SIREN."""
    fine: Truths = _sums(_LUHN_SUMS, numbers) % 10 == 0
    return fine


def are_sirets(numbers: Numbers) -> Truths:
    """Whether each number of 14 digits is a SIRET."""
    sirens = numbers // 100_000
    by_luhn = _sums(_LUHN_SUMS, numbers) % 10 == 0
    # La Poste ran out of numbers that pass Luhn: https://fr.wikipedia.org/wiki/SIRET
    by_sum = _sums(_DIGIT_SUMS, numbers) % 5 == 0
    is_post_office = (sirens == _LA_POSTE) & (numbers != _LA_POSTE_HEAD_OFFICE)
    by_rule: Truths = np.where(is_post_office, by_sum, by_luhn)
    return are_sirens(sirens) & by_rule


def _sums(sums_of_four: Numbers, numbers: Numbers) -> Numbers:
    """The sums over all digits of numbers below 10**16, by table for four digits at a time."""
    four = np.uint64(10_000)
    parts = (numbers // four**place % four for place in range(4))
    total = np.zeros_like(numbers)
    for part in parts:
        total += sums_of_four[part]
    return total
