"""How a person says that dates are written: `dd/mm/yyyy`, `jjmmaa`, `yyyymmdd` and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IN_FRENCH = str.maketrans("ja", "dy")
_DIGITS = {"d": "{1,2}", "dd": "{2}", "m": "{1,2}", "mm": "{2}", "yy": "{2}", "yyyy": "{4}"}
_PART = r"(dd?|jj?|mm?|(?:yy){1,2}|(?:aa){1,2})"
_BETWEEN = r"([ !-/:-@\[-`{-~]{0,3})"
_SHAPE = re.compile(_PART + _BETWEEN + _PART + _BETWEEN + _PART, re.IGNORECASE)


@dataclass(frozen=True)
class DateFormat:
    """A format that was understood: its text, the pattern of such a date, and the pattern's groups."""

    text: str
    pattern: str
    day: int
    month: int
    year: int


def is_date_format(text: str) -> bool:
    """Whether `date_format_of` understands the text.

    >>> is_date_format("dd/mm/yyyy"), is_date_format("jjmmaa"), is_date_format("mm/yyyy")
    (True, True, False)
    """
    return _understood(text) is not None


def date_format_of(text: str) -> DateFormat:
    """What `text` says of dates; ValueError when it is no format.

    A format has a day (`dd`, or `d` for one or two digits), a month (`mm` or `m`) and a year (`yyyy`, or `yy`
    for 1969 to 2068) in any order, and between two of them up to three signs, or none. The case is ignored;
    `jj` and `aaaa` are the day and the year in French. Nothing tells where the digits of `d` or `m` end but a
    sign, so each needs one on both sides where it has a neighbour.

    >>> date_format_of("d.m.yy").pattern
    '^([0-9]{1,2})\\\\.([0-9]{1,2})\\\\.([0-9]{2})$'
    """
    found = _understood(text)
    if found is None:
        raise ValueError(f"{text!r} is no date format; expected one such as dd/mm/yyyy")
    return found


def _understood(text: str) -> DateFormat | None:
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    first, before, second, after, third = shape.groups()
    parts = [part.lower().translate(_IN_FRENCH) for part in (first, second, third)]
    is_single = [len(part) == 1 for part in parts]
    touches = (not before and any(is_single[:2])) or (not after and any(is_single[1:]))
    if touches or {part[0] for part in parts} != set("dmy"):
        return None
    groups = [f"([0-9]{_DIGITS[part]})" for part in parts]
    pattern = f"^{groups[0]}{re.escape(before)}{groups[1]}{re.escape(after)}{groups[2]}$"
    day, month, year = ([part[0] for part in parts].index(letter) + 1 for letter in "dmy")
    return DateFormat(text, pattern, day, month, year)
