"""Cells of a column from the values of JSON objects, whatever the case of their names and their kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

Rows = Sequence[Mapping[str, Any]]

AMBIGUOUS_DECIMALS = 3
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def written(value: Any) -> str:
    """A value as a cell: a text as it is, a number in digits, anything else as JSON.

    A number with three decimals gets a fourth: with three, a text could be read as thousands.

    >>> written(Decimal("1.234")), written(Decimal("1E+3")), written(True), written([Decimal("1.5")])
    ('1.2340', '1000', 'true', '[1.5]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        digits = f"{value:f}"
        return f"{digits}0" if digits[-AMBIGUOUS_DECIMALS - 1 : -AMBIGUOUS_DECIMALS] == "." else digits
    return _ENCODER.encode(value).decode()


def spellings(rows: Rows) -> dict[str, list[str]]:
    """The names that the objects have, by their lower case."""
    found: dict[str, list[str]] = {}
    for name in sorted(set().union(*rows)):
        found.setdefault(name.strip().lower(), []).append(name)
    return found


def values(rows: Rows, names: Sequence[str]) -> list[Any]:
    """For each object the value of the last of the names that it has."""
    if not names:
        return [None] * len(rows)
    found = [row.get(names[-1]) for row in rows]
    for name in reversed(names[:-1]):
        found = [row.get(name) if value is None else value for row, value in zip(rows, found, strict=True)]
    return found


def column(label: str, cells: Sequence[Any]) -> pl.Series:
    """The cells as text, null where they are empty."""
    # Polars must not see what is nested: it takes minutes to find the type of a deep list.
    told = [each if each is None or each.__class__ is str else written(each) for each in cells]
    texts = pl.Series(label, told, dtype=pl.String)
    is_empty = texts.str.len_bytes() == 0
    return texts.set(is_empty, None) if is_empty.any() else texts
