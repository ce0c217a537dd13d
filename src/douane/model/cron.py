"""Cron lines: five fields that say when something is due, in UTC."""

from __future__ import annotations

import re

FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day of the month": (1, 31),
    "month": (1, 12),
    "day of the week": (0, 7),
}
_PART = re.compile(r"(?:\*|(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?)(?:/(?P<step>[0-9]{1,2}))?")


def is_cron(text: str) -> bool:
    """Whether the text is five fields of numbers, `*`, ranges, steps and lists of these, within their bounds.

    >>> is_cron("*/15 8-18 * * 1-5"), is_cron("0 24 * * *"), is_cron("@daily"), is_cron("0 2 * *")
    (True, False, False, False)
    """
    found = text.split(" ")
    bounds = FIELDS.values()
    return len(found) == len(FIELDS) and all(
        _is_part(part, *within)
        for each, within in zip(found, bounds, strict=True)
        for part in each.split(",")
    )


def _is_part(text: str, least: int, most: int) -> bool:
    found = _PART.fullmatch(text)
    if found is None or (found["step"] and not 0 < int(found["step"]) <= most):
        return False
    if found["first"] is None:
        return True
    first, last = int(found["first"]), int(found["last"] or found["first"])
    return least <= first <= last <= most
