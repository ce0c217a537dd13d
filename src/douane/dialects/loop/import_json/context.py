"""The context of importJson: from when to when entries go."""

from __future__ import annotations

from datetime import date
from typing import Any

from .body import Sent
from .dates import iso_day
from .messages import told
from .options import Options


def period_of(sent: Sent, options: Options) -> tuple[date, date] | None:
    """The first and the last day, None where there may be several periods.

    Refuses context-dates, also when they bound nothing, and context-order.
    """
    try:
        context = sent.small("contexte")
    except ValueError:
        raise told("context-dates") from None
    if context is None:
        return None
    if not isinstance(context, dict):
        raise told("context-dates")
    given = {name.strip().lower(): value for name, value in context.items()}
    period = _day(given.get("from")), _day(given.get("to"))
    if period[0] > period[1]:
        raise told("context-order")
    return None if options.has_several_periods else period


def _day(value: Any) -> date:
    day = iso_day(value) if isinstance(value, str) else None
    if day is None:
        raise told("context-dates")
    return day
