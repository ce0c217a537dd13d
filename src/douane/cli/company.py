"""`douane company`: the legal entities of an organization."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .options import Data, Json, Name, Siren, connected
from .output import show_json, show_rows

COLUMNS = ("organization", "code", "name", "siren", "is_default")

Organization = Annotated[str, typer.Argument(help="The code of its organization.", show_default=False)]
OneOrganization = Annotated[
    str | None, typer.Option("--organization", help="Only the companies of this one.", show_default=False)
]
Code = Annotated[str, typer.Argument(help="A short code, such as NORTH.", show_default=False)]


def add(
    organization: Organization,
    code: Code,
    *,
    name: Name = "",
    siren: Siren = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a company to an organization; the first one is its default company.

    Example: douane company add ACME NORTH --name "Acme Nord" --siren 732829320
    """
    from douane.store.organizations import add_company

    with connected(data) as connection:
        added = add_company(connection, organization, code, name, siren)
    if as_json:
        show_json({column: getattr(added, column) for column in COLUMNS})
    else:
        print(f"Added company {added.code} to {added.organization}.")


def list_all(organization: OneOrganization = None, data: Data = None, as_json: Json = False) -> None:
    """List the companies.

    Example: douane company list --organization ACME
    """
    from douane.store.organizations import list_companies

    with connected(data) as connection:
        rows = [asdict(each) for each in list_companies(connection, organization)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no company yet.")
