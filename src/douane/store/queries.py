"""Named SQL: the statements of `sql/<name>.sql`, each under a line `-- statement_name --`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString

_HEADING = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@cache
def queries(name: str) -> Mapping[str, LiteralString]:
    """The statements of one file by name, without the closing semicolon."""
    text = (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    before, *parts = _HEADING.split(text)
    names = parts[::2]
    assert not before.strip(), f"sql/{name}.sql opens with text that belongs to no statement"
    assert len(set(names)) == len(names), f"sql/{name}.sql repeats a name"
    bodies = (body.strip().removesuffix(";") for body in parts[1::2])
    return MappingProxyType(dict(zip(names, bodies, strict=True)))
