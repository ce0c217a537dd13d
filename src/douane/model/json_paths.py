"""Paths into JSON values: `$.a.b`, `$['a b']`, `[n]` for one of a list and `[*]` for each of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

PATH_CHARACTERS_MAX = 500
STEPS_MAX = 50


class Each(Enum):
    """The step into every part of a list."""

    PART = "[*]"


Step = str | int | Each
Path = tuple[Step, ...]

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]\s'"]+) | \[(?P<number>[0-9]{1,9})\] | \[(?P<each>\*)\]
        | \['(?P<single>[^']*)'\] | \["(?P<double>[^"]*)"\]""",
    re.VERBOSE,
)


def read_path(text: str) -> Path:
    """The steps of a path. Raises ValueError when it is none.

    >>> read_path("$"), read_path("$.data[0]['first name'][*]")
    ((), ('data', 0, 'first name', <Each.PART: '[*]'>))
    """
    if not text.startswith("$") or len(text) > PATH_CHARACTERS_MAX:
        raise ValueError("a path such as $.data.accounts")
    steps: list[Step] = []
    place = 1
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None or len(steps) == STEPS_MAX:
            raise ValueError("a path such as $.data.accounts, $.lists[0] or $.pages[*].accounts")
        steps.append(_step(found))
        place = found.end()
    return tuple(steps)


def values_at(value: Any, path: Path) -> Iterator[Any]:
    """Every value that the path leads to, in the order they stand in; none where it leads nowhere.

    >>> list(values_at({"a": [{"b": 1}, {}, {"b": 3}]}, read_path("$.a[*].b")))
    [1, 3]
    """
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from values_at(value[step], rest)
    elif isinstance(value, list):
        for each in value if isinstance(step, Each) else value[step : step + 1]:
            yield from values_at(each, rest)


def value_at(value: Any, path: Path) -> Any:
    """The first value that the path leads to, None where it leads nowhere."""
    return next(values_at(value, path), None)


def _step(found: re.Match[str]) -> Step:
    kind = found.lastgroup
    assert kind is not None, "every way to write a step has its group"
    if kind == "each":
        return Each.PART
    return int(found[kind]) if kind == "number" else found[kind]
