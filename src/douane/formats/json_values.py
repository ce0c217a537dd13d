"""Values of JSON as text: numbers as they were written, several values in one, and what no text may hold."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from .outside import FORBIDDEN, OUTSIDE

DIGITS_MAX = 40
"""A number that is longer, or larger, stays text; it is no amount that could be kept."""

CHARSET = "UTF-8"
SPOILING = {
    OUTSIDE: ("bytes-outside-charset", CHARSET),
    **{sign: (code, "") for sign, code in FORBIDDEN.items()},
}
ABSENT = "\ufdd1"
"""Another noncharacter, for what an object does not have."""

SUSPICIOUS = (OUTSIDE.encode(), ABSENT.encode())
FIRST_BYTE, BACKSLASH = SUSPICIOUS[0][:1], b"\\"
SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|001f|fdd[01])", re.IGNORECASE)

HALF_A_PAIR = re.compile(
    rb"\\(?:u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<half>d[89a-f][0-9a-f]{2}))|.)",
    re.DOTALL | re.IGNORECASE,
)
"""Any escape in a text of JSON; `half` is one of a surrogate without the other."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class NoSingleValue(ValueError):
    """A value is no text, number or truth value, nor a list of such; in words."""


def exact(text: str) -> Decimal | str:
    """A JSON number with a fraction or an exponent as it was written, not a float.

    >>> exact("1.50"), exact("1e400")
    (Decimal('1.50'), '1e400')
    """
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        return text
    return number if len(text) <= DIGITS_MAX and abs(number.adjusted()) <= DIGITS_MAX else text


def as_text(value: Any, separator: str) -> str:
    """A value as a cell; null is empty, a list its values with `separator` between. Raises NoSingleValue.

    >>> as_text(Decimal("1.50"), "|"), as_text(True, "|"), as_text(["a", None, 2], "|"), as_text(None, "|")
    ('1.50', 'true', 'a|2', '')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return separator.join(filter(None, (as_text(each, separator) for each in value)))
    if isinstance(value, dict):
        raise NoSingleValue("an object, not a single value")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def kind_of(value: Any) -> str:
    """What a JSON value is, in words.

    >>> kind_of([1]), kind_of(None), kind_of(True)
    ('a list', 'null', 'true or false')
    """
    kinds = ((bool, "true or false"), (str, "a text"), (dict, "an object"), (list, "a list"))
    if value is None:
        return "null"
    return next((said for kind, said in kinds if isinstance(value, kind)), "a number")


def spoiled(value: Any) -> tuple[str, str]:
    """The code of a sign that no text may hold, and its detail; both empty where there is none."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found = next((told for sign, told in SPOILING.items() if sign in each), None)
            if found is not None:
                return found
        elif isinstance(each, dict):
            left += [*each, *each.values()]
        elif isinstance(each, list):
            left += each
    return "", ""


def is_suspicious(text: bytes) -> bool:
    """Whether a text of JSON may hold a sign that no cell may, or ABSENT.

    >>> is_suspicious(b'"a"'), is_suspicious(rb'"\\u001F"'), is_suspicious(rb'"\\u00e9"')
    (False, True, False)
    """
    # To look for a single byte takes a tenth of the time.
    if FIRST_BYTE in text and any(sign in text for sign in SUSPICIOUS):
        return True
    return BACKSLASH in text and SUSPICIOUS_ESCAPE.search(text) is not None


def without_halves(text: bytes) -> bytes:
    """A text of JSON with OUTSIDE in place of each half of a surrogate pair, which is no character.

    >>> without_halves(rb'["\\ud83d", "\\ud83d\\ude00"]')
    b'["\\\\ufdd0", "\\\\ud83d\\\\ude00"]'
    """
    return HALF_A_PAIR.sub(lambda found: rb"\ufdd0" if found["half"] else found[0], text)
