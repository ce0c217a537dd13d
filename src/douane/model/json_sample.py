"""What a sample of JSON objects holds: the values by their paths, and the lists of objects in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .json_paths import PATH_CHARACTERS_MAX, Each, Path

DEPTH_MAX = 8
LEAVES_MAX = 2000
LOOKED_AT = 1000
"""So many objects of a list are looked at."""

_PLAIN = re.compile(r"[^.\[\]\s'\"]+")


@dataclass(frozen=True)
class Leaf:
    """A single value, or a list of such: its path from the object it is looked at in, and an example."""

    path: Path
    example: Any

    @property
    def name(self) -> str:
        """The last name of the path."""
        return next((each for each in reversed(self.path) if isinstance(each, str)), "")


def written_path(path: Path) -> str | None:
    """The path as `read_path` reads it; None for one that cannot be written.

    >>> written_path(("a", "b c", 0, Each.PART))
    "$.a['b c'][0][*]"
    """
    parts = ["$"]
    for step in path:
        if isinstance(step, Each):
            parts.append(step.value)
        elif isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN.fullmatch(step):
            parts.append(f".{step}")
        elif "'" not in step or '"' not in step:
            quote = '"' if "'" in step else "'"
            parts.append(f"[{quote}{step}{quote}]")
        else:
            return None
    text = "".join(parts)
    return text if len(text) <= PATH_CHARACTERS_MAX and text.isprintable() else None


def record_lists(value: Any, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of objects that no list is around, with its path; the outer ones first."""
    if isinstance(value, list):
        if any(isinstance(each, dict) for each in value):
            yield path, value
    elif isinstance(value, dict) and len(path) < DEPTH_MAX:
        for name, each in value.items():
            yield from record_lists(each, (*path, name))


def leaves_of(objects: Sequence[Any]) -> list[Leaf]:
    """The values that the objects have, by path; each with the first example that is not empty."""
    found: dict[Path, Any] = {}
    for each in objects[:LOOKED_AT]:
        if isinstance(each, dict):
            for path, value in _values(each, ()):
                if len(found) < LEAVES_MAX or path in found:
                    found[path] = found[path] if found.get(path) not in (None, "", []) else value
    return [Leaf(path, example) for path, example in found.items()]


def parts_at(objects: Sequence[Any], path: Path) -> list[Any]:
    """The objects that stand at a path of names: those of lists, and those that stand there alone."""
    found: list[Any] = []
    for each in objects[:LOOKED_AT]:
        value = each
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        found += value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]


def inner_paths(objects: Sequence[Any]) -> list[Path]:
    """The paths of names at which objects stand, in a list or alone, the outer ones first."""
    found: dict[Path, None] = {}
    for each in objects[:LOOKED_AT]:
        found |= dict.fromkeys(_inner(each, ()))
    return sorted(found, key=len)


def _inner(value: Any, path: Path) -> Iterator[Path]:
    if not isinstance(value, dict) or len(path) >= DEPTH_MAX:
        return
    for name, each in value.items():
        is_list = isinstance(each, list) and any(isinstance(part, dict) for part in each)
        if isinstance(each, dict) or is_list:
            yield (*path, name)
        yield from _inner(each, (*path, name))


def _values(value: dict[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for name, each in value.items():
        where = (*path, name)
        if isinstance(each, dict):
            if len(where) < DEPTH_MAX:
                yield from _values(each, where)
        elif isinstance(each, list) and any(isinstance(part, dict) for part in each):
            for part in each[:LOOKED_AT]:
                if isinstance(part, dict) and len(where) + 1 < DEPTH_MAX:
                    yield from _values(part, (*where, Each.PART))
        else:
            yield where, each
