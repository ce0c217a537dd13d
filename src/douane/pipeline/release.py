"""Release: do the clear that a run holds."""

from __future__ import annotations

from douane.model.open_items import OPEN_ITEMS
from douane.model.refusing import refusal
from douane.store.database import Database
from douane.store.merging import Merging
from douane.store.runs import Run, get_run, mark_released, newest_import


def release_run(database: Database, run: Run) -> Run:
    """Clear what the run holds; gives the run with its new receipt.

    Refuses `nothing-held`, and `release-stale` when a newer import of the same door has succeeded, as
    what was absent then may have come back since.
    """
    with database.connection() as conn:
        merging = Merging(conn, OPEN_ITEMS, run.organization_id, run.company_id, run.id)
        merging.lock()
        current = get_run(conn, run.organization_id, run.id)
        assert current is not None, f"run {run.id} is gone"
        held = (current.receipt or {}).get("held")
        if not held or held["is_released"] or "open_items" not in (current.receipt or {})["tables"]:
            raise refusal("nothing-held", str(run.id))
        if newest_import(conn, current) != run.id:
            raise refusal("release-stale", str(run.id))
        assert current.created_at is not None
        merging.take_held()
        return mark_released(conn, run.id, merging.clear_absent(current.created_at.date()))
