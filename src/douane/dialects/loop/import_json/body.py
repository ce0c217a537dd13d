"""The body of importJson: what stands around the entries is read, the entries themselves stay text."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from douane.formats.json_cut import members

MEMBERS_MAX = 1000
SMALL_BYTES = 1 << 20
"""Whatever stands around the entries takes no more."""

Value = Mapping[str, memoryview]


@dataclass(frozen=True)
class Sent:
    """A body: its values and those of `data`, by their names in lower case, without those that are null."""

    top: Value
    data: Value

    @property
    def entries(self) -> memoryview | None:
        """The entries as JSON, None when there are none."""
        return self.data.get("ecritures")

    def small(self, name: str) -> Any:
        """A value of `data` that is no list of entries; ValueError when it is too large to be anything."""
        return small(self.data, name)


def read_body(body: bytes) -> Sent:
    """The parts of a body; `data` is empty where it is absent.

    Raises ValueError for what is no JSON object, in words, and RecursionError when it is nested too deeply.
    """
    start = len(BOM_UTF8) if body.startswith(BOM_UTF8) else 0
    top = _present(memoryview(body)[start:])
    return Sent(top, _present(top["data"]) if "data" in top else {})


def small(values: Value, name: str) -> Any:
    """The value of a name, None when it is absent. Numbers with a fraction come as text."""
    text = values.get(name)
    if text is None:
        return None
    if len(text) > SMALL_BYTES:
        raise ValueError(f"{name} is larger than {SMALL_BYTES} bytes")
    return msgspec.json.Decoder(float_hook=str).decode(text)


def kind_of(value: Any) -> str:
    """What a JSON value is, in words.

    >>> kind_of([1]), kind_of(None), kind_of(True)
    ('an array', 'null', 'true or false')
    """
    kinds = ((bool, "true or false"), (str, "a text"), (dict, "an object"), (list, "an array"))
    if value is None:
        return "null"
    return next((said for kind, said in kinds if isinstance(value, kind)), "a number")


def _present(text: memoryview) -> Value:
    """The members of an object by their names in lower case, without those that are null."""
    found = members(text, MEMBERS_MAX).items()
    return {name.lower(): value for name, value in found if bytes(value[:4]) != b"null"}
