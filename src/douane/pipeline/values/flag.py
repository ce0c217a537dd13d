"""Flags: 0 and 1, and the words for yes and no that exports write instead."""

from __future__ import annotations

import polars as pl

from .reading import Reading, stripped, where

TRUE_WORDS = ("1", "true", "yes", "oui")
FALSE_WORDS = ("0", "false", "no", "non")


def read_flags(cells: pl.Series) -> Reading:
    """Read flags, whatever their case; other words are not-a-flag.

    >>> read_flags(pl.Series(["1", "Non", "2"])).values.to_list()
    [True, False, None]
    """
    words = stripped(cells).str.to_lowercase()
    is_true = words.is_in(TRUE_WORDS)
    known = is_true | words.is_in(FALSE_WORDS)
    if known.all():
        return Reading(is_true)
    return Reading(is_true.set(~known, None), where(~known, "not-a-flag"))
