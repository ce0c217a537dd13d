"""`douane runs`: what was imported, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .companies import OneOrganization, find_company
from .options import Data, Json, connected
from .receipts import as_json_text
from .tables import show_table

if TYPE_CHECKING:
    from douane.store.runs import Run

COUNTS = ("received", "added", "updated", "unchanged", "rejected", "cleared")
COLUMNS = ("run", "created_at", "state", "company", "table", *COUNTS, "file")

Limit = Annotated[int, typer.Option(help="How many.", min=1)]
Before = Annotated[int | None, typer.Option(help="Only runs older than this one.", show_default=False)]
OneCompany = Annotated[str | None, typer.Option("--company", help="Only its runs.", show_default=False)]


def runs(
    limit: Limit = 20,
    before: Before = None,
    company: OneCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the runs, the newest first.

    Example: douane runs --limit 50 --company ACME
    """
    from douane.store.organizations import get_organization, list_companies
    from douane.store.runs import list_runs

    with connected(data) as conn:
        owner = get_organization(conn, organization).id if organization else None
        books = find_company(conn, company, organization).id if company else None
        found = list_runs(conn, owner, books, limit, before)
        names = {each.id: (each.organization, each.code) for each in list_companies(conn)}
    if as_json:
        print(as_json_text([_summary(run, names) for run in found]))
        return
    if found:
        show_table([_row(run, names) for run in found], COLUMNS, folded=("file",))
    else:
        print("There is no run yet.")


def _summary(run: Run, names: dict[int, tuple[str, str]]) -> dict[str, Any]:
    from douane.dialects.native.replies import summary

    organization, company = names[run.company_id]
    return {**summary(run), "organization": organization, "company": company}


def _row(run: Run, names: dict[int, tuple[str, str]]) -> dict[str, Any]:
    organization, company = names[run.company_id]
    counts = (run.receipt or {}).get("counts", {})
    is_held = ((run.receipt or {}).get("held") or {}).get("is_released") is False
    notes = [run.state, *(["dry run"] if run.is_dry_run else []), *(["held"] if is_held else [])]
    return {
        "run": run.id,
        "state": ", ".join(notes),
        "company": company if company == organization else f"{organization} {company}",
        "table": f"{run.dialect} {run.door}",
        **{name: counts.get(name, 0) for name in COUNTS},
        "file": run.upload_name,
        "created_at": run.created_at,
    }
