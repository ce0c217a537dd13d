"""`douane connector`: where a company's records are pulled from, and when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .companies import OneOrganization, find_only_company
from .connector_file import read_file, show_definition
from .options import Data, Json, connected
from .output import show_json, show_rows
from .people import at_the_command_line
from .visible import visible

if TYPE_CHECKING:
    from douane.store.connectors import StoredConnector
    from douane.store.database import Connection

COLUMNS = ("name", "base_url", "mapping", "schedule", "when_busy", "due_at", "secrets", "changed_at")
COUNTS = ("added", "updated", "unchanged", "rejected")
ASKED = ("id", "asked_at", "cause", "due_at", "run", "outcome", "dry_run")
HISTORY_COLUMNS = (*ASKED, *COUNTS, "attempts", "next_at", "message")

File = Annotated[
    Path,
    typer.Argument(help="The connector, in TOML or JSON.", exists=True, dir_okay=False, readable=True),
]
Name = Annotated[str, typer.Argument(help="Its name, whatever the case.", show_default=False)]
OfCompany = Annotated[str | None, typer.Option("--company", help="Its company, when there are several.")]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME",
        help="Ask for this secret, instead of reading it in the file; repeat for more.",
        show_default=False,
    ),
]
Limit = Annotated[int, typer.Option(help="How many.", min=1)]


def add(
    file: File,
    *,
    secret: Secrets = None,
    company: OfCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Keep a connector, in place of the one of its name if there is one; its secrets are kept encrypted.

    Secrets that are kept already need not be given again, unless it leads to another host.

    Example: douane connector add shop.toml --secret key --company ACME
    """
    from douane.settings import from_environment
    from douane.store.connectors import put_connector
    from douane.store.sealing import Sealer

    sent = read_file(file, secret or [])
    sealer = Sealer.of(from_environment(data))
    with connected(data) as conn:
        kept = put_connector(conn, _owner(conn, company, organization), sent, sealer, at_the_command_line())
        lacking = _lacking_mapping(conn, kept)
    if as_json:
        show_json(kept.definition)
        return
    due = f", due at {kept.due_at:%Y-%m-%d %H:%M} UTC" if kept.due_at else ""
    print(f"Kept connector {visible(kept.name)}{due}.{lacking}")


def list_all(
    company: OfCompany = None, organization: OneOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """List the connectors of a company. Of their secrets only the names are shown.

    Example: douane connector list --company ACME
    """
    from douane.dialects.native.connectors import summary
    from douane.store.connectors import list_connectors

    with connected(data) as conn:
        rows = [summary(each) for each in list_connectors(conn, _owner(conn, company, organization))]
    if not as_json:
        rows = [{**row, "secrets": ", ".join(row["secrets"])} for row in rows]
    nothing = "There is no connector yet."
    show_rows(rows, COLUMNS, as_json=as_json, nothing=nothing, folded=("base_url", "secrets"))


def show(
    name: Name,
    *,
    company: OfCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show a connector, as TOML that can be changed and added again; without its secrets, which stay.

    Example: douane connector show shop --company ACME
    """
    from douane.store.connectors import get_connector

    with connected(data) as conn:
        found = get_connector(conn, _owner(conn, company, organization), name)
    show_definition(found.definition, found.secret_names, as_json=as_json)


def history(
    name: Name,
    *,
    limit: Limit = 50,
    company: OfCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List what a connector was asked for, the newest first: its runs, and what was left out and why.

    Example: douane connector history shop --company ACME
    """
    from douane.dialects.native.connectors import asking
    from douane.store.connector_runs import list_history
    from douane.store.connectors import get_connector

    with connected(data) as conn:
        stored = get_connector(conn, _owner(conn, company, organization), name)
        told = [asking(each) for each in list_history(conn, stored, limit)]
    if as_json:
        show_json(told)
        return
    nothing = "It was asked for nothing yet."
    show_rows(list(map(_row, told)), HISTORY_COLUMNS, as_json=False, nothing=nothing, folded=("message",))


def remove(
    name: Name,
    *,
    company: OfCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove a connector, its secrets and its history. Its runs stay.

    Example: douane connector remove shop --company ACME
    """
    from douane.store.connectors import remove_connector

    with connected(data) as conn:
        removed = remove_connector(conn, _owner(conn, company, organization), name)
    if as_json:
        show_json({"name": removed, "is_removed": True})
    else:
        print(f"Removed connector {visible(removed)}.")


def _lacking_mapping(conn: Connection, kept: StoredConnector) -> str:
    """A sentence when the mapping of a connector is still to be made."""
    from douane.errors import Refusal
    from douane.store.mappings import get_mapping

    try:
        get_mapping(conn, kept.organization_id, kept.mapping)
    except Refusal:
        return f" There is no mapping {visible(kept.mapping)} yet; douane mapping add makes it."
    return ""


def _owner(conn: Connection, company: str | None, organization: str | None) -> tuple[int, int]:
    found = find_only_company(conn, company, organization)
    return found.organization_id, found.id


def _row(told: dict[str, Any]) -> dict[str, Any]:
    counts = told["counts"] or {}
    return {**told, **{name: counts.get(name) for name in COUNTS}}
