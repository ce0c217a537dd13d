"""`douane establishment`: the places where a company works, each with its SIRET."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from douane.model.establishments import Establishment
from douane.model.refusing import refusal

from .companies import OneCompany, OneOrganization, books
from .options import Data, Json, Name
from .output import show_json, show_rows
from .visible import visible

COLUMNS = (
    "code",
    "name",
    "siret",
    "is_main",
    "address_street",
    "address_postal_code",
    "address_city",
    "address_country",
)

Code = Annotated[str, typer.Argument(help="A short code, such as 001.", show_default=False)]
NewName = Annotated[str | None, typer.Option("--name", help="Its full name.", show_default=False)]
Siret = Annotated[str | None, typer.Option(help="Its SIRET, 14 digits.", show_default=False)]
Main = Annotated[bool, typer.Option("--main", help="It is the main one; the first one always is.")]
Street = Annotated[str | None, typer.Option(help="Street of its address.", show_default=False)]
PostalCode = Annotated[str | None, typer.Option(help="Postal code of its address.", show_default=False)]
City = Annotated[str | None, typer.Option(help="City of its address.", show_default=False)]
Country = Annotated[str | None, typer.Option(help="Country of its address.", show_default=False)]


def add(
    code: Code,
    *,
    company: OneCompany,
    name: Name = "",
    siret: Siret = None,
    main: Main = False,
    street: Street = None,
    postal_code: PostalCode = None,
    city: City = None,
    country: Country = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add an establishment to a company.

    Example: douane establishment add 001 --siret 73282932000074 --city Lyon --company ACME
    """
    from douane.store.establishments import add_establishment

    new = Establishment(
        code,
        name or code,
        siret,
        is_main=main,
        address_street=street,
        address_postal_code=postal_code,
        address_city=city,
        address_country=country,
    )
    with books(data, company, organization) as (conn, of):
        added = add_establishment(conn, *of, new)
    _tell(added, "Added", as_json=as_json)


def list_all(
    company: OneCompany, organization: OneOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """List the establishments of a company, the main one first.

    Example: douane establishment list --company ACME
    """
    from douane.store.establishments import list_establishments

    with books(data, company, organization) as (conn, of):
        rows = [asdict(each) for each in list_establishments(conn, *of)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no establishment yet.", folded=("name",))


def change(
    code: Code,
    *,
    company: OneCompany,
    name: NewName = None,
    siret: Siret = None,
    main: Main = False,
    street: Street = None,
    postal_code: PostalCode = None,
    city: City = None,
    country: Country = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change what is given of an establishment; the rest stays, and so does its code.

    Example: douane establishment change 001 --city Lyon --company ACME
    """
    from douane.store.establishments import change_establishment

    given: dict[str, Any] = {
        "name": name,
        "siret": siret,
        "is_main": main or None,
        "address_street": street,
        "address_postal_code": postal_code,
        "address_city": city,
        "address_country": country,
    }
    with books(data, company, organization) as (conn, of):
        known = _found(conn, of, code)
        wanted = replace(known, **{field: value for field, value in given.items() if value is not None})
        changed = change_establishment(conn, *of, wanted)
    _tell(changed, "Changed", as_json=as_json)


def remove(
    code: Code,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove an establishment.

    Example: douane establishment remove 001 --company ACME
    """
    from douane.store.establishments import remove_establishment

    with books(data, company, organization) as (conn, of):
        known = _found(conn, of, code)
        remove_establishment(conn, *of, known.id)
    _tell(known, "Removed", as_json=as_json)


def _found(conn: Any, of: tuple[int, int], code: str) -> Establishment:
    """The establishment with this code; refuses `unknown-record`."""
    from douane.store.establishments import list_establishments

    found = {each.code: each for each in list_establishments(conn, *of)}
    if code not in found:
        raise refusal("unknown-record", f"establishment {code}")
    return found[code]


def _tell(establishment: Establishment, done: str, *, as_json: bool) -> None:
    if as_json:
        told = asdict(establishment)
        show_json({column: told[column] for column in COLUMNS})
    else:
        print(f"{done} establishment {visible(establishment.code)}.")
