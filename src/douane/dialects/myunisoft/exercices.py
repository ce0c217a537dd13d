"""The calls about fiscal years: list, create and change them; the wire calls them exercices."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Raw

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.errors import Refusal
from douane.model.fiscal_years import FiscalYear, relative_names
from douane.store import fiscal_years

from .books import owner
from .errors import refused
from .sent import date_of, id_of, object_of

LETTERED_WITHIN_A_YEAR = 1
YEARS_MAX = 100
NOTHING = Decimal(0)

WIRE_CODES = {
    "year-overlap": "EXERCICE3",
    "year-closed": "EXERCICE14",
    "unknown-record": "EXERCICE10",
    "record-in-use": "EXERCICE13",
    "bad-record": "EXERCICE13",
}
"""What refuses a fiscal year -> the wire's code. Days between two years that belong to none are no error."""


def list_exercices(asked: Asked) -> Reply:
    """Every fiscal year of the folder, the latest first, with its result and turnover from final entries."""
    return Reply(200, [_exercice(*each) for each in reversed(_described(asked))])


def create_exercices(asked: Asked) -> Reply:
    """New fiscal years, all or none. Refuses EXERCICE3 for a day that is taken, EXERCICE13, GBL2, GBL3."""
    return _stored(asked, fiscal_years.add_year, needs_id=False)


def change_exercices(asked: Asked) -> Reply:
    """Other days for fiscal years, all or none. Refuses GBL8, EXERCICE10, EXERCICE14 too."""
    return _stored(asked, fiscal_years.change_year, needs_id=True)


def exact(amount: Decimal) -> Raw:
    """The amount as a JSON number, digit by digit, without zeros that say nothing."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Raw(("0" if text in {"", "-0"} else text).encode())


def _stored(asked: Asked, store: Callable[..., FiscalYear], *, needs_id: bool) -> Reply:
    sent = object_of(asked.body).get("exercice")
    if not isinstance(sent, list) or not sent or len(sent) > YEARS_MAX:
        raise refused("GBL10", "exercice")
    wanted = [_read(each, needs_id=needs_id) for each in sent]
    try:
        stored = {store(asked.conn, *owner(asked.caller), each).id for each in wanted}
    except Refusal as refusal:
        raise refused(WIRE_CODES.get(refusal.code, "EXERCICE13")) from None
    return Reply(200, [_brief(*each) for each in _described(asked) if each[0].id in stored])


def _read(sent: Any, *, needs_id: bool) -> FiscalYear:
    """One fiscal year as sent. Refuses GBL10, GBL8, GBL3 and GBL2."""
    if not isinstance(sent, dict):
        raise refused("GBL10", "exercice")
    year_id = id_of(sent.get("exercice_id")) if needs_id else 0
    if year_id is None:
        raise refused("GBL8")
    starts_on, ends_on = date_of(sent.get("start_date"), "GBL2"), date_of(sent.get("end_date"), "GBL2")
    if starts_on is None or ends_on is None:
        raise refused("GBL3")
    return FiscalYear(starts_on, ends_on, id=year_id)


Described = tuple[FiscalYear, str, fiscal_years.YearTotals]


def _described(asked: Asked) -> list[Described]:
    """Each fiscal year with what it is called today and what it came to."""
    scope = (asked.conn, *owner(asked.caller))
    years = fiscal_years.list_years(*scope)
    names = relative_names(years, fiscal_years.today(asked.conn))
    totals = fiscal_years.year_totals(*scope)
    return [
        (year, names[year.id], totals.get(year.id) or fiscal_years.YearTotals(year.id, NOTHING, NOTHING))
        for year in years
    ]


def _exercice(year: FiscalYear, name: str, totals: fiscal_years.YearTotals) -> dict[str, Any]:
    return {
        "exercice_id": year.id,
        "start_date": year.starts_on.isoformat().replace("-", ""),
        "end_date": year.ends_on.isoformat().replace("-", ""),
        "label": name,
        "result": exact(totals.result),
        "ca": exact(totals.turnover),
        "closed": year.is_closed,
        "duration": year.months,
        "closed_at": year.closed_at.isoformat(timespec="seconds") if year.closed_at else None,
        "closed_by": year.closed_by,
        "review_model": None,
        "lettering_method_id": LETTERED_WITHIN_A_YEAR,
    }


def _brief(year: FiscalYear, name: str, totals: fiscal_years.YearTotals) -> dict[str, Any]:
    """What the wire answers to a change."""
    full = _exercice(year, name, totals)
    names = ("exercice_id", "start_date", "end_date", "label", "duration", "closed", "ca")
    return {each: full[each] for each in names} | {"used_software": ""}
