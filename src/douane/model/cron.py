"""Cron lines: five fields that say when something is due, in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

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

    What is never due, such as a 31st of February, is no such text either.

    >>> is_cron("*/15 8-18 * * 1-5"), is_cron("0 24 * * *"), is_cron("@daily"), is_cron("0 2 * *")
    (True, False, False, False)
    >>> is_cron("0 0 29 2 *"), is_cron("0 0 31 2 *")
    (True, False)
    """
    return _is_written_so(text) and _comes_due(text)


def next_due(line: str, after: datetime) -> datetime:
    """The first moment after `after`, in UTC as that is.

    >>> next_due("0 2 * * 1-5", datetime(2026, 11, 20, 2, 0)).isoformat()
    '2026-11-23T02:00:00'
    """
    return next(CronSim(line, after))


def last_due(line: str, now: datetime) -> datetime:
    """The last moment that is not after `now`.

    >>> last_due("*/15 * * * *", datetime(2026, 11, 20, 2, 30)).isoformat()
    '2026-11-20T02:30:00'
    """
    return next(CronSim(line, now.replace(second=0, microsecond=0) + timedelta(minutes=1), reverse=True))


def _comes_due(text: str) -> bool:
    try:
        next_due(text, datetime(2000, 1, 1))
    except (CronSimError, StopIteration):
        return False
    return True


def _is_written_so(text: str) -> bool:
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
