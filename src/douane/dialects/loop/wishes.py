"""What Loop's imports wish of entries: all or nothing, with what the files name made on the way."""

from __future__ import annotations

from typing import Any

from douane.errors import Refusal
from douane.pipeline.entries.wishes import Making
from douane.store.database import Connection
from douane.store.establishments import list_establishments
from douane.store.runs import Run

from .requests import ESTABLISHMENT

MAKES_ALL: dict[str, Any] = {
    "makes_accounts": Making.ALL,
    "makes_journals": Making.ALL,
    "makes_third_parties": True,
}
"""For formats and models that say nothing of what may be made."""


def common_wishes(conn: Connection, run: Run) -> dict[str, Any]:
    """Arguments of EntryWishes that all four imports have in common.

    An entry that is there with other lines is added beside it: what the API sends are postings, not a year.
    """
    found = list_establishments(conn, run.organization_id, run.company_id)
    named = run.options.get(ESTABLISHMENT)
    return {
        "updates_known": False,
        "makes_years": True,
        "establishments": {each.siret: each.id for each in found if each.siret},
        "establishment_id": int(named) if named else None,
        "refuse": refusal_of,
    }


def refusal_of(fault: dict[str, Any], share: float) -> Refusal:
    """The refusal of a file whose weightiest fault is `fault`."""
    return Refusal(fault["code"], f"Line {fault['line']}: {fault['message']}.", fault["hint"])
