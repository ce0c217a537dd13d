"""Choices: one of a field's listed values, perhaps by way of the sender's own words for them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from .reading import Reading, stripped, where


def mapped_words(cells: pl.Series, new_by_old: Mapping[str, str]) -> pl.Series:
    """What `new_by_old` has for each cell, whatever its case; null where it has nothing."""
    # Words that differ in their case alone are one word, of which the first counts.
    known = {old.strip().lower(): new for old, new in reversed(list(new_by_old.items()))}
    words = cells.str.to_lowercase()
    return words.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def replace_mapped(cells: pl.Series, value_map: Mapping[str, str]) -> pl.Series:
    """The cells with the words of `value_map` replaced; the others stay as sent.

    >>> replace_mapped(pl.Series(["nf", "FAC"]), {"NF": "FAC", "NCC": "AVO"}).to_list()
    ['FAC', 'FAC']
    """
    bare = stripped(cells)
    found = mapped_words(bare, value_map)
    return found.zip_with(found.is_not_null(), bare)


def read_choices(cells: pl.Series, choices: tuple[str, ...]) -> Reading:
    """Read one of `choices`, whatever its case; the value is the choice as listed.

    Other words are unknown-choice, with the list as detail.

    >>> read_choices(pl.Series(["fac", "NF"]), ("AVO", "FAC")).values.to_list()
    ['FAC', None]
    """
    words = stripped(cells)
    values = mapped_words(words, {each: each for each in choices})
    unknown = values.is_null() & words.is_not_null()
    return Reading(values, where(unknown, "unknown-choice"), where(unknown, ", ".join(choices)))
