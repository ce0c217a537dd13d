"""Text: any characters, without the blanks at the ends, of bounded length."""

from __future__ import annotations

import polars as pl

from .reading import Reading, checked, stripped

CHARACTERS_MAX = 10_000


def read_texts(cells: pl.Series) -> Reading:
    """Read text; more than CHARACTERS_MAX characters are text-too-long.

    >>> read_texts(pl.Series([" Wong ", "  ", None])).values.to_list()
    ['Wong', None, None]
    """
    texts = stripped(cells)
    if not (texts.str.len_bytes() > CHARACTERS_MAX).any():
        return Reading(texts)
    return checked(texts, texts.str.len_chars() <= CHARACTERS_MAX, "text-too-long", f"{CHARACTERS_MAX:,}")
