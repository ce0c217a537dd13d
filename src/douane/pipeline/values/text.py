"""Text: any characters, without the blanks at the ends, of bounded length."""

from __future__ import annotations

import polars as pl

from .reading import Reading, checked, stripped

CHARACTERS_MAX = 10_000


def read_texts(cells: pl.Series, characters_max: int = CHARACTERS_MAX) -> Reading:
    """Read text; more than `characters_max` characters are text-too-long.

    >>> read_texts(pl.Series([" Wong ", "  ", None])).values.to_list()
    ['Wong', None, None]
    """
    texts = stripped(cells)
    if not (texts.str.len_bytes() > characters_max).any():
        return Reading(texts)
    return checked(texts, texts.str.len_chars() <= characters_max, "text-too-long", f"{characters_max:,}")
