"""Beside: whether what stands of an address beside its account is one at all.

A sender of flat objects often has all names in each of them, empty or as they usually are where there is no
address to tell of. That is none, while a list in which an address stands has one, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

USUAL = {
    "is_unlinked": ("", "false", "0"),
    "is_shipping": ("", "true", "1"),
    "is_billing": ("", "true", "1"),
}
"""The words by which a flag says nothing, in lower case; other cells say nothing when they are blank."""

BLANK = ("",)


def says_something(cells: Mapping[str, str | None]) -> bool:
    """Whether the cells of an address are one.

    >>> says_something({"city": " ", "is_shipping": "True"}), says_something({"is_unlinked": "true"})
    (False, True)
    """
    return any(
        text is not None and text.strip().lower() not in USUAL.get(name, BLANK)
        for name, text in cells.items()
    )


def saying(columns: Iterable[str]) -> pl.Expr:
    """Which rows of these columns are an address, as `says_something` has it."""
    return pl.any_horizontal(
        ~pl.col(name).str.strip_chars().str.to_lowercase().is_in(USUAL.get(name, BLANK)).fill_null(True)
        for name in columns
    )
