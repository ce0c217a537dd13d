"""Whether a source is ready: what its status means to a call, and what a call is repeated for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from douane.errors import SourceFailure
from douane.model.connector import Call, Until
from douane.model.json_paths import read_path, value_at

from .answers import DENIED, check_answer
from .pull_source import Result, Source

AT_ONCE = {408, 425, 429}
"""Statuses that say when to ask again, whatever the call waits for."""

SHOWN_MAX = 50


class NotReady(Exception):
    """What the call is repeated for is not so yet; in words."""


def check_status(
    status: int, headers: Mapping[str, str], shown: str, until: Until | None, fine: Collection[int]
) -> None:
    """Nothing when the status is `fine`, or waited for. Raises NotReady, and what `check_answer` raises."""
    if until is not None and until.status:
        if status == until.status:
            return
        if status < 500 and status not in AT_ONCE | DENIED:
            raise NotReady(f"it answers {status}, where {until.status} was expected")
    elif status in fine:
        return
    check_answer(status, headers, shown)


def check_value(until: Until | None, value: Any) -> None:
    """Nothing when what is waited for stands in the value of an answer. Raises NotReady."""
    if until is None or not until.path:
        return
    found = value_at(value, read_path(until.path))
    seen = as_text(found)
    if found is None or (until.value and seen != until.value):
        expected = f"{until.value[:SHOWN_MAX]!r}" if until.value else "something"
        raise NotReady(f"{until.path} is {seen[:SHOWN_MAX]!r}, where {expected} was expected")


def as_text(value: Any) -> str:
    """A plain JSON value as it is written in texts; nothing for null, lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def awaited(source: Source, call: Call, once: Callable[[], Result]) -> Result:
    """What `once` gives when it is ready, asked as often as the call says. Raises SourceFailure at last."""
    if call.until is None:
        return source.tried(once)
    looks = 0
    while True:
        looks += 1
        try:
            return source.tried(once)
        except NotReady as not_ready:
            words = str(not_ready)
        if looks == call.until.attempts or not source.has_time(call.until.seconds):
            raise SourceFailure(f"{call.path or 'The source'} is not ready after {looks} looks: {words}.")
        source.note(f"Not ready: {words}. Asked again in {call.until.seconds:g} seconds.")
        source.wait(call.until.seconds)
