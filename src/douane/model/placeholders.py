"""Placeholders: `{name}` in a text stands for a secret or for what an earlier call has kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

NAME = r"[A-Za-z_][A-Za-z0-9_]{0,39}"
_PLACE = re.compile(rf"\{{({NAME})\}}")


def names_in(value: Any) -> frozenset[str]:
    """The names that stand in the texts of a JSON value.

    >>> sorted(names_in({"a": ["{id}", "{id}-{key}", "{ not }"]}))
    ['id', 'key']
    """
    return frozenset(name for text in _texts(value) for name in _PLACE.findall(text))


def filled(value: Any, values: Mapping[str, str], quoted: Callable[[str], str] = str) -> Any:
    """The JSON value with the values in place of their names, each `quoted` first.

    >>> filled({"ids": ["a-{id}"]}, {"id": "7"})
    {'ids': ['a-7']}
    """
    if isinstance(value, str):
        return _PLACE.sub(lambda found: quoted(values[found[1]]), value)
    if isinstance(value, Mapping):
        return {key: filled(each, values, quoted) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, values, quoted) for each in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
