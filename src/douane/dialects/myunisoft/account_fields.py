"""How the values of an account are read from the wire, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from douane.model.texts import is_plain

from .errors import refused

TEXT_CHARACTERS_MAX = 10_000
ITEMS_MAX = 1000
ID_MAX = 2**63 - 1
NO_ID = -1
"""Stands for an id that is too large to be one; it names nothing."""

Reader = Callable[[str, Any], Any]


@dataclass(frozen=True)
class WireField:
    """A field of the wire. `field` is the model's; `read` takes the wire's name and what was sent there."""

    name: str
    field: str
    read: Reader


def filled(sent: Mapping[str, Any], known: Mapping[str, WireField]) -> dict[str, Any]:
    """The model's fields with what was sent for them; null and empty text count as not sent, as do blanks.

    Names that are not `known` are passed over. Refuses GBL10 or GBL5 for the first value that is not what
    its field takes.
    """
    values: dict[str, Any] = {}
    for name, value in sent.items():
        each = known.get(name)
        if each is None or value is None or value == "":
            continue
        read = each.read(name, value)
        if read is not None:
            values[each.field] = read
    return values


def read_text(name: str, value: Any) -> str | None:
    """Text without the blanks around it, None for blanks alone."""
    if not isinstance(value, str):
        raise refused("GBL10", name)
    if len(value) > TEXT_CHARACTERS_MAX:
        raise refused("GBL5", name, TEXT_CHARACTERS_MAX)
    return value.strip() or None


def read_line(name: str, value: Any) -> str | None:
    """Text of one line: other formats have no place for a line end or a control character in it."""
    text = read_text(name, value)
    if text is not None and not is_plain(text):
        raise refused("GBL10", name)
    return text


def read_number(name: str, value: Any) -> str | None:
    """The number of an account, as long as it was sent: what is wrong with it has codes of its own."""
    if not isinstance(value, str):
        raise refused("GBL10", name)
    return value.strip() or None


def read_flag(name: str, value: Any) -> bool:
    """True or false, no text and no number."""
    if not isinstance(value, bool):
        raise refused("GBL10", name)
    return value


def read_id(name: str, value: Any) -> int | None:
    """An id, also as text."""
    if isinstance(value, str):
        digits = value.strip()
        if not digits:
            return None
        if not (digits.isascii() and digits.isdigit()):
            raise refused("GBL10", name)
        value = int(digits) if len(digits) < 20 else NO_ID
    if not isinstance(value, int) or isinstance(value, bool):
        raise refused("GBL10", name)
    return value if 0 <= value <= ID_MAX else NO_ID


def read_measure(name: str, value: Any) -> Decimal | int:
    """A number that is neither an id nor an amount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refused("GBL10", name)
    return value


def read_date(name: str, value: Any) -> str | None:
    """A date, written as one; refuses GBL2."""
    text = read_text(name, value)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise refused("GBL2") from None


def read_items(known: Mapping[str, WireField]) -> Reader:
    """A reader of lists of objects with these fields; objects without a value are left out."""

    def read(name: str, value: Any) -> list[dict[str, Any]] | None:
        if not isinstance(value, list) or len(value) > ITEMS_MAX:
            raise refused("GBL10", name)
        if not all(isinstance(item, dict) for item in value):
            raise refused("GBL10", name)
        return [item for item in (filled(each, known) for each in value) if item] or None

    return read


def by_name(*known: WireField) -> dict[str, WireField]:
    """The fields by their names on the wire."""
    return {each.name: each for each in known}
