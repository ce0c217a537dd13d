"""`douane mapping`: the mappings of an organization, which say how its files fill the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from douane.errors import Refusal

from .mapping_file import as_toml, read_mapping
from .options import Data, Json, connected
from .output import show_json, show_rows
from .people import at_the_command_line
from .visible import visible

if TYPE_CHECKING:
    import psycopg

    from douane.store.mappings import StoredMapping

COLUMNS = ("name", "table", "columns", "changed_at", "changed_by")

File = Annotated[
    Path,
    typer.Argument(help="The mapping, in TOML or JSON.", exists=True, dir_okay=False, readable=True),
]
Name = Annotated[str, typer.Argument(help="Its name, whatever the case.", show_default=False)]
OfOrganization = Annotated[
    str | None, typer.Option("--organization", help="The organization, when there are several.")
]


def add(file: File, *, organization: OfOrganization = None, data: Data = None, as_json: Json = False) -> None:
    """Keep a mapping, in place of the one of its name if there is one.

    Runs that were asked for before go on with the mapping as it was.

    Example: douane mapping add sales.toml --organization ACME
    """
    from douane.store.mappings import put_mapping

    document = read_mapping(file)
    with _of(data, organization) as (conn, organization_id):
        kept = put_mapping(conn, organization_id, document, at_the_command_line())
    if as_json:
        show_json(kept.definition)
    else:
        print(f"Kept mapping {visible(kept.name)} to {document.table}, of {len(document.columns)} columns.")


def list_all(organization: OfOrganization = None, data: Data = None, as_json: Json = False) -> None:
    """List the mappings of an organization, the built-in ones too.

    Example: douane mapping list --organization ACME
    """
    from douane.store.mappings import list_mappings

    with _of(data, organization) as (conn, organization_id):
        rows = [_row(each) for each in list_mappings(conn, organization_id)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no mapping yet.", folded=("changed_by",))


def show(
    name: Name, *, organization: OfOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """Show a mapping, as TOML that can be changed and added again.

    Example: douane mapping show SALES --organization ACME
    """
    from douane.store.mappings import get_mapping

    with _of(data, organization) as (conn, organization_id):
        found = get_mapping(conn, organization_id, name)
    if as_json:
        show_json(found.definition)
    else:
        print(as_toml(found.definition), end="")


def remove(
    name: Name, *, organization: OfOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """Remove a mapping. Runs that were asked for with it go on with it.

    Example: douane mapping remove SALES --organization ACME
    """
    from douane.store.mappings import remove_mapping

    with _of(data, organization) as (conn, organization_id):
        removed = remove_mapping(conn, organization_id, name)
    if as_json:
        show_json({"name": removed, "is_removed": True})
    else:
        print(f"Removed mapping {visible(removed)}.")


@contextmanager
def _of(data: Path | None, organization: str | None) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """A connection, and the id of the organization."""
    with connected(data) as conn:
        yield conn, find_organization(conn, organization)


def find_organization(conn: psycopg.Connection[Any], code: str | None) -> int:
    """The id of the organization of this code, of the only one without; refuses `unknown-option`."""
    from douane.store.organizations import get_organization, list_organizations

    if code is not None:
        return get_organization(conn, code).id
    known = list_organizations(conn)
    if len(known) == 1:
        return known[0].id
    if not known:
        raise Refusal("unknown-option", "There is no organization yet.", "douane organization add makes one.")
    names = ", ".join(each.code for each in known[:20])
    raise Refusal("unknown-option", f"There are several organizations: {names}.", "Add --organization.")


def _row(mapping: StoredMapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "table": mapping.definition["table"],
        "columns": len(mapping.definition["columns"]),
        "changed_at": mapping.changed_at,
        "changed_by": mapping.changed_by or "built in",
    }
