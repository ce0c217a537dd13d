"""`douane organization`: the firms and groups that send."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .options import Data, Json, Name, Siren, connected
from .output import show_json, show_rows

COLUMNS = ("code", "name", "siren")

Code = Annotated[str, typer.Argument(help="A short code, such as ACME.", show_default=False)]


def add(code: Code, name: Name = "", siren: Siren = "", data: Data = None, as_json: Json = False) -> None:
    """Add an organization.

    Example: douane organization add ACME --name "Acme SA" --siren 732829320
    """
    from douane.store.organizations import add_organization

    with connected(data) as connection:
        added = add_organization(connection, code, name, siren)
    if as_json:
        show_json({column: getattr(added, column) for column in COLUMNS})
    else:
        print(f"Added organization {added.code}.")


def list_all(data: Data = None, as_json: Json = False) -> None:
    """List the organizations.

    Example: douane organization list
    """
    from douane.store.organizations import list_organizations

    with connected(data) as connection:
        rows = [asdict(each) for each in list_organizations(connection)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no organization yet.")
