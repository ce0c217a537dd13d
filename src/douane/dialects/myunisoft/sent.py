"""What a request sent, read with bounds: a JSON object whose numbers are exact, and the values in it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from douane.model.texts import is_plain

from .errors import refused

DIGITS_MAX = 40
"""A number with more digits before or after its point is none that we could keep."""

UNKNOWN = 0
"""Stands for what cannot be an id; it names nothing."""

ID_MAX = 2**63 - 1
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > DIGITS_MAX or abs(number.adjusted()) > DIGITS_MAX:
        raise ValueError(f"{text[:50]} has more than {DIGITS_MAX} digits")
    return number


_JSON = msgspec.json.Decoder(float_hook=_exact)


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, decimals as Decimal.

    Refuses ERR-BAD-REQUEST when it is none, or holds what no text of a database can: a NUL, half a character.
    """
    try:
        sent = _JSON.decode(body.removeprefix(BOM_UTF8))
        msgspec.json.encode(sent)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise refused("ERR-BAD-REQUEST", "it is no JSON that can be kept") from error
    if not isinstance(sent, dict):
        raise refused("ERR-BAD-REQUEST", "it is no JSON object")
    if b"\\u0000" in body and _holds_nul(sent):
        raise refused("ERR-BAD-REQUEST", "it holds a NUL character")
    return sent


def is_absent(value: Any) -> bool:
    """Whether nothing was sent: no value, null, or a text of blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def id_of(value: Any) -> int | None:
    """An id, also as text; None when it is absent, UNKNOWN for what cannot be one, such as -1."""
    if is_absent(value):
        return None
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,19}", value.strip(), re.ASCII):
        value = int(value)
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= ID_MAX
    return value if is_id else UNKNOWN


def text_of(sent: Mapping[str, Any], name: str, length_max: int) -> str | None:
    """The text of this name without the blanks around it, None when it is absent; a whole number is one too.

    Refuses GBL10 for another kind of value and for control characters, GBL5 for a text too long.
    """
    value = sent.get(name)
    if is_absent(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not is_plain(value.strip()):
        raise refused("GBL10", name)
    if len(value.strip()) > length_max:
        raise refused("GBL5", name, length_max)
    return value.strip()


def date_of(value: Any, code: str) -> date | None:
    """A date written YYYY-MM-DD, None when it is absent. Refuses `code` for what is none."""
    if is_absent(value):
        return None
    try:
        if isinstance(value, str) and DATE.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise refused(code)


def amount_of(value: Any, code: str) -> Decimal | None:
    """An exact number, also as text with a point; None when it is absent. Refuses `code` for what is none."""
    if is_absent(value):
        return None
    if isinstance(value, str) and len(value) <= DIGITS_MAX and NUMBER.fullmatch(value.strip()):
        try:
            return Decimal(value.strip())
        except InvalidOperation:
            raise refused(code) from None
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    raise refused(code)


def _holds_nul(value: Any) -> bool:
    """Whether a text anywhere in it holds a NUL character."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(each) for name, each in value.items())
    return isinstance(value, list) and any(_holds_nul(each) for each in value)
