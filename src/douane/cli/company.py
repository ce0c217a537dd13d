"""`douane company`: the legal entities of an organization."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Data, Json, Name, Siren, connected
from .output import show_json, show_rows

if TYPE_CHECKING:
    from douane.store.organizations import Company

LENGTHS = ("general_account_length", "third_party_account_length", "completes_accounts")
COLUMNS = ("organization", "code", "name", "siren", "is_default", *LENGTHS)

Organization = Annotated[str, typer.Argument(help="The code of its organization.", show_default=False)]
OneOrganization = Annotated[
    str | None, typer.Option("--organization", help="Only the companies of this one.", show_default=False)
]
Code = Annotated[str, typer.Argument(help="A short code, such as NORTH.", show_default=False)]

NewName = Annotated[str | None, typer.Option("--name", help="Its full name.", show_default=False)]
NewSiren = Annotated[
    str | None,
    typer.Option("--siren", help="Its SIREN, 9 digits; empty for none.", show_default=False),
]
General = Annotated[
    int | None,
    typer.Option("--general-length", help="How long its general account numbers are.", show_default=False),
]
ThirdParty = Annotated[
    int | None,
    typer.Option(
        "--third-party-length",
        help="How long its numbers of customers, suppliers and employees are; 0 for as they come.",
        show_default=False,
    ),
]
Completion = Annotated[
    bool | None,
    typer.Option(
        "--completion/--no-completion",
        help="Whether short account numbers get zeros at their end.",
        show_default=False,
    ),
]


def add(
    organization: Organization,
    code: Code,
    *,
    name: Name = "",
    siren: Siren = "",
    general_length: General = None,
    third_party_length: ThirdParty = None,
    completion: Completion = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a company to an organization; the first one is its default company.

    General account numbers have 6 digits unless --general-length says otherwise.

    Example: douane company add ACME NORTH --name "Acme Nord" --siren 732829320
    """
    from douane.store.organizations import add_company

    with connected(data) as connection:
        added = add_company(connection, organization, code, name, siren)
        told = _changed(connection, added, _lengths(general_length, third_party_length, completion))
    if as_json:
        show_json(told)
    else:
        print(f"Added company {added.code} to {added.organization}.")


def change(
    organization: Organization,
    code: Code,
    *,
    name: NewName = None,
    siren: NewSiren = None,
    general_length: General = None,
    third_party_length: ThirdParty = None,
    completion: Completion = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change what is given of a company; accounts that there are keep their numbers.

    Example: douane company change ACME NORTH --siren 732829320 --general-length 8
    """
    from douane.store.organizations import get_company

    given = {each: value for each, value in (("name", name), ("siren", siren)) if value is not None}
    given |= _lengths(general_length, third_party_length, completion)
    with connected(data) as connection:
        told = _changed(connection, get_company(connection, organization, code), given)
    if as_json:
        show_json(told)
    else:
        show_rows([told], COLUMNS, as_json=False, nothing="")


def list_all(organization: OneOrganization = None, data: Data = None, as_json: Json = False) -> None:
    """List the companies.

    Example: douane company list --organization ACME
    """
    from douane.store.organizations import list_companies

    with connected(data) as connection:
        companies = list_companies(connection, organization)
        cards = _cards(connection, {each.organization_id for each in companies})
    rows = [{**asdict(each), **cards[each.id]} for each in companies]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no company yet.")


def _lengths(general: int | None, third_party: int | None, completion: bool | None) -> dict[str, Any]:
    """What is given of the lengths of account numbers."""
    given: dict[str, Any] = {}
    if general is not None:
        given["general_account_length"] = general
    if third_party is not None:
        given["third_party_account_length"] = third_party or None
    if completion is not None:
        given["completes_accounts"] = completion
    return given


def _changed(connection: Any, company: Company, given: dict[str, Any]) -> dict[str, Any]:
    """What is told of the company once it has what is given."""
    from douane.store.companies import change_company, list_company_cards

    (card,) = list_company_cards(connection, company.organization_id, company.id)
    changed = change_company(connection, replace(card, **given)) if given else card
    told = {**asdict(company), **asdict(changed)}
    return {column: told[column] for column in COLUMNS}


def _cards(connection: Any, organization_ids: set[int]) -> dict[int, dict[str, Any]]:
    """The lengths of account numbers of all companies, by the company's id."""
    from douane.store.companies import list_company_cards

    cards = (card for each in organization_ids for card in list_company_cards(connection, each))
    return {card.id: {name: getattr(card, name) for name in LENGTHS} for card in cards}
